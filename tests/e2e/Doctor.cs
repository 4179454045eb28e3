using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Http;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>One line of mtasuite doctor -j.</summary>
internal sealed record DoctorLine(string Section, string Level, string Area, string Text)
{
    public static List<DoctorLine> Read(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        JsonElement e = JsonDocument.Parse(line).RootElement;
        string Get(string name) => e.GetProperty(name).GetString()!;
        return new DoctorLine(Get("section"), Get("level"), Get("area"), $"{Get("seen")}; {Get("means")}. {Get("do")}");
    })];
}

/// <summary>mtasuite doctor on an instance with good and bad services, and domains that are well or have one fault each.</summary>
[TestFixture]
public class Doctor : InstanceTest
{
    private static readonly string s_key2048 = Key(2048);
    private readonly TestCa _ca = new();
    private readonly ScriptedDns _dns = new(
        "healthy.example MX 10 mx.test.example", "mx.test.example A 127.0.0.1", "healthy.example TXT v=spf1 ip4:127.0.0.1 -all",
        $"default._domainkey.healthy.example TXT v=DKIM1; k=rsa; p={s_key2048}",
        "_dmarc.healthy.example TXT v=DMARC1; p=reject; rua=mailto:postmaster@healthy.example",
            "_smtp._tls.healthy.example TXT v=TLSRPTv1; rua=mailto:tls@healthy.example", "1.0.0.127.in-addr.arpa PTR mx.test.example",
        "null.example MX 0 .", "nullplus.example MX 0 .", "nullplus.example MX 10 mx.test.example", "implicit.example A 127.0.0.2",
            "bare.example TXT hello", "alias.example MX 10 alias.mx.example",
        "alias.mx.example CNAME mx.test.example", "noaddress.example MX 10 nowhere.mx.example", "clear.example MX 10 mx.clear.example",
            "mx.clear.example A 127.0.0.2", "expired.example MX 10 mx.expired.example",
        "mx.expired.example A 127.0.0.3", "other.example MX 10 mx.other.example", "mx.other.example A 127.0.0.1",
            "closed.example MX 10 mx.closed.example", "mx.closed.example A 127.0.0.9",
        "tlsa.example MX 10 mx.tlsa.example", "mx.tlsa.example A 127.0.0.1", "notours.example MX 10 mx.test.example",
            "spf-none.example A 127.0.0.1", "spf-two.example TXT v=spf1 -all", "spf-two.example TXT v=spf1 ~all",
        "spf-bad.example TXT v=spf1 ip4:1.2.3 -all", "spf-all.example TXT v=spf1 +all", "spf-fail.example TXT v=spf1 ip4:192.0.2.1 -all",
            "spf-open.example TXT v=spf1 ip4:127.0.0.1",
        $"spf-many.example TXT v=spf1 {string.Join(' ', Enumerable.Repeat("a:mx.test.example", 11))} -all", "key.example A 127.0.0.1",
            $"short._domainkey.key.example TXT v=DKIM1; p={Key(1024)}", "cut._domainkey.key.example TXT v=DKIM1; p=MIIB",
        "gone._domainkey.key.example TXT v=DKIM1; p=", "dmarc-two.example A 127.0.0.1", "_dmarc.dmarc-two.example TXT v=DMARC1; p=none",
            "_dmarc.dmarc-two.example TXT v=DMARC1; p=reject", "dmarc-bad.example A 127.0.0.1",
        "_dmarc.dmarc-bad.example TXT v=DMARC1; p=maybe", "dmarc-away.example A 127.0.0.1",
            "_dmarc.dmarc-away.example TXT v=DMARC1; p=none; rua=mailto:x@reports.example", "sub.healthy.example A 127.0.0.1",
        "dmarc-lost.example A 127.0.0.1",
            "_dmarc.dmarc-lost.example TXT v=DMARC1; p=none; rua=mailto:x@reports.example?subject=us@dmarc-lost.example",
        "tlsrpt-bad.example A 127.0.0.1", "_smtp._tls.tlsrpt-bad.example TXT v=TLSRPTv1; rua=nobody");

    protected override string[] Settings =>
    [
        $"dns_servers={_dns.Address}", $"smtpd_tls_chain_files={_ca.Chain(Instance.HostName)}",
            "mydestination=$myhostname, healthy.example, spf-fail.example, null-ours.example", "mynetworks=127.0.0.0/8",
        "inet_protocols=ipv4",
    ];

