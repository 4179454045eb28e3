using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Text;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class SourceTextTests
{
    /// <summary>Gives its bytes in two reads, split at a point.</summary>
    private sealed class SplitStream(byte[] bytes, int split) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Position < split ? Math.Min(count, split - (int)Position) : count);

        public override int Read(Span<byte> buffer) =>
            base.Read(Position < split ? buffer[..Math.Min(buffer.Length, split - (int)Position)] : buffer);
    }

    /// <summary>Entries as "key=value" and warnings as "!text", each with a newline.</summary>
    private static string Parse(byte[] text, SourceFormat format, int split, TableOptions? options = null)
    {
        StringBuilder result = new();
        SourceReader reader = new(new SplitStream(text, split), "f", format, options ?? TableOptions.Default,
            warning => result.Append('!').Append(warning).Append('\n'));
        while (reader.TryRead(out SourceEntry entry))
            result.Append(Encoding.Latin1.GetString(entry.Key)).Append('=').Append(Encoding.Latin1.GetString(entry.Value)).Append('\n');
        return result.ToString() + reader.Error;
    }

    private static void Check(string text, SourceFormat format, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int split = 0; split <= bytes.Length; split++)
            Assert.That(Parse(bytes, format, split).TrimEnd('\n').Replace('\n', '|'), Is.EqualTo(expected), $"split at {split}");
    }

    [TestCase("a b\n", "a=b")]
    [TestCase("A  b c \t\n", "a=b c")]
    [TestCase("a v", "a=v")]
    [TestCase("", "")]
    [TestCase("a b\n # c\n  d\n#x\n e \nf g\n", "a=b  d e|f=g")]
    [TestCase("a b\n\tc\n", "a=b\tc")]
    [TestCase("a b\n \n c\n", "a=b c")]
    [TestCase("a b\n\n\nc d\n", "a=b|c=d")]
    [TestCase("  lead v\nk v\n", "!f: logical line must not start with whitespace: \"  lead v\"|k=v")]
    [TestCase("\n\n x y\nb\nc\n", "!f: logical line must not start with whitespace: \" x y\"|!f, line 4: expected format: key whitespace "
        + "value|!f, line 5: expected format: key whitespace value")]
    [TestCase("\"a b\" value one\n", "\"a b\"=value one")]
    [TestCase("a\"b c\"d value\n", "a\"b c\"d=value")]
    [TestCase("\"a\\\"b\" value one\n", "\"a\\\"b\"=value one")]
    [TestCase("a\\ b value\n", "a\\ b=value")]
    [TestCase("a  b \"c\" \\d  \n", "a=b \"c\" \\d")]
    [TestCase("a \"b\n", "a=\"b")]
    [TestCase("a b\\", "a=b\\")]
    [TestCase("k\\tv w\r\n", "k\\tv=w")]
    [TestCase("\"unbal x\nk v\n", "!f, line 1: unbalanced '\"' in '\"unbal x' -- ignoring this line|k=v")]
    [TestCase("\"a\\", "!f, line 1: unbalanced '\"' in '\"a\\' -- ignoring this line")]
    [TestCase("a\\", "!f, line 1: expected format: key whitespace value")]
    [TestCase("a: b\n", "!f, line 1: record is in \"key: value\" format; is this an alias file?|a:=b")]
    [TestCase("a \xff\nb c\n", "!f, line 1: non-UTF-8 input \"a ?\" -- ignoring this line|b=c")]
    [TestCase("\xc3\x84 b\n", "\xc3\xa4=b")]
    [TestCase("a b\0c\n", "!f, line 1: NUL character in \"a b?c\" -- ignoring this line")]
    public void Map_lines(string text, string expected) => Check(text, SourceFormat.Map, expected);

    [TestCase("a: b\n", "a=b")]
    [TestCase("a :b\n", "a=b")]
    [TestCase("a:b\n", "a=b")]
    [TestCase("A: b, \"|c d\", :include:/x\n", "a=b, \"|c d\", :include:/x")]
    [TestCase("a b: c\n", "a b=c")]
    [TestCase("\"A B\" : c\n", "a b=c")]
    [TestCase("\" a\": e\n", " a=e")]
    [TestCase("\"a:b\": c\n", "a:b=c")]
    [TestCase("\"a@b\": c\n", "a@b=c")]
    [TestCase("a\\b: x\n", "ab=x")]
    [TestCase("a\\@b: x\n", "a@b=x")]
    [TestCase("a: b\n  c\n#x\n  d: e\n", "a=b  c  d: e")]
    [TestCase("a::b\n", "a=:b")]
    [TestCase("\xc3\x84: y\n", "\xc3\xa4=y")]
    [TestCase("a@b: c\n", "!f, line 1: name must be local")]
    [TestCase("a%b: c\n", "!f, line 1: name must be local")]
    [TestCase("a b\n", "!f, line 1: need name:value pair")]
    [TestCase("a:\n", "!f, line 1: need name:value pair")]
    [TestCase(": b\n", "!f, line 1: need name:value pair")]
    [TestCase("a,b: y\n", "!f, line 1: need name:value pair")]
    [TestCase("\"a: y\n", "!f, line 1: need name:value pair")]
    [TestCase("\"\": e\n", "!f, line 1: need name:value pair")]
    public void Alias_lines(string text, string expected) => Check(text, SourceFormat.Aliases, expected);

    [Test]
    public void Without_UTF8_bytes_pass_and_only_ASCII_folds()
    {
        byte[] text = [(byte)'A', 0xC4, (byte)' ', 0xff];
        Assert.That(Parse(text, SourceFormat.Map, 0, new() { Utf8 = false }), Is.EqualTo("a\u00c4=\u00ff\n"));
        Assert.That(Parse("A b"u8.ToArray(), SourceFormat.Map, 0, new() { FoldKeys = false }), Is.EqualTo("A=b\n"));
    }

    [Test]
    public void A_line_without_end_is_an_error_and_not_all_memory()
    {
        byte[] text = new byte[LogicalLineReader.MaxLine + 100_000];
        Array.Fill(text, (byte)'x');
        Assert.That(Parse(text, SourceFormat.Map, 0), Is.EqualTo("f, line 1: line is too long"));
    }

    [Test]
    public void A_text_table_follows_its_file_when_the_writer_is_done()
    {
        using TemporaryFolder folder = new();
        ManualClock clock = new();
        List<string> warnings = [];
        folder.Write("t", "A 1\nb 2\na 3\n");
        using Table table = TableFactory.Open("texthash:" + folder["t"], new() { Clock = clock, Warn = warnings.Add });
        Assert.That((table.Lookup("a").Value, table.Lookup("B").Value, table.Lookup("c").IsNotFound), Is.EqualTo(("1", "2", true)));
        Assert.That(warnings, Is.EqualTo(new[] { $"{folder["t"]}, line 3: duplicate entry: \"a\"" }));
        folder.Write("t", "a 2\n# other size\n");
        File.SetLastWriteTimeUtc(folder["t"], clock.GetUtcNow().UtcDateTime.AddSeconds(0.5));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("1"), "written half a second ago");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("2"));
        File.Delete(folder["t"]);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("2"));
    }
}
