using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>Our mail through a Postfix that plays the provider: it demands TLS and a login, which Dovecot checks for it.</summary>
[TestFixture]
public class PostfixProvider : InstanceTest
{
    private const string Login = "joe@example.com", Password = "secret";
    private readonly TestCa _ca = new();
    private DovecotServer? _dovecot;
    private PostfixPeer? _postfix;

    private PostfixPeer Postfix => _postfix!;

    protected override string[] Settings
    {
        get
        {
            string socket = $"{_ca.Folder}/auth";
            _dovecot = new DovecotServer(socket, Login, Password);
            _dovecot.Start();
            _postfix = new PostfixPeer("smtpd_tls_security_level = encrypt",
                $"smtpd_tls_chain_files = {_ca.Chain("localhost", ecdsa: false)}", "smtpd_sasl_auth_enable = yes",
                "smtpd_sasl_type = dovecot", $"smtpd_sasl_path = {socket}", "smtpd_relay_restrictions = permit_sasl_authenticated, reject");
            return
            [
                "mydestination=", $"relayhost=[localhost]:{Postfix.Port}", "smtp_sasl_auth_enable=yes",
                    "smtp_sasl_tls_security_options=noanonymous", "smtp_tls_security_level=verify",
                $"smtp_tls_CAfile={_ca.RootFile}", $"smtp_sasl_password_maps=texthash:{_ca.Folder}/sasl_passwd", "minimal_backoff_time=1s",
                    "queue_run_delay=1s", "transport_retry_time=1s",
                "smtp_host_lookup=native", "inet_protocols=ipv4",
            ];
        }
    }

    protected override void Prepare() => SetPassword(Password);

    private void SetPassword(string password)
    {
        File.WriteAllText($"{_ca.Folder}/sasl_passwd", $"[localhost]:{Postfix.Port} {Login}:{password}\n");
        File.SetUnixFileMode($"{_ca.Folder}/sasl_passwd", (UnixFileMode)FileModes.PublicFile);
    }

    [OneTimeTearDown]
    public void StopProvider()
    {
        _postfix?.Dispose();
        _dovecot?.Dispose();
        _ca.Dispose();
    }

    private void Send(string recipient) => Mta.Sendmail("Subject: x\n\nx\n", "-f", "me@mx.test.example", recipient).Succeeded();

    [TestCase("plain")]
    [TestCase("login")]
    [TestCase("cram-md5")]
    [TestCase("scram-sha-256")]
    [TestCase("")]
    public void Mail_goes_through_it(string mechanism)
    {
        Mta.Configure($"smtp_sasl_mechanism_filter={mechanism}");
        Mta.Reload();
        string recipient = $"by-{mechanism}@example.net";
        Send(recipient);
        Mta.WaitForLog(
            $@"to=<{recipient}>, relay=localhost\[127\.0\.0\.1\]:\d+, .*tls=verify, dsn=2\.0\.0, status=sent \(250 2\.0\.0 Ok: queued as ");
        Postfix.WaitForLog(
            $"sasl_method={(mechanism.Length == 0 ? "SCRAM-SHA-256" : mechanism.ToUpperInvariant())}, sasl_username={Login}");
    }

    [TestCase("plain")]
    [TestCase("scram-sha-256")]
    public void A_wrong_password_defers_with_its_words(string mechanism)
    {
        Mta.Configure($"smtp_sasl_mechanism_filter={mechanism}");
        SetPassword("wrong");
        Mta.Reload();
        string recipient = $"later-{mechanism}@example.net";
        Send(recipient);
        Mta.WaitForLog(
            $@"to=<{recipient}>, .*dsn=4\.7\.8, status=deferred \(.*SASL authentication failed; server localhost\[127\.0\.0\.1\] said: "
            + @"535 5\.7\.8 Error: authentication failed");
        SetPassword(Password);
        Mta.Reload();
        Mta.Command("postqueue", "", "-f").Succeeded();
        Mta.WaitForLog($"to=<{recipient}>, .*status=sent ");
    }
}
