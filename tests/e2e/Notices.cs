using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>What a sender hears of mail that failed, as MimeKit reads it.</summary>
[TestFixture]
public class Notices : InstanceTest
{
    protected override void Prepare() => Mta.AddAliases("broken: there-is-nobody-of-this-name\n");

    [Test]
    public void A_failed_message_comes_back_as_a_report()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"broken@{Instance.HostName}",
            "Subject: lost\nMessage-ID: <lost@client.example>\n\nbody of lost\n").Is(250).QueueId;
        Mail notice = Mta.Delivered("<lost@client.example>");
        Assert.That(notice.Header("Return-Path"), Is.EqualTo("<>"));
        Assert.That(notice.Header("From"), Does.Contain("MAILER-DAEMON@"));
        Assert.That(notice.Header("Auto-Submitted"), Is.EqualTo("auto-replied"));
        Assert.That(notice.Text, Does.Contain("body of lost"));
        string noticeId = Mta.WaitForLog($@"bounce\[\d+\]: {id}: sender non-delivery notification: (\w+)$").Groups[1].Value;
        Mta.WaitForLog($"{noticeId}: removed");
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Directory.GetFiles($"{Mta.Spool}/bounce", "*", SearchOption.AllDirectories), Is.Empty);
        NoticeReader read = new(notice);
        Assert.That(read.PerMessage["Reporting-MTA"], Is.EqualTo($"dns; {Instance.HostName}"));
        Assert.That(MimeKit.Utils.DateUtils.TryParse(read.PerMessage["Arrival-Date"]!, out _));
        MimeKit.HeaderList recipient = read.Recipient($"broken@{Instance.HostName}");
        Assert.That((recipient["Action"], recipient["Status"]), Is.EqualTo(("failed", "5.1.1")));
        Assert.That(recipient["Diagnostic-Code"], Is.Not.Empty);
        Assert.That((read.Returned().Subject, read.Returned().MessageId), Is.EqualTo(("lost", "lost@client.example")));
    }

    [Test]
    public void A_notice_that_fails_goes_to_the_postmaster_and_no_further()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        int mark = Mta.LogMark();
        string id = peer.Deliver("", $"broken@{Instance.HostName}", "Subject: from nobody\n\nbody\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: removed", mark);
        string sender = peer.Deliver("there-is-nobody@mx.test.example", $"broken@{Instance.HostName}", "Subject: false sender\n\nbody\n")
            .Is(250).QueueId;
        string notice = Mta.WaitForLog($@"{sender}: sender non-delivery notification: (\w+)").Groups[1].Value;
        Mta.WaitForLog($"{notice}: removed");
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void Success_is_told_to_those_who_ask()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say($"MAIL FROM:<{Address}> RET=HDRS ENVID=envelope+3Done").Is(250);
        peer.Say($"RCPT TO:<{Address}> NOTIFY=SUCCESS ORCPT=rfc822;original@client.example").Is(250);
        peer.Say($"RCPT TO:<broken@{Instance.HostName}> NOTIFY=NEVER").Is(250);
        peer.Say("DATA").Is(354);
        peer.SendContent("Subject: asked\nMessage-ID: <asked@client.example>\n\nsecret body\n").Is(250);
        Mail report = null!;
        Wait.Until(() => (report = Mta.Mailbox().Find(m => m.Head.Contains("Return-Path: <>", StringComparison.Ordinal)
            && m.Text.Contains("<asked@client.example>", StringComparison.Ordinal))!) != null, "the report");
        Assert.That(report.Text, Does.Contain("Action: delivered").And.Contains("Original-Envelope-Id: envelope=one")
            .And.Contains("Original-Recipient: rfc822; original@client.example").And.Not.Contains("secret body"));
        Mta.WaitUntilEmpty();
        Assert.That(Mta.Mailbox().Any(m => m.Text.Contains("Final-Recipient: rfc822; broken", StringComparison.Ordinal)
            && m.Text.Contains("<asked@client.example>", StringComparison.Ordinal)), Is.False, "NOTIFY=NEVER");
    }
}
