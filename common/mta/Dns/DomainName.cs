using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns;

/// <summary>Domain names as questions.</summary>
public static class DomainName
{
    private static readonly IdnMapping s_idn = new() { AllowUnassigned = true };

    /// <summary>
    /// The A-label form of a domain (RFC 5890): ASCII as it is, other labels lower-cased and in Punycode; null when it has none. The name
    /// must be in normalization form C already: nothing is composed here.
    /// </summary>
    public static string? ToAscii(string domain)
    {
        if (Ascii.IsValid(domain)) return domain;
        try { return s_idn.GetAscii(domain.ToLowerInvariant()); }
        catch (ArgumentException) { return null; }
    }

    /// <summary>"4.3.2.1.in-addr.arpa" or the nibbles under ip6.arpa.</summary>
    public static string Reverse(IPAddress address) =>
        Reverse(address, address.AddressFamily == AddressFamily.InterNetwork ? "in-addr.arpa" : "ip6.arpa");

    /// <summary>The address backwards in front of a domain, as block lists are asked (RFC 5782 2.1, 2.4).</summary>
    public static string Reverse(IPAddress address, string domain)
    {
        ReadOnlySpan<byte> bytes = address.GetAddressBytes();
        StringBuilder name = new(80);
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            if (bytes.Length == 4) name.Append(CultureInfo.InvariantCulture, $"{bytes[i]}.");
            else name.Append(CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        }
        return name.Append(domain).ToString();
    }

    /// <summary>A name that can be asked for: valid labels, not an address. A final dot is no harm.</summary>
    internal static bool IsQueryable(ReadOnlySpan<char> name)
    {
        if (name.EndsWith('.')) name = name[..^1];
        return HostName.HasValidLabels(name) && !HostName.TryParseIPv4(name, out _);
    }
}
