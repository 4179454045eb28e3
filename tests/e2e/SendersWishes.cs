using System.IO.Compression;
using System.Net;
using MimeKit;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Two instances: what a sender wishes for TLS (RFC 8689) from sendmail to the other one's mailbox, or back; and the report on it that the
/// other domain asks for (RFC 8460).
/// </summary>
[TestFixture]
public class SendersWishes : InstanceTest
{
    private const int BarePort = 4200;
    private readonly TestCa _ca = new();
    private readonly ScriptedDns _dns = new("mx.peer.example A 127.0.0.1", "reported.example MX 10 mx.peer.example",
        $"_smtp._tls.reported.example TXT v=TLSRPTv1; rua=mailto:{Instance.Address}");
    private Instance? _peer;

    private Instance Peer => _peer ?? throw new InvalidOperationException("no peer");

    protected override string[] Settings =>
    [
        $"dns_servers={_dns.Address}", "smtp_host_lookup=dns", "inet_protocols=ipv4", "smtp_tls_security_level=may",
            $"smtp_tls_CAfile={_ca.RootFile}", "smtp_tlsrpt_enable=yes",
        "smtp_tls_policy_maps=inline:{{[mx.peer.example]:" + BarePort + "=secure match=other.example}}",
            "relay_domains=strict.example, bare.example, reported.example", "smtp_tls_loglevel=1",
    ];

    protected override void Prepare()
    {
        string chain = _ca.Chain("mx.peer.example");
        foreach (string file in Directory.GetFiles(_ca.Folder)) File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile);
        string user = $"{User}@mx.peer.example";
        _peer = Instance.Create("myhostname=mx.peer.example", $"smtpd_tls_chain_files={chain}", "smtpd_tls_security_level=may",
            "virtual_alias_domains=strict.example, bare.example, reported.example",
            $"virtual_alias_maps=inline:{{{{u@strict.example={user}}}, {{u@bare.example={user}}}, {{u@reported.example={user}}}}}");
        File.AppendAllText($"{_peer.Etc}/master.cf",
            $"127.0.0.1:{BarePort} inet n - n - - smtpd\n  -o smtpd_discard_ehlo_keywords=requiretls\n");
        _peer.Start();
        Mta.Configure("transport_maps=inline:{{strict.example=smtp:[mx.peer.example]:" + _peer.SmtpPort
            + "}, {bare.example=smtp:[mx.peer.example]:" + BarePort
            + "}, {reported.example=smtp:reported.example:" + _peer.SmtpPort + "}}");
    }

    [OneTimeTearDown]
    public void StopPeer()
    {
        _peer?.Stop();
        _peer?.Dispose();
        _dns.Dispose();
        _ca.Dispose();
    }

    private void Send(string subject, string to, string header = "", params string[] options) =>
        Mta.Sendmail($"Subject: {subject}\nTo: {to}\n{header}\nthe body\n", ["-f", Address, .. options, to]).Succeeded();

    [Test]
    public void Requiretls_goes_all_the_way()
    {
        Send("strictly", "u@strict.example", "", "-O", "requiretls=yes");
        Mail mail = Peer.Delivered("Subject: strictly");
        Assert.That(mail.Header("Require-TLS-ESMTP"), Is.EqualTo("yes"));
        Mta.WaitForLog(
            @"to=<u@strict\.example>, relay=mx\.peer\.example\[127\.0\.0\.1\]:\d+, .*tls=verify/requiretls, dsn=2\.0\.0, status=sent");
    }

    [Test]
    public void A_server_without_it_gets_nothing()
    {
        Mta.Configure($"smtp_tls_policy_maps=");
        Mta.Reload();
        Send("returned", "u@bare.example", "", "-O", "requiretls=yes");
        Mail notice = Mta.Delivered("Sender requested REQUIRETLS, but no server was found that");
        Assert.That(notice.Text, Does.Contain("Status: 5.7.30").And.Contain("Content-Type: text/rfc822-headers").And.Not.Contain(
            "the body"));
        Mta.WaitForLog(@"to=<u@bare\.example>, .*tls=verify/!requiretls:none, dsn=5\.7\.30, status=bounced");
        Assert.That(Peer.Mailbox().Select(m => m.Text), Has.None.Contains("Subject: returned"));
    }

    [Test, Order(1)]
    public void Tls_required_no_reaches_a_server_with_a_wrong_certificate()
    {
        Send("kept", "u@bare.example");
        Mta.WaitForLog(@"to=<u@bare\.example>, .*tls=!secure, dsn=4\.7\.5, status=deferred \(Server certificate not verified\)");
        Send("in any way", "u@bare.example", "TLS-Required: No\n");
        Assert.That(Peer.Delivered("Subject: in any way").Header("TLS-Required"), Is.EqualTo("No"));
        Assert.That(Peer.Mailbox().Select(m => m.Text), Has.None.Contains("Subject: kept"));
    }

    [Test]
    public void The_other_domain_gets_its_report()
    {
        Send("counted", "u@reported.example");
        Mta.WaitForLog(@"TLSRPT: status=success, domain=reported\.example, receiving_mx=mx\.peer\.example\[127\.0\.0\.1\]");
        Wait.Until(() => Instance.Run("mtasuite", "-c", Mta.Etc, "tlsrpt").Output.Contains($"reported.example: 1 succeeded, 0 failed"),
            () => Instance.Run("mtasuite", "-c", Mta.Etc, "tlsrpt").Output);
        Assert.That(Instance.Run("mtasuite", "-c", Mta.Etc, "tlsrpt", "-j").Succeeded().Output,
            Does.Contain("\"domain\": \"reported.example\"").And.Contain($"\"addresses\": [\"mailto:{Address}\"]"));
        Instance.Run("mtasuite", "-c", Mta.Etc, "tlsrpt", "send").Succeeded();
        Mail report = Mta.Delivered("TLS-Report-Domain: reported.example");
        Assert.That(report.Header("TLS-Required"), Is.EqualTo("No"));
        MultipartReport parts = (MultipartReport)MailReader.Read(report).Body!;
        Assert.That((parts.ReportType, parts.Count), Is.EqualTo(("tlsrpt", 2)));
        Assert.That((parts[0].ContentType.MimeType, parts[1].ContentType.MimeType), Is.EqualTo(("text/plain", "application/tlsrpt+gzip")));
        // RFC 8460 5.1: receiving domain ! sending domain ! from ! to
        Assert.That(parts[1].ContentDisposition!.FileName, Does.Match(@"^[\w.]+!reported\.example!\d+!\d+(!\w+)?\.json\.gz$"));
        using GZipStream gzip = new(new MemoryStream(MailReader.Content(parts[1])), CompressionMode.Decompress);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(gzip);
        System.Text.Json.JsonElement policy = json.RootElement.GetProperty("policies")[0];
        Assert.That(policy.GetProperty("policy").GetProperty("policy-type").GetString(), Is.EqualTo("no-policy-found"));
        Assert.That(policy.GetProperty("summary").GetProperty("total-successful-session-count").GetInt32(), Is.EqualTo(1));
        Instance.Run("mtasuite", "-c", Mta.Etc, "tlsrpt", "send").Succeeded();
        Assert.That(Mta.Mailbox().Count(m => m.Text.Contains("TLS-Report-Domain")), Is.EqualTo(1));
    }
}
