using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit.Security;
using MimeKit;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace MtaSuite.Tests.E2e;

/// <summary>MailKit logs in at both submission services, with every mechanism; and channel binding finds the man in the middle whom it
/// is made for.</summary>
[TestFixture]
public class MailKitLogins : InstanceTest
{
    private const string Login = "kit@mx.test.example", Password = "pä55 w=rd,";
    private readonly TestCa _ca = new(), _attacker = new("Another CA");

    protected override string[] Settings =>
        [$"smtpd_tls_chain_files={_ca.Chain("localhost")}", "smtpd_sasl_failure_delay=0"];

    protected override void Prepare() => Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, Login],
        System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(Password)) + "\n").Succeeded();

    [OneTimeTearDown]
    public void RemoveAuthorities()
    {
        _ca.Dispose();
        _attacker.Dispose();
    }

    private static SaslMechanism Mechanism(string name, string password = Password)
    {
        NetworkCredential login = new(Login, password);
        return name switch
        {
            "PLAIN" => new SaslMechanismPlain(System.Text.Encoding.UTF8, login),
            "LOGIN" => new SaslMechanismLogin(System.Text.Encoding.UTF8, login),
            "SCRAM-SHA-1" => new SaslMechanismScramSha1(login),
            "SCRAM-SHA-256" => new SaslMechanismScramSha256(login),
            "SCRAM-SHA-1-PLUS" => new SaslMechanismScramSha1Plus(login),
            "SCRAM-SHA-256-PLUS" => new SaslMechanismScramSha256Plus(login),
            _ => throw new ArgumentException(name),
        };
    }

    [Test]
    public void Every_mechanism_logs_in(
        [Values("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS")] string mechanism,
            [Values] bool starttls)
    {
        string subject = $"{mechanism} {(starttls ? "by STARTTLS" : "in TLS")}";
        using MailClient client = new MailClient(_ca).To(starttls ? Mta.SubmissionPort : Mta.SubmissionsPort, starttls);
        Assert.That(client.AuthenticationMechanisms, Does.Contain(mechanism));
        client.Authenticate(Mechanism(mechanism));
        client.Send(MailClient.Message("kit@client.example", Address, subject));
        client.Disconnect(quit: true);
        MimeMessage message = MailReader.Read(Mta.Delivered($"Subject: {subject}\n"));
        Assert.That(message.Headers[HeaderId.Received], Does.Contain("with ESMTPSA"));
        Mta.WaitForLog($@"smtpd\[\d+\]: \w+: client=\S+, sasl_method={mechanism}, sasl_username={Login}");
    }

    [Test]
    public void A_wrong_password_is_refused([Values("PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")] string mechanism)
    {
        using MailClient client = new MailClient(_ca).To(Mta.SubmissionsPort, starttls: false);
        Assert.That(() => client.Authenticate(Mechanism(mechanism, "wrong")), Throws.InstanceOf<AuthenticationException>());
        Assert.That(client.IsAuthenticated, Is.False);
        // the session goes on: the right one is taken after it
        client.Authenticate(Mechanism(mechanism));
    }

    [Test]
    public void Nothing_is_offered_before_tls()
    {
        using MailClient client = new MailClient(_ca).Plainly(Mta.SubmissionPort);
        Assert.That(client.AuthenticationMechanisms, Is.Empty);
    }

    /// <summary>
    /// Whoever has a certificate that the client believes can read along and pass on a login; with channel binding (RFC 5802 6, RFC
    /// 5929) the two ends of the
    /// login see different certificates, and it fails.
    /// </summary>
    [Test]
    public void A_login_with_channel_binding_is_worth_nothing_to_a_man_in_the_middle()
    {
        using TlsInterceptor middle = new(_attacker.Chain("localhost"), Mta.SubmissionsPort);
        foreach ((string mechanism, bool succeeds) in new[] { ("PLAIN", true), ("SCRAM-SHA-256", true), ("SCRAM-SHA-256-PLUS", false),
            ("SCRAM-SHA-1-PLUS", false) })
        {
            using MailClient client = new MailClient(_attacker).To(middle.Port, starttls: false);
            if (succeeds) client.Authenticate(Mechanism(mechanism));
            else Assert.That(() => client.Authenticate(Mechanism(mechanism)), Throws.InstanceOf<AuthenticationException>(), mechanism);
            Assert.That(client.IsAuthenticated, Is.EqualTo(succeeds), mechanism);
        }
    }

    /// <summary>A man in the middle: TLS of his own to the client, another to the server, and what they say to each other in
    /// between.</summary>
    private sealed class TlsInterceptor : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 _certificate;
        private readonly int _server;

        public TlsInterceptor(string chain, int server)
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(chain, chain);
            _certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            _server = server;
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException) { } // stopped
        }

        private async Task ServeAsync(TcpClient client)
        {
            try
            {
                using TcpClient inner = client, outer = new();
                await outer.ConnectAsync(IPAddress.Loopback, _server);
                await using SslStream near = new(inner.GetStream()), far = new(outer.GetStream(), false, (_, _, _, _) => true);
                await near.AuthenticateAsServerAsync(_certificate);
                await far.AuthenticateAsClientAsync("localhost");
                await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
            }
            // one of them is gone
            catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException) { }
        }

        public void Dispose()
        {
            _listener.Dispose();
            _certificate.Dispose();
        }
    }
}
