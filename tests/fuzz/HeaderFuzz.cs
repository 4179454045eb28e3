using MtaSuite.Tests.Unit.Mail;

namespace MtaSuite.Tests.Fuzz;

/// <summary>The header scanner, cut at points the input chooses, against a splitter that sees the whole content.</summary>
public static class HeaderFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        if (input.Length < 3) return;
        byte[] content = input[3..].ToArray();
        int limit = 20 + input[2] % 60;
        int[] splits = [.. new[] { input[0], input[1] }.Select(b => b % (content.Length + 1)).Order()];
        string expected = HeaderOracle.Slow(content, limit);
        string found = HeaderOracle.Run(content, limit, splits);
        // a line whose name part alone is longer than the limit may be body or header, depending on what arrived together
        if (found != expected && !HasLongStart(content, limit)) throw new InvalidOperationException($"expected {expected} but got {found}");
    }

    private static bool HasLongStart(byte[] content, int limit) =>
        System.Text.Encoding.Latin1.GetString(content).Split('\n')
        .Any(l => l.Length > limit && l.IndexOf(':') is var colon && (colon < 0 || colon >= limit));
}

public sealed class HeaderFuzzTests
{
    [Test]
    public void Header_scanner_agrees_with_the_slow_splitter() =>
        FuzzRunner.Run(HeaderFuzz.One, 1, "From To Subject: x\n\t :>From abc\r\0\n\n\n  ::Received-\xff"u8);
}
