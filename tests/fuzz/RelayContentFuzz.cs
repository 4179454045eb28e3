using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Smtp;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Mime;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Outgoing content: the line encoder against a slow one, and conversion to 7 bit, which must be undone by decoding.</summary>
public static class RelayContentFuzz
{
    private static readonly string[] s_tokens =
    [
        "MIME-Version: 1.0\n", "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: multipart/digest; boundary=\"c c\"\n",
            "Content-Type: message/rfc822\n",
        "Content-Type: text/plain; charset=utf-8\n", "Content-Type: image/png\n", "Content-Transfer-Encoding: 8bit\n",
            "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: binary\n", "Subject: x\n", "\n", "\n\n", "--b\n", "--b--\n", "--c c\n", "--c c--\n", "text\n",
            "text = \n", "gr\u00fc\u00dfe\n", "\u00e9\u00e8\u00ea\u00eb\u00ec",
        ".\n", "From x\n", "--\n", "-", "long word after word after word after word after word after word after word \u00fc and more\n",
            "\t\n", "no end",
    ];

    /// <summary>Encodes content in pieces of a size into outputs of a size.</summary>
    internal static byte[] Encode(byte[] content, bool dots, int limit, int piece, int room)
    {
        LineEncoder encoder = new(dots, limit);
        List<byte> result = [];
        byte[] output = new byte[Math.Max(room, LineEncoder.MaxEnd)];
        for (int at = 0; at < content.Length;)
        {
            int end = (int)Math.Min((long)at + piece, content.Length);
            encoder.Encode(content.AsSpan(at..end), output.AsSpan(0, Math.Max(3, room)), out int consumed, out int written);
            if (consumed == 0 && written == 0) throw new InvalidOperationException("no progress");
            at += consumed;
            result.AddRange(output[..written]);
        }
        result.AddRange(output[..encoder.Finish(output)]);
        return [.. result];
    }

    public static void Lines(ReadOnlySpan<byte> input)
    {
        if (input.Length < 3) return;
        byte[] content = input[3..].ToArray();
        int limit = input[0] % 4 == 0 ? 0 : 4 + input[0] % 20;
        bool dots = (input[1] & 1) == 0;
        byte[] wire = Encode(content, dots, limit, 1 + input[1] % 7, 3 + input[2] % 9);
        if (!wire.AsSpan().SequenceEqual(Encode(content, dots, limit, int.MaxValue, 10_000)))
            throw new InvalidOperationException("pieces differ");
        string text = Encoding.Latin1.GetString(wire);
        if (text.Replace("\r\n", "").AsSpan().IndexOfAny("\r\n") >= 0) throw new InvalidOperationException("a stray CR or LF");
        string[] lines = text.Split("\r\n");
        if (dots && (lines[^2] != "." || lines.AsSpan(0, lines.Length - 2).Contains(".")))
            throw new InvalidOperationException("the end is not where it should be");
        if (limit > 0 && Array.Exists(lines, l => l.Length > limit + 1)) throw new InvalidOperationException("a line is too long");
        if (limit == 0 && text != Slow(content, dots)) throw new InvalidOperationException("content differs");
    }

    private static string Slow(byte[] content, bool dots)
    {
        string text = Encoding.Latin1.GetString(content).Replace("\r\n", "\n").Replace('\r', ' ');
        if (text.Length > 0 && text[^1] != '\n') text += "\n";
        IEnumerable<string> lines = text.Split('\n').SkipLast(1).Select(l => (dots && l.StartsWith('.') ? "." + l : l) + "\r\n");
        return string.Concat(lines) + (dots ? ".\r\n" : "");
    }

    public static void SevenBit(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        StringBuilder text = new();
        foreach (byte b in input[1..]) text.Append(s_tokens[b % s_tokens.Length]);
        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        byte[] converted = Convert(content, int.MaxValue);
        if (!converted.AsSpan().SequenceEqual(Convert(content, 1 + input[0] % 9))) throw new InvalidOperationException("pieces differ");
        List<string> before = Leaves(content), after = Leaves(converted);
        if (!before.SequenceEqual(after))
            throw new InvalidOperationException(
                $"decodes to\n{string.Join("\n|", after)}\ninstead of\n{string.Join("\n|", before)}\nfrom "
                + $"{Encoding.UTF8.GetString(converted)}");
    }

    internal static byte[] Convert(byte[] content, int piece)
    {
        ConversionPlan plan = new();
        MimeWalker walker = new(plan);
        walker.Write(content);
        walker.Finish();
        SevenBitConverter converter = new(plan);
        ArrayBufferWriter<byte> output = new();
        for (int at = 0; at < content.Length; at += (int)Math.Min(piece, content.Length - at))
            converter.WriteAsync(content.AsMemory(at, (int)Math.Min(piece, content.Length - at)), output).Completed();
        converter.FinishAsync(output).Completed();
        return output.WrittenSpan.ToArray();
    }

    private static List<string> Leaves(byte[] content)
    {
        LeafCollector collector = new();
        MimeWalker walker = new(collector);
        walker.Write(content);
        walker.Finish();
        return collector.Leaves;
    }

    /// <summary>The decoded body of each leaf; of those that were encoded by us.</summary>
    private sealed class LeafCollector : IMimeVisitor
    {
        private readonly MemoryStream _body = new();
        public List<string> Leaves { get; } = [];

        public void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field) { }

        public void HeaderEnd(MimeEntity entity) => _body.SetLength(0);

        public void Delimiter(ReadOnlySpan<byte> line) { }

        public void Body(MimeEntity entity, ReadOnlySpan<byte> bytes) => _body.Write(bytes);

        public void BodyEnd(MimeEntity entity)
        {
            byte[] body = _body.ToArray();
            if (entity.IsDelimited && body is [.., (byte)'\n']) body = body[..^1]; // that one belongs to the delimiter
            _body.SetLength(0);
            string text = entity.Encoding switch
            {
                "base64" when IsBase64(body) =>
                    Encoding.UTF8.GetString(System.Convert.FromBase64String(Encoding.ASCII.GetString(body))).Replace("\r\n", "\n"),
                "quoted-printable" => Unquote(body),
                _ => Encoding.UTF8.GetString(body),
            };
            Leaves.Add(text);
        }

        private static bool IsBase64(byte[] body) =>
            Array.TrueForAll(body, b => b < 128)
            && System.Convert.TryFromBase64String(Encoding.ASCII.GetString(body), new byte[body.Length], out _);

        private static string Unquote(byte[] body)
        {
            List<byte> result = [];
            for (int i = 0; i < body.Length; i++)
            {
                if (body[i] != '=') result.Add(body[i]);
                else if (body[i + 1] == '\n') i++;
                else
                {
                    result.Add(System.Convert.ToByte(Encoding.ASCII.GetString(body, i + 1, 2), 16));
                    i += 2;
                }
            }
            return Encoding.UTF8.GetString([.. result]);
        }
    }
}

[TestFixture]
public class RelayContentFuzzTests
{
    [Test]
    public void Lines() => FuzzRunner.Run(RelayContentFuzz.Lines, 431, "\r\n\r\n..ab c\u00fc"u8);

    [Test]
    public void Conversion() =>
        FuzzRunner.Run(RelayContentFuzz.SevenBit, 432, [.. Enumerable.Range(0, 54).Select(i => (byte)i)], maxLength: 30);
}
