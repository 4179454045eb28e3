using System.Globalization;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>
/// Which versions of TLS may be used. Grammar of the <c>*_tls_protocols</c> parameters: elements apart by space, comma or colon;
/// "!NAME" excludes, ">=NAME" and "&lt;=NAME" bound, "NAME" includes, and what is not included is then excluded. A bound may be a
/// number as on the wire: 0x0303 is TLS 1.2.
/// </summary>
/// <param name="Lowest">As on the wire; 0: no bound.</param>
/// <param name="Highest">As on the wire; 0: no bound.</param>
/// <param name="Excluded">OpenSSL's options that switch versions off.</param>
public readonly record struct TlsProtocols(int Lowest, int Highest, ulong Excluded)
{
    private static readonly (string Name, int Version, ulong Option)[] s_known =
    [
        ("SSLv2", 0x0002, 0), ("SSLv3", 0x0300, SslContext.OpNoSslV3), ("TLSv1", 0x0301, SslContext.OpNoTls1),
            ("TLSv1.1", 0x0302, SslContext.OpNoTls1_1),
        ("TLSv1.2", 0x0303, SslContext.OpNoTls1_2), ("TLSv1.3", 0x0304, SslContext.OpNoTls1_3),
    ];

    /// <summary>Parses a parameter's value; false with the element that is wrong.</summary>
    public static bool TryParse(string text, out TlsProtocols protocols, out string bad)
    {
        int lowest = 0, highest = 0;
        ulong excluded = SslContext.OpNoSslV3, included = 0;
        bool including = false;
        protocols = default;
        bad = "";
        foreach (string item in text.Split([' ', '\t', ',', ':', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            bool ok;
            if (item.StartsWith(">=", StringComparison.Ordinal)) ok = TryVersion(item[2..], out lowest, out _);
            else if (item.StartsWith("<=", StringComparison.Ordinal)) ok = TryVersion(item[2..], out highest, out _);
            else
            {
                bool not = item[0] == '!';
                ok = TryName(not ? item[1..] : item, out _, out ulong option);
                if (not) excluded |= option;
                else
                {
                    included |= option;
                    including = true;
                }
            }
            if (ok) continue;
            bad = item;
            return false;
        }
        if (including) excluded = (excluded | AllOptions) & ~included;
        if (lowest is > 0x0002 and <= 0x0300) excluded &= ~SslContext.OpNoSslV3;
        protocols = new TlsProtocols(lowest <= 0x0002 ? 0 : lowest, highest, excluded);
        return true;
    }

    private static ulong AllOptions => SslContext.OpNoSslV3 | SslContext.OpNoTls1 | SslContext.OpNoTls1_1 | SslContext.OpNoTls1_2
        | SslContext.OpNoTls1_3;

    private static bool TryVersion(string text, out int version, out ulong option)
    {
        if (TryName(text, out version, out option)) return true;
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out version)
            && version is >= 0x0300 and <= 0x03FF;
    }

    private static bool TryName(string text, out int version, out ulong option)
    {
        foreach ((string name, int number, ulong bit) in s_known)
        {
            if (!name.Equals(text, StringComparison.OrdinalIgnoreCase)) continue;
            (version, option) = (number, bit);
            return true;
        }
        (version, option) = (0, 0);
        return false;
    }
}
