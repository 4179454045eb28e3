using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Text;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Source text of tables: the streaming reader, however its input is cut, gives what a plain reading of whole lines gives.
/// </summary>
[TestFixture]
public static class TextTableFuzz
{
    /// <summary>Gives few bytes at a time.</summary>
    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + (int)Position % 3));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + (int)Position % 3)]);
    }

    public static void One(ReadOnlySpan<byte> input)
    {
        TableOptions options = new() { Utf8 = input.Length % 2 == 0, FoldKeys = false };
        Compare(input, SourceFormat.Map, options, line => PlainMapEntry(line, options.Utf8));
    }

    internal static void Compare(ReadOnlySpan<byte> input, SourceFormat format, TableOptions options, Func<string, string> plainEntry)
    {
        List<string> got = [], expected = [];
        SourceReader reader = new(new DripStream(input.ToArray()), "f", format, options, _ => { });
        while (reader.TryRead(out SourceEntry entry)) got.Add($"{entry.Line}|{Latin(entry.Key)}|{Latin(entry.Value)}");
        foreach (var (number, line) in PlainLines(Latin(input)))
            if (plainEntry(line) is { Length: > 0 } entry) expected.Add($"{number}|{entry}");
        if (reader.Error != null || !got.SequenceEqual(expected))
            throw new InvalidOperationException($"got {string.Join(" / ", got)}, expected {string.Join(" / ", expected)} {reader.Error}");
    }

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    internal static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    private static string Trim(string text) => text.Trim(' ', '\t', '\n', '\v', '\f', '\r');

    private static IEnumerable<(int Number, string Line)> PlainLines(string text)
    {
        string[] physical = text.Split('\n');
        int start = 0;
        string logical = "";
        for (int i = 0; i < physical.Length; i++)
        {
            string trimmed = Trim(physical[i]);
            if (trimmed.Length == 0 || trimmed[0] == '#') continue;
            if (logical.Length > 0 && !IsSpace(physical[i][0]))
            {
                yield return (start, logical);
                logical = "";
            }
            if (logical.Length == 0) start = i + 1;
            logical += physical[i];
        }
        if (logical.Length > 0) yield return (start, logical);
    }

    internal static bool IsUsable(string line, bool utf8) =>
        !IsSpace(line[0]) && !line.Contains('\0') && (!utf8 || System.Text.Unicode.Utf8.IsValid(Encoding.Latin1.GetBytes(line)));

    private static string PlainMapEntry(string line, bool utf8)
    {
        if (!IsUsable(line, utf8)) return "";
        bool quoted = false, escaped = false;
        int end = 0;
        foreach (char c in line)
        {
            if (!escaped && !quoted && IsSpace(c)) break;
            if (!escaped && c == '"') quoted = !quoted;
            escaped = !escaped && c == '\\';
            end++;
        }
        string value = Trim(line[end..]);
        return quoted || value.Length == 0 ? "" : line[..end] + "|" + value;
    }

    [Test]
    public static void Run() => FuzzRunner.Run(One, 32, "aab cAZ \t\n\n\n ##\"\"\\\\:,\r\u00e4"u8, 60);
}
