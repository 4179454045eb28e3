using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Common.Mail;

/// <summary>Checks of host names and address literals in addresses, HELO and configuration.</summary>
public static class HostName
{
    /// <summary>Octets in a name and in a label (RFC 1035 2.3.4).</summary>
    public const int MaxLength = 255, MaxLabelLength = 63;

    private static readonly SearchValues<char> s_numeric = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> s_ipv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// True for a name that could be looked up: labels of letters, digits, "_" and "-" (not first or last), 1 to 63 characters each, no
    /// empty label, at most 255 in all, not digits and dots alone. Letters above 127 pass when <paramref name="allowUtf8"/>; their length
    /// is that of the A-label, which only the resolver knows, so it counts characters here.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> name, bool allowUtf8 = false) => HasValidLabels(name, allowUtf8) && !IsNumeric(name);

    /// <summary>As <see cref="IsValid"/>, but names of digits and dots alone pass too.</summary>
    public static bool HasValidLabels(ReadOnlySpan<char> name, bool allowUtf8 = false)
    {
        if (name.IsEmpty || name.Length > MaxLength) return false;
        int label = 0;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '.')
            {
                if (label == 0 || name[i - 1] == '-') return false;
                label = 0;
                continue;
            }
            if (++label > MaxLabelLength || !IsLabelCharacter(c, allowUtf8) || (c == '-' && label == 1)) return false;
        }
        return label > 0 && name[^1] != '-';
    }

    /// <summary>True for digits and dots alone, as in 10.0.0.1 without brackets.</summary>
    public static bool IsNumeric(ReadOnlySpan<char> name) => !name.IsEmpty && name.IndexOfAnyExcept(s_numeric) < 0;

    /// <summary>
    /// Reads an address literal. RFC 5321 4.1.3: address-literal = "[" ( IPv4-address-literal / "IPv6:" IPv6-addr ) "]". The tag is needed
    /// for IPv6 and may be in any case.
    /// </summary>
    public static bool TryParseLiteral(ReadOnlySpan<char> literal, out IPAddress address)
    {
        address = IPAddress.None;
        if (literal.Length < 3 || literal[0] != '[' || literal[^1] != ']') return false;
        ReadOnlySpan<char> inner = literal[1..^1];
        return inner.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? TryParseIPv6(inner[5..], out address)
            : TryParseIPv4(inner, out address);
    }

    /// <summary>
    /// A dotted quad: four decimal numbers up to 255. Forms such as 127.1 or 0x7f000001 are refused, and "this network" (RFC 1122
    /// 3.2.1.3) but for 0.0.0.0.
    /// </summary>
    public static bool TryParseIPv4(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length is < 7 or > 15) return false;
        Span<byte> bytes = stackalloc byte[4];
        int part = 0, value = 0, digits = 0;
        foreach (char c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || part == 3) return false;
                bytes[part++] = (byte)value;
                value = digits = 0;
                continue;
            }
            if (!char.IsAsciiDigit(c) || ++digits > 3 || (value = value * 10 + (c - '0')) > 255) return false;
        }
        if (part != 3 || digits == 0) return false;
        bytes[3] = (byte)value;
        if (bytes[0] == 0 && bytes[1..].ContainsAnyExcept((byte)0)) return false;
        address = new IPAddress(bytes);
        return true;
    }

    /// <summary>An IPv6 address in RFC 4291 2.2 form, without zone or prefix.</summary>
    public static bool TryParseIPv6(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length is < 2 or > 45 || text.IndexOfAnyExcept(s_ipv6) >= 0 || text.IndexOf(':') < 0) return false;
        if (!IPAddress.TryParse(text, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6) return false;
        address = parsed;
        return true;
    }

    /// <summary>A bare IPv4 or IPv6 address.</summary>
    public static bool TryParseAddress(ReadOnlySpan<char> text, out IPAddress address) =>
        TryParseIPv4(text, out address) || TryParseIPv6(text, out address);

    private static bool IsLabelCharacter(char c, bool allowUtf8) =>
        char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || (allowUtf8 && c > '\x7f');
}
