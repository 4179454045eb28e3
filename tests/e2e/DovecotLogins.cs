using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Logins that Dovecot's authentication server knows, over its real socket, which comes and goes.</summary>
[TestFixture]
public class DovecotLogins : InstanceTest
{
    private DovecotServer? _dovecot;

    private DovecotServer Dovecot => _dovecot!;

    protected override string[] Settings =>
        ["smtpd_sasl_type=dovecot", "smtpd_sasl_path=private/auth", "smtpd_sasl_failure_delay=0", "smtpd_sasl_auth_enable=yes"];

    protected override void Prepare() => _dovecot = new DovecotServer($"{Mta.Spool}/private/auth", "joe@example.com", "secret");

    [OneTimeTearDown]
    public void RemoveDovecot() => _dovecot?.Dispose();

    private static string B64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static string Auth(SmtpPeer peer, string password) =>
        peer.Say($"AUTH PLAIN {B64($"\0joe@example.com\0{password}")}").ToString();

    [Test]
    public void Logins_while_dovecot_comes_and_goes()
    {
        using (SmtpPeer early = SmtpPeer.Open(Mta.SmtpPort))
            Assert.That(Auth(early, "secret"),
                Does.StartWith("454 4.7.0 Temporary authentication failure: Can't connect to authentication server"));
        Dovecot.Start();
        using (SmtpPeer peer = new(Mta.SmtpPort))
        {
            peer.Read().Is(220);
            Assert.That(peer.Say("EHLO c.example").Is(250).Lines,
                Does.Contain("AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256").Or.Some.StartsWith("AUTH "));
            Assert.That(Auth(peer, "wrong"), Does.StartWith("535 5.7.8 "));
            Assert.That(peer.Say("AUTH LOGIN").Is(334).Text, Is.EqualTo("VXNlcm5hbWU6"));
            Assert.That(peer.Say("*").Code, Is.EqualTo(501));
            Assert.That(peer.Say("AUTH LOGIN").Is(334).Text, Is.EqualTo("VXNlcm5hbWU6"));
            peer.Say(B64("joe@example.com")).Is(334);
            peer.Say(B64("secret")).Is(235);
        }
        // several at once over one connection to Dovecot
        SmtpPeer[] many = [.. Enumerable.Range(0, 20).Select(_ => SmtpPeer.Open(Mta.SmtpPort))];
        foreach (SmtpPeer one in many) one.Send($"AUTH PLAIN {B64("\0joe@example.com\0secret")}\r\n");
        foreach (SmtpPeer one in many) one.Read().Is(235);
        foreach (SmtpPeer one in many) one.Dispose();
        if (Programs.Run("python3", ["--version"]).ExitCode == 0)
            Programs.Run("python3", ["-c",
                $"import smtplib\ns = smtplib.SMTP('127.0.0.1', {Mta.SmtpPort}); s.ehlo(); s.user, s.password = 'joe@example.com', "
                    + $"'secret'\nassert s.auth('CRAM-MD5', s.auth_cram_md5)[0] == 235"]).Succeeded();
        Dovecot.Stop();
        Wait.Until(() =>
        {
            using SmtpPeer late = SmtpPeer.Open(Mta.SmtpPort);
            return Auth(late, "secret").StartsWith("454 4.7.0 ", StringComparison.Ordinal);
        }, "a temporary failure without Dovecot");
        Dovecot.Start();
        using SmtpPeer again = SmtpPeer.Open(Mta.SmtpPort);
        Assert.That(Auth(again, "secret"), Does.StartWith("235 "));
        Mta.WaitForLog(@"warning: \S+: SASL PLAIN authentication failed: .*, sasl_username=joe@example\.com");
    }
}
