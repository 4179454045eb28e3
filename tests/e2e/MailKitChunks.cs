using MimeKit;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>MailKit sends in chunks (BDAT, RFC 3030): nothing is escaped on the way, and what arrives holds what was sent.</summary>
[TestFixture]
public class MailKitChunks : InstanceTest
{
    private static MimeMessage WithAttachment(string subject, int size)
    {
        MimeMessage message = MailClient.Message("kit@client.example", Address, subject);
        byte[] bytes = new byte[size];
        new Random(7).NextBytes(bytes);
        MimePart attachment = new("application", "octet-stream")
        {
            Content = new MimeContent(new MemoryStream(bytes)),
            ContentTransferEncoding = ContentEncoding.Base64,
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = "bytes.bin" },
        };
        message.Body = new Multipart("mixed")
        {
            new TextPart("plain") { Text = ".\r\n..\r\n.dots\r\ncaf\u00e9 and a last line without an end" }, attachment,
        };
        return message;
    }

    [TestCase(10)]
    [TestCase(700_000)]
    public void A_message_in_chunks_arrives_as_it_was(int size)
    {
        string subject = $"chunks of {size}";
        int mark = Mta.LogMark();
        MimeMessage sent = WithAttachment(subject, size);
        using MailClient client = new() { InChunks = true };
        client.Plainly(Mta.SmtpPort).Send(sent);
        client.Disconnect(quit: true);
        MimeMessage arrived = MailReader.Read(Mta.Delivered($"Subject: {subject}\n"));
        Assert.That(MailReader.Outline(arrived), Is.EqualTo(MailReader.Outline(sent)));
        Assert.That(arrived.MessageId, Is.EqualTo(sent.MessageId));
        Mta.WaitForLog(@"disconnect from \S+ ehlo=1 mail=1 rcpt=1 bdat=1 quit=1 commands=5", mark);
    }

    [Test]
    public void Several_messages_with_many_recipients_in_one_session_pipelined()
    {
        const int messages = 5;
        int mark = Mta.LogMark();
        using MailClient client = new() { InChunks = true };
        client.Plainly(Mta.SmtpPort);
        for (int i = 0; i < messages; i++)
        {
            MimeMessage message = WithAttachment($"pipelined {i}", 1000);
            message.To.Add(MailboxAddress.Parse($"{User}@localhost"));
            client.Send(message);
        }
        client.Disconnect(quit: true);
        Wait.Until(() => Mta.Mailbox().Count(m => m.Text.Contains("\nSubject: pipelined ", StringComparison.Ordinal)) == messages * 2,
            "two copies of each");
        Mta.WaitForLog($@"disconnect from \S+ ehlo=1 mail={messages} rcpt={messages * 2} bdat={messages} quit=1", mark);
    }
}
