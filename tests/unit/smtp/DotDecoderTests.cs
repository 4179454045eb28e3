using System.Text;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Tests.Unit.Smtp;

[TestFixture]
public class DotDecoderTests
{
    // content, expected output, bytes left over after the end (-1: no end found)
    [TestCase(BareNewlinePolicy.Normalize, "a\r\n.\r\n", "a\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, ".\r\nQUIT\r\n", "", 6)]
    [TestCase(BareNewlinePolicy.Normalize, "..a\r\n.b\r\n.\r\n", ".a\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\nb\r\n.\r\n", "a\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\n.\nb\r\n.\r\n", "a\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\n.\r\nb\r\n.\r\n", "a\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\r\n.\nb\r\n.\r\n", "a\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\r\n.\rb\r\n.\r\n", "a\n\rb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\r.\r\nb\r\n.\r\n", "a\r.\nb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\r\r\n.\r\r\n.\r\n", "a\r\n\r\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\n.\n", "a\n", -1)]
    [TestCase(BareNewlinePolicy.Reject, "a\n.\r\n.\r\nX", "a\n", 1)]
    [TestCase(BareNewlinePolicy.No, "a\n.\nX", "a\n", 1)]
    [TestCase(BareNewlinePolicy.No, "a\r\r\n.\r\r\nX", "a\n", 1)]
    [TestCase(BareNewlinePolicy.No, "a\rb\r\n.\n", "a\rb\n", 0)]
    [TestCase(BareNewlinePolicy.Normalize, "a\0b\r\n.\r\n", "a\0b\n", 0)]
    public void Decodes_at_every_split(BareNewlinePolicy policy, string content, string expected, int left)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        for (int split = 0; split <= bytes.Length; split++)
        {
            DotDecoder decoder = DotDecoder.ForData(policy, replaceStrayCr: false);
            byte[] output = new byte[bytes.Length];
            DotStatus status = decoder.Decode(bytes.AsSpan(0, split), output, out int used, out int written);
            if (status == DotStatus.NeedInput)
            {
                Assert.That(used, Is.EqualTo(split));
                status = decoder.Decode(bytes.AsSpan(split), output.AsSpan(written), out int more, out int wrote);
                used += more;
                written += wrote;
            }
            Assert.That(Encoding.Latin1.GetString(output, 0, written), Is.EqualTo(expected), $"split {split}");
            Assert.That(status, Is.EqualTo(left < 0 ? DotStatus.NeedInput : DotStatus.End), $"split {split}");
            if (left >= 0) Assert.That(bytes.Length - used, Is.EqualTo(left), $"split {split}");
        }
    }

    [Test]
    public void Stray_cr_becomes_a_space_when_asked()
    {
        DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.Normalize, replaceStrayCr: true);
        byte[] output = new byte[64];
        decoder.Decode("a\rb\r\r\n.\r\n"u8, output, out _, out int written);
        Assert.That(Encoding.ASCII.GetString(output, 0, written), Is.EqualTo("a b \n"));
    }

    [Test]
    public void Size_counts_two_bytes_for_each_line_end()
    {
        DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.Normalize, replaceStrayCr: true);
        byte[] output = new byte[64];
        decoder.Decode("abc\nde\r\n..\r\n.\r\n"u8, output, out _, out _);
        Assert.That(decoder.Size, Is.EqualTo(5 + 4 + 3));
        Assert.That(decoder.SawBareLf);
    }

    [Test]
    public void Bdat_completes_the_last_line_and_keeps_dots()
    {
        DotDecoder decoder = DotDecoder.ForBdat(BareNewlinePolicy.Normalize, replaceStrayCr: true);
        byte[] output = new byte[80];
        decoder.Decode(".a\r"u8, output, out _, out int one);
        decoder.Decode("\n.\r\nend"u8, output.AsSpan(one), out _, out int two);
        int three = decoder.Finish(output.AsSpan(one + two));
        Assert.That(Encoding.ASCII.GetString(output, 0, one + two + three), Is.EqualTo(".a\n.\nend\n"));
    }

    [Test]
    public void Encoder_and_decoder_are_inverse_and_no_stray_byte_leaves()
    {
        Random random = new(1);
        byte[] alphabet = "a.\n\r"u8.ToArray();
        for (int n = 0; n < 2000; n++)
        {
            byte[] content = new byte[random.Next(20)];
            for (int i = 0; i < content.Length; i++) content[i] = alphabet[random.Next(alphabet.Length)];
            byte[] wire = Encode(content, random);
            string text = Encoding.Latin1.GetString(wire);
            Assert.That(text.Replace("\r\n", "", StringComparison.Ordinal), Does.Not.Contain("\r").And.Not.Contain("\n"));
            byte[] expected = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).Replace("\r\n", "\n", StringComparison.Ordinal)
                .Replace('\r', ' '));
            if (expected.Length > 0 && expected[^1] != '\n') expected = [.. expected, (byte)'\n'];
            byte[] output = new byte[100];
            DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.Reject, replaceStrayCr: false);
            Assert.That(decoder.Decode(wire, output, out int used, out int written), Is.EqualTo(DotStatus.End));
            Assert.That(used, Is.EqualTo(wire.Length));
            Assert.That(output[..written], Is.EqualTo(expected));
            Assert.That(decoder.SawBareLf, Is.False);
        }
    }

    [Test]
    public void Allocates_nothing()
    {
        byte[] content = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("A line of the usual length, as people and programs write them in mails.\r\n", 900)));
        byte[] output = new byte[content.Length];
        DotDecoder decoder = DotDecoder.ForData(BareNewlinePolicy.Normalize, replaceStrayCr: true);
        decoder.Decode(content, output, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < 500; i++) decoder.Decode(content, output, out _, out _);
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        TestContext.Out.WriteLine($"{500.0 * content.Length / seconds / 1e9:F2} GB/s");
    }

    private static byte[] Encode(byte[] content, Random random)
    {
        LineEncoder encoder = new(dots: true, limit: 0);
        List<byte> wire = [];
        byte[] room = new byte[LineEncoder.MaxEnd];
        for (int at = 0; at < content.Length;)
        {
            int piece = Math.Min(random.Next(1, 5), content.Length - at);
            encoder.Encode(content.AsSpan(at, piece), room.AsSpan(0, random.Next(3, 9)), out int used, out int written);
            Assert.That(used + written, Is.Positive);
            wire.AddRange(room[..written]);
            at += used;
        }
        wire.AddRange(room[..encoder.Finish(room)]);
        return [.. wire];
    }
}
