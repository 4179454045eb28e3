using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// mailauth in three instances: one signs what its users send, one passes mail on and seals it, one receives and checks. The name server
/// is the test's own; each instance sends from an address of its own.
/// </summary>
[TestFixture, Category("e2e")]
public class MailAuthentication
{
    private const string Sender = "127.0.0.2", Forwarder = "127.0.0.3", Stranger = "127.0.0.9";

    private readonly ScriptedDns _dns = new([
        $"sender.example TXT v=spf1 ip4:{Sender} -all", $"mx.sender.example TXT v=spf1 ip4:{Sender} -all",
        "_dmarc.sender.example TXT v=DMARC1; p=reject", "_dmarc.quarantine.example TXT v=DMARC1; p=quarantine",
        $"mx.forwarder.example TXT v=spf1 ip4:{Forwarder} -all", .. SigningKeys.Records("sender.example"),
        .. SigningKeys.Records("forwarder.example"),
    ]);

    private Instance? _sender, _forwarder, _receiver;

    private Instance Receiver => _receiver!;

    private Instance From => _sender!;

    [OneTimeSetUp]
    public void StartAll()
    {
        string[] all = [$"dns_servers={_dns.Address}", "smtpd_milters=unix:private/mailauth", "non_smtpd_milters=$smtpd_milters",
            "milter_default_action=tempfail", "smtpd_peername_lookup=no", "smtpd_error_sleep_time=0", "minimal_backoff_time=1s",
            "maximal_backoff_time=2s", "queue_run_delay=1s"];
        _receiver = Instance.Create([.. all, "mailauth_trusted_networks=", "mailauth_dmarc_action=record"]);
        Receiver.Start();
        _forwarder = Instance.Create([.. all, "myhostname=mx.forwarder.example", "mydestination=",
            "virtual_alias_domains=forwarder.example",
            $"virtual_alias_maps=inline:{{{{list@forwarder.example={Instance.Address}}}}}", $"relayhost=[127.0.0.1]:{Receiver.SmtpPort}",
            $"smtp_bind_address={Forwarder}", "mailauth_trusted_networks="]);
        _forwarder.Configure($"mailauth_arc_seal={new SigningKeys(_forwarder.Folder).Rsa}:forwarder.example");
        _forwarder.Start();
        _sender = Instance.Create([.. all, "myhostname=mx.sender.example", "mydestination=", $"relayhost=[127.0.0.1]:{Receiver.SmtpPort}",
            $"smtp_bind_address={Sender}",
            $"transport_maps=inline:{{{{forwarder.example=relay:[127.0.0.1]:{_forwarder.SmtpPort}}}}}"]);
        From.Configure($"mailauth_signing_table=inline:{{{{sender.example={new SigningKeys(From.Folder).Both}}}}}");
        From.Start();
    }

