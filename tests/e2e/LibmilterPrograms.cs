using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Small programs on libmilter that sites run: opendmarc, and amavisd-milter with amavisd. They need root to start.</summary>
[TestFixture]
public class LibmilterPrograms : InstanceTest
{
    private const string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    private readonly int _dmarcSmtp = Instance.FreePort(), _dmarc = Instance.FreePort(),
        _amavisSmtp = Instance.FreePort(), _amavis = Instance.FreePort();

    protected override string[] Settings => ["milter_default_action=tempfail", "milter_content_timeout=600s"];

    protected override void Prepare()
    {
        if (!Programs.IsRoot) Assert.Ignore("these programs take the rights of their users as root");
        foreach ((int smtp, int milter) in new[] { (_dmarcSmtp, _dmarc), (_amavisSmtp, _amavis) })
            File.AppendAllText($"{Mta.Etc}/master.cf",
                $"\n127.0.0.1:{smtp} inet n - n - - smtpd\n  -o smtpd_milters=inet:127.0.0.1:{milter}\n");
    }

    private static string Send(int port, string from, string message)
    {
        using SmtpPeer peer = SmtpPeer.Open(port);
        return peer.Deliver(from, Address, message).ToString();
    }

    private static string Letter(string from, string text, string field = "") =>
        $"{field}From: a@{from}\nDate: Mon, 30 Nov 2026 10:00:00 +0000\nSubject: x\n\n{text}\n";

    [Test]
    public void Opendmarc_refuses_what_its_domain_wants_refused_and_marks_the_rest()
    {
        Programs.Require("opendmarc");
        string folder = Directory.CreateDirectory($"{Mta.Folder}/opendmarc").FullName;
        // its own stand-in for the DNS
        File.WriteAllText($"{folder}/dns", "_dmarc.strict.example v=DMARC1; p=reject\n_dmarc.watching.example v=DMARC1; p=none\n");
        File.WriteAllText($"{folder}/ignored", "192.0.2.255\n"); // else 127.0.0.1 is
        File.WriteAllText($"{folder}/opendmarc.conf", $"""
            AuthservID {Instance.HostName}
            TrustedAuthservIDs {Instance.HostName}
            Socket inet:{_dmarc}@127.0.0.1
            RejectFailures true
            RequiredHeaders true
            IgnoreHosts {folder}/ignored
            TestDNSData {folder}/dns
            Syslog false

            """);
        using ForeignDaemon opendmarc = new("opendmarc", ["-f", "-c", $"{folder}/opendmarc.conf"], () => ForeignDaemon.Listens(_dmarc));
        Assert.That(Send(_dmarcSmtp, "a@strict.example", Letter("strict.example", "forged")),
            Is.EqualTo("550 5.7.1 rejected by DMARC policy for strict.example"));
        Mta.WaitForLog(@"milter-reject: END-OF-MESSAGE from \S+: 5\.7\.1 rejected by DMARC policy for strict\.example; from=");
        string passed = $"Authentication-Results: {Instance.HostName}; spf=pass smtp.mailfrom=strict.example\n";
        Assert.That(Send(_dmarcSmtp, "a@strict.example", Letter("strict.example", "what SPF vouches for", passed)), Does.StartWith("250"));
        Assert.That(Mta.Delivered("what SPF vouches for").Headers("Authentication-Results"), Has.Some.Contains("dmarc=pass (p=reject"));
        Assert.That(Send(_dmarcSmtp, "a@watching.example", Letter("watching.example", "only watched")), Does.StartWith("250"));
        Assert.That(Mta.Delivered("only watched").Header("Authentication-Results"), Does.Contain("dmarc=fail (p=none"));
        Assert.That(Send(_dmarcSmtp, "a@plain.example", Letter("plain.example", "no policy")), Does.StartWith("250"));
        Mta.Delivered("no policy");
    }

    [Test]
    public void Amavisd_milter_refuses_a_virus_and_marks_what_is_clean()
    {
        Programs.Require("amavisd", "amavisd-milter");
        using AmavisServer amavis = new(Mta, 0, 0, "D_REJECT");
        using ForeignDaemon milter = new("setpriv", ["--reuid", "amavis", "--regid", "amavis", "--init-groups", "amavisd-milter", "-f",
            "-s", $"inet:{_amavis}@127.0.0.1", "-S", amavis.Socket, "-w", amavis.Work, "-p", $"{amavis.Work}/milter.pid"],
            () => ForeignDaemon.Listens(_amavis));
        Assert.That(Send(_amavisSmtp, "a@client.example", Letter("client.example", Eicar)), Does.StartWith("55").And.Contain("INFECTED"));
        Mta.WaitForLog(@"milter-reject: END-OF-MESSAGE from \S+: .*INFECTED");
        Assert.That(Send(_amavisSmtp, "a@client.example", Letter("client.example", "by way of amavisd-milter")), Does.StartWith("250"));
        Assert.That(Mta.Delivered("by way of amavisd-milter").Header("X-Virus-Scanned"), Does.Contain("amavis"));
    }
}
