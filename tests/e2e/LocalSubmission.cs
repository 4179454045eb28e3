using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Mail of local users through sendmail.</summary>
[TestFixture]
public class LocalSubmission : InstanceTest
{
    private string Alien => $"{User}@localhost";

    [Test]
    public void Every_byte_of_a_body_arrives()
    {
        string body = $"8-bit: \xe9\xff\x80\n{new string('x', 5000)}\nnul: \0 and control: \x01\x7f\n..\n.\nlast\n";
        Mta.Sendmail($"Subject: bytes\n\n{body}", "-i", "-f", Address, Address).Succeeded();
        Mail mail = Mta.Delivered("Subject: bytes");
        Assert.That(mail.Body, Is.EqualTo(body));
        Assert.That(mail.Header("Return-Path"), Is.EqualTo($"<{Address}>"));
        Assert.That(mail.Header("Date"), Is.Not.Null);
        Assert.That(mail.Header("Message-Id"), Does.EndWith($"@{Instance.HostName}>"));
    }

    [Test]
    public void A_lone_dot_ends_a_message_unless_told_otherwise()
    {
        Mta.Sendmail("Subject: dotted\n\nbefore\n.\nbehind\n", Address).Succeeded();
        Assert.That(Mta.Delivered("Subject: dotted").Body, Is.EqualTo("before\n"));
        Mta.Sendmail("Subject: undotted\n\nbefore\n.\nbehind\n", "-oi", Address).Succeeded();
        Assert.That(Mta.Delivered("Subject: undotted").Body, Is.EqualTo("before\n.\nbehind\n"));
    }

    [Test]
    public void Recipients_come_from_the_header_and_Bcc_leaves_it()
    {
        Mta.Sendmail($"To: A (comment) <{Address}>,\n\tpostmaster@localhost\nCc: {Alien}\nBcc: Hidden "
            + $"<{User}@localhost.test.example>\nSubject: from header\n\nbody\n",
            "-t", "-i").Succeeded();
        Mail[] Copies() => [.. Mta.Mailbox().Where(m => m.Text.Contains("Subject: from header", StringComparison.Ordinal))];
        // postmaster may be the same user
        string[] recipients = [Address, Alien, $"{User}@localhost.test.example"];
        Wait.Until(() => recipients.All(r => Copies().Any(c => c.Header("Delivered-To") == r)), "a copy for each recipient");
        Mail[] copies = Copies();
        foreach (Mail copy in copies)
        {
            Assert.That(copy.Head, Does.Not.Contain("Bcc").And.Not.Contain("Hidden"));
            Assert.That(copy.Header("Cc"), Is.EqualTo(Alien));
        }
    }

    [Test]
    public void Unqualified_names_get_our_domain_and_a_missing_From_the_caller()
    {
        Mta.Sendmail("Subject: bare\n\nbody\n", User).Succeeded();
        Mail mail = Mta.Delivered("Subject: bare");
        string caller = Environment.UserName;
        Assert.That(mail.Header("Return-Path"), Is.EqualTo($"<{caller}@{Instance.HostName}>"));
        Assert.That(mail.Header("From"), Does.Contain($"{caller}@{Instance.HostName}"));
        Assert.That(mail.Header("Delivered-To"), Is.EqualTo(Address));
        Assert.That(mail.Header("X-Original-To"), Is.EqualTo(User));
        Assert.That(mail.Header("Received"), Does.StartWith($"by {Instance.HostName} (MtaSuite, from userid "));
    }

    [Test]
    public void Names_and_addresses_of_the_command_line_win()
    {
        Mta.Sendmail("Subject: named\n\nbody\n", "-F", "Full Name", "-f", $"other@{Instance.HostName}", Address).Succeeded();
        Mail mail = Mta.Delivered("Subject: named");
        Assert.That(mail.Header("From"), Is.EqualTo($"Full Name <other@{Instance.HostName}>"));
        Assert.That(mail.Header("Return-Path"), Is.EqualTo($"<other@{Instance.HostName}>"));
    }

    [Test]
    public void An_ordinary_user_submits_as_itself()
    {
        if (!Programs.IsRoot) Assert.Ignore("the other tests do this");
        Programs.Require("runuser");
        ProgramResult result = Programs.Run("runuser", ["-u", User, "--", $"{Programs.Build}/sbin/sendmail", "-C", Mta.Etc, Address],
            "Subject: mine\n\nbody\n");
        if (result.ExitCode == 126 || result.Error.Contains("Permission denied", StringComparison.Ordinal))
            Assert.Ignore($"{User} may not run {Programs.Build}: {result}");
        result.Succeeded();
        Assert.That(Mta.Delivered("Subject: mine").Header("Return-Path"), Is.EqualTo($"<{Address}>"));
    }

    [Test]
    public void A_session_on_standard_input_is_smtp()
    {
        ProgramResult result = Mta.Sendmail(
            $"EHLO here\r\nMAIL FROM:<{Address}>\r\nRCPT TO:<{Address}>\r\nDATA\r\nSubject: bs\r\n\r\nby -bs\r\n.\r\nQUIT\r\n",
            "-bs").Succeeded();
        Assert.That(result.Output, Does.StartWith("220 ").And.Contains("\r\n354 ").And.Contains("queued as").And.Contains("\r\n221 "));
        Assert.That(Mta.Delivered("Subject: bs").Body, Is.EqualTo("by -bs\n"));
    }

    [Test]
    public void Wrong_calls_have_the_exit_status_of_sysexits()
    {
        Assert.That(Mta.Sendmail("Subject: x\n\nx\n").ExitCode, Is.EqualTo(75), "no recipients");
        ProgramResult none = Mta.Sendmail("Subject: x\n\nx\n", "-t", "-f", "s@a.test");
        Assert.That(none.ExitCode, Is.EqualTo(75), "as Postfix's: the caller keeps it");
        Assert.That(none.Error, Does.Match(@"^sendmail: fatal: s@a\.test\(\d+\): No recipient addresses found in message header\n$"));
        Assert.That(Mta.Command("postcat", "", "-q", "0dZG8YqBdM04sS").ExitCode, Is.Not.Zero, "no such message");
    }
}