    [TearDown]
    public void ReportFailure()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status != NUnit.Framework.Interfaces.TestStatus.Failed) return;
        foreach (Instance? instance in new[] { _sender, _forwarder, _receiver }) TestContext.Out.WriteLine(instance?.Describe());
    }

    [OneTimeTearDown]
    public void StopAll()
    {
        foreach (Instance? instance in new[] { _sender, _forwarder, _receiver })
        {
            using Instance? ends = instance;
            if (ends is null || ends.Pids("master").Length == 0) continue;
            ends.Stop();
            Assert.That(ends.Processes(), Is.Empty, "processes after stop");
            Assert.That(ends.LogText(), Does.Not.Contain("panic:"));
        }
        _dns.Dispose();
    }

    private static string Message(string text, string subject = "x") => $"From: Ann <ann@sender.example>\nTo: {Instance.Address}\n"
        + $"Subject: {subject}\nDate: Mon, 30 Nov 2026 10:00:00 +0000\nMessage-ID: <{Guid.NewGuid()}@sender.example>\n\n{text}\n";

    private void SendBySmtp(string message, string to)
    {
        using SmtpPeer peer = SmtpPeer.Open(From.SmtpPort);
        peer.Deliver("ann@sender.example", to, message).Is(250);
        peer.Quit();
    }

    /// <summary>The results that the receiver wrote into the message with this text.</summary>
    private string Results(string text) => Receiver.Delivered(text).Header("Authentication-Results")!.Replace('\t', ' ');

    [Test]
    public void Signed_mail_passes_everything_at_the_receiver([Values("smtp", "sendmail")] string way)
    {
        string text = $"by way of {way}", odd = $"{text}\ngr\u00fc\u00dfe\t \n.dot\n..\n{new string('x', 900)}\n \n\nend  ";
        if (way == "smtp") SendBySmtp(Message(odd, "gr\u00fc\u00dfe"), Instance.Address);
        else From.Sendmail(Message(odd), "-i", "-f", "ann@sender.example", Instance.Address).Succeeded();
        Mail mail = Receiver.Delivered(text);
        Assert.That(mail.Headers("DKIM-Signature"), Has.Count.EqualTo(2));
        string results = Results(text);
        Assert.That(results, Does.StartWith($"{Instance.HostName};").And.Contain("spf=pass").And.Contain("smtp.mailfrom=ann@sender.example")
            .And.Contain("header.s=r1").And.Contain("header.s=e1").And.Contain("dmarc=pass").And.Contain("header.from=sender.example"));
        Assert.That(results, Does.Not.Contain("fail").And.Not.Contain("error"));
        From.WaitForLog("mailauth\\[\\d+\\]: \\w+: dkim=signed, author=<ann@sender.example>, keys=sender.example/r1 sender.example/e1");
        Receiver.WaitForLog("mailauth\\[\\d+\\]: \\w+: spf=pass, helo=pass, dkim=pass, arc=none, dmarc=pass, domain=sender.example");
    }

    [Test]
    public void Odd_messages_keep_their_signatures_on_the_way()
    {
        string[] bodies =
        [
            "", "\n", "\n\n\n", "one", "trailing blanks   \n\t\n \n", "a\tb  c\t\td", ".\n..\n...", "-- \nsignature",
            "\u00e4\u00f6\u00fc \u00ff", new string('y', 990), string.Concat(Enumerable.Repeat("0123456789\n", 20_000)),
            "From inside\n>From quoted",
        ];
        string[] headers =
        [
            "Subject: x\nSubject: y\n", "Subject:\n", "Subject:no blank\n", "Subject: folded\n\tonce\n twice\n", "X-Odd: \u00e4\n",
            "CC: a@b\n",
            $"References: {string.Join("\n ", Enumerable.Range(0, 60).Select(i => $"<{i}.{new string('z', 60)}@sender.example>"))}\n",
            "Content-Type: multipart/mixed; boundary=b\n", "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n",
            "Subject: blanks   \t \n", "SUBJECT: large\n", "Subject : blank before the colon\n",
        ];
        for (int i = 0; i < headers.Length; i++)
        {
            string id = $"<odd{i}@sender.example>";
            SendBySmtp($"From: ann@sender.example\nMessage-ID: {id}\n{headers[i]}\n{bodies[i % bodies.Length]}", Instance.Address);
            string results = Results(id);
            Assert.That(results.Split("dkim=pass"), Has.Length.EqualTo(3), $"{headers[i]}: {results}");
        }
    }

    [Test]
    public void With_a_forwarder_between_the_chain_of_seals_passes()
    {
        SendBySmtp(Message("by way of the list"), "list@forwarder.example");
        Mail mail = Receiver.Delivered("by way of the list");
        Assert.That(mail.Header("ARC-Authentication-Results"), Does.Contain("mx.forwarder.example;").And.Contain("dmarc=pass"));
        string[] results = [.. mail.Headers("Authentication-Results")];
        Assert.That(results, Has.Length.EqualTo(2), "the forwarder's and the receiver's");
        Assert.That(results[0], Does.StartWith(Instance.HostName).And.Contain("arc=pass (1 set)").And.Contain("spf=fail")
            .And.Contain("dmarc=pass").And.Contain("dkim=pass"));
        Receiver.WaitForLog("arc=pass, dmarc=pass, domain=sender.example");
    }

    private static SmtpPeer Open(Instance mta, string from)
    {
        SmtpPeer peer = new(mta.SmtpPort, from: from);
        peer.Read().Is(220);
        peer.Say("EHLO client.example").Is(250);
        return peer;
    }

    [Test]
    public void Forged_mail_is_met_with_what_its_domain_asks_for()
    {
        using SmtpPeer peer = Open(Receiver, Stranger);
        string forged = Message("forged", "forged");
        Assert.That(peer.Deliver("ann@sender.example", Instance.Address, forged).ToString(), Does.StartWith("550 5.7.26 ")
            .And.Contain("sender.example"));
        string id = peer.Deliver("x@client.example", Instance.Address, forged.Replace("sender.example", "quarantine.example",
            StringComparison.Ordinal)).Is(250).QueueId;
        Wait.Until(() => Receiver.Queued("hold").Contains(id), "the message is held");
        Receiver.Command("postsuper", "", "-d", id).Succeeded();
        string claims = $"Authentication-Results: {Instance.HostName}; dmarc=pass\nFrom: x@nothing.example\n\nclaimed results\n";
        peer.Deliver("x@client.example", Instance.Address, claims).Is(250);
        Assert.That(Results("claimed results"), Does.Contain("dmarc=none").And.Not.Contain("dmarc=pass"));
        peer.Quit();
        Receiver.WaitForLog(@"milter-reject: END-OF-MESSAGE from \S+\[127\.0\.0\.9\]: 5\.7\.26 ");
        Receiver.WaitForLog("dmarc=fail, domain=sender.example, policy=reject, action=reject");
        Receiver.WaitForLog($"{id}: .*dmarc=fail, domain=quarantine.example, policy=quarantine, action=quarantine");
    }

    [Test]
    public void Hostile_headers_are_answered_and_the_service_goes_on()
    {
        using SmtpPeer peer = Open(Receiver, Stranger);
        string names = string.Join(':', Enumerable.Repeat("from", 2000));
        string signature = $"DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=r1; h={names};"
            + $" bh={new string('A', 43)}=; b={new string('B', 300)}\n";
        foreach (string header in new[]
        {
            string.Concat(Enumerable.Repeat(signature.Replace(new string('B', 300), "QQ==", StringComparison.Ordinal)[..400] + "\n", 200)),
            string.Concat(Enumerable.Range(1, 60).Select(i => $"ARC-Seal: i={i}; a=rsa-sha256; cv=pass; d=x.example; s=y; b=QQ==\n")),
            "DKIM-Signature: \nDKIM-Signature: ;;;\nDKIM-Signature: v=1\nARC-Seal: i=1\nAuthentication-Results: \n",
            $"From: {string.Join(", ", Enumerable.Range(0, 3000).Select(i => $"a@d{i}.example"))}\n",
        })
        {
            Reply reply = peer.Deliver("x@client.example", Instance.Address, $"{header}Subject: hostile\n\nx\n");
            Assert.That(reply.Code, Is.EqualTo(250).Or.EqualTo(550).Or.EqualTo(552), $"{reply}");
        }
        peer.Quit();
        SendBySmtp(Message("after the storm"), Instance.Address);
        Assert.That(Results("after the storm"), Does.Contain("dmarc=pass"));
        Assert.That(Receiver.LogText(), Does.Not.Contain("mailauth: killed").And.Not.Contain("panic:"));
    }

    /// <summary>Whoever can reach the socket says anything there: connections end, and mail goes on.</summary>
    [Test]
    public void Nonsense_at_the_socket_ends_the_connection_alone()
    {
        for (int i = 0; i < 50; i++)
        {
            byte[] junk = new byte[Random.Shared.Next(1, 2000)];
            Random.Shared.NextBytes(junk);
            if (i % 2 == 0) Convert.FromHexString("0000000d4f00000006000001ff001fffff").CopyTo(junk = [.. new byte[17], .. junk], 0);
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint($"{Receiver.Spool}/private/mailauth"));
            try { socket.Send(junk); }
            catch (SocketException) { } // it has had enough
        }
        SendBySmtp(Message("after the nonsense"), Instance.Address);
        Assert.That(Results("after the nonsense"), Does.Contain("dmarc=pass"));
        Assert.That(Receiver.LogText(), Does.Not.Contain("panic:"));
    }

    [Test]
    public void A_reload_reads_the_key_anew_and_interrupts_nothing()
    {
        using SmtpPeer open = Open(From, Sender);
        From.Reload();
        open.Deliver("ann@sender.example", Instance.Address, Message("over a reload")).Is(250);
        open.Quit();
        Assert.That(Results("over a reload"), Does.Contain("dmarc=pass"));
        string key = $"{From.Folder}/rsa.pem";
        File.SetUnixFileMode(key, (UnixFileMode)FileModes.PublicFile);
        try
        {
            From.Reload();
            SendBySmtp(Message("with one key"), Instance.Address);
            Assert.That(Receiver.Delivered("with one key").Headers("DKIM-Signature"), Has.Count.EqualTo(1));
            From.WaitForLog("warning: key .*rsa.pem: others than its owner can read or write it");
        }
        finally
        {
            File.SetUnixFileMode(key, (UnixFileMode)FileModes.PrivateFile);
            From.Reload();
        }
    }
}
