using System.Text;
using MtaSuite.Tools.Sendmail;

namespace MtaSuite.Tests.Unit.Tools;

public class LineFilterTests
{
    [TestCase("a\nb\n", "a\nb\n", TestName = "lines stay")]
    [TestCase("a\r\nb\r\n", "a\nb\n", TestName = "CRLF becomes LF")]
    [TestCase("a\rb\r\r\nc\n", "a\rb\r\nc\n", TestName = "other CR are content")]
    [TestCase("a\nb", "a\nb\n", TestName = "the last line gets an end")]
    [TestCase("a\r", "a\r\n", TestName = "a CR at the very end is content")]
    [TestCase("", "", TestName = "nothing is nothing")]
    [TestCase("a\n.\nb\n", "a\n", TestName = "a lone dot ends it")]
    [TestCase("a\r\n.\r\nb\r\n", "a\n", TestName = "a lone dot with CRLF ends it")]
    [TestCase("a\n.", "a\n", TestName = "a lone dot without an end ends it")]
    [TestCase("a\n..\n.b\n. \n", "a\n..\n.b\n. \n", TestName = "other lines with dots stay")]
    [TestCase("From me Sat Nov 21\nSubject: x\n\nFrom here\n", "Subject: x\n\nFrom here\n",
        TestName = "the separator goes away, at the start only")]
    [TestCase(">>From me\nx\n", "x\n", TestName = "a quoted separator as well")]
    [TestCase("From: me\n>Fro\n", "From: me\n>Fro\n", TestName = "a From header stays")]
    [TestCase("From me\nFrom you\nx\n", "x\n", TestName = "several separators go")]
    [TestCase("Fro", "Fro\n", TestName = "an unfinished separator is text")]
    [TestCase("a\0b\u00e4\n", "a\0b\u00e4\n", TestName = "NUL and 8-bit stay")]
    public void At_every_split_point(string input, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(input);
        for (int first = 0; first <= bytes.Length; first++)
            for (int second = first; second <= bytes.Length; second++)
                Assert.That(Filter(LineEnds.Always, true, bytes[..first], bytes[first..second], bytes[second..]), Is.EqualTo(expected),
                    $"split at {first}, {second}");
    }

    [TestCase(LineEnds.Strict, "a\r\nb\nc\r\n", "a\nb\nc\n", TestName = "strict: the first line has CRLF")]
    [TestCase(LineEnds.Strict, "a\nb\r\n.\r\n", "a\nb\r\n.\r\n", TestName = "strict: the first line has LF")]
    [TestCase(LineEnds.Never, "a\r\n.\r\nb\n", "a\r\n.\r\nb\n", TestName = "never")]
    public void Other_line_ends(object lineEnds, string input, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(input);
        for (int split = 0; split <= bytes.Length; split++)
            Assert.That(Filter((LineEnds)lineEnds, true, bytes[..split], bytes[split..]), Is.EqualTo(expected), $"split at {split}");
    }

    [Test]
    public void Without_dots_a_dot_is_text() =>
        Assert.That(Filter(LineEnds.Always, false, "a\n.\nb\n"u8.ToArray()), Is.EqualTo("a\n.\nb\n"));

    [Test]
    public void A_long_line_passes_whole()
    {
        string line = new('x', 200_000);
        Assert.That(Filter(LineEnds.Always, true, Encoding.ASCII.GetBytes(line), "y\nz"u8.ToArray()), Is.EqualTo(line + "y\nz\n"));
    }

    [Test]
    public void Stops_when_no_more_is_wanted()
    {
        int calls = 0;
        LineFilter filter = new(_ => { calls++; return false; }, LineEnds.Always, true);
        byte[] much = new byte[100_000];
        Assert.That(filter.Take(much), Is.False);
        Assert.That(filter.Take(much), Is.False);
        filter.Finish();
        Assert.That(calls, Is.EqualTo(1));
    }

    private static string Filter(LineEnds lineEnds, bool stopAtDot, params byte[][] pieces)
    {
        MemoryStream output = new();
        LineFilter filter = new(data => { output.Write(data.Span); return true; }, lineEnds, stopAtDot);
        foreach (byte[] piece in pieces)
            if (!filter.Take(piece)) break;
        filter.Finish();
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