    private static string Key(int bits)
    {
        using RSA rsa = RSA.Create(bits);
        return Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo());
    }

    protected override void Prepare()
    {
        _dns.Validates = true;
        _dns.Rcode("servfail.example", 2);
        _dns.Rcode("_smtp._tls.dmarc-lost.example", 2);
        _dns.Rcode("dmarc-lost.example._report._dmarc.reports.example", 2);
        _dns.Add($"_{Mta.SmtpPort}._tcp.mx.tlsa.example TLSA 3 1 1 {new string('a', 64)}");
        string expired = _ca.Chain("mx.expired.example", life: TimeSpan.FromDays(-1));
        File.AppendAllText($"{Mta.Etc}/master.cf", string.Create(CultureInfo.InvariantCulture, $"""
            127.0.0.2:{Mta.SmtpPort} inet n - n - - smtpd
              -o smtpd_tls_security_level=none
            127.0.0.3:{Mta.SmtpPort} inet n - n - - smtpd
              -o smtpd_tls_chain_files={expired}
            127.0.0.4:{Mta.SmtpPort} inet n - n - - smtpd
              -o smtpd_relay_restrictions=check_client_access,static:OK,reject_unauth_destination
              -o smtpd_sasl_auth_enable=yes
              -o smtpd_tls_auth_only=no
              -o smtpd_sasl_security_options=

            """));
        foreach (string file in Directory.GetFiles(_ca.Folder)) File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _ca.Dispose();
        _dns.Dispose();
    }

    private (int Status, List<DoctorLine> Lines) Run(params string[] arguments)
    {
        ProgramResult result = Instance.Run("mtasuite",
            ["-c", Mta.Etc, "doctor", "-j", "--ca", _ca.RootFile, "--address", "127.0.0.1", "--port", $"{Mta.SmtpPort}", .. arguments]);
        Assert.That(result.Error, Is.Empty);
        return (result.ExitCode, DoctorLine.Read(result.Output));
    }

    [Test]
    public void A_healthy_domain()
    {
        (int status, List<DoctorLine> lines) = Run("--no-services", "healthy.example");
        Assert.That(lines.Where(l => l.Level is "WARNING" or "PROBLEM").Select(l => $"{l.Area} {l.Text}").ToArray(),
            Has.Length.EqualTo(1).And.All.Contains("127.0.0.1 is private or set apart"));
        Assert.That(status, Is.EqualTo(1));
        foreach ((string area, string text) in new[]
        {
            ("mx", "this machine is mail exchanger mx.test.example"), ("dnssec", "are validated"),
                ("tls mx.test.example[127.0.0.1]", "TLSv1.3 with"),
            ("tls mx.test.example[127.0.0.1]", "a known authority vouches"),
                ("tls mx.test.example[127.0.0.1]", "the certificate is good until"), ("spf", "is well formed"), ("spf", "needs 0 of 10"),
                    ("spf", "mail from 127.0.0.1 passes"),
            ("dkim default", "an RSA key of 2048 bits"), ("dmarc", "the policy is reject"),
                ("tlsrpt", "reports go to mailto:tls@healthy.example"),
        })
            Assert.That(lines, Has.Some.Matches<DoctorLine>(l => l.Level == "OK" && l.Area == area && l.Text.Contains(text)),
                $"{area}: {text}");
        Assert.That(lines, Has.Some.Matches<DoctorLine>(l => l.Area == "dane mx.test.example"
            && l.Text.Contains($"add _{Mta.SmtpPort}._tcp.mx.test.example. IN TLSA 3 1 1 ")));
    }

    [TestCase("gone.example", "PROBLEM", "mx", "does not exist in the DNS")]
    [TestCase("servfail.example", "PROBLEM", "mx", "the question for servfail.example's MX records fails")]
    [TestCase("null.example", "NOTE", "mx", "it takes no mail (null MX")]
    [TestCase("nullplus.example", "PROBLEM", "mx", "beside other MX records")]
    [TestCase("implicit.example", "WARNING", "mx", "has no MX record; its address stands in")]
    [TestCase("bare.example", "PROBLEM", "mx", "neither MX nor address records")]
    [TestCase("alias.example", "WARNING", "mx alias.mx.example", "it is an alias (CNAME) of mx.test.example")]
    [TestCase("noaddress.example", "PROBLEM", "mx nowhere.mx.example", "it has no address")]
    [TestCase("noaddress.example", "PROBLEM", "mx", "none of the mail exchangers has an address")]
    [TestCase("notours.example", "PROBLEM", "mx", "Relay access denied")]
    [TestCase("clear.example", "WARNING", "tls mx.clear.example[127.0.0.2]", "STARTTLS is not offered")]
    [TestCase("expired.example", "PROBLEM", "tls mx.expired.example[127.0.0.3]", "the certificate has expired")]
    [TestCase("other.example", "WARNING", "tls mx.other.example[127.0.0.1]",
        "the certificate is for mx.test.example, not for mx.other.example")]
    [TestCase("closed.example", "PROBLEM", "tls mx.closed.example[127.0.0.9]", "Connection refused")]
    [TestCase("tlsa.example", "PROBLEM", "dane mx.tlsa.example", "does not meet its TLSA records")]
    [TestCase("spf-none.example", "WARNING", "spf", "no SPF record")]
    [TestCase("spf-two.example", "PROBLEM", "spf", "2 SPF records")]
    [TestCase("spf-bad.example", "PROBLEM", "spf", "\"ip4:1.2.3\" does not name an IPv4 address")]
    [TestCase("spf-all.example", "PROBLEM", "spf", "has +all")]
    [TestCase("spf-open.example", "WARNING", "spf", "ends without all or redirect")]
    [TestCase("spf-many.example", "PROBLEM", "spf", "may need 11 questions, where 10 are allowed")]
    [TestCase("spf-fail.example", "PROBLEM", "spf", "mail from 127.0.0.1 does not pass (Fail")]
    [TestCase("key.example", "WARNING", "dkim short", "an RSA key of 1024 bits", "--selector", "short")]
    [TestCase("key.example", "PROBLEM", "dkim cut", "it may be cut off", "--selector", "cut")]
    [TestCase("key.example", "NOTE", "dkim gone", "the key is revoked", "--selector", "gone")]
    [TestCase("key.example", "PROBLEM", "dkim no", "has no TXT record", "--selector", "no")]
    [TestCase("key.example", "NOTE", "dkim", "no key under the")]
    [TestCase("key.example", "WARNING", "dmarc", "no DMARC record")]
    [TestCase("dmarc-two.example", "PROBLEM", "dmarc", "2 DMARC records")]
    [TestCase("dmarc-bad.example", "PROBLEM", "dmarc", "p=maybe is not one of")]
    [TestCase("dmarc-away.example", "WARNING", "dmarc", "dmarc-away.example._report._dmarc.reports.example. IN TXT \"v=DMARC1\"")]
    [TestCase("sub.healthy.example", "OK", "dmarc", "the policy of healthy.example for its subdomains is reject")]
    [TestCase("dmarc-lost.example", "WARNING", "dmarc",
        "whether reports.example wants reports for mailto:x@reports.example?subject=us@dmarc-lost.example cannot be known")]
    [TestCase("dmarc-lost.example", "WARNING", "tlsrpt", "the question for _smtp._tls.dmarc-lost.example fails")]
    [TestCase("tlsrpt-bad.example", "WARNING", "tlsrpt", "is neither mailto: nor https:")]
    public void A_domain_with_a_fault(string domain, string level, string area, string text, params string[] options)
    {
        (int status, List<DoctorLine> lines) = Run(["--no-services", .. options, domain]);
        Assert.That(lines, Has.Some.Matches<DoctorLine>(l => l.Level == level && l.Area == area && l.Text.Contains(text)),
            string.Join('\n', lines));
        if (level is "PROBLEM") Assert.That(status, Is.EqualTo(2));
    }

    [Test]
    public void Our_services()
    {
        (int status, List<DoctorLine> lines) = Run("--no-domains");
        Assert.That(status, Is.EqualTo(2));
        void Has(string address, int port, string level, string area, string text) =>
            Assert.That(lines, NUnit.Framework.Has.Some.Matches<DoctorLine>(l => l.Section == $"our service {address}:{port}"
            && l.Level == level && l.Area == area && l.Text.Contains(text)), $"{address}: {text}\n{string.Join('\n', lines)}");
        Assert.That(lines, NUnit.Framework.Has.Some.Matches<DoctorLine>(l => l.Level == "OK" && l.Area == "status"));
        Has("127.0.0.1", Mta.SmtpPort, "OK", "service", "greets as mx.test.example");
        Has("127.0.0.1", Mta.SmtpPort, "OK", "tls", "the certificate is for mx.test.example, and a known authority vouches for it");
        Has("127.0.0.1", Mta.SmtpPort, "OK", "relay", "by the rules a stranger may not send to foreign domains (decided by");
        Has("127.0.0.1", Mta.SubmissionPort, "OK", "auth", "AUTH is offered only after STARTTLS");
        Has("127.0.0.1", Mta.SubmissionsPort, "OK", "auth", "AUTH is offered within TLS");
        Has("127.0.0.2", Mta.SmtpPort, "WARNING", "tls", "STARTTLS is not offered");
        Has("127.0.0.3", Mta.SmtpPort, "PROBLEM", "tls", "the certificate has expired");
        Has("127.0.0.4", Mta.SmtpPort, "PROBLEM", "relay", "an open relay");
        Has("127.0.0.4", Mta.SmtpPort, "PROBLEM", "auth", "AUTH is offered before TLS");
    }

    [Test]
    public void The_address_that_mail_leaves_from()
    {
        (_, List<DoctorLine> lines) = Run("--address", "127.0.0.9", "healthy.example");
        void Has(string level, string area, string text) =>
            Assert.That(lines, NUnit.Framework.Has.Some.Matches<DoctorLine>(l => l.Section == "our mail to others" && l.Level == level
            && l.Area == area && l.Text.Contains(text)), $"{text}\n{string.Join('\n', lines)}");
        Has("OK", "ptr 127.0.0.1", "its name is mx.test.example, which leads back to it");
        Has("OK", "helo", "we say EHLO mx.test.example, the name of 127.0.0.1");
        Has("PROBLEM", "ptr 127.0.0.9", "9.0.0.127.in-addr.arpa. IN PTR mx.test.example.");
    }

    [Test]
    public void Words_for_people()
    {
        ProgramResult result =
            Instance.Run("mtasuite", "-c", Mta.Etc, "doctor", "--no-services", "--port", $"{Mta.SmtpPort}", "null.example");
        Assert.That(result.Output, Does.StartWith("null.example: where mail to it goes\n").And.Contain(
            "  note     mx: the domain says that it takes no mail (null MX, RFC 7505); mail to it is returned at once\n").And.Contain(
            " OK\n"));
    }

    [TestCase("\"a@b.example\" is an address; give its domain, b.example", "a@b.example")]
    [TestCase("has no dot", "localhost")]
    [TestCase("is not a domain name", "a..example")]
    [TestCase("is not an IP address", "--address", "here", "x.example")]
    [TestCase("is not a number of seconds", "--timeout", "0")]
    [TestCase("there is no file", "--ca", "/nowhere/ca.pem")]
    [TestCase("leave nothing to look at", "--no-services", "--no-domains")]
    [TestCase("unrecognized option", "--frobnicate")]
    public void What_is_asked_wrongly(string text, params string[] arguments)
    {
        ProgramResult result = Instance.Run("mtasuite", ["-c", Mta.Etc, "doctor", .. arguments]);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((64, result.Error)));
        Assert.That(result.Error, Does.Contain(text));
    }

    [Test]
    public void Postaccess_says_what_the_server_says()
    {
        ProgramResult Ask(params string[] arguments) =>
            Instance.Run("postaccess", ["-c", Mta.Etc, "--name", "there.example", "--helo", "there.example", "--from", "a@there.example",
            .. arguments]);
        ProgramResult foreign = Ask("--client", "203.0.113.9", "--rcpt", "x@far.example");
        Assert.That((foreign.ExitCode, foreign.Output), Is.EqualTo((1, foreign.Output)));
        Assert.That(foreign.Output, Does.Contain("=> 4").Or.Contain("=> 5").And.Contain("Relay access denied"));
        Assert.That(Ask("--client", "203.0.113.9", "--rcpt", Address).Succeeded().Output, Does.Contain("=> accepted"));
        Assert.That(Ask("--client", "127.0.0.1", "--rcpt", "x@far.example").Succeeded().Output, Does.Contain("permit_mynetworks"));
        Assert.That(Ask("--service", $"{Mta.SubmissionPort}", "--tls", "--client", "203.0.113.9", "--rcpt", Address).ExitCode,
            Is.EqualTo(1));
        Assert.That(Ask("--service", $"{Mta.SubmissionPort}", "--tls", "--login", "me", "--client", "203.0.113.9", "--rcpt",
            "x@far.example").Succeeded().Output, Does.Contain("permit_sasl_authenticated"));
        Assert.That(Ask("-j", "--client", "203.0.113.9", "--rcpt", "x@far.example").Output, Does.StartWith("{\"service\":"));
        Assert.That(Ask("--client", "there.example", "--rcpt", "x@far.example").Error, Does.Contain("is a name; give the address"));
        Assert.That(Ask("--rcpt", "x@far.example").ExitCode, Is.EqualTo(64));
    }
}

