using MtaSuite.Common.Smtp;

namespace MtaSuite.Tests.Fuzz;

/// <summary>The dot decoder against a slow and obvious one, at random splits and output sizes.</summary>
public static class DotDecoderFuzz
{
    /// <summary>First byte: policy and mode; second: seed of the splits; the rest is content.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        BareNewlinePolicy policy = (BareNewlinePolicy)(input[0] & 3);
        bool dots = (input[0] & 4) == 0, replace = (input[0] & 8) != 0, wide = (input[0] & 16) != 0;
        Random random = new(input[1]);
        byte[] content = input[2..].ToArray();
        (byte[] expected, int used, bool bare, bool end) = Slow(content, policy, replace, dots);
        DotDecoder decoder = dots ? DotDecoder.ForData(policy, replace) : DotDecoder.ForBdat(policy, replace);
        (byte[] actual, int taken, bool ended) = Run(ref decoder, content, random, dots, wide);
        if (!actual.AsSpan().SequenceEqual(expected)) throw new InvalidOperationException("content differs");
        if (taken != used || ended != end) throw new InvalidOperationException($"end differs: {taken} != {used}");
        if (decoder.SawBareLf != bare) throw new InvalidOperationException("bare LF flag differs");
        if (decoder.Size != expected.Length + expected.Count(b => b == '\n')) throw new InvalidOperationException("size differs");
    }

    private static (byte[] Output, int Taken, bool Ended) Run(ref DotDecoder decoder, byte[] content, Random random, bool dots, bool wide)
    {
        List<byte> output = [];
        Span<byte> buffer = stackalloc byte[80];
        int at = 0;
        DotStatus status = DotStatus.NeedInput;
        while (status != DotStatus.End && (at < content.Length || status == DotStatus.OutputFull))
        {
            ReadOnlySpan<byte> piece = content.AsSpan(at, Math.Min(random.Next(1, wide ? 100 : 9), content.Length - at));
            Span<byte> room = buffer[..random.Next(1, wide ? 80 : 7)];
            status = decoder.Decode(piece, room, out int consumed, out int written);
            if (consumed == 0 && written == 0 && status != DotStatus.End) throw new InvalidOperationException("no progress");
            output.AddRange(room[..written]);
            at += consumed;
        }
        if (!dots) output.AddRange(buffer[..decoder.Finish(buffer)]);
        return ([.. output], at, status == DotStatus.End);
    }

    /// <summary>Byte by byte over whole lines.</summary>
    private static (byte[] Output, int Used, bool Bare, bool Ended) Slow(byte[] content, BareNewlinePolicy policy, bool replace, bool dots)
    {
        bool strict = policy != BareNewlinePolicy.No, previousBare = false, anyBare = false;
        List<byte> output = [];
        int start = 0;
        while (start < content.Length)
        {
            int lf = Array.IndexOf(content, (byte)'\n', start);
            if (lf < 0) break;
            int end = lf;
            while (end > start && content[end - 1] == '\r' && (lf - end < (strict ? 1 : 64))) end--;
            bool bare = end == lf;
            anyBare |= bare && strict;
            byte[] line = content[start..end];
            start = lf + 1;
            bool dot = dots && line.Length == 1 && line[0] == '.';
            if (dot && (!strict || (!bare && !previousBare))) return ([.. output], start, anyBare, true);
            if (!dot) output = Stray(output, dots && line.Length > 0 && line[0] == '.' ? line[1..] : line, replace, newline: true);
            previousBare = bare;
        }
        byte[] tail = content[start..];
        if (!dots && tail.Length > 0) output = Stray(output, tail, replace, newline: true);
        if (dots)
        {
            // What is held back at the end of input is not out yet.
            if (tail.Length > 0 && tail[0] == '.') tail = tail[1..];
            int keep = tail.Length;
            while (keep > 0 && tail[keep - 1] == '\r' && tail.Length - keep < (strict ? 1 : 64)) keep--;
            output = Stray(output, tail[..keep], replace, newline: false);
        }
        return ([.. output], content.Length, anyBare, false);
    }

    private static List<byte> Stray(List<byte> output, byte[] line, bool replace, bool newline)
    {
        foreach (byte b in line) output.Add(b == '\r' && replace ? (byte)' ' : b);
        if (newline) output.Add((byte)'\n');
        return output;
    }
}

[TestFixture]
public class DotDecoderFuzzTests
{
    [Test]
    public void Random_and_mutated_content()
    {
        int count =
            int.Parse(Environment.GetEnvironmentVariable("FUZZ_COUNT") ?? "5000", System.Globalization.CultureInfo.InvariantCulture);
        Random random = new(20260821);
        byte[] alphabet = "\r\r\n\n..a\0\xE9"u8.ToArray();
        string[] bits = ["\r\n", "\n", "\r\n.\r\n", "\n.\n", "\r\n.\n", "\n.\r\n", ".", "..", "x", "\r", "line of text",
            "a line that is longer than two blocks of sixteen", ".\r\r\n"];
        for (int n = 0; n < count; n++)
        {
            List<byte> input = [(byte)random.Next(256), (byte)random.Next(256)];
            int length = random.Next(40);
            for (int i = 0; i < length; i++)
            {
                if (n % 2 == 0) input.Add(alphabet[random.Next(alphabet.Length)]);
                else input.AddRange(System.Text.Encoding.ASCII.GetBytes(bits[random.Next(bits.Length)]));
            }
            byte[] all = [.. input];
            try
            {
                DotDecoderFuzz.One(all);
            }
            catch (InvalidOperationException e)
            {
                Assert.Fail($"{e.Message}: {Convert.ToHexString(all)}");
            }
        }
    }
}
