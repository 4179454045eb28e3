using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// TLS between us and Postfix, each as client and server, verified with certificates of the test's own authority; and what the two
/// posttls-fingers find.
/// </summary>
[TestFixture]
public class TlsRelay : InstanceTest
{
    private readonly TestCa _ca = new();
    private PostfixPeer? _postfix;
    private string _ours = "";

    private PostfixPeer Postfix => _postfix!;

    protected override string[] Settings
    {
        get
        {
            string theirs = _ca.Chain("postfix.example.net", ecdsa: false), ours = _ca.Chain(Instance.HostName),
                client = _ca.Chain("client.example");
            _postfix = new PostfixPeer("smtpd_tls_security_level = may", $"smtpd_tls_chain_files = {theirs}", "smtpd_tls_loglevel = 1",
                "smtpd_tls_ask_ccert = yes",
                $"smtpd_tls_CAfile = {_ca.RootFile}", "smtp_tls_security_level = verify", $"smtp_tls_CAfile = {_ca.RootFile}",
                    "smtp_tls_loglevel = 1",
                "smtp_tls_verify_cert_match = mx.test.example");
            File.SetUnixFileMode(_ours = ours, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return
            [
                "smtpd_tls_security_level=may", $"smtpd_tls_chain_files={ours}", "smtpd_tls_loglevel=1", "smtp_tls_loglevel=1",
                    $"smtp_tls_CAfile={_ca.RootFile}",
                "smtp_tls_security_level=may", $"smtp_tls_policy_maps=texthash:{Policies}",
                    $"transport_maps=texthash:{_ca.Folder}/transport", $"smtp_tls_chain_files={client}",
            ];
        }
    }

    private string Policies => $"{_ca.Folder}/policies";

    protected override void Prepare()
    {
        string nexthop = $"[127.0.0.1]:{Postfix.Port}";
        File.WriteAllText($"{_ca.Folder}/transport", $"verified.example.net smtp:{nexthop}\nwrong.example.net smtp:{nexthop}\n");
        File.WriteAllText(Policies, $"{nexthop} secure match=postfix.example.net\n");
    }

    [OneTimeTearDown]
    public void RemovePeers()
    {
        _postfix?.Dispose();
        _ca.Dispose();
    }

    [Test, Order(1)]
    public void We_to_Postfix_verified()
    {
        Mta.Sendmail("Subject: to postfix\n\nbody\n", "-f", Address, "x@verified.example.net").Succeeded();
        Mta.WaitForLog(
            @"to=<x@verified\.example\.net>, relay=127\.0\.0\.1\[127\.0\.0\.1\]:\d+, delay=[^,]*, delays=[^,]*, tls=secure, "
            + @"dsn=2\.0\.0, status=sent \(250 2\.0\.0 Ok: queued");
        Mta.WaitForLog(
            @"Verified TLS connection established to 127\.0\.0\.1\[127\.0\.0\.1\]:\d+: TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384 "
            + @"\(256/256 bits\) key-exchange X25519 "
            + @"server-signature RSA-PSS \(2048 bits\) server-digest SHA256 client-signature ECDSA \(prime256v1\) client-digest SHA256$");
        Postfix.WaitForLog(@"Trusted TLS connection established from localhost\[127\.0\.0\.1\]: TLSv1\.3");
    }

    [Test]
    public void A_renewed_key_that_only_root_may_read_is_taken_up()
    {
        if (!Programs.IsRoot) Assert.Ignore("needs root");
        string Leaf() =>
            Programs.Run("openssl", ["s_client", "-connect", $"127.0.0.1:{Mta.SmtpPort}", "-starttls", "smtp", "-ign_eof"],
            "QUIT\r\n").Output.Split("-----BEGIN CERTIFICATE-----")[^1].Split("-----END")[0];
        string before = Leaf(), good = File.ReadAllText(_ours);
        File.WriteAllText(_ours, good[..good.IndexOf("-----BEGIN CERT", StringComparison.Ordinal)]
            + "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n");
        Mta.WaitForLog(@"master\[\d+\]: warning: TLS keys and certificates have changed and cannot be used, the old ones stay in use: ");
        Assert.That(Leaf(), Is.EqualTo(before));
        _ca.Chain(Instance.HostName, file: _ours);
        Wait.Until(() => Leaf() is { Length: > 100 } now && now != before, () => "the new certificate");
    }

    [Test, Order(2)]
    public void A_name_that_does_not_match_defers()
    {
        File.WriteAllText(Policies, $"[127.0.0.1]:{Postfix.Port} secure match=other.example.net\n");
        Thread.Sleep(1100); // tables are looked at once a second
        Mta.Sendmail("Subject: to the wrong one\n\nbody\n", "-f", Address, "x@wrong.example.net").Succeeded();
        Mta.WaitForLog(@"to=<x@wrong\.example\.net>, .*tls=!secure, dsn=4\.7\.5, status=deferred \(Server certificate not verified\)");
    }

    [Test]
    public void Postfix_to_us_verified()
    {
        Programs.Run("/usr/sbin/postconf", ["-c", Postfix.Etc, "-e", $"relayhost = [127.0.0.1]:{Mta.SmtpPort}"]).Succeeded();
        Programs.Run("/usr/sbin/postfix", ["-c", Postfix.Etc, "reload"]).Succeeded();
        Postfix.Send(Address, "Subject: from postfix\n\nbody\n");
        Assert.That(Mta.Delivered("Subject: from postfix").Text, Does.Contain("(MtaSuite) with ESMTPS id"));
        Postfix.WaitForLog(@"Verified TLS connection established to 127\.0\.0\.1\[127\.0\.0\.1\]:\d+: TLSv1\.3");
        Postfix.WaitForLog("status=sent");
    }

    [TestCase("mx.test.example", true)]
    [TestCase("other.example", false)]
    public void Both_posttls_fingers_agree_on_our_server(string match, bool verified)
    {
        string[] arguments = ["-c", "-lverify", "-F", _ca.RootFile, "-d", "sha256", $"[127.0.0.1]:{Mta.SmtpPort}", match];
        ProgramResult ours = Instance.Run("posttls-finger", arguments);
        ProgramResult theirs = Programs.Run("/usr/sbin/posttls-finger", arguments, "", ("MAIL_CONFIG", Postfix.Etc));
        foreach (string text in new[] { ours.Output + ours.Error, theirs.Output + theirs.Error })
            Assert.That(text, Does.Match($"(?m): (?{(verified ? "=" : "!")}Verified).*TLS connection established to .*: TLSv1\\.3 with "
                + $"cipher TLS_AES_256_GCM_SHA384"));
        Assert.That(ours.ExitCode, Is.EqualTo(verified ? 0 : 1));
        string Print(ProgramResult r) =>
            System.Text.RegularExpressions.Regex.Match(r.Output + r.Error, "fingerprint=([0-9A-F:]+)").Groups[1].Value;
        Assert.That(Print(ours), Is.Not.Empty.And.EqualTo(Print(theirs)));
    }

    [Test]
    public void Our_posttls_finger_on_Postfix()
    {
        ProgramResult r = Instance.Run("posttls-finger", "-C", "-l", "encrypt", "-r", "1", $"[127.0.0.1]:{Postfix.Port}").Succeeded();
        Assert.That(r.Output, Does.Contain("-----BEGIN CERTIFICATE-----"));
        Assert.That(r.Error, Does.Contain("< 250-STARTTLS").And.Contain("TLS connection established to").And.Contain(
            "TLS connection reestablished to"));
        Assert.That(Instance.Run("posttls-finger", "-l", "encrypt", "[127.0.0.1]:1").ExitCode, Is.EqualTo(1));
    }
}
