using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>Programs of other people that speak TLS with our server: by STARTTLS, and from the first byte.</summary>
[TestFixture]
public class TlsServer : InstanceTest
{
    private const int Sessions = 2000, KibOfSession = 50;
    private readonly TestCa _ca = new();
    private string _chain = "";

    protected override string[] Settings =>
    [
        "smtpd_tls_security_level=may",
            $"smtpd_tls_chain_files={_chain = _ca.Chain(Instance.HostName, ecdsa: false)}, {_ca.Chain(Instance.HostName)}",
                "smtpd_tls_loglevel=1",
        "smtpd_tls_received_header=yes", $"smtpd_tls_CAfile={_ca.RootFile}", "smtpd_tls_ask_ccert=yes",
            "smtpd_client_connection_count_limit=0",
    ];

    protected override void Prepare()
    {
        foreach (string file in Directory.GetFiles(_ca.Folder))
            File.SetUnixFileMode(file, (UnixFileMode)FileModes.PublicFile /* the daemon reads renewed ones itself */);
        Instance.Run("postconf", "-c", Mta.Etc, "-P",
            $"127.0.0.1:{Mta.SubmissionsPort}/inet/smtpd_relay_restrictions=permit_mynetworks,reject",
            $"127.0.0.1:{Mta.SubmissionsPort}/inet/smtpd_tls_auth_only=no",
                $"127.0.0.1:{Mta.SubmissionsPort}/inet/smtpd_hide_client_session=no").Succeeded();
        File.AppendAllText($"{Mta.Etc}/master.cf", $"127.0.0.1:{MustPort} inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n"
            + $"127.0.0.1:{OwnSettingsPort} inet n - n - - smtpd\n  -o tls_config_file={_ca.Folder}/openssl.cnf -o "
            + "tls_config_name=suite\n");
        File.WriteAllText($"{_ca.Folder}/openssl.cnf",
            "suite = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCiphersuites = TLS_CHACHA20_POLY1305_SHA256\n");
    }

    private static int MustPort => 4590;
    private static int OwnSettingsPort => 4594;

    [OneTimeTearDown]
    public void RemoveAuthority() => _ca.Dispose();

    private ProgramResult Client(int port, string protocol, string input, params string[] more) => Programs.Run("openssl",
        ["s_client", "-connect", $"127.0.0.1:{port}",
            .. protocol.Length > 0 ? (string[])["-starttls", protocol, "-name", "client.example"] : [], "-CAfile", _ca.RootFile,
            "-verify_return_error", "-verify_hostname", Instance.HostName, "-ign_eof", "-crlf", .. more], input);

    [TestCase("-tls1_3", "TLSv1.3")]
    [TestCase("-tls1_2", "TLSv1.2")]
    public void Openssl_s_client(string option, string version)
    {
        Programs.Require("openssl");
        foreach ((int port, string protocol) in new[] { (Mta.SmtpPort, "smtp"), (Mta.SubmissionsPort, "") })
        {
            ProgramResult result = Client(port, protocol, "QUIT\n", option).Succeeded();
            Assert.That(result.Output, Does.Contain("Verify return code: 0 (ok)").And.Contain($"New, {version}").And.Contain(
                protocol == "smtp" ? "221 2.0.0 Bye" : "2.0.0 Bye").Or.Contain("554 5.5.0") /* it talks before the greeting */);
        }
        Mta.WaitForLog($"TLS connection established from [^ ]*: {version} with cipher ");
    }

