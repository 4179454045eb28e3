using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Sessions;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>What the postmaster hears of sessions.</summary>
public sealed class TranscriptTests
{
    private static FakeMessage[] Notices(string classes, string talk, out string content)
    {
        using SmtpHarness h = new($"notify_classes = {classes}\nsmtpd_forbid_unauth_pipelining = no\nerror_notice_recipient = ops@mx.test");
        h.Talk(talk, address: "198.51.100.9");
        FakeMessage[] notices = [.. h.Queue.Queued.Where(m => (m.Request.Envelope.Flags & MessageFlags.Notice) != 0)];
        content = notices.Length > 0 ? notices[0].Content : "";
        return notices;
    }

    [Test]
    public void A_session_with_trouble_of_a_named_class_is_told_with_its_transcript()
    {
        FakeMessage[] notices = Notices("policy",
            "EHLO client.test\r\nAUTH PLAIN c2VjcmV0\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<x@foreign.test>\r\nQUIT\r\n", out string content);
        Envelope e = notices.Single().Request.Envelope;
        Assert.That((e.Sender, e.Recipients.Single().Address, e.Flags),
            Is.EqualTo(("double-bounce", "ops@mx.test", MessageFlags.Notice | MessageFlags.DoubleBounce)));
        Assert.That(content, Does.Contain("Subject: MtaSuite SMTP server: errors from unknown[198.51.100.9]\n")
            .And.Contain(" Out: 220 mx.test ESMTP MtaSuite\n In:  EHLO client.test\n")
            .And.Contain(" In:  RCPT TO:<x@foreign.test>\n Out: ").And.Contain(" In:  QUIT\n Out: 221")
            .And.Not.Contain("c2VjcmV0"));
    }

    [TestCase("resource, software", "HELO x\r\nBOGUS\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<nobody@local.test>\r\nQUIT\r\n", 0)]
    [TestCase("protocol", "HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<nobody@local.test>\r\nQUIT\r\n", 0)]
    [TestCase("protocol", "HELO x\r\nBOGUS\r\nQUIT\r\n", 1)]
    [TestCase("policy", "HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<user@local.test>\r\nQUIT\r\n", 0)]
    [TestCase("", "HELO x\r\nBOGUS\r\nQUIT\r\n", 0)]
    public void Only_named_classes_are_told(string classes, string talk, int count) =>
        Assert.That(Notices(classes, talk, out _), Has.Length.EqualTo(count));

    [Test]
    public void Trouble_of_our_own_is_told_by_default()
    {
        FakeMessage[] notices =
            Notices("resource, software", "HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<x@trouble.test>\r\nQUIT\r\n", out string content);
        Assert.That(notices, Has.Length.EqualTo(1));
        Assert.That(content, Does.Contain("451 4.3.0 <x@trouble.test>: Temporary lookup failure"));
    }

    [TestCase("198.51.100.0/24", true)]
    [TestCase("198.51.101.0/24", false)]
    [TestCase("", false)]
    public void Sessions_with_debug_peers_are_logged_without_secrets_and_content(string peers, bool logged)
    {
        using SmtpHarness h = new($"debug_peer_list = {peers}\nsmtpd_forbid_unauth_pipelining = no");
        using CapturedLog log = new();
        h.Talk("EHLO client.test\r\nAUTH PLAIN c2VjcmV0\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<user@local.test>\r\nDATA\r\nSubject: "
            + "inside\r\n.\r\nQUIT\r\n", address: "198.51.100.9");
        string said = string.Join('\n',
            log.Text.Split('\n').Where(l => l.Contains("]: < ", StringComparison.Ordinal) || l.Contains("]: > ", StringComparison.Ordinal))
                .Select(l => l[(l.IndexOf("]: ", StringComparison.Ordinal) + 3)..]));
        Assert.That(said, logged
            ? Does.StartWith("> unknown[198.51.100.9]: 220 mx.test ESMTP").And.Contain(
            "\n< unknown[198.51.100.9]: EHLO client.test\n> unknown[198.51.100.9]: 250-")
                .And.Contain("\n< unknown[198.51.100.9]: AUTH PLAIN (left out)\n").And.Contain("<user@local.test>\n").And.Not.Contain(
                "c2VjcmV0").And.Not.Contain("inside")
            : Is.Empty);
    }

    [TestCase("250 2.0.0 Ok", NotifyClass.None)]
    [TestCase("554 5.7.1 <x>: Relay access denied", NotifyClass.Policy)]
    [TestCase("550 5.1.1 <x>: User unknown", NotifyClass.Policy)]
    [TestCase("503 5.5.1 Error: need MAIL command", NotifyClass.Protocol)]
    [TestCase("501 5.1.7 Bad sender address syntax", NotifyClass.Protocol)]
    [TestCase("452 4.3.1 Insufficient system storage", NotifyClass.Resource)]
    [TestCase("451 4.3.5 Server configuration error", NotifyClass.Software)]
    [TestCase("451 4.3.0 <x>: Temporary lookup failure", NotifyClass.Resource | NotifyClass.Data)]
    [TestCase("421 4.3.2 Service shutting down", NotifyClass.None)]
    [TestCase("421 4.4.2 Error: timeout exceeded", NotifyClass.None)]
    public void Refusals_have_classes(string reply, NotifyClass expected) =>
        Assert.That(Transcript.ClassOf(SmtpReply.Parse(reply)), Is.EqualTo(expected));

    [Test]
    public void A_long_session_keeps_beginning_and_end()
    {
        Transcript transcript = new();
        for (int i = 0; i < 1000; i++) transcript.In(System.Text.Encoding.ASCII.GetBytes($"NOOP {i} {new string('x', 1000)}"));
        string[] lines = transcript.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(201));
        Assert.That((lines[0][..12], lines[100], lines[^1][..14]),
            Is.EqualTo((" In:  NOOP 0", " ...  (800 lines left out)", " In:  NOOP 999")));
        Assert.That(lines.Max(l => l.Length), Is.LessThan(300));
    }
}
