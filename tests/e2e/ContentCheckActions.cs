using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>header_checks, body_checks and smtp_header_checks in real processes: each action, its reply and its line in the log.</summary>
[TestFixture]
public class ContentCheckActions : InstanceTest
{
    private const string Rules = """
        /^Subject: refused (\S+)/       REJECT 5.7.99 no $1 here
        /^Subject: later/               REJECT 4.7.0 come again
        /^Subject: held/                HOLD looks odd
        /^Subject: dropped/             DISCARD unwanted
        /^Subject: redirected/          REDIRECT other@elsewhere.example
        /^Subject: copied/              BCC copy@elsewhere.example
        /^Subject: filtered/            FILTER filter:[127.0.0.1]:9
        /^Subject: warned/              WARN seen
        /^X-Passed:/                    PASS trusted

        """;

    private readonly int _unchecked = Instance.FreePort();
    private SmtpSink? _sink;

    protected override string[] Settings
    {
        get
        {
            _sink = new SmtpSink(System.Net.IPAddress.Loopback, 0);
            return
            [
                "header_checks=pcre:$config_directory/header_checks", "body_checks=pcre:$config_directory/body_checks",
                "smtp_header_checks=pcre:$config_directory/smtp_header_checks", $"relayhost=[127.0.0.1]:{_sink.Port}",
                "defer_transports=filter", "smtp_host_lookup=native",
            ];
        }
    }

    protected override void Prepare()
    {
        File.WriteAllText($"{Mta.Etc}/header_checks", Rules);
        File.WriteAllText($"{Mta.Etc}/body_checks", "/^refused line/ REJECT\n");
        File.WriteAllText($"{Mta.Etc}/smtp_header_checks", "/^X-Inner:/ IGNORE\n/^X-Changed: old/ REPLACE X-Changed: new\n");
        File.AppendAllText($"{Mta.Etc}/master.cf", "filter unix - - n - - smtp\n127.0.0.1:PORT inet n - n - - smtpd\n"
            .Replace("PORT", $"{_unchecked}") + "  -o receive_override_options=no_header_body_checks\n");
    }

    [OneTimeTearDown]
    public void StopSink() => _sink?.Dispose();

    private Reply Send(string message, string? to = null, int port = 0)
    {
        using SmtpPeer peer = SmtpPeer.Open(port == 0 ? Mta.SmtpPort : port);
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        peer.Say($"RCPT TO:<{to ?? Address}>").Is(250);
        peer.Say("DATA").Is(354);
        return peer.SendContent(message);
    }