/// <summary>DANE as the doctor sees it, in a zone that is really signed: nsd behind an unbound that validates.</summary>
[TestFixture]
public class DoctorDane : InstanceTest
{
    private readonly TestCa _ca = new();
    private SignedZones? _zone;
    private string _key = "", _chain = "";

    protected override string[] Settings
    {
        get
        {
            _chain = $"{_ca.Folder}/server.pem";
            File.WriteAllText(_chain, _ca.ChainText(Instance.HostName, true, null, "", out X509Certificate2 leaf));
            File.SetUnixFileMode(_chain, (UnixFileMode)FileModes.PublicFile);
            _key = Convert.ToHexString(SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo()));
            return [$"smtpd_tls_chain_files={_chain}", "inet_protocols=ipv4"];
        }
    }

    protected override void Prepare()
    {
        string tlsa = $"_{Mta.SmtpPort}._tcp", wrong = new('a', 64);
        _zone = new SignedZones(new Zone("signed.test", $"""
            @ MX 10 good
            good A 127.0.0.1
            {tlsa}.good TLSA 3 1 1 {_key}
            twice MX 10 two
            two A 127.0.0.9
            two A 127.0.0.1
            {tlsa}.two TLSA 3 1 1 {_key}
            rolls MX 10 roll
            roll A 127.0.0.1
            {tlsa}.roll TLSA 3 1 1 {wrong}
            {tlsa}.roll TLSA 3 1 1 {_key}
            wrongs MX 10 wrong
            wrong A 127.0.0.1
            {tlsa}.wrong TLSA 3 1 1 {wrong}
            useless MX 10 usage1
            usage1 A 127.0.0.1
            {tlsa}.usage1 TLSA 1 1 1 {wrong}
            broken MX 10 bogus
            bogus A 127.0.0.1
            {tlsa}.bogus TLSA 3 1 1 {new string('b', 64)}

            """, Tamper: z => z.Replace(new string('b', 64), new string('c', 64), StringComparison.OrdinalIgnoreCase)),
            new Zone("plain.test", $"@ MX 10 host\nhost A 127.0.0.1\n{tlsa}.host TLSA 3 1 1 {_key}\n", IsSigned: false));
        Mta.Configure($"dns_servers={_zone.EndPoint}");
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _zone?.Dispose();
        _ca.Dispose();
    }

    [TestCase("signed.test", "OK", "dane good.signed.test", "a sender with DANE verifies the server")]
    [TestCase("signed.test", "NOTE", "dane good.signed.test", "before a renewal keep the key")]
    [TestCase("signed.test", "OK", "dnssec", "are validated")]
    [TestCase("twice.signed.test", "OK", "dane two.signed.test", "a sender with DANE verifies the server")]
    [TestCase("rolls.signed.test", "NOTE", "dane roll.signed.test", "right for the certificate that comes next")]
    [TestCase("rolls.signed.test", "OK", "dane roll.signed.test", "a sender with DANE verifies the server")]
    [TestCase("wrongs.signed.test", "PROBLEM", "dane wrong.signed.test", "senders with DANE do not deliver at all")]
    [TestCase("useless.signed.test", "WARNING", "dane usage1.signed.test", "senders do not use usages 0 and 1")]
    [TestCase("broken.signed.test", "PROBLEM", "dane bogus.signed.test", "senders with DANE take that for an attack")]
    [TestCase("plain.test", "WARNING", "dane host.plain.test", "are not validated; senders ignore them")]
    [TestCase("plain.test", "NOTE", "dnssec", "are not validated with DNSSEC")]
    public void A_zone(string domain, string level, string area, string text)
    {
        ProgramResult result = Instance.Run("mtasuite", "-c", Mta.Etc, "doctor", "-j", "--no-services", "--ca", _ca.RootFile, "--port",
            $"{Mta.SmtpPort}", domain);
        List<DoctorLine> lines = DoctorLine.Read(result.Output);
        Assert.That(lines, Has.Some.Matches<DoctorLine>(l => l.Level == level && l.Area == area && l.Text.Contains(text)),
            result.ToString());
    }
}

