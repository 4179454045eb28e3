using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Programs of other people that demand a certificate they can verify, by STARTTLS and from the first byte, and clients that log in with
/// one of theirs.
/// </summary>
[TestFixture]
public class TlsClients : InstanceTest
{
    private const string Host = "localhost", Login = "joe@mx.test.example", Password = "pw%1 x", Certified = "card@mx.test.example";
    private readonly TestCa _ca = new(), _other = new("Another CA");
    private string _card = "";

    protected override string[] Settings =>
    [
        "smtpd_tls_security_level=may", $"smtpd_tls_chain_files={_ca.Chain(Host)}", "smtpd_tls_loglevel=1",
            $"smtpd_tls_CAfile={_ca.RootFile}", "smtpd_tls_ask_ccert=yes",
        "smtpd_sasl_mechanism_filter=static:all", "smtpd_sasl_failure_delay=0", "smtpd_client_connection_count_limit=0",
    ];

    protected override void Prepare()
    {
        _card = _ca.Chain("card.example", cn: Certified);
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, Login], Password + "\n").Succeeded();
    }

    [OneTimeTearDown]
    public void RemoveAuthorities()
    {
        _ca.Dispose();
        _other.Dispose();
    }

    private (int Port, bool Starttls)[] Services => [(Mta.SubmissionPort, true), (Mta.SubmissionsPort, false)];

    // ---- msmtp -----------------------------------------------------------------------------------------------------

    private ProgramResult Msmtp(int port, bool starttls, string authority, string subject, params string[] more) => Programs.Run("msmtp",
        [$"--host={Host}", $"--port={port}", "--tls=on", $"--tls-starttls={(starttls ? "on" : "off")}", $"--tls-trust-file={authority}",
            "--from=m@client.example", "--file=/dev/null",
            .. more, Address], $"Subject: {subject}\n\nx\n");

    [Test]
    public void Msmtp_verifies()
    {
        Programs.Require("msmtp");
        string[] login = ["--auth=scram-sha-256", $"--user={Login}", $"--passwordeval=printf %s '{Password}'"];
        foreach ((int port, bool starttls) in Services)
        {
            Msmtp(port, starttls, _ca.RootFile, $"msmtp on {port}", login).Succeeded();
            Mta.Delivered($"Subject: msmtp on {port}");
            ProgramResult refused = Msmtp(port, starttls, _other.RootFile, "never", login);
            Assert.That((refused.ExitCode, refused.Error), Is.EqualTo((69, refused.Error)));
            Assert.That(refused.Error, Does.Contain("NOT trusted"));
        }
        Mta.WaitForLog("tlsv1 alert unknown ca|alert bad certificate|alert certificate unknown|lost connection");
    }

    [Test]
    public void Msmtp_logs_in_with_a_certificate()
    {
        Programs.Require("msmtp");
        foreach ((int port, bool starttls) in Services)
        {
            Msmtp(port, starttls, _ca.RootFile, $"external on {port}", "--auth=external", $"--user={Certified}", $"--tls-cert-file={_card}",
                $"--tls-key-file={_card}").Succeeded();
            Mta.Delivered($"Subject: external on {port}");
        }
        Mta.WaitForLog($"sasl_method=EXTERNAL, sasl_username={Certified}");
    }

    // ---- s-nail ----------------------------------------------------------------------------------------------------

    [Test]
    public void S_nail_verifies()
    {
        Programs.Require("s-nail");
        foreach ((int port, bool starttls) in Services)
        {
            string url =
                $"{(starttls ? "smtp" : "submissions")}://{Uri.EscapeDataString(Login)}:{Uri.EscapeDataString(Password)}@{Host}:{port}";
            ProgramResult Send(string authority, string subject) =>
                Programs.Run("s-nail", ["-:/", "-S", "v15-compat", "-S", $"mta={url}", "-S", "smtp-auth=plain", "-S", "smtp-use-starttls",
                "-S", "tls-verify=strict", "-S", $"tls-ca-file={authority}", "-S", "tls-ca-no-defaults", "-S",
                    "smtp-hostname=client.example", "-r", "nail@client.example", "-s", subject,
                Address], "x\n", ("HOME", Mta.Folder), ("MAILRC", "/dev/null"), ("DEAD", "/dev/null"), ("LC_ALL", "C.UTF-8"));
            Send(_ca.RootFile, $"s-nail on {port}").Succeeded();
            Mta.Delivered($"Subject: s-nail on {port}");
            ProgramResult refused = Send(_other.RootFile, "never");
            Assert.That(refused.ExitCode, Is.Not.Zero);
            Assert.That(refused.Error, Does.Contain("certificate verify failed"));
        }
    }

    // ---- Python ----------------------------------------------------------------------------------------------------

    [Test]
    public void Python_smtplib_verifies_and_logs_in_with_a_certificate()
    {
        Programs.Require("python3");
        Programs.Run("python3", ["-c", $$"""
            import smtplib, ssl, base64
            def context(ca, card=False):
                c = ssl.create_default_context(cafile=ca)
                if card: c.load_cert_chain('{{_card}}')
                return c
            def submission(c):
                s = smtplib.SMTP('{{Host}}', {{Mta.SubmissionPort}})
                s.starttls(context=c); s.ehlo()
                return s
            def submissions(c):
                s = smtplib.SMTP_SSL('{{Host}}', {{Mta.SubmissionsPort}}, context=c); s.ehlo()
                return s
            for n, connect in enumerate((submission, submissions)):
                with connect(context('{{_ca.RootFile}}')) as s:
                    assert 'EXTERNAL' not in s.esmtp_features['auth'], s.esmtp_features
                    assert s.docmd('AUTH', 'EXTERNAL =')[0] in (504, 535)
                    s.login('{{Login}}', '{{Password}}')
                    s.sendmail('p@client.example', '{{Address}}', f'Subject: smtplib verified {n}\r\n\r\nx\r\n')
                with connect(context('{{_ca.RootFile}}', True)) as s:
                    assert 'EXTERNAL' in s.esmtp_features['auth'], s.esmtp_features
                    assert s.docmd('AUTH', 'EXTERNAL ' + base64.b64encode(b'boss@mx.test.example').decode())[0] == 535
                    assert s.docmd('AUTH', 'EXTERNAL =')[0] == 235
                    s.sendmail('p@client.example', '{{Address}}', f'Subject: smtplib with a card {n}\r\n\r\nx\r\n')
                try: connect(context('{{_other.RootFile}}'))
                except ssl.SSLCertVerificationError: pass
                else: assert False
            """]).Succeeded();
        for (int i = 0; i < 2; i++)
        {
            Mta.Delivered($"Subject: smtplib verified {i}");
            Mta.Delivered($"Subject: smtplib with a card {i}");
        }
    }

    // ---- swaks -----------------------------------------------------------------------------------------------------

    private static readonly TestCaseData[] s_swaks =
    [
        Case("smtp", 0, "TLS started with cipher TLSv1.2:ECDHE-ECDSA-AES128-GCM-SHA256:128", "--tls", "--tls-protocol", "tlsv1_2",
            "--tls-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"),
        Case("smtp", 0, "TLS started with cipher TLSv1.3", "--tls-optional-strict"),
        Case("smtp", 0, "-----BEGIN CERTIFICATE-----", "--tls-optional", "--tls-get-peer-cert", "--tls-sni", Host),
        Case("smtp", 0, $"TLS local DN=\"/CN={Certified}\"", "--tls", "--tls-cert", "CARD", "--tls-key", "CARD"),
        Case("smtp", 29, "alert protocol version", "--tls", "--tls-protocol", "tlsv1"),
        Case("smtp", 29, "certificate verify failed", "--tls", "--tls-ca-path", "OTHER"),
        Case("submission", 0, "235 2.7.0", "--tls", "--auth", "--auth-hide-password"),
        Case("submission", 0, "235 2.7.0", "--tls", "--auth", "LOGIN,PLAIN", "--auth-plaintext"),
        Case("submissions", 0, "235 2.7.0", "--tls-on-connect", "--auth-optional", "PLAIN"),
        Case("submissions", 0, "235 2.7.0", "--tlsc", "--auth-optional-strict", "LOGIN"),
        Case("submissions", 24, "554 5.7.1", "--tlsc", "--auth-optional", "--auth-password", "wrong"),
        Case("submissions", 28, "535 5.7.8", "--tlsc", "--auth-optional-strict", "--auth-password", "wrong"),
        Case("submission", 28, "Host did not advertise authentication", "--auth", "PLAIN"),
        Case("submission", 28, "requested type not available", "--tls", "--auth", "CRAM-MD5"),
        Case("submission", 23, "530 5.7.0"),
    ];

    private static TestCaseData Case(string service, int exit, string says, params string[] options) =>
        new TestCaseData(service, exit, says, options).SetArgDisplayNames(service, string.Join(' ', options));

    [TestCaseSource(nameof(s_swaks))]
    public void Swaks(string service, int exit, string says, string[] options)
    {
        Programs.Require("swaks");
        int port = service == "smtp" ? Mta.SmtpPort : service == "submission" ? Mta.SubmissionPort : Mta.SubmissionsPort;
        string subject = $"swaks {TestContext.CurrentContext.Test.ID}";
        List<string> arguments =
            ["--server", Host, "--port", $"{port}", "--from", "swaks@client.example", "--to", Address, "--header", $"Subject: {subject}"];
        if (Array.Exists(options, o => o.StartsWith("--tls", StringComparison.Ordinal)))
            arguments.AddRange(["--tls-verify", "--tls-ca-path", _ca.RootFile]);
        if (Array.Exists(options, o => o.StartsWith("--auth", StringComparison.Ordinal)))
            arguments.AddRange(["--auth-user", Login, "--auth-password", Password]);
        // of two equal options the last one counts
        arguments.AddRange(options.Select(o => o switch { "CARD" => _card, "OTHER" => _other.RootFile, _ => o }));
        ProgramResult result = Programs.Run("swaks", arguments);
        if (result.Output.Contains("TLS not available", StringComparison.Ordinal))
            Assert.Ignore("swaks has no TLS here (libnet-ssleay-perl)");
        Assert.That((result.ExitCode, result.ToString()), Is.EqualTo((exit, result.ToString())));
        Assert.That(result.Output + result.Error, Does.Contain(says));
        if (exit == 0) Mta.Delivered($"Subject: {subject}");
    }

    // ---- renegotiation ---------------------------------------------------------------------------------------------

    [TestCase("-tls1_2", "no renegotiation")]
    [TestCase("-tls1_3", "")]
    public void Nobody_renegotiates(string version, string says)
    {
        Programs.Require("openssl");
        foreach ((int port, bool starttls) in Services)
        {
            // R asks for it in TLS 1.2; TLS 1.3 has none
            string command = $"(sleep 0.5; echo R; sleep 0.5; echo QUIT; sleep 0.2) | openssl s_client -connect {Host}:{port} {version} "
                + $"-crlf {(starttls ? "-starttls smtp" : "")}";
            ProgramResult result = Programs.Run("sh", ["-c", command]);
            Assert.That(result.Output + result.Error, Does.Contain("RENEGOTIATING").And.Contain(says));
        }
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Quit();
    }
}
