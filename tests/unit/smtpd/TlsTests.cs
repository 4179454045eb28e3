using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tls;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Unit.Smtpd;

[TestFixture]
public class TlsTests
{
    private TestCa _ca = null!;

    [SetUp]
    public void MakeAuthority() => _ca = new TestCa();

    [TearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private string Config(string more = "") =>
        $"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {_ca.Chain("mx.test")}\ndata_directory = {_ca.Folder}\n"
        + $"smtpd_tls_loglevel = 1\nsmtpd_tls_received_header = yes\nsmtpd_tls_CAfile = {_ca.RootFile}\n{more}";

    private static async Task<TlsHandshake> ShakeAsync(TestClient client, TlsContext context)
    {
        TlsSession session = TlsSession.TryCreate(context, client.Connection, server: false, out _)!;
        return await session.HandshakeAsync(TestLimits.Wait);
    }

    [Test]
    public void Starttls_begins_the_session_anew()
    {
        using SmtpHarness h = new(Config());
        using TlsContext context = TlsPair.ClientContext(_ca.RootFile);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            Assert.That(await c.AskAsync("EHLO client.example"), Does.Contain("|250-STARTTLS|"));
            Assert.That(await c.AskAsync("STARTTLS now"), Is.EqualTo("501 5.5.4 Syntax: STARTTLS"));
            Assert.That(await c.AskAsync("STARTTLS"), Is.EqualTo("220 2.0.0 Ready to start TLS"));
            Assert.That(await ShakeAsync(c, context), Is.EqualTo(TlsHandshake.Done));
            Assert.That(await c.AskAsync("STARTTLS"), Is.EqualTo("554 5.5.1 Error: TLS already active"));
            Assert.That(await c.AskAsync("EHLO client.example"), Does.Not.Contain("STARTTLS"));
            await c.AskAsync("MAIL FROM:<s@foreign.test>");
            await c.AskAsync("RCPT TO:<user@local.test>");
            await c.AskAsync("DATA");
            Assert.That(await c.AskAsync("x\r\n."), Does.StartWith("250 2.0.0 Ok: queued"));
            Assert.That(await c.AskAsync("QUIT"), Does.StartWith("221"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.Queue.Queued.Single().Content,
            Does.Match("^Received: from client\\.example \\(host\\.example \\[192\\.0\\.2\\.7\\]\\)\n"
            + "\t\\(using TLSv1\\.3 with cipher TLS_AES_256_GCM_SHA384 \\(256/256 bits\\)\n\t key-exchange X25519 server-signature ECDSA "
            + "\\(prime256v1\\) server-digest SHA256\\)\n"
            + "\t\\(No client certificate requested\\)\n\tby mx\\.test \\(MtaSuite\\) with ESMTPS id "));
        Assert.That(h.LogLines(), Has.Some.StartsWith(
            "Anonymous TLS connection established from host.example[192.0.2.7]: TLSv1.3 with cipher "));
        Assert.That(h.LogLines()[^1], Is.EqualTo(
            "disconnect from host.example[192.0.2.7] ehlo=2 starttls=1/3 mail=1 rcpt=1 data=1 quit=1 commands=7/9"));
    }

    [TestCase("", true)]
    [TestCase("requiretls_enable = no\n", false)]
    [TestCase("smtpd_discard_ehlo_keywords = requiretls, silent-discard\n", false)]
    public void Requiretls_is_for_encrypted_sessions(string config, bool offered)
    {
        const string refused = "555 5.5.4 Unsupported option: REQUIRETLS";
        using SmtpHarness h = new(Config(config));
        using TlsContext context = TlsPair.ClientContext(_ca.RootFile);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            Assert.That(await c.AskAsync("EHLO client.example"), Does.Not.Contain("REQUIRETLS"));
            Assert.That(await c.AskAsync("MAIL FROM:<s@foreign.test> REQUIRETLS"), Is.EqualTo(refused));
            await c.AskAsync("STARTTLS");
            await ShakeAsync(c, context);
            Assert.That(await c.AskAsync("EHLO client.example"), offered ? Does.Contain("REQUIRETLS") : Does.Not.Contain("REQUIRETLS"));
            Assert.That(await c.AskAsync("MAIL FROM:<s@foreign.test> REQUIRETLS=yes"), Is.EqualTo(refused + "=yes"));
            Assert.That(await c.AskAsync("MAIL FROM:<s@foreign.test> RequireTLS"),
                offered ? Does.StartWith("250") : Is.EqualTo("555 5.5.4 Unsupported option: RequireTLS"));
            if (offered)
            {
                await c.AskAsync("RCPT TO:<user@local.test>");
                await c.AskAsync("DATA");
                await c.AskAsync("x\r\n.");
            }
            await c.AskAsync("QUIT");
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.Queue.Queued.Select(m => m.Request.Envelope.Flags), Is.EqualTo(offered ? new[] { MessageFlags.RequireTls } : []));
    }

    [Test]
    public void What_is_put_behind_starttls_is_not_executed()
    {
        using SmtpHarness h = new(Config("smtpd_forbid_unauth_pipelining = no\n"));
        string reply = h.Talk("EHLO client.example\r\nSTARTTLS\r\nNOOP injected\r\n");
        Assert.That(reply, Does.EndWith("\r\n554 5.5.0 Error: SMTP protocol synchronization\r\n"));
        Assert.That(h.LogLines(), Has.Some.Contains("plaintext behind STARTTLS"));
    }

    [Test]
    public void Without_tls_hardly_anything_is_allowed_where_it_is_demanded()
    {
        using SmtpHarness h = new(Config("smtpd_tls_security_level = encrypt\nsmtpd_forbid_unauth_pipelining = no\n"));
        const string Need = "530 5.7.0 Must issue a STARTTLS command first\r\n";
        string reply = h.Talk("EHLO client.example\r\nNOOP\r\nMAIL FROM:<a@foreign.test>\r\nRSET\r\nVRFY user\r\nBDAT 3 LAST\r\nQUIT\r\n");
        Assert.That(reply, Does.EndWith($"250 2.0.0 Ok\r\n{Need}{Need}{Need}{Need}221 2.0.0 Bye\r\n"));
    }

    [Test]
    public void No_certificate_no_offer()
    {
        using SmtpHarness h = new("smtpd_tls_security_level = may\nsmtpd_forbid_unauth_pipelining = no\n");
        Assert.That(h.Talk("EHLO c.example\r\nSTARTTLS\r\nQUIT\r\n"),
            Does.Not.Contain("STARTTLS").And.Contain("502 5.5.1 Error: command not implemented"));
        using SmtpHarness must = new("smtpd_tls_security_level = encrypt\nsmtpd_forbid_unauth_pipelining = no\n");
        Assert.That(must.Talk("EHLO c.example\r\nSTARTTLS\r\nMAIL FROM:<>\r\nQUIT\r\n"),
            Does.Contain("454 4.7.0 TLS not available due to local problem\r\n530 5.7.0"));
        using SmtpHarness discarded = new(Config("smtpd_discard_ehlo_keywords = starttls\nsmtpd_forbid_unauth_pipelining = no\n"));
        Assert.That(discarded.Talk("EHLO c.example\r\nSTARTTLS\r\nQUIT\r\n"), Does.Not.Contain("250-STARTTLS").And.Contain("502 5.5.1"));
    }

    [Test]
    public void Wrappermode_speaks_tls_first()
    {
        using SmtpHarness h = new(Config("smtpd_tls_wrappermode = yes\n"));
        using TlsContext context = TlsPair.ClientContext();
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            Assert.That(await ShakeAsync(c, context), Is.EqualTo(TlsHandshake.Done));
            Assert.That(await c.ReplyAsync(), Does.StartWith("220 mx.test ESMTP"));
            Assert.That(await c.AskAsync("EHLO c.example"), Does.Not.Contain("STARTTLS"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@foreign.test>"), Does.StartWith("250"));
            c.Close();
        });
    }

    [Test]
    public void A_handshake_that_fails_is_logged_and_the_session_ends()
    {
        using SmtpHarness h = new(Config());
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("STARTTLS");
            c.Send("HELO, not a ClientHello\r\n");
            await c.RestAsync();
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo("SSL_accept error from host.example[192.0.2.7]: -1"));
        Assert.That(h.LogLines(), Has.Some.Match("TLS library problem: error:[0-9A-F]+:SSL routines::"));
        Assert.That(h.LogLines(), Has.Some.EqualTo("lost connection after STARTTLS from host.example[192.0.2.7]"));
    }

