using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tests.Unit.Tls;

[TestFixture]
public class TlsSettingsTests
{
    private const ulong Ssl3 = SslContext.OpNoSslV3, T10 = SslContext.OpNoTls1, T11 = SslContext.OpNoTls1_1, T12 = SslContext.OpNoTls1_2,
        T13 = SslContext.OpNoTls1_3;

    [TestCase("", 0, 0, Ssl3)]
    [TestCase(">=TLSv1", 0x0301, 0, Ssl3)]
    [TestCase(">=tlsv1.2, <=TLSv1.3", 0x0303, 0x0304, Ssl3)]
    [TestCase("!SSLv2, !SSLv3, !TLSv1, !TLSv1.1", 0, 0, Ssl3 | T10 | T11)]
    [TestCase("TLSv1.2:TLSv1.3", 0, 0, Ssl3 | T10 | T11)]
    [TestCase("TLSv1.2", 0, 0, Ssl3 | T10 | T11 | T13)]
    [TestCase(">=0x0303 <=0304", 0x0303, 0x0304, Ssl3)]
    [TestCase(">=SSLv3", 0x0300, 0, 0ul)]
    public void Protocols(string text, int lowest, int highest, ulong excluded)
    {
        Assert.That(TlsProtocols.TryParse(text, out TlsProtocols p, out string bad), bad);
        Assert.That((p.Lowest, p.Highest, p.Excluded), Is.EqualTo((lowest, highest, excluded)));
    }

    [TestCase("TLSv1.5", "TLSv1.5")]
    [TestCase(">=TLSv1 !TLS", "!TLS")]
    [TestCase(">=12345", ">=12345")]
    public void Unknown_protocols_are_named(string text, string wrong)
    {
        Assert.That(TlsProtocols.TryParse(text, out _, out string bad), Is.False);
        Assert.That(bad, Is.EqualTo(wrong));
    }

    [Test]
    public void Each_client_parameter_is_the_one_of_its_protocol_and_the_two_correspond()
    {
        foreach (System.Reflection.PropertyInfo property in typeof(TlsClientParams).GetProperties())
        {
            if (!property.PropertyType.IsAssignableTo(typeof(Param))) continue;
            string smtp = ((Param)property.GetValue(TlsClientParams.Smtp)!).Name;
            string lmtp = ((Param)property.GetValue(TlsClientParams.Lmtp)!).Name;
            Assert.That(smtp, Does.StartWith("smtp_"));
            Assert.That(lmtp, Is.EqualTo("lmtp_" + smtp[5..]), property.Name);
        }
    }

    [Test]
    public void Pem_objects_come_in_order_whatever_stands_between_them()
    {
        const string text = "subject=x\n-----BEGIN EC PARAMETERS-----\r\nAQID\r\n-----END EC PARAMETERS-----\r\n-----BEGIN PRIVATE "
            + "KEY-----\nName: value\n\nAQ\nID\n"
            + "-----END PRIVATE KEY-----\nnoise\n-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----";
        Assert.That(PemFile.TryParse(text, out List<PemObject> objects, out _));
        Assert.That(objects.Select(o => (o.Label, Convert.ToHexString(o.Der))),
            Is.EqualTo(new[] { ("EC PARAMETERS", "010203"), ("PRIVATE KEY", "010203"), ("CERTIFICATE", "040506") }));
    }

    // Only who says "none", has no certificate elsewhere and wants none of clients serves without one; then nobody but those who ask for
    // such ciphers gets TLS.
    [TestCase("smtpd_tls_cert_file = none\n", true)]
    [TestCase("smtpd_tls_cert_file = None\nsmtpd_tls_protocols = >=TLSv1.2\n", true)]
    [TestCase("", false)]
    [TestCase("smtpd_tls_cert_file = none\nsmtpd_tls_ask_ccert = yes\n", false)]
    [TestCase("smtpd_tls_cert_file = none\nsmtpd_tls_eccert_file = /nonexistent\n", false)]
    [TestCase("smtpd_tls_cert_file = none\nsmtpd_tls_chain_files = /nonexistent\n", false)]
    [TestCase("smtpd_tls_cert_file = none\nsmtpd_tls_exclude_ciphers = aNULL\n", false)]
    public void Tls_without_a_certificate_is_asked_for_by_name(string main, bool works)
    {
        TlsServerSettings settings = new(MailConfig.Parse($"smtpd_tls_security_level = may\ndata_directory = /nonexistent\n{main}").Config);
        using TlsServer? server = settings.TryStart(TimeProvider.System, out string error);
        if (server == null)
        {
            Assert.That(works, Is.False, error);
            return;
        }
        foreach ((string ciphers, bool agree) in new[] { ("DEFAULT", false), ("aNULL", works), ("ALL", works) })
        {
            using TlsContext client = TlsPair.Context(new TlsContextSettings { Server = false, Ciphers = ciphers });
            using TlsPair pair = new();
            pair.Run(async () =>
            {
                (TlsHandshake accepted, TlsHandshake connected) = await pair.ShakeAsync(server.Context!, client);
                Assert.That((accepted == TlsHandshake.Done, connected == TlsHandshake.Done), Is.EqualTo((agree, agree)), ciphers);
            });
        }
    }

