using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Programs of other people log in at the submission services of a new instance, as it is made; and the commands around logins.
/// </summary>
[TestFixture]
public class Authentication : InstanceTest
{
    private const string Login = "joe@mx.test.example", Password = "s3cret pass\"word";

    protected override string[] Settings =>
        ["smtpd_sasl_failure_delay=0", "smtpd_sasl_authenticated_header=yes", "smtpd_hide_client_session=no"];

    protected override void Prepare() => SetPassword(Login, Password);

    private void SetPassword(string login, string password) =>
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, login], password + "\n").Succeeded();

    private ProgramResult Swaks(int port, string mechanism, string password, string subject, params string[] more) => Programs.Run("swaks",
        ["--server", "127.0.0.1", "--port", $"{port}", "--from", "swaks@client.example", "--to", Address, "--ehlo", "client.example",
            "--header", $"Subject: {subject}",
            "--auth", mechanism, "--auth-user", Login, "--auth-password", password, .. more]);

    [TestCase("PLAIN")]
    [TestCase("LOGIN")]
    public void Swaks_logs_in(string mechanism)
    {
        Programs.Require("swaks");
        foreach ((int port, string tls) in new[] { (Mta.SubmissionPort, "--tls"), (Mta.SubmissionsPort, "--tls-on-connect") })
        {
            string subject = $"{mechanism} on {port}";
            Swaks(port, mechanism, Password, subject, tls).Succeeded();
            Mail mail = Mta.Delivered($"Subject: {subject}");
            Assert.That(mail.Header("Received"), Does.Match("with ESMTPSA").And.Not.Contain("client.example"), mail.Text);
        }
        Mta.WaitForLog($@"submissions?/smtpd\[\d+\]: \w+: client=\S+, sasl_method={mechanism}, sasl_username={Login}");
    }

    [Test]
    public void A_wrong_password_is_refused_and_logged()
    {
        Programs.Require("swaks");
        ProgramResult result = Swaks(Mta.SubmissionPort, "PLAIN", "wrong", "never", "--tls");
        Assert.That(result.ExitCode, Is.EqualTo(28), result.ToString());
        Assert.That(result.Output, Does.Contain("535 5.7.8 Error: authentication failed"));
        Mta.WaitForLog(
            $@"warning: \S+\[127\.0\.0\.1\]: SASL PLAIN authentication failed: authentication failure \(wrong password\), "
            + $@"sasl_username={Login}$");
    }

    [Test]
    public void Nobody_sends_without_tls_or_without_a_login()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SubmissionPort);
        Assert.That(peer.Say("AUTH PLAIN AGpvZQBzZWNyZXQ=").Code, Is.EqualTo(530));
        Assert.That(peer.Say("MAIL FROM:<a@client.example>").Is(530).Text, Does.StartWith("5.7.0"));
        Programs.Require("swaks");
        ProgramResult result = Programs.Run("swaks",
            ["--server", "127.0.0.1", "--port", $"{Mta.SubmissionPort}", "--tls", "--from", "a@client.example", "--to", Address]);
        Assert.That(result.Output, Does.Contain("554 5.7.1"));
    }

    [Test]
    public void Python_smtplib()
    {
        Programs.Require("python3");
        Programs.Run("python3", ["-c", $$"""
            import smtplib, ssl
            c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
            login, password = '{{Login}}', '{{Password.Replace("'", "\\'", StringComparison.Ordinal)}}'
            with smtplib.SMTP('127.0.0.1', {{Mta.SubmissionPort}}) as s:
                s.starttls(context=c)
                s.login(login, password)
                s.sendmail('py@client.example', ['{{Address}}', 'x@foreign.invalid'], b'Subject: smtplib logged in\r\n\r\nx\r\n')
            with smtplib.SMTP_SSL('127.0.0.1', {{Mta.SubmissionsPort}}, context=c) as s:
                try: s.login(login, 'wrong')
                except smtplib.SMTPAuthenticationError as e: assert e.smtp_code == 535, e
                else: assert False
                s.user, s.password = login, password
                assert s.auth('LOGIN', s.auth_login)[0] == 235
                assert s.docmd('AUTH', 'PLAIN')[0] == 503
                s.sendmail('py@client.example', '{{Address}}', b'Subject: smtplib by LOGIN\r\n\r\nx\r\n')
            """]).Succeeded();
        Mail mail = Mta.Delivered("Subject: smtplib logged in");
        Assert.That(mail.Header("Date"), Is.Not.Null, "what the program left out is completed");
        Assert.That(mail.Header("Message-ID"), Is.Not.Null);
        Mta.Delivered("Subject: smtplib by LOGIN");
    }

    [TestCase("plain")]
    [TestCase("login")]
    [TestCase("scram-sha-256")]
    [TestCase("scram-sha-1")]
    public void Msmtp(string mechanism)
    {
        Programs.Require("msmtp");
        ProgramResult result = Programs.Run("msmtp",
            ["--host=127.0.0.1", $"--port={Mta.SubmissionPort}", "--tls=on", "--tls-starttls=on", "--tls-certcheck=off",
                $"--auth={mechanism}",
            $"--user={Login}", $"--passwordeval=printf %s '{Password}'", "--from=m@client.example", "--file=/dev/null", Address],
                $"Subject: msmtp {mechanism}\n\nx\n");
        if (result.Error.Contains("authentication method", StringComparison.Ordinal)
            && result.Error.Contains("support", StringComparison.Ordinal)) Assert.Ignore(result.Error);
        result.Succeeded();
        Mta.Delivered($"Subject: msmtp {mechanism}");
    }

    [Test]
    public void S_nail()
    {
        Programs.Require("s-nail");
        SetPassword("nail@mx.test.example", "nailpw");
        Wait.Until(() => Programs.Run("s-nail",
            ["-:/", "-S", $"mta=submissions://nail%40mx.test.example:nailpw@127.0.0.1:{Mta.SubmissionsPort}", "-S", "smtp-auth=plain",
            "-S", "tls-verify=ignore", "-S", "v15-compat", "-S", "smtp-hostname=client.example", "-r", "nail@client.example", "-s",
                "s-nail logged in", Address], "x\n",
            ("HOME", Mta.Folder), ("MAILRC", "/dev/null"), ("LC_ALL", "C.UTF-8")).ExitCode == 0,
                "s-nail to be let in by a login that was made while the server runs");
        Mta.Delivered("Subject: s-nail logged in");
    }

    [Test]
    public void Passwords_are_changed_and_removed_while_the_server_runs()
    {
        Programs.Require("swaks");
        string login = "temp@mx.test.example";
        bool Enters(string password) =>
            Programs.Run("swaks", ["--server", "127.0.0.1", "--port", $"{Mta.SubmissionPort}", "--tls", "--auth", "PLAIN", "--auth-user",
            login,
            "--auth-password", password, "--quit-after", "AUTH"]).ExitCode == 0;
        SetPassword(login, "one");
        Wait.Until(() => Enters("one"), "the new login");
        SetPassword(login, "two");
        Wait.Until(() => Enters("two") && !Enters("one"), "the new password");
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, "-d", login]).Succeeded();
        Wait.Until(() => !Enters("two"), "the login to be gone");
        Assert.That((uint)File.GetUnixFileMode($"{Mta.Etc}/passwd"), Is.EqualTo(FileModes.GroupReadableFile));
        Assert.That(File.ReadAllText($"{Mta.Etc}/passwd"), Does.Contain(Login).And.Not.Contain(Password));
        Assert.That(Mta.LogText(), Does.Not.Contain(Password));
    }
}
