using System.Text;
using MimeKit;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>A delivery status notification as MimeKit reads it. Reading one checks what RFC 3461, 3464, 6522 and 6533 demand of every
/// notice.</summary>
internal sealed class NoticeReader
{
    private static readonly string[] s_actions = ["failed", "delayed", "delivered", "relayed", "expanded"];

    public NoticeReader(Mail mail)
    {
        Message = MailReader.Read(mail);
        Assert.That(Message.Body, Is.InstanceOf<MultipartReport>(), mail.Text);
        MultipartReport report = (MultipartReport)Message.Body!;
        Assert.That(report.ReportType, Is.EqualTo("delivery-status"));
        Assert.That(report, Has.Count.EqualTo(3), "what happened in words, in fields, and the original");
        Assert.That(report[0], Is.InstanceOf<TextPart>());
        Assert.That(report[1], Is.InstanceOf<MessageDeliveryStatus>());
        (Words, Original) = ((TextPart)report[0], report[2]);
        StatusType = report[1].ContentType.MimeType;
        HeaderListCollection groups = ((MessageDeliveryStatus)report[1]).StatusGroups;
        Assert.That(groups, Has.Count.GreaterThanOrEqualTo(2), "fields of the message, and of a recipient at least");
        (PerMessage, Recipients) = (groups[0], [.. groups.Skip(1)]);
        CheckHead(mail);
        CheckEncodings(mail);
        CheckFields();
    }

    public MimeMessage Message { get; }

    /// <summary>What people read.</summary>
    public TextPart Words { get; }

    /// <summary>message/delivery-status, or message/global-delivery-status.</summary>
    public string StatusType { get; }

    public HeaderList PerMessage { get; }

    public IReadOnlyList<HeaderList> Recipients { get; }

    /// <summary>The third part: the message, or its header.</summary>
    public MimeEntity Original { get; }

    /// <summary>The fields of the one recipient with this final address.</summary>
    public HeaderList Recipient(string address) =>
        Recipients.Single(r => r["Final-Recipient"]!.EndsWith($"; {address}", StringComparison.OrdinalIgnoreCase));

    /// <summary>The original, where all of it was returned.</summary>
    public MimeMessage Returned() => Original is MessagePart { Message: { } message } and not TextRfc822Headers ? message
        : throw new AssertionException($"not returned as a whole: {Original.ContentType}");

    /// <summary>The original's header, where that alone was returned.</summary>
    public HeaderList ReturnedHeader() => Original is TextRfc822Headers { Message: { } message } ? message.Headers
        : throw new AssertionException($"not the header alone: {Original.ContentType}");

    // RFC 3464 2, RFC 3834 5: from the null sender, to one who reads it, and nobody answers it by machine
    private void CheckHead(Mail mail)
    {
        Assert.That(mail.Header("Return-Path"), Is.EqualTo("<>"));
        Assert.That(Message.From.Mailboxes.Count(), Is.EqualTo(1));
        Assert.That(Message.To.Mailboxes.Count(), Is.EqualTo(1));
        Assert.That(Message.MimeVersion, Is.EqualTo(new Version(1, 0)));
        Assert.That(Message.MessageId, Does.Contain("@"));
        Assert.That(Message.Date, Is.GreaterThan(DateTimeOffset.UtcNow.AddHours(-1)).And.LessThan(DateTimeOffset.UtcNow.AddHours(1)));
        Assert.That(Message.Headers[HeaderId.AutoSubmitted], Is.EqualTo("auto-replied").Or.EqualTo("auto-generated"));
        Assert.That(Message.Subject, Is.Not.Empty);
    }

    // RFC 2045 6.2, RFC 5321 4.5.3.1.6: bytes above 127 only where a part says so, and so does every part around it
    private void CheckEncodings(Mail mail)
    {
        Assert.That(mail.Text.Split('\n').Max(l => l.Length), Is.LessThanOrEqualTo(998));
        bool IsEightBit(MimeEntity part) => Encoding.Latin1.GetString(Bytes(part)).Any(c => c > 127);
        bool Says(MimeEntity part) => part.Headers[HeaderId.ContentTransferEncoding] is "8bit" or "binary";
        foreach (MimeEntity part in (MultipartReport)Message.Body!)
            Assert.That(!IsEightBit(part) || (Says(part) && Says(Message.Body)),
                $"{part.ContentType} has bytes that its encoding does not allow");
        Assert.That(Words.ContentType.Charset, Is.Not.Null);
    }

    private static byte[] Bytes(MimeEntity part)
    {
        using MemoryStream memory = new();
        part.WriteTo(memory);
        return memory.ToArray();
    }

    // RFC 3464 2.2 and 2.3
    private void CheckFields()
    {
        Assert.That(PerMessage["Reporting-MTA"], Does.Match(@"^dns; \S+$"));
        foreach (HeaderList fields in Recipients)
        {
            Assert.That(fields["Final-Recipient"], Does.Match("^(rfc822|utf-8); .+"));
            Assert.That(s_actions, Does.Contain(fields["Action"]));
            Assert.That(fields["Status"], Does.Match(@"^[245]\.\d{1,3}\.\d{1,3}$"));
            char expected = fields["Action"] == "failed" ? '5' : fields["Action"] == "delayed" ? '4' : '2';
            // a message that waited too long fails with the status of its last attempt
            Assert.That(fields["Status"]![0], Is.EqualTo(expected).Or.EqualTo(expected == '5' ? '4' : expected),
                $"{fields["Action"]} {fields["Status"]}");
            if (fields["Diagnostic-Code"] is { } code) Assert.That(code, Does.Match(@"^(smtp|x-[\w-]+); .+"));
            if (fields["Remote-MTA"] is { } remote) Assert.That(remote, Does.Match(@"^dns; \S+$"));
            foreach (Header field in fields) Assert.That(fields.Count(f => f.Field == field.Field), Is.EqualTo(1),
                $"{field.Field} more than once");
        }
    }
}
