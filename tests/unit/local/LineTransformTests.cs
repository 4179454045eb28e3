using System.Text;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Tests.Unit.Local;

public sealed class LineTransformTests
{
    private sealed class Memory : ByteSink
    {
        public readonly MemoryStream Stream = new();

        public override bool Write(ReadOnlySpan<byte> data)
        {
            Stream.Write(data);
            return true;
        }
    }

    /// <summary>Slow and obvious: line by line.</summary>
    private static string Expected(string text, CopyOptions options, string eol)
    {
        StringBuilder result = new();
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf('\n', at);
            string line = end < 0 ? text[at..] : text[at..end];
            at = end < 0 ? text.Length : end + 1;
            if ((options & CopyOptions.QuoteFrom) != 0 && line.StartsWith("From ", StringComparison.Ordinal)) result.Append('>');
            if ((options & CopyOptions.DoubleDots) != 0 && line.StartsWith('.')) result.Append('.');
            result.Append(line).Append(eol);
        }
        if ((options & CopyOptions.BlankLine) != 0) result.Append(eol);
        return result.ToString();
    }

    private static readonly string[] Texts =
    [
        "", "\n", "From ", "From x\n", "Fro", "Fro\nFrom", "a\nFrom b\n\nFrom \nFFrom x\nFrom",
            ".\n..\nFrom .\n.From x\nlong line without end", "F\nFr\nFro\nFrom\nFrom ",
        "body\n\nFrom here\n", "x\r\nFrom y\r\n", "\n\nFrom \n\n",
    ];

    [Test]
    public void Every_text_cut_at_every_two_points_gives_what_the_slow_way_gives(
        [Values(CopyOptions.QuoteFrom, CopyOptions.DoubleDots, CopyOptions.QuoteFrom | CopyOptions.DoubleDots | CopyOptions.BlankLine,
        CopyOptions.None)] CopyOptions options,
        [Values("\n", "\r\n")] string eol)
    {
        foreach (string text in Texts)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            for (int i = 0; i <= bytes.Length; i++)
            {
                for (int j = i; j <= bytes.Length; j++)
                {
                    Memory sink = new();
                    LineTransform lines = new(sink, options, eol);
                    Assert.That(lines.Push(bytes.AsSpan(0, i)) && lines.Push(bytes.AsSpan(i, j - i)) && lines.Push(bytes.AsSpan(j)));
                    Assert.That(lines.Finish((options & CopyOptions.BlankLine) != 0));
                    Assert.That(Encoding.ASCII.GetString(sink.Stream.ToArray()), Is.EqualTo(Expected(text, options, eol)),
                        $"{text} cut at {i} and {j}");
                }
            }
        }
    }

    [Test]
    public void A_text_larger_than_all_buffers_keeps_its_bytes()
    {
        StringBuilder text = new();
        for (int i = 0; i < 20000; i++) text.Append(i % 7 == 0 ? "From line " : "line ").Append(i).Append('\n');
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        Memory sink = new();
        LineTransform lines = new(sink, CopyOptions.QuoteFrom, "\n");
        for (int at = 0; at < bytes.Length; at += 65536) Assert.That(lines.Push(bytes.AsSpan(at, Math.Min(65536, bytes.Length - at))));
        Assert.That(lines.Finish(false));
        Assert.That(Encoding.ASCII.GetString(sink.Stream.ToArray()), Is.EqualTo(Expected(text.ToString(), CopyOptions.QuoteFrom, "\n")));
    }
}