    [Test]
    public void OpenSSL_is_set_up_as_a_service_says()
    {
        Programs.Require("openssl");
        Assert.That(Client(OwnSettingsPort, "smtp", "QUIT\n").Succeeded().Output,
            Does.Contain("New, TLSv1.3, Cipher is TLS_CHACHA20_POLY1305_SHA256"));
        Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n").Succeeded().Output,
            Does.Contain("New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384"));
    }

    [Test]
    public void Both_kinds_of_certificates_are_served()
    {
        Programs.Require("openssl");
        Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n", "-sigalgs", "RSA-PSS+SHA256").Succeeded().Output,
            Does.Contain("Peer signature type: RSA-PSS"));
        Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n", "-sigalgs", "ECDSA+SHA256").Succeeded().Output,
            Does.Contain("Peer signature type: ECDSA"));
        Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n", "-tls1_2", "-cipher", "aNULL").ExitCode, Is.Not.Zero);
        Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n", "-tls1_2", "-cipher", "3DES:RC4:NULL").ExitCode, Is.Not.Zero);
    }

    [Test]
    public void Sessions_are_resumed_whatever_process_serves_them()
    {
        Programs.Require("openssl");
        string file = $"{_ca.Folder}/session";
        foreach (string option in new[] { "-tls1_3", "-tls1_2" })
        {
            Client(Mta.SmtpPort, "smtp", "QUIT\n", option, "-sess_out", file).Succeeded();
            for (int i = 0; i < 6; i++)
                Assert.That(Client(Mta.SmtpPort, "smtp", "QUIT\n", option, "-sess_in", file).Succeeded().Output,
                    Does.Contain("Reused, TLSv1"), $"{option} {i}");
        }
        Mta.WaitForLog("TLS connection reestablished from ");
    }

    [Test]
    public void Python_smtplib_with_a_client_certificate()
    {
        Programs.Require("python3");
        string mine = _ca.Chain("client.example");
        Programs.Run("python3", ["-c", $$"""
            import smtplib, ssl
            c = ssl.create_default_context(cafile='{{_ca.RootFile}}')
            c.load_cert_chain('{{mine}}')
            s = smtplib.SMTP('127.0.0.1', {{Mta.SmtpPort}})
            s._host = '{{Instance.HostName}}'
            s.ehlo('client.example'); s.starttls(context=c); s.ehlo('client.example')
            assert not s.has_extn('starttls')
            s.sendmail('py@client.example', ['{{Address}}'], b'Subject: by smtplib over tls\r\n\r\n' + b'x' * 70 + b'\r\n' * 200000)
            s.quit()
            """]).Succeeded();
        string received = Mta.Delivered("Subject: by smtplib over tls").Header("Received")!;
        Assert.That(received, Does.Contain("(using TLSv1.3 with cipher ").And.Contain(
            "(Client CN \"client.example\", Issuer \"Test CA\" (verified OK))").And.Contain("with ESMTPS id"));
    }

    [TestCase("--tls")]
    [TestCase("--tls-on-connect")]
    [TestCase("--tls-optional")]
    public void Swaks(string option)
    {
        Programs.Require("swaks");
        int port = option == "--tls-on-connect" ? Mta.SubmissionsPort : Mta.SmtpPort;
        ProgramResult swaks =
            Programs.Run("swaks", ["--server", "127.0.0.1", "--port", $"{port}", "--from", "swaks@client.example", "--to", Address, option,
            "--tls-ca-path", _ca.RootFile, "--header", $"Subject: swaks {option}"]);
        if (swaks.Output.Contains("TLS not available", StringComparison.Ordinal))
            Assert.Ignore("swaks has no TLS here (libnet-ssleay-perl)");
        Assert.That(swaks.Succeeded().Output, Does.Contain("TLS started with cipher TLSv1.3"));
        Assert.That(Mta.Delivered($"Subject: swaks {option}").Header("Received"), Does.Contain("ESMTPS"));
    }

    [Test]
    public void Gnutls_cli()
    {
        Programs.Require("gnutls-cli");
        Assert.That(Programs.Run("gnutls-cli",
            ["--starttls-proto=smtp", $"--port={Mta.SmtpPort}", $"--x509cafile={_ca.RootFile}", $"--verify-hostname={Instance.HostName}",
            "127.0.0.1"], "QUIT\r\n").Succeeded().Output, Does.Contain("The certificate is trusted").And.Contain("221 2.0.0 Bye"));
    }

    [Test]
    public void Demanded_tls_refuses_what_is_clear()
    {
        using SmtpPeer peer = SmtpPeer.Open(MustPort);
        peer.Say("EHLO client.example").Is(250);
        Assert.That(peer.Say("MAIL FROM:<a@client.example>").Is(530).ToString(), Does.Contain("5.7.0 Must issue a STARTTLS command first"));
    }

    [Test]
    public void A_renewed_certificate_is_served_without_a_restart()
    {
        Programs.Require("openssl");
        string Serial() =>
            Client(Mta.SmtpPort, "smtp", "QUIT\n", "-sigalgs", "RSA-PSS+SHA256").Succeeded().Output.Split("-----BEGIN CERTIFICATE-----")[1]
            .Split("-----END")[0];
        string before = Serial();
        Thread.Sleep(1100);
        _ca.Chain(Instance.HostName, ecdsa: false, file: _chain);
        Wait.Until(() => Serial() != before, () => "the new certificate");
        string good = Serial();
        File.WriteAllText(_chain, "-----BEGIN CERTIFICATE-----\nbroken\n");
        Thread.Sleep(1100);
        for (int i = 0; i < 4; i++) Assert.That(Serial(), Is.EqualTo(good));
        Mta.WaitForLog("cannot be used, the old ones stay");
        _ca.Chain(Instance.HostName, ecdsa: false, file: _chain);
    }

    [Test, Order(1000)]
    public void A_waiting_tls_session_is_small()
    {
        List<SslStream> streams = [];
        try
        {
            for (int i = 0; i < 100; i++) streams.Add(Open());
            long before = Mta.ProportionalKib("smtpd");
            for (int i = 0; i < Sessions; i++) streams.Add(Open());
            double each = (Mta.ProportionalKib("smtpd") - before) / (double)Sessions;
            TestContext.Out.WriteLine($"{each:0.0} KiB for each of {Sessions} TLS sessions");
            if (!Programs.IsAheadOfTime) Assert.Ignore("not compiled ahead of time: measured only");
            Assert.That(each, Is.LessThanOrEqualTo(KibOfSession));
        }
        finally { foreach (SslStream s in streams) s.Dispose(); }

        SslStream Open()
        {
            TcpClient tcp = new("127.0.0.1", Mta.SubmissionsPort);
            SslStream stream = new(tcp.GetStream(), false, (_, _, _, _) => true);
            stream.AuthenticateAsClient(Instance.HostName, null, checkCertificateRevocation: false);
            byte[] buffer = new byte[1000];
            Assert.That(stream.Read(buffer), Is.GreaterThan(10));
            stream.Write("EHLO c\r\n"u8);
            Assert.That(stream.Read(buffer), Is.GreaterThan(10));
            return stream;
        }
    }
}
