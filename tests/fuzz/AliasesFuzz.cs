using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Text;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Alias source text: against a plain reading; and a name that is quoted in full always comes back as it was.</summary>
[TestFixture]
public static class AliasesFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        TableOptions options = new() { Utf8 = false, FoldKeys = false };
        TextTableFuzz.Compare(input, SourceFormat.Aliases, options, PlainEntry);
        QuotedNameReturns(input);
    }

    private static string PlainEntry(string line)
    {
        if (!TextTableFuzz.IsUsable(line, false)) return "";
        // each character of the name, and whether it was protected
        List<(char Char, bool Protected)> name = [];
        bool quoted = false;
        int i = 0, emptyQuotesAt = -1;
        for (; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                quoted = !quoted;
                emptyQuotesAt = name.Count;
            }
            else if (line[i] == '\\' && i + 1 < line.Length) name.Add((line[++i], true));
            else if (!quoted && line[i] is ':' or ',') break;
            else name.Add((line[i], quoted));
        }
        if (i == line.Length || line[i] == ',' || name.Any(c => !c.Protected && c.Char is '@' or '%')) return "";
        // a quote keeps the space before it, too
        while (name.Count > 0 && name.Count > emptyQuotesAt && !name[^1].Protected && TextTableFuzz.IsSpace(name[^1].Char))
            name.RemoveAt(name.Count - 1);
        string value = line[(i + 1)..].Trim(' ', '\t', '\n', '\v', '\f', '\r');
        return name.Count == 0 || value.Length == 0 ? "" : string.Concat(name.Select(c => c.Char)) + "|" + value;
    }

    private static void QuotedNameReturns(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty || input.ContainsAny((byte)'\n', (byte)0)) return;
        string name = Encoding.Latin1.GetString(input);
        string line = "\"" + name.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\": value, value";
        string? complaint = EntryParser.ParseAlias(Encoding.Latin1.GetBytes(line), out byte[] parsed, out ReadOnlySpan<byte> value);
        if (complaint != null || !parsed.AsSpan().SequenceEqual(input) || !value.SequenceEqual("value, value"u8))
            throw new InvalidOperationException($"{complaint} for {line}");
    }

    [Test]
    public static void Run() => FuzzRunner.Run(One, 33, "aab: ::,cA \t\n\n ##\"\"\\\\@%|/(<>)\u00e4"u8, 60);
}