    private Envelope Read(string folder, string id)
    {
        Assert.That(new SpoolDirectory(Mta.Spool).TryRead(folder, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        return file!.Envelope;
    }

    [TestCase("Subject: refused mail\n\nx\n", 550, "5.7.99 no mail here", "header Subject: refused mail")]
    [TestCase("Subject: later\n\nx\n", 451, "4.7.0 come again", "header Subject: later")]
    [TestCase("Subject: x\n\nrefused line\n", 550, "5.7.1 message content rejected", "body refused line")]
    public void Reject(string message, int code, string text, string what)
    {
        int mark = Mta.LogMark();
        Assert.That(Send(message).Is(code).Text, Is.EqualTo(text));
        Mta.WaitForLog($@"cleanup\[\d+\]: \w+: reject: {what} from localhost\[127\.0\.0\.1\]; from=<a@client\.example> to=<{Address}> "
            + $"proto=ESMTP helo=<client\\.example>: {text}$", mark);
        Assert.That(Mta.CountLog("reject: END-OF-MESSAGE", mark), Is.Zero, "one line for one refusal");
    }

    [Test]
    public void Reject_what_a_local_user_sends()
    {
        ProgramResult sent = Mta.Sendmail("Subject: refused mail\n\nx\n", Address);
        Assert.That(sent.ExitCode, Is.Not.Zero);
        Mta.WaitForLog(@"reject: header Subject: refused mail from local; from=<\S+> to=<\S+>: 5\.7\.99 no mail here$");
    }

    [Test]
    public void Hold()
    {
        string id = Send("Subject: held\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: hold: header Subject: held from localhost.*: looks odd$");
        Assert.That(Mta.Queued("hold"), Does.Contain(id));
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }

    [Test]
    public void Discard()
    {
        string id = Send("Subject: dropped\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: discard: header Subject: dropped from localhost.*: unwanted$");
        Assert.That(Mta.Queued(), Does.Not.Contain(id));
        Assert.That(Mta.CountLog($"{id}: from="), Is.Zero, "qmgr never heard of it");
    }

    [Test]
    public void Redirect()
    {
        string id = Send("Subject: redirected\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: redirect: header Subject: redirected from .*: other@elsewhere\\.example$");
        Mta.WaitForLog($"{id}: to=<other@elsewhere\\.example>, .*status=sent");
        Assert.That(Mta.CountLog($"{id}: to=<{Address}>"), Is.Zero);
    }

    [Test]
    public void Bcc()
    {
        string id = Send("Subject: copied\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: bcc: header Subject: copied from .*: copy@elsewhere\\.example$");
        Mta.WaitForLog($"{id}: to=<copy@elsewhere\\.example>, .*status=sent");
        Mta.WaitForLog($"{id}: to=<{Address}>, .*status=sent");
    }

    [Test]
    public void Filter()
    {
        string id = Send("Subject: filtered\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: filter: header Subject: filtered from .*: filter:\\[127\\.0\\.0\\.1\\]:9$");
        Wait.Until(() => Mta.Queued("deferred").Contains(id), "the filter's transport is deferred");
        Assert.That(Read("deferred", id).Filter, Is.EqualTo("filter:[127.0.0.1]:9"));
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }

    [Test]
    public void Warn_and_pass()
    {
        string id = Send("X-Passed: 1\nSubject: refused mail\n\nrefused line\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: pass: header X-Passed: 1 from .*: trusted$");
        string warned = Send("Subject: warned\n\nx\n").Is(250).QueueId;
        Mta.WaitForLog($"{warned}: warning: header Subject: warned from .*: seen$");
    }

    [Test]
    public void A_service_without_checks() =>
        Send("Subject: refused mail\n\nrefused line\n", port: _unchecked).Is(250);

    [Test]
    public void On_the_way_out()
    {
        string id = Send("X-Inner: secret\nX-Changed: old\nSubject: out\n\nx\n", "user@elsewhere.example").Is(250).QueueId;
        Mta.WaitForLog($"{id}: to=<user@elsewhere\\.example>, .*status=sent");
        Mta.WaitForLog($"{id}: replace: header X-Changed: old: X-Changed: new$");
        string text = _sink!.Messages.Single(t => t.Contains("Subject: out", StringComparison.Ordinal));
        Assert.That(text, Does.Contain("X-Changed: new").And.Not.Contains("X-Inner"));
    }

    [Test]
    public void A_table_that_makes_no_sense_is_told_before_the_start()
    {
        using Instance other = Instance.Create("header_checks=pcre:/nonexistent/table", "body_checks=pcre:$config_directory/bad",
            "smtp_body_checks=pcre:{ {/x/ HOLD} }");
        File.WriteAllText($"{other.Etc}/bad", "/x/ REDIRECT nobody\n/y/ FROB\n/z/ REJECT $1 $2\n/(ok)/ BCC $1@x.example\n");
        string text = Instance.Run("mtasuite", "-c", other.Etc, "check").Error;
        Assert.That(text, Does.Contain("header_checks: pcre:/nonexistent/table: open"));
        Assert.That(text, Does.Contain("bad, line 1: bad REDIRECT target \"nobody\" in body_checks map -- need user@domain"));
        Assert.That(text, Does.Contain("bad, line 2: unknown command in body_checks map: FROB").And.Not.Contains("bad, line 4"));
        Assert.That(text, Does.Contain("unsupported command in smtp_body_checks map: HOLD"));
    }
}
