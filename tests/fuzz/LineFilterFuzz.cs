using System.Text;
using MtaSuite.Tools.Sendmail;

namespace MtaSuite.Tests.Fuzz;

/// <summary>sendmail's input filter, cut at points the input chooses, against one that sees the whole message.</summary>
public static class LineFilterFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        if (input.Length < 4) return;
        LineEnds lineEnds = (LineEnds)(input[0] % 3);
        bool stopAtDot = input[1] % 2 == 0;
        byte[] message = input[4..].ToArray();
        int first = input[2] % (message.Length + 1), second = Math.Max(first, input[3] % (message.Length + 1));
        MemoryStream output = new();
        LineFilter filter = new(data => { output.Write(data.Span); return true; }, lineEnds, stopAtDot);
        foreach (byte[] piece in (byte[][])[message[..first], message[first..second], message[second..]])
            if (!filter.Take(piece)) break;
        filter.Finish();
        string expected = Slow(Encoding.Latin1.GetString(message), lineEnds, stopAtDot),
            found = Encoding.Latin1.GetString(output.ToArray());
        if (found != expected) throw new InvalidOperationException($"expected {Shown(expected)} but got {Shown(found)}");
    }

    private static string Slow(string text, LineEnds lineEnds, bool stopAtDot)
    {
        if (text.Length == 0) return "";
        bool ended = text.EndsWith('\n');
        List<string> lines = [.. text.Split('\n')];
        if (ended) lines.RemoveAt(lines.Count - 1);
        StringBuilder result = new();
        bool start = true;
        bool? strip = lineEnds switch { LineEnds.Always => true, LineEnds.Never => false, _ => null };
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            bool whole = ended || i < lines.Count - 1;
            if (start && line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) && line.IndexOf('F') <= 27) continue;
            bool stripped = strip != false && line.EndsWith('\r');
            if (stopAtDot && (line == "." || (stripped && line == ".\r"))) break;
            start = false;
            // a CR at the end of a text without a line end belongs to no line end
            result.Append(stripped && whole ? line[..^1] : line).Append('\n');
            if (whole) strip ??= stripped;
        }
        return result.ToString();
    }

    private static string Shown(string text) => text.Replace("\r", "\\r").Replace("\n", "\\n");
}

public sealed class LineFilterFuzzTests
{
    [Test]
    public void The_input_filter_agrees_with_the_slow_one() => FuzzRunner.Run(LineFilterFuzz.One, 7, ".\r\n\r\n..From >a\0"u8, 60);
}