    [TestCase("-----BEGIN CERTIFICATE-----\nAQID\n", "does not end")]
    [TestCase("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "not base64")]
    [TestCase("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted")]
    [TestCase("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END RSA PRIVATE KEY-----\n", "encrypted")]
    public void Broken_pem(string text, string reason)
    {
        Assert.That(PemFile.TryParse(text, out _, out string error), Is.False);
        Assert.That(error, Does.Contain(reason));
    }

    [Test]
    public void Chain_files_are_one_text_and_keys_come_first()
    {
        using TestCa ca = new();
        string whole = File.ReadAllText(ca.Chain("a.example"));
        int cut = whole.IndexOf("-----BEGIN CERT", StringComparison.Ordinal);
        File.WriteAllText($"{ca.Folder}/key", whole[..cut]);
        File.WriteAllText($"{ca.Folder}/cert", whole[cut..] + File.ReadAllText(ca.RootFile));
        List<KeyPair>? pairs = new KeyPairFiles([$"{ca.Folder}/key", $"{ca.Folder}/cert"], []).Load(out string error);
        Assert.That(pairs!.Single().Chain, Has.Count.EqualTo(2), error);
        Assert.That(new KeyPairFiles([$"{ca.Folder}/cert", $"{ca.Folder}/key"], []).Load(out error), Is.Null);
        Assert.That(error, Does.Contain("no private key before it"));
        Assert.That(new KeyPairFiles([], [($"{ca.Folder}/cert", $"{ca.Folder}/key")]).Load(out error), Has.Count.EqualTo(1), error);
        Assert.That(new KeyPairFiles([], [($"{ca.Folder}/cert", $"{ca.Folder}/none")]).Load(out error), Is.Null);
        Assert.That(error, Does.Contain($"open {ca.Folder}/none: "));
        File.WriteAllText($"{ca.Folder}/empty", "");
        Assert.That(new KeyPairFiles([$"{ca.Folder}/empty"], []).Load(out error), Is.Null, "a file that is just being written");
    }

    [Test]
    public void Server_settings_follow_the_parameters()
    {
        TlsServerSettings s = new(MailConfig.Parse("smtpd_tls_security_level = encrypt\nsmtpd_tls_mandatory_ciphers = "
            + "high\nsmtpd_tls_req_ccert = yes\n"
            + "smtpd_tls_mandatory_protocols = >=TLSv1.3\nsmtpd_tls_cert_file = /c\nsmtpd_tls_eccert_file = /e\nsmtpd_tls_eckey_file = "
            + "/k\nsmtpd_tls_exclude_ciphers = SHA1\n").Config);
        Assert.Multiple(() =>
        {
            Assert.That(s.Level, Is.EqualTo(TlsServerLevel.Encrypt));
            Assert.That((s.AskCertificate, s.RequireCertificate, s.AuthOnly), Is.EqualTo((true, true, true)));
            Assert.That(s.Files.Pairs, Is.EqualTo(new[] { ("/c", "/c"), ("/e", "/k") }));
            Assert.That(s.Context.Protocols.Lowest, Is.EqualTo(0x0304));
            Assert.That(s.Context.Ciphers, Does.EndWith(":!aNULL:!SHA1").And.Not.Contain("MEDIUM"));
        });
        Assert.That(new TlsServerSettings(MailConfig.Parse("smtpd_use_tls = yes\n").Config).Level, Is.EqualTo(TlsServerLevel.May));
        Assert.That(new TlsServerSettings(MailConfig.Parse("smtpd_tls_security_level = verify\n").Config) is
        {
            Level: TlsServerLevel.Encrypt, Problems.Count: 1
        });
        Assert.That(new TlsServerSettings(MailConfig.Parse("smtpd_tls_security_level = none\nsmtpd_tls_wrappermode = yes\n").Config).Level,
            Is.EqualTo(TlsServerLevel.Encrypt));
        Assert.That(new TlsServerSettings(MailConfig.Parse("tls_ssl_options = NO_TICKET, 0x1 NO_SUCH\n").Config).Problems,
            Has.Count.EqualTo(2));
    }
}