    [TestCase("permit_tls_clientcerts", true, true, true)]
    [TestCase("permit_tls_clientcerts", true, false, false)]
    [TestCase("permit_tls_all_clientcerts", true, false, true)]
    [TestCase("permit_tls_all_clientcerts", false, false, false)]
    [TestCase("check_ccert_access inline:{{FINGERPRINT=OK}}", false, false, true)]
    public void Client_certificates_permit(string restriction, bool signedByOurs, bool listed, bool permitted)
    {
        using TestCa foreign = new("Foreign CA");
        string chain = (signedByOurs ? _ca : foreign).Chain("client.example");
        List<KeyPair> keys = new KeyPairFiles([chain], []).Load(out _)!;
        nint certificate = LibSsl.ParseCertificate(keys[0].Chain[0]);
        string print = BitConverter.ToString(LibSsl.Fingerprint(certificate, "sha256", publicKey: false)).Replace('-', ':');
        LibSsl.FreeCertificate(certificate);
        using SmtpHarness h = new(Config(
            $"smtpd_tls_ask_ccert = yes\nsmtpd_tls_fingerprint_digest = sha256\nrelay_clientcerts = "
            + $"inline:{{{{{(listed ? print : "00:11")}=x}}}}\n"
            + $"smtpd_relay_restrictions = {restriction.Replace("FINGERPRINT", print)}, reject_unauth_destination\nmynetworks = 127.0.0.1\n"));
        using TlsContext context = TlsPair.Context(new TlsContextSettings { Server = false }, chain);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("STARTTLS");
            await ShakeAsync(c, context);
            await c.AskAsync("EHLO c.example");
            await c.AskAsync("MAIL FROM:<s@foreign.test>");
            Assert.That(await c.AskAsync("RCPT TO:<x@elsewhere.test>"), Does.StartWith(permitted ? "250" : "554 5.7.1"));
            c.Close();
        });
        Assert.That(h.LogLines(), Has.Some.StartsWith($"{(signedByOurs ? "Trusted" : "Untrusted")} TLS connection established from "));
    }

    [TestCase(false, "No client certificate presented")]
    [TestCase(true, "Client certificate not trusted")]
    public void A_required_certificate_must_be_trusted(bool shown, string reason)
    {
        using TestCa foreign = new("Foreign CA");
        using SmtpHarness h = new(Config("smtpd_tls_security_level = encrypt\nsmtpd_tls_req_ccert = yes\n"));
        using TlsContext context = shown ? TlsPair.Context(new TlsContextSettings { Server = false }, foreign.Chain("x"))
            : TlsPair.ClientContext();
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("STARTTLS");
            await ShakeAsync(c, context);
            Assert.That(await c.ReplyAsync(), Is.EqualTo($"421 4.7.1 mx.test Error: {reason}"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo($"NOQUEUE: abort: TLS from host.example[192.0.2.7]: {reason}"));
    }
}