/// <summary>MTA-STS as the doctor sees it: web servers on addresses of their own, one for each domain.</summary>
[TestFixture]
public class DoctorSts : InstanceTest
{
    private readonly TestCa _ca = new();
    private readonly ScriptedDns _dns = new("mx.test.example A 127.0.0.1");
    private readonly List<WebServer> _servers = [];

    protected override string[] Settings => [$"dns_servers={_dns.Address}", "inet_protocols=ipv4"];

    protected override void Prepare()
    {
        Add("good", "mta-sts.good.example",
            WebServer.Answer("version: STSv1\r\nmode: enforce\r\nmx: *.test.example\r\nmax_age: 604800\r\n"));
        Add("other", "mta-sts.other.example",
            WebServer.Answer("version: STSv1\nmode: enforce\nmx: mx.elsewhere.example\nmax_age: 604800\n"));
        Add("testing", "mta-sts.testing.example", WebServer.Answer("version: STSv1\nmode: testing\nmx: mx.test.example\nmax_age: 600\n"));
        Add("broken", "mta-sts.broken.example", WebServer.Answer("mode: enforce\n"));
        Add("forged", "www.forged.example", WebServer.Answer("version: STSv1\nmode: none\nmax_age: 1\n"));
        Add("missing", "mta-sts.missing.example", WebServer.Answer("no", status: "404 Not Found"));
        _dns.Add("without.example MX 10 mx.test.example");
    }

