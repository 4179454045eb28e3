using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Programs that people send mail with, over SMTP and through sendmail.</summary>
[TestFixture]
public class RealClients : InstanceTest
{
    private string SendmailProgram => $"{Programs.Build}/sbin/sendmail";

    private (string, string)[] Environment =>
        [("MAIL_CONFIG", Mta.Etc), ("HOME", Mta.Folder), ("TERM", "dumb"), ("MAILRC", "/dev/null"), ("LC_ALL", "C.UTF-8")];

    [Test]
    public void Swaks()
    {
        Programs.Require("swaks");
        ProgramResult swaks =
            Programs.Run("swaks", ["--server", "127.0.0.1", "--port", $"{Mta.SmtpPort}", "--from", "swaks@client.example", "--to", Address,
            "--ehlo", "client.example", "--header", "Subject: by swaks", "--body", "swaks body", "--pipeline"]).Succeeded();
        Assert.That(swaks.Output, Does.Match("250 2.0.0 Ok: queued as "));
        Assert.That(Mta.Delivered("Subject: by swaks").Body, Does.StartWith("swaks body\n"));
    }

    [Test]
    public void Swaks_with_an_attachment_and_two_recipients()
    {
        Programs.Require("swaks");
        string id = Programs.Run("swaks", ["--server", "127.0.0.1", "--port", $"{Mta.SmtpPort}", "--from", "swaks@client.example",
            "--to", $"{Address},{User}@localhost", "--attach", $"@{Mta.Etc}/main.cf", "--header", "Subject: attached"]).Succeeded().Output
            .Split("queued as ")[1].Split('\n')[0];
        Mta.WaitForLog($"{id}: removed");
        Mail[] mails = [.. Mta.Mailbox().Where(m => m.Text.Contains("Subject: attached", StringComparison.Ordinal))];
        Assert.That(mails, Has.Length.EqualTo(2));
        Assert.That(mails[0].Body, Is.EqualTo(mails[1].Body));
    }

    [Test]
    public void Python_smtplib()
    {
        Programs.Require("python3");
        Programs.Run("python3", ["-c", $$"""
            import smtplib, email.message, email.policy
            m = email.message.EmailMessage()
            m['Subject'], m['From'], m['To'] = 'by smtplib \u00e9', 'py@client.example', '{{Address}}'
            m.set_content('caf\u00e9\n.\n..\n' + 'long ' * 400 + '\n', cte='8bit')
            with smtplib.SMTP('127.0.0.1', {{Mta.SmtpPort}}) as s:
                s.ehlo('client.example')
                assert s.has_extn('8bitmime') and s.has_extn('smtputf8') and s.verify('{{Address}}')[0] in (250, 252)
                assert s.send_message(m, mail_options=['BODY=8BITMIME']) == {}
                both = ['{{Address}}', 'nobody-at-all@{{Instance.HostName}}']
                refused = s.sendmail('py@client.example', both, b'Subject: partly\r\n\r\nx\r\n')
                assert list(refused) == ['nobody-at-all@{{Instance.HostName}}'] and refused['nobody-at-all@{{Instance.HostName}}'][0] == 550
                try: s.sendmail('py@client.example', '{{Address}}', 'x' * 11000000)
                except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as e: assert e.smtp_code == 552, e
                else: assert False, 'too large a message was taken'
            """]).Succeeded();
        Mail mail = Mta.Delivered("Subject: by smtplib");
        Assert.That(mail.Body, Does.StartWith("caf\xc3\xa9\n.\n..\nlong long "));
        Mta.Delivered("Subject: partly");
    }

    [Test]
    public void Python_smtplib_with_an_international_address()
    {
        Programs.Require("python3");
        Programs.Run("python3", ["-c", $$"""
            import smtplib
            with smtplib.SMTP('127.0.0.1', {{Mta.SmtpPort}}) as s:
                s.sendmail('pelé@client.example', '{{Address}}', 'Subject: intérnational\r\n\r\nx\r\n'.encode(),
                           mail_options=['SMTPUTF8', 'BODY=8BITMIME'])
            """]).Succeeded();
        Mail mail = Mta.Delivered("Subject: int\xc3\xa9rnational");
        Assert.That(mail.Header("Return-Path"), Is.EqualTo("<pel\xc3\xa9@client.example>"));
        Assert.That(mail.Header("Received"), Does.Contain("with UTF8SMTP"));
    }

    [Test]
    public void S_nail_through_sendmail()
    {
        Programs.Require("s-nail");
        File.WriteAllText($"{Mta.Folder}/attachment", "attached text\n");
        Programs.Run("s-nail", ["-:/", "-S", $"mta={SendmailProgram}", "-S", "sendwait", "-s", "by s-nail", "-a",
            $"{Mta.Folder}/attachment", "-c", $"{User}@localhost",
            Address], "s-nail body\n.\nafter a lone dot\n", Environment).Succeeded();
        Wait.Until(() => Mta.Mailbox().Count(m => m.Text.Contains("Subject: by s-nail", StringComparison.Ordinal)) == 2, "two copies");
        Assert.That(Mta.Mailbox().First(m => m.Text.Contains("Subject: by s-nail", StringComparison.Ordinal)).Text,
            Does.Contain("s-nail body\n").And.Contains("attached text"));
    }

    [Test]
    public void Mutt_through_sendmail()
    {
        Programs.Require("mutt");
        Programs.Run("mutt", ["-n", "-F", "/dev/null", "-e",
            $"set sendmail=\"{SendmailProgram} -oem -oi\" copy=no use_from=yes from=mutt@{Instance.HostName} realname=\"\" "
                + $"use_envelope_from=yes",
            "-s", "by mutt", "-b", $"{User}@localhost", "--", Address], "mutt body\n.\nafter a lone dot\n", Environment).Succeeded();
        Wait.Until(() => Mta.Mailbox().Count(m => m.Text.Contains("Subject: by mutt", StringComparison.Ordinal)) == 2, "two copies");
        Mail mail = Mta.Mailbox().First(m => m.Text.Contains("Subject: by mutt", StringComparison.Ordinal));
        Assert.That(mail.Header("Return-Path"), Is.EqualTo($"<mutt@{Instance.HostName}>"));
        Assert.That(mail.Header("Bcc"), Is.Null);
        Assert.That(mail.Body, Is.EqualTo("mutt body\n.\nafter a lone dot\n"));
    }

    [Test]
    public void A_curl_of_a_shell_user()
    {
        Programs.Require("curl");
        File.WriteAllText($"{Mta.Folder}/message", "Subject: by curl\r\n\r\ncurl body\r\n.\r\nend\r\n");
        Programs.Run("curl", ["-sS", "--url", $"smtp://127.0.0.1:{Mta.SmtpPort}/client.example", "--mail-from", "curl@client.example",
            "--mail-rcpt", Address,
            "--upload-file", $"{Mta.Folder}/message"]).Succeeded();
        Assert.That(Mta.Delivered("Subject: by curl").Body, Is.EqualTo("curl body\n.\nend\n"));
    }
}
