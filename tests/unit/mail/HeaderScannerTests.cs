using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

public sealed class HeaderScannerTests
{
    [TestCase("From: a\nTo: b\n\nbody\n", "From[ a]To[ b]BLANK{body\n}")]
    [TestCase("Subject: a\n b\n\tc\nx-y:\n\n", "Subject[ a\n b\n\tc]Other[]BLANK{}")]
    [TestCase("TO : b\n\n", "To[ b]BLANK{}")]
    [TestCase("\nbody", "BLANK{body}")]
    [TestCase("no header here\n", "OTHER{no header here\n}")]
    [TestCase("From: a\nno header\nTo: b\n", "From[ a]OTHER{no header\nTo: b\n}")]
    [TestCase(" From: a\n", "OTHER{ From: a\n}")]
    [TestCase(": a\n", "OTHER{: a\n}")]
    [TestCase("From me Sat 10:00:00\nTo: x\n\n", "MBOX(From me Sat 10:00:00)To[ x]BLANK{}")]
    [TestCase(">From me\nTo: x\nFrom me\n", "MBOX(>From me)To[ x]OTHER{From me\n}")]
    [TestCase("To: x", "To[ x]EOF{}")]
    [TestCase("To: x\n y", "To[ x\n y]EOF{}")]
    [TestCase("To: x\nabc", "To[ x]OTHER{abc}")]
    [TestCase("From me", "MBOX(From me)EOF{}")]
    [TestCase("", "EOF{}")]
    [TestCase("Date : 1\nRECEIVED:x\n \n\nb", "Date[ 1]Received[x\n ]BLANK{b}")]
    public void Finds_headers_at_every_split_point(string content, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        for (int first = 0; first <= bytes.Length; first++)
            for (int second = first; second <= bytes.Length; second++)
                Assert.That(HeaderOracle.Run(bytes, 100, [first, second]), Is.EqualTo(expected), $"split at {first}, {second}");
        Assert.That(HeaderOracle.Slow(bytes, 100), Is.EqualTo(expected), "the slow splitter agrees");
    }

    [Test]
    public void Truncates_long_headers_and_goes_on()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("To: " + new string('x', 200) + "\n y\nCc: z\n\n");
        string expected = "To~[ " + new string('x', 96) + "]Cc[ z]BLANK{}";
        for (int split = 0; split <= bytes.Length; split++)
            Assert.That(HeaderOracle.Run(bytes, 100, [split]), Is.EqualTo(expected));
    }

    [Test]
    public void Keeps_all_bytes_of_a_long_line_that_is_no_header()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(new string('x', 300) + "\nb\n");
        for (int split = 0; split <= bytes.Length; split++)
            Assert.That(HeaderOracle.Run(bytes, 100, [split]), Is.EqualTo("OTHER{" + Encoding.ASCII.GetString(bytes) + "}"));
    }

    [Test]
    public void Knows_every_name()
    {
        foreach (HeaderName name in Enum.GetValues<HeaderName>())
        {
            if (name == HeaderName.Other) continue;
            byte[] text = Encoding.ASCII.GetBytes(name.Text());
            Assert.That(name.Text().Replace("-", ""), Is.EqualTo(name.ToString()).IgnoreCase);
            Assert.That(HeaderNames.Recognize(text), Is.EqualTo(name));
            Assert.That(HeaderNames.Recognize(Encoding.ASCII.GetBytes(name.Text().ToUpperInvariant())), Is.EqualTo(name));
            text[^1]++;
            Assert.That(HeaderNames.Recognize(text), Is.EqualTo(HeaderName.Other));
        }
    }
}

/// <summary>Runs the scanner over pieces and prints what it reports; and the same by splitting the whole content into lines.</summary>
internal static class HeaderOracle
{
    public static string Run(byte[] content, int limit, int[] splits)
    {
        var scanner = new HeaderScanner(limit);
        var text = new StringBuilder();
        int start = 0;
        foreach (int end in splits.Append(content.Length))
        {
            ReadOnlySpan<byte> piece = content.AsSpan(start, end - start);
            start = end;
            while (true)
            {
                HeaderEvent found = scanner.Read(ref piece);
                if (found == HeaderEvent.NeedMore) break;
                if (!Print(text, scanner, found)) return End(text, scanner, found, [.. piece, .. content[end..]]);
            }
        }
        HeaderEvent last;
        while (Print(text, scanner, last = scanner.Finish())) { }
        return End(text, scanner, last, []);
    }

    private static bool Print(StringBuilder text, HeaderScanner scanner, HeaderEvent found)
    {
        if (found == HeaderEvent.MailboxLine) text.Append($"MBOX({Encoding.Latin1.GetString(scanner.Field)})");
        if (found == HeaderEvent.Header)
            text.Append($"{scanner.Name}{(scanner.IsTruncated ? "~" : "")}[{Encoding.Latin1.GetString(scanner.Value)}]");
        return found is HeaderEvent.MailboxLine or HeaderEvent.Header;
    }

    private static string End(StringBuilder text, HeaderScanner scanner, HeaderEvent found, byte[] body) =>
        text.Append(found switch { HeaderEvent.EndAtBlankLine => "BLANK", HeaderEvent.EndAtOtherLine => "OTHER", _ => "EOF" })
            .Append('{').Append(Encoding.Latin1.GetString(scanner.Rest)).Append(Encoding.Latin1.GetString(body)).Append('}').ToString();

    public static string Slow(byte[] content, int limit)
    {
        string all = Encoding.Latin1.GetString(content);
        var text = new StringBuilder();
        bool saw = false;
        int at = 0;
        while (at < all.Length)
        {
            string line = LineAt(all, at);
            if (line == "\n") return text + "BLANK{" + all[(at + 1)..] + "}";
            if (NameOf(line) is not { } name)
            {
                bool mailbox = !saw && line[..Math.Min(16, line.Length)].TrimStart('>').StartsWith("From ", StringComparison.Ordinal);
                if (!mailbox) return text + "OTHER{" + all[at..] + "}";
                string shown = line[..Math.Min(limit, line.Length)];
                text.Append($"MBOX({(shown.EndsWith('\n') ? shown[..^1] : shown)})");
                at += line.Length;
                continue;
            }
            int end = at + line.Length;
            while (line.EndsWith('\n') && end < all.Length && all[end] is ' ' or '\t')
                end += LineAt(all, end).Length;
            string field = all[at..end];
            bool truncated = field.Length > limit;
            if (truncated) field = field[..Math.Max(limit, line.IndexOf(':') + 1)];
            if (field.EndsWith('\n')) field = field[..^1];
            text.Append(
                $"{HeaderNames.Recognize(Encoding.Latin1.GetBytes(name))}{(truncated ? "~" : "")}[{field[(line.IndexOf(':') + 1)..]}]");
            saw = true;
            at = end;
        }
        return text + "EOF{}";
    }

    private static string LineAt(string all, int at) => all.IndexOf('\n', at) is var lf and >= 0 ? all[at..(lf + 1)] : all[at..];

    private static string? NameOf(string line)
    {
        int colon = line.IndexOf(':');
        if (colon <= 0) return null;
        string name = line[..colon].TrimEnd(' ', '\t');
        return name.Length > 0 && name.All(c => c is > ' ' and < '\x7f') ? name : null;
    }
}