    private void Add(string name, string host, byte[] answer)
    {
        IPAddress address = new([127, 0, 1, (byte)(_servers.Count + 1)]);
        _servers.Add(new WebServer(_ca.Chain(host), _ => answer, new IPEndPoint(address, _servers.Count == 0 ? 0 : _servers[0].Port)));
        foreach (string line in new[] { $"{name}.example MX 10 mx.test.example", $"_mta-sts.{name}.example TXT v=STSv1; id=1;",
            $"mta-sts.{name}.example A {address}" }) _dns.Add(line);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        foreach (WebServer server in _servers) server.Dispose();
        _dns.Dispose();
        _ca.Dispose();
    }

    [TestCase("good", "OK", "the policy's mode is enforce (id 1)")]
    [TestCase("good", "OK", "mx.test.example is in the policy")]
    [TestCase("other", "PROBLEM", "mx.test.example is not in the policy (mx.elsewhere.example)")]
    [TestCase("testing", "NOTE", "the policy's mode is testing")]
    [TestCase("testing", "WARNING", "max_age is 600 seconds")]
    [TestCase("broken", "PROBLEM", "the policy cannot be understood")]
    [TestCase("forged", "PROBLEM", "give the web server a certificate for mta-sts.forged.example")]
    [TestCase("missing", "PROBLEM", "HTTP status 404")]
    [TestCase("without", "NOTE", "no MTA-STS record")]
    public void A_policy(string name, string level, string text)
    {
        ProgramResult result = Instance.Run("mtasuite", "-c", Mta.Etc, "doctor", "-j", "--no-services", "--ca", _ca.RootFile, "--port",
            $"{Mta.SmtpPort}", "--https-port", $"{_servers[0].Port}", $"{name}.example");
        Assert.That(DoctorLine.Read(result.Output),
            Has.Some.Matches<DoctorLine>(l => l.Level == level && l.Area == "mta-sts" && l.Text.Contains(text)), result.ToString());
    }
}
