using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>The way of one message by SMTP into a mailbox: its replies, its headers, its log lines.</summary>
[TestFixture]
public class FirstMessage : InstanceTest
{
    [Test]
    public void A_message_by_smtp_arrives_with_its_trace()
    {
        using SmtpPeer peer = new(Mta.SmtpPort);
        Assert.That(peer.Read().Is(220).Text, Does.StartWith("mx.test.example ESMTP"));
        Reply ehlo = peer.Say("EHLO client.example").Is(250);
        foreach (string extension in (string[])["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8", "CHUNKING"])
            Assert.That(ehlo.Lines, Does.Contain(extension));
        string id = peer.Deliver("sender@client.example", Address,
            "Subject: one\nMessage-ID: <one@client.example>\n\nfirst line\n.\n..dots\n").Is(250).QueueId;
        peer.Quit();

        Mail mail = Mta.Delivered("<one@client.example>");
        Assert.That(mail.Header("Return-Path"), Is.EqualTo("<sender@client.example>"));
        Assert.That(mail.Header("Delivered-To"), Is.EqualTo(Address));
        Assert.That(mail.Header("X-Original-To"), Is.EqualTo(Address));
        Assert.That(mail.Header("Received"), Does.Match(
            $@"^from client\.example \(\S+ \[127\.0\.0\.1\]\)\s+by mx\.test\.example \(MtaSuite\) with ESMTP id {id}\s+for "
            + $@"<{Address}>; \w{{3}}, +\d+ \w{{3}} \d{{4}} "));
        Assert.That(mail.Head, Does.StartWith("Return-Path: "));
        Assert.That(mail.Body, Is.EqualTo("first line\n.\n..dots\n"));

        Mta.WaitForLog($@"qmgr\[\d+\]: {id}: removed$");
        foreach (string line in (string[])
        [
            @"smtpd\[\d+\]: connect from \S+\[127\.0\.0\.1\]$",
            $@"smtpd\[\d+\]: {id}: client=\S+\[127\.0\.0\.1\]$",
            $@"cleanup\[\d+\]: {id}: message-id=<one@client\.example>$",
            $@"qmgr\[\d+\]: {id}: from=<sender@client\.example>, size=\d+, nrcpt=1 \(queue active\)$",
            $@"local\[\d+\]: {id}: to=<{Address}>, relay=local, delay=[\d.]+, delays=[\d.]+/[\d.]+/[\d.]+/[\d.]+, dsn=2\.0\.0, "
            + @"status=sent \(delivered to maildir\)$",
            @"smtpd\[\d+\]: disconnect from \S+\[127\.0\.0\.1\] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5$",
        ]) Mta.WaitForLog(line);
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void A_pipelined_session_carries_several_messages()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Send($"MAIL FROM:<a@client.example>\r\nRCPT TO:<{Address}>\r\nRCPT TO:<nobody-at-all@{Instance.HostName}>\r\nDATA\r\n");
        peer.Read().Is(250);
        peer.Read().Is(250);
        Assert.That(peer.Read().Is(550).Text, Does.StartWith("5.1.1 "));
        peer.Read().Is(354);
        // the end of the data, the next transaction and the end of the session in one go
        peer.Send($"Subject: p1\r\n\r\npipelined one\r\n.\r\nMAIL FROM:<b@client.example>\r\nRCPT TO:<{Address}>\r\nDATA\r\n");
        peer.Read().Is(250);
        peer.Read().Is(250);
        peer.Read().Is(250);
        peer.Read().Is(354);
        peer.Send("Subject: p2\r\n\r\npipelined two\r\n.\r\nQUIT\r\n");
        peer.Read().Is(250);
        peer.Read().Is(221);
        Assert.That(peer.IsClosed());
        Mta.Delivered("pipelined one");
        Mta.Delivered("pipelined two");
    }

    [Test]
    public void Chunks_are_a_message_like_any_other()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<a@client.example> BODY=8BITMIME").Is(250);
        peer.Say($"RCPT TO:<{Address}>").Is(250);
        peer.Send("BDAT 15\r\nSubject: bdat\r\n");
        peer.Read().Is(250);
        peer.Send("BDAT 14 LAST\r\n\r\nin a chunk\r\n");
        peer.Read().Is(250);
        Assert.That(Mta.Delivered("in a chunk").Body, Is.EqualTo("in a chunk\n"));
    }

    [Test]
    public void An_unknown_user_is_refused_at_RCPT()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        peer.Say("MAIL FROM:<a@client.example>").Is(250);
        Reply reply = peer.Say($"RCPT TO:<no-such-user@{Instance.HostName}>").Is(550);
        Assert.That(reply.Text, Is.EqualTo(
            $"5.1.1 <no-such-user@{Instance.HostName}>: Recipient address rejected: User unknown in local recipient table"));
        Mta.WaitForLog(
            $@"smtpd\[\d+\]: NOQUEUE: reject: RCPT from \S+\[127\.0\.0\.1\]: 550 5\.1\.1 <no-such-user@mx\.test\.example>: Recipient "
            + @"address rejected: "
            + @"User unknown in local recipient table; from=<a@client\.example> to=<no-such-user@mx\.test\.example> proto=ESMTP "
            + @"helo=<client\.example>$");
    }
}
