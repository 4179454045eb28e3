using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Content filters before the queue as sites have them: a server that passes mail on, and amavisd.</summary>
[TestFixture]
public class ProxyFilters : InstanceTest
{
    private const string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    private readonly int _back = Instance.FreePort(), _amavis = Instance.FreePort(), _scanned = Instance.FreePort(),
        _edited = Instance.FreePort(), _adjusted = Instance.FreePort();
    private EditingFilter? _filter;

    protected override string[] Settings => ["virtual_alias_domains=team.example", "smtpd_proxy_timeout=600s"];

    protected override void Prepare()
    {
        _filter = EditingFilter.Smtp(_back);
        File.WriteAllText($"{Mta.Etc}/valias", $"all@team.example {User}@{Instance.HostName}\n");
        Mta.Configure($"virtual_alias_maps=texthash:{Mta.Etc}/valias");
        File.AppendAllText($"{Mta.Etc}/master.cf", $"""

            127.0.0.1:{_edited} inet n - n - 20 smtpd
              -o smtpd_proxy_filter=127.0.0.1:{_filter.Port}
            127.0.0.1:{_adjusted} inet n - n - 20 smtpd
              -o smtpd_proxy_filter=inet:[127.0.0.1]:{_filter.Port} -o smtpd_proxy_options=speed_adjust
            127.0.0.1:{_scanned} inet n - n - 2 smtpd
              -o smtpd_proxy_filter=127.0.0.1:{_amavis}
            127.0.0.1:{_back} inet n - n - - smtpd
              -o smtpd_proxy_filter= -o smtpd_authorized_xforward_hosts=127.0.0.0/8
              -o smtpd_recipient_restrictions=permit_mynetworks,reject -o receive_override_options=no_unknown_recipient_checks

            """);
    }

    [OneTimeTearDown]
    public void EndFilter() => _filter?.Dispose();

    private static string Send(int port, string to, string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(port);
        Reply reply = peer.Deliver("a@client.example", to, message);
        peer.Quit();
        return reply.ToString();
    }

    [Test]
    public void Mail_comes_back_from_the_filter_as_the_filter_left_it([Values] bool adjusted)
    {
        string lines = string.Concat(Enumerable.Repeat("a line of a large message\n", 10_000));
        string text = $"Subject: dots {adjusted}\n\nbody {adjusted}\n.\n..\n{lines}end\n";
        Assert.That(Send(adjusted ? _adjusted : _edited, "all@team.example", text), Does.Match("^250 2\\.0\\.0 Ok: queued as \\w+$"));
        Mail mail = Mta.Delivered($"body {adjusted}");
        Assert.That(EditingFilter.HasSeen(mail), mail.Head);
        Assert.That(mail.Body, Is.EqualTo("filtered\n" + text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]));
        Assert.That(mail.Headers("Received"), Has.Count.EqualTo(2));
        // the service behind the filter knows the client
        Mta.WaitForLog(@"smtpd\[\d+\]: [0-9A-Za-z]+: client=localhost\[127\.0\.0\.1\], orig_client=localhost\[127\.0\.0\.1\]");
        Mta.WaitForLog(@"smtpd\[\d+\]: NOQUEUE: client=localhost\[127\.0\.0\.1\]");
        Mta.WaitForLog(@"smtpd\[\d+\]: proxy-accept: END-OF-MESSAGE: 250 2\.0\.0 Ok: queued as \w+; from=<a@client\.example> "
            + @"to=<all@team\.example> proto=ESMTP helo=<client\.example>");
    }

    [Test]
    public void Recipients_are_checked_before_the_filter_is_asked()
    {
        using SmtpPeer peer = SmtpPeer.Open(_edited);
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        Assert.That(peer.Say($"RCPT TO:<nobody-of-this-name@{Instance.HostName}>").ToString(), Does.Contain("User unknown"));
    }

    [Test]
    public void Mail_is_refused_for_now_while_the_filter_is_away()
    {
        Assert.That(ForeignDaemon.Listens(_scanned));
        using SmtpPeer peer = SmtpPeer.Open(_scanned); // amavis is not there
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        Assert.That(peer.Say($"RCPT TO:<{Address}>").ToString(), Is.EqualTo("451 4.3.0 Error: queue file write error"));
        Mta.WaitForLog($@"warning: connect to proxy filter 127\.0\.0\.1:{_amavis}: Connection refused");
    }

    [Test]
    public void Amavis_before_the_queue_refuses_a_virus()
    {
        if (!Programs.IsRoot) Assert.Ignore("amavisd takes the rights of its user as root");
        Programs.Require("amavisd");
        using AmavisServer amavis = new(Mta, _amavis, _back, "D_REJECT");
        Assert.That(Send(_scanned, Address, "Subject: clean\n\na clean letter\n.\n..\n"), Does.StartWith("250 2.0.0 "));
        Mail clean = Mta.Delivered("a clean letter");
        Assert.That(clean.Header("X-Virus-Scanned"), Does.Contain("amavis"));
        Assert.That(clean.Text, Does.EndWith("a clean letter\n.\n..\n"));
        Assert.That(Send(_scanned, Address, $"Subject: virus\n\n{Eicar}\n"), Does.StartWith("554 5.7.0 ").And.Contain("INFECTED"));
        Mta.WaitForLog(@"proxy-reject: END-OF-MESSAGE: 554 5\.7\.0 .*INFECTED.*; from=<a@client\.example>");
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Where(m => m.Text.Contains("EICAR", StringComparison.Ordinal)), Is.Empty);
    }
}
