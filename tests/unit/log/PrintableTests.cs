using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Log;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Unit.Logs;

/// <summary>The one rule for what strangers say, and the places where it is applied.</summary>
public sealed class PrintableTests
{
    private static readonly char[] s_unsafe =
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c), '\u061C', '\u200E', '\u200F',
            '\u2028', '\u2029', '\u202A', '\u202B',
        '\u202C', '\u202D', '\u202E', '\u2066', '\u2067', '\u2068', '\u2069', '\uD800', '\uDC00',
    ];

    private const string Kept = " ~ gr\u00fc\u00dfe \u4f8b\u3048 \u0440\u0443 \u05d0 \ud83d\ude00 \u00a0\u2027\u202f\u2065\u206a\u200d";

    [Test]
    public void Every_character_that_could_deceive_is_replaced_and_no_other()
    {
        HashSet<char> replaced = [];
        for (int c = 0; c <= char.MaxValue; c++)
            if (Printable.Text($"a{(char)c}b") == "a?b") replaced.Add((char)c);
        replaced.RemoveWhere(char.IsSurrogate);
        replaced.Remove('?');
        Assert.That(replaced, Is.EquivalentTo(s_unsafe.Where(c => !char.IsSurrogate(c))));
        Assert.That(Printable.Text("\uD800 \uDC00 \uDC00\uD800"), Is.EqualTo("? ? ??"), "halves of pairs");
        Assert.That(Printable.Text(Kept), Is.SameAs(Kept));
        Assert.That(Printable.Lines("a\n\u009bb\n"), Is.EqualTo("a\n?b\n"));
    }

    [TestCase(new byte[] { 0x61, 0xC2, 0x9B, 0x33, 0x31, 0x6D }, "a??31m", TestName = "C1 as UTF-8")]
    [TestCase(new byte[] { 0x61, 0x9B, 0x33 }, "a?3", TestName = "C1 as a byte")]
    [TestCase(new byte[] { 0xE2, 0x80, 0xA8, 0x78 }, "???x", TestName = "line separator")]
    [TestCase(new byte[] { 0xE2, 0x80, 0xAE, 0x78 }, "???x", TestName = "right-to-left override")]
    [TestCase(new byte[] { 0xE2, 0x80 }, "??", TestName = "cut")]
    [TestCase(new byte[] { 0xC0, 0x8A, 0xED, 0xA0, 0x80, 0xFF }, "??????", TestName = "overlong, surrogate, no UTF-8")]
    public void Bytes(byte[] bytes, string expected)
    {
        byte[] copy = [.. bytes];
        Printable.Clean(copy);
        Assert.That(Encoding.ASCII.GetString(copy), Is.EqualTo(expected));
        Assert.That(Printable.Text(bytes), Is.EqualTo(expected));
    }

    [Test]
    public void Bytes_of_text_in_any_script_stay()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Kept);
        Printable.Clean(bytes);
        Assert.That(Encoding.UTF8.GetString(bytes), Is.EqualTo(Kept));
    }

    [Test]
    public void Each_place_keeps_to_it()
    {
        string hostile = string.Concat(s_unsafe.Select(c => $"a{c}"));
        string json = new JsonLine().Text("k", hostile).ToString();
        foreach (string shown in (string[])[Tool.Printable(hostile), Tool.PrintableLines(hostile).Replace("\n", ""),
            NoticeText.Clean(hostile), json.TrimEnd('\n')])
            for (int i = 0; i < shown.Length; i++) Assert.That(Printable.IsUnsafe(shown, i), Is.False, $"U+{(int)shown[i]:X4} in {shown}");
        Assert.That(json, Does.Contain("\\u009B").And.Contain("\\u202E").And.Contain("\\u2028"), "nothing is lost");
        Assert.That(NoticeText.Clean("a\u2028b\u009bc"), Is.EqualTo("a b?c"), "a separator is white space in a notice");
    }
}
