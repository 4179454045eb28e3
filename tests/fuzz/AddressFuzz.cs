using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Properties of the address parsers: round trips, and that rewriting everything leads to what extraction sees.</summary>
public static class AddressFuzz
{
    private sealed class Constant : IAddressRewriter
    {
        public ValueTask<RewrittenAddress> RewriteAsync(string external) => new(new RewrittenAddress("x@y"));
    }

    private sealed class Same : IAddressRewriter
    {
        public ValueTask<RewrittenAddress> RewriteAsync(string external) => new(new RewrittenAddress(new(external)));
    }

    public static void One(ReadOnlySpan<byte> input)
    {
        Paths(input);
        Lists(input);
        if (System.Text.Unicode.Utf8.IsValid(input)) Quoting(Encoding.UTF8.GetString(input));
        if (Xtext.TryDecode(input, out string text))
            Check(Xtext.TryDecode(Encoding.ASCII.GetBytes(Xtext.Encode(text)), out string again) && again == text, "xtext");
        if (Xtext.TryDecodeUtf8Address(input, out text))
            Check(Xtext.TryDecodeUtf8Address(Encoding.ASCII.GetBytes(Xtext.EncodeUtf8Address(text)), out string again) && again == text,
                "utf-8 xtext");
    }

    private static void Paths(ReadOnlySpan<byte> input)
    {
        foreach (bool strict in new[] { false, true })
        {
            var options = new SmtpPathOptions(strict, true, true);
            bool valid = SmtpPath.TryParse(input, options, out string address, out int consumed, out SmtpPathError error);
            Check(consumed <= input.Length && valid == (error == SmtpPathError.None), "extent");
            if (!valid) { Check(address.Length == 0, "no address on error"); continue; }
            Check(!address.Any(c => c < ' ' || c == '\x7f'), "controls");
            // what was accepted can be sent on and is read back as the same
            if (address.Length == 0 || address[^1] == '@' || address[0] == '@') continue;
            byte[] wire = Encoding.UTF8.GetBytes($"<{Address.Quote821(address)}>");
            Check(SmtpPath.TryParse(wire, options, out string again, out int all, out error) && again == address && all == wire.Length,
                $"wire {address} {again} {error}");
        }
    }

    private static void Lists(ReadOnlySpan<byte> input)
    {
        List<AddressSpan> spans = [];
        HeaderAddresses.Find(input, spans);
        int last = 0;
        foreach (AddressSpan span in spans)
        {
            Check(span.Start >= last && span.End > span.Start && span.End <= input.Length, "spans ascend");
            Check(span.CommaAt < 0 || (span.CommaAt >= last && span.CommaAt <= span.Start), "comma between");
            last = span.End;
        }
        var output = new ArrayBufferWriter<byte>();
        Check(!InPlace.Rewrite(input, new Same(), output) && output.WrittenCount == 0, "nothing changes");
        if (!System.Text.Unicode.Utf8.IsValid(input)) return;
        bool changed = InPlace.Rewrite(input, new Constant(), output);
        List<string> found = [];
        HeaderAddresses.Extract(changed ? output.WrittenSpan : input, found);
        Check(found.Count == spans.Count && found.All(a => a == "x@y"),
            $"{spans.Count} became {string.Join('|', found)} in {Encoding.UTF8.GetString(output.WrittenSpan)}");
    }

    private static void Quoting(string text)
    {
        string address = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        Check(Address.Split(address, out _, out ReadOnlySpan<char> domain) | true, "split");
        // the domain is copied as it is: one with quotes in it has no external form
        if (domain.ContainsAny('"', '\\')) return;
        Check(Address.Unquote822(Address.Quote822(address)) == address, $"quoting {address}");
    }

    private static void Check(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}

public sealed class AddressFuzzTests
{
    [Test]
    public void Address_parsers_hold_their_properties() => FuzzRunner.Run(AddressFuzz.One, 2, "ab.@@<<>>,;:()\"\"\\[]  \n\tx+%!1=ö"u8, 60);

}
