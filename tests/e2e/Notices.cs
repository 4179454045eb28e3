using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>What a sender hears of mail that failed, as Python's email module reads it.</summary>
[TestFixture]
public class Notices : InstanceTest
{
    /// <summary>Prints the parts of a report, one fact a line.</summary>
    private const string Reader = """
        import sys, email, email.policy
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
        print(m.get_content_type(), m.get_param('report-type'))
        parts = list(m.iter_parts())
        print(' '.join(p.get_content_type() for p in parts))
        for block in parts[1].get_payload():
            for k, v in block.items(): print(k + ': ' + ' '.join(str(v).split()))
        last = parts[2].get_payload()
        last = last[0] if isinstance(last, list) else email.message_from_string(last)
        print('returned', last['Subject'], last['Message-ID'])
        print('defects', sum(len(p.defects) for p in m.walk()))
        """;

    protected override void Prepare() => Mta.AddAliases("broken: there-is-nobody-of-this-name\n");

    [Test]
    public void A_failed_message_comes_back_as_a_report()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"broken@{Instance.HostName}", "Subject: lost\nMessage-ID: <lost@client.example>\n\nbody of lost\n").Is(250).QueueId;
        Mail notice = Mta.Delivered("<lost@client.example>");
        Assert.That(notice.Header("Return-Path"), Is.EqualTo("<>"));
        Assert.That(notice.Header("From"), Does.Contain("MAILER-DAEMON@"));
        Assert.That(notice.Header("Auto-Submitted"), Is.EqualTo("auto-replied"));
        Assert.That(notice.Text, Does.Contain("body of lost"));
        string noticeId = Mta.WaitForLog($@"bounce\[\d+\]: {id}: sender non-delivery notification: (\w+)$").Groups[1].Value;
        Mta.WaitForLog($"{noticeId}: removed");
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Directory.GetFiles($"{Mta.Spool}/bounce", "*", SearchOption.AllDirectories), Is.Empty);
        if (Programs.Find("python3") == null) Assert.Ignore("python3 is not installed: the report was not parsed");
        string facts = Programs.Run("python3", ["-c", Reader], notice.Text).Succeeded().Output;
        Assert.That(facts, Does.StartWith("multipart/report delivery-status\ntext/plain message/delivery-status message/rfc822\n"));
        foreach (string fact in (string[])["Reporting-MTA: dns; mx.test.example", "Action: failed", "Status: 5.1.1", "defects 0", "returned lost <lost@client.example>",
            $"Final-Recipient: rfc822; broken@{Instance.HostName}"])
            Assert.That(facts.Split('\n'), Does.Contain(fact), facts);
        Assert.That(facts, Does.Contain("\nDiagnostic-Code: ").And.Contains("\nArrival-Date: "));
    }

    [Test]
    public void A_notice_that_fails_goes_to_the_postmaster_and_no_further()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        int mark = Mta.LogMark();
        string id = peer.Deliver("", $"broken@{Instance.HostName}", "Subject: from nobody\n\nbody\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: removed", mark);
        string sender = peer.Deliver("there-is-nobody@mx.test.example", $"broken@{Instance.HostName}", "Subject: false sender\n\nbody\n").Is(250).QueueId;
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
