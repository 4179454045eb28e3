using System.Net;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Who has nothing to encrypt does not pay for it: OpenSSL's libraries cost a process about four megabytes.</summary>
[TestFixture]
public class PlainText : InstanceTest
{
    private readonly SmtpSink _sink = new(IPAddress.Loopback, 0);

    protected override string[] Settings =>
    [
        "smtpd_tls_security_level=none", "smtp_tls_security_level=none", "smtpd_sasl_auth_enable=no", $"relayhost=[127.0.0.1]:{_sink.Port}",
    ];

    [OneTimeTearDown]
    public void StopSink() => _sink.Dispose();

    [Test]
    public void No_daemon_loads_openssl_when_mail_passes_in_plain_text()
    {
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            peer.Deliver(Address, Address, "Subject: by the server\n\nbody\n").Is(250);
            peer.Deliver(Address, "far@elsewhere.example", "Subject: to another server\n\nbody\n").Is(250);
            peer.Deliver(Address, Address, "Subject: once more\n\nbody\n").Is(250);
        }
        Mta.Sendmail("Subject: by hand\n\nbody\n", Address).Succeeded();
        Mta.Sendmail("Subject: refused\n\nbody\n", "-f", Address, $"nobody.of.that.name@{Instance.HostName}").Succeeded();
        foreach (string text in (string[])["Subject: by the server", "Subject: by hand"]) Mta.Delivered(text);
        Mta.WaitForLog("sender non-delivery notification: ");
        Mta.WaitForLog(@"to=<far@elsewhere\.example>, .*status=sent");
        Dictionary<string, string> loaded = [];
        foreach ((int pid, string program) in Mta.Processes())
            loaded[$"{program}[{pid}]"] = string.Join(' ',
                File.ReadLines($"/proc/{pid}/maps").Where(l => l.Contains("libssl") || l.Contains("libcrypto"))
                    .Select(l => l.Split('/')[^1]).Distinct());
        TestContext.Out.WriteLine(string.Join('\n', loaded.Select(p => $"{p.Key,-16} {p.Value}")));
        Assert.That(loaded.Keys.Select(k => k.Split('[')[0]),
            Is.SupersetOf((string[])["smtpd", "cleanup", "qmgr", "local", "relay", "bounce", "pickup", "master"]));
        Assert.That(loaded.Values, Has.All.Empty);
    }
}
