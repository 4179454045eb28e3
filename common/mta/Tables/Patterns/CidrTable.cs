using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>An IP address as a number of 32 or 128 bits.</summary>
internal readonly record struct AddressKey(bool IsV6, UInt128 Bits)
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdefABCDEF.:");

    public int Width => IsV6 ? 128 : 32;

    /// <summary>
    /// <code>address = 1*3DIGIT 3("." 1*3DIGIT) / IPv6 address of RFC 4291 section 2.2 / "[" address "]"</code>
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressKey key)
    {
        key = default;
        if (text is ['[', .. var inner, ']']) text = inner;
        // the short forms of IPv4 ("1.2", "0x1020304") and scopes of IPv6 are no addresses here
        if (text.ContainsAnyExcept(Characters) || (!text.Contains(':') && !IsDottedQuad(text))) return false;
        if (!IPAddress.TryParse(text, out IPAddress? address)) return false;
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length)) return false;
        UInt128 bits = 0;
        foreach (byte b in bytes[..length]) bits = bits << 8 | b;
        key = new AddressKey(address.AddressFamily == AddressFamily.InterNetworkV6, bits);
        return true;
    }

    /// <summary>Four decimal numbers; one with a zero in front could be meant as octal.</summary>
    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || part is ['0', _, ..]) return false;
        }
        return parts == 4;
    }
}

/// <summary>network/length: all addresses whose first bits are these; negated: all others of the same family.</summary>
internal sealed class CidrPattern(AddressKey network, int length, bool negated, string answer) : Pattern<AddressKey>
{
    private readonly UInt128 _mask = Mask(network.Width, length);

    /// <summary>The first bits of a width.</summary>
    public static UInt128 Mask(int width, int length) =>
        // a shift by all 128 bits would be none
        length == 0 ? 0 : UInt128.MaxValue >> (128 - length) << (width - length);

    public override bool Matches(AddressKey key, out string result)
    {
        result = answer;
        return key.IsV6 == network.IsV6 && (key.Bits & _mask) == network.Bits != negated;
    }
}

/// <summary>cidr:FILE: networks and what to answer for addresses in them. A key that is no address matches nothing.</summary>
internal sealed class CidrTable : PatternTable<AddressKey>
{
    public CidrTable(string spec, string name, TableOptions options) : base(spec, name, options) => Load();

    protected override string Title => "cidr map";

    protected override bool PatternsNegate => true;

    protected override bool TryPrepare(string text, out AddressKey key) => AddressKey.TryParse(text, out key);

    protected override Pattern<AddressKey>? ParsePattern(string text, RuleKind kind, bool negated, out string result, out string complaint)
    {
        int space = text.AsSpan().IndexOfAny(" \t");
        string network = space < 0 ? text : text[..space];
        result = space < 0 ? "" : text[space..].Trim();
        complaint = kind == RuleKind.Answer && result.Length == 0 ? "no lookup result" : Check(network, out _, out _);
        if (complaint.Length == 0 && kind == RuleKind.Answer && Options.ValuesNameFiles
            && FileValues.TryRead(result, out result, out complaint))
            complaint = "";
        if (complaint.Length > 0)
        {
            complaint += ": skipping this rule";
            return null;
        }
        if (kind == RuleKind.If && result.Length > 0)
            complaint = $"ignoring extra text after {(negated ? "!" : "")}{network}: \"{result}\"";
        if (kind == RuleKind.Answer && Options.Examine is { } examine) complaint = examine(result);
        Check(network, out AddressKey address, out int length);
        return new CidrPattern(address, length, negated, result);
    }

    /// <summary>What is wrong with a network; empty when nothing is.</summary>
    private static string Check(string text, out AddressKey address, out int length)
    {
        // [network/length] and [network]/length are both in use
        string bare = text is ['[', .. var inner, ']'] ? inner : text;
        int slash = bare.IndexOf('/', StringComparison.Ordinal);
        length = 0;
        if (!AddressKey.TryParse(slash < 0 ? bare : bare.AsSpan(0, slash), out address)) return $"bad address pattern: \"{text}\"";
        length = address.Width;
        if (slash >= 0
            && (!int.TryParse(bare.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length)
            || length > address.Width))
            return $"bad mask length in \"{text}\"";
        UInt128 network = address.Bits & CidrPattern.Mask(address.Width, length);
        return network == address.Bits ? ""
            : $"non-null host address bits in \"{text}\", perhaps you should use \"{Show(address.IsV6, network)}/{length}\" instead";
    }

    private static IPAddress Show(bool v6, UInt128 bits)
    {
        byte[] bytes = new byte[v6 ? 16 : 4];
        for (int i = bytes.Length - 1; i >= 0; i--, bits >>= 8) bytes[i] = (byte)bits;
        return new IPAddress(bytes);
    }
}
