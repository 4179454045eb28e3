using System.Text;
using MimeKit;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>MimeKit as the reader of what we wrote: it knows nothing of our own parsers and composers.</summary>
internal static class MailReader
{
    /// <summary>A message of a mailbox, from its bytes.</summary>
    public static MimeMessage Read(Mail mail) => Read(Encoding.Latin1.GetBytes(mail.Text));

    public static MimeMessage Read(byte[] bytes) => MimeMessage.Load(new MemoryStream(bytes));

    /// <summary>The messages of an mbox file with the lines that separate them.</summary>
    public static List<(string Marker, MimeMessage Message)> ReadMbox(string path)
    {
        List<(string, MimeMessage)> all = [];
        using MemoryStream file = new(File.ReadAllBytes(path));
        MimeParser parser = new(file, MimeFormat.Mbox);
        while (!parser.IsEndOfStream)
        {
            MimeMessage message = parser.ParseMessage();
            all.Add((parser.MboxMarker ?? "", message));
        }
        return all;
    }

    /// <summary>What a part holds, decoded.</summary>
    public static byte[] Content(MimeEntity part)
    {
        using MemoryStream memory = new();
        ((MimePart)part).Content!.DecodeTo(memory);
        return memory.ToArray();
    }

    /// <summary>What a part of text holds, with LF for line ends.</summary>
    public static string Text(MimeEntity part) => ((TextPart)part).Text.Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>The parts of a message, one fact a line: type, name and a digest of the content. Two messages with the same list carry
    /// the same.</summary>
    public static string Outline(MimeMessage message)
    {
        StringBuilder text = new();
        foreach (MimeEntity part in message.BodyParts)
        {
            byte[] content = part is TextPart ? Encoding.UTF8.GetBytes(Text(part).TrimEnd('\n')) : part is MimePart ? Content(part) : [];
            string digest = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content));
            text.Append($"{part.ContentType.MimeType} {part.ContentType.Charset} {part.ContentDisposition?.FileName} ");
            text.Append($"{content.Length} {digest}\n");
        }
        return text.ToString();
    }
}
