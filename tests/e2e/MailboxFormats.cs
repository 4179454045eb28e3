using System.Text;
using MimeKit;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Messages of many kinds in both forms of mailboxes, as MimeKit reads them: as many as were sent, each with the parts that were sent,
/// between separators of the
/// form that readers know.
/// </summary>
[TestFixture("mbox")]
[TestFixture("maildir")]
public class MailboxFormats(string form) : InstanceTest
{
    private string Box => $"{Mta.Folder}/boxes/{User}";

    protected override void Prepare()
    {
        Directory.CreateDirectory($"{Mta.Folder}/boxes");
        File.SetUnixFileMode($"{Mta.Folder}/boxes", (UnixFileMode)FileModes.StickyFolder);
        Mta.Configure($"mail_spool_directory={Mta.Folder}/boxes{(form == "mbox" ? "" : "/")}");
    }

    private static MimeMessage Of(string subject, MimeEntity body)
    {
        MimeMessage message = MailClient.Message("kit@client.example", Address, subject);
        message.Body = body;
        return message;
    }

    private static TextPart Text(string text, ContentEncoding encoding = ContentEncoding.EightBit) =>
        new("plain") { Text = text, ContentTransferEncoding = encoding };

    private static List<MimeMessage> Samples()
    {
        byte[] bytes = new byte[50_000];
        new Random(11).NextBytes(bytes);
        MimePart attachment = new("image", "png")
        {
            Content = new MimeContent(new MemoryStream(bytes)),
            ContentTransferEncoding = ContentEncoding.Base64,
            ContentDisposition = new ContentDisposition { FileName = "Stra\u00dfe \u2603.png" },
        };
        return
        [
            Of("lines that look like separators",
                Text("From here\r\n\r\nFrom there\r\n>From quoted\r\n>>From twice\r\nFromage\r\n from\r\n")),
            Of("an empty body", Text("")),
            Of("no end of the last line", Text("one\r\ntwo")),
            Of("empty lines at the end", Text("text\r\n\r\n\r\n\r\n")),
            Of("dots", Text(".\r\n..\r\n.a\r\n\r\n.")),
            Of("eight bits \u2603", Text("caf\u00e9 \u2603 \u65e5\u672c\r\n")),
            Of("long lines", Text(string.Concat(Enumerable.Repeat("0123456789", 95)) + "\r\n")),
            Of("nested", new Multipart("mixed") { new MultipartAlternative { Text("plain\r\n"),
                new TextPart("html") { Text = "<p>From html\r\n" } }, attachment }),
            Of("a message within", new Multipart("mixed") { Text("see below\r\n"),
                new MessagePart { Message = Of("the inner one", Text("From inside\r\n")) } }),
        ];
    }

    // mbox readers undo ">From" or leave it; the lines are the same without the marks in front
    private static string Unquoted(MimeMessage message)
    {
        StringBuilder text = new();
        foreach (MimeEntity part in message.BodyParts)
        {
            string content = part is TextPart ? MailReader.Text(part).TrimEnd('\n') : part is MimePart
                ? Convert.ToHexString(MailReader.Content(part)) : "";
            text.Append($"{part.ContentType.MimeType} {part.ContentDisposition?.FileName}\n");
            foreach (string line in content.Split('\n'))
            {
                string bare = line.TrimStart('>');
                text.Append(bare.StartsWith("From ", StringComparison.Ordinal) ? bare : line).Append('\n');
            }
        }
        return text.ToString();
    }

    private List<MimeMessage> Arrived()
    {
        if (form == "maildir")
        {
            string[] files = Directory.Exists($"{Box}/new") ? Directory.GetFiles($"{Box}/new") : [];
            return [.. files.Select(f => MailReader.Read(File.ReadAllBytes(f)))];
        }
        List<(string Marker, MimeMessage Message)> all = File.Exists(Box) && new FileInfo(Box).Length > 0 ? MailReader.ReadMbox(Box) : [];
        foreach ((string marker, _) in all) Assert.That(marker, Does.Match(@"^From \S+  ?\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$"));
        return [.. all.Select(m => m.Message)];
    }

    [Test]
    public void Every_message_is_read_as_it_was_sent()
    {
        List<MimeMessage> sent = Samples();
        using (MailClient client = new())
        {
            client.Plainly(Mta.SmtpPort);
            foreach (MimeMessage message in sent) client.Send(message);
            client.Disconnect(quit: true);
        }
        Mta.WaitUntilEmpty();
        List<MimeMessage> arrived = Arrived();
        Assert.That(arrived.Select(m => m.Subject), Is.EquivalentTo(sent.Select(m => m.Subject)));
        Assert.Multiple(() =>
        {
            foreach (MimeMessage message in sent)
            {
                MimeMessage found = arrived.Single(m => m.MessageId == message.MessageId);
                if (form == "maildir") Assert.That(MailReader.Outline(found), Is.EqualTo(MailReader.Outline(message)), message.Subject);
                Assert.That(Unquoted(found), Is.EqualTo(Unquoted(message)), message.Subject);
                Assert.That(found.Headers[HeaderId.ReturnPath], Is.EqualTo("<kit@client.example>"));
                Assert.That(found.From.ToString(), Is.EqualTo(message.From.ToString()));
            }
        });
    }
}
