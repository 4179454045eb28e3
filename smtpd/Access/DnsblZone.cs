using System.Globalization;
using System.Net;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// A list in the DNS (RFC 5782) as restrictions name it: "domain", or "domain=filter" where only some of its answers count.
/// <code>
/// filter = field "." field "." field "." field
/// field  = octet / "[" member *( ";" member ) "]"
/// member = octet / octet ".." octet
/// </code>
/// </summary>
internal sealed class DnsblZone
{
    // For each octet of an answer the values that count; null: all answers do.
    private readonly bool[][]? _filter;

    private DnsblZone(string text, string domain, bool[][]? filter) => (Text, Domain, _filter) = (text, domain, filter);

    /// <summary>As it was written, the key of rbl_reply_maps.</summary>
    public string Text { get; }

    public string Domain { get; }

    /// <summary>The list's answer counts.</summary>
    public bool Matches(IPAddress answer)
    {
        if (_filter is null) return true;
        byte[] octets = answer.GetAddressBytes();
        return octets.Length == 4 && octets.Index().All(o => _filter[o.Index][o.Item]);
    }

    /// <summary>Null for a malformed filter.</summary>
    public static DnsblZone? Parse(string text)
    {
        int equals = text.IndexOf('=');
        if (equals < 0) return new DnsblZone(text, text, null);
        bool[][]? filter = ParseFilter(text[(equals + 1)..]);
        return filter is null ? null : new DnsblZone(text, text[..equals], filter);
    }

    private static bool[][]? ParseFilter(string text)
    {
        List<bool[]> fields = [];
        ReadOnlySpan<char> rest = text;
        while (fields.Count < 4)
        {
            int length = rest.StartsWith('[') ? rest.IndexOf(']') + 1 : rest.IndexOf('.') is >= 0 and var dot ? dot : rest.Length;
            bool[]? field = length <= 0 ? null : rest[0] == '[' ? ParseMembers(rest[1..(length - 1)])
                : ParseMembers(rest[..length], single: true);
            if (field is null) return null;
            fields.Add(field);
            rest = rest[length..];
            if (fields.Count == 4) break;
            if (!rest.StartsWith('.')) return null;
            rest = rest[1..];
        }
        return rest.IsEmpty ? [.. fields] : null;
    }

    private static bool[]? ParseMembers(ReadOnlySpan<char> text, bool single = false)
    {
        bool[] values = new bool[256];
        foreach (Range range in text.Split(';'))
        {
            ReadOnlySpan<char> member = text[range];
            int dots = member.IndexOf("..");
            ReadOnlySpan<char> first = dots < 0 ? member : member[..dots], last = dots < 0 ? member : member[(dots + 2)..];
            if (!TryOctet(first, out byte low) || !TryOctet(last, out byte high) || low > high) return null;
            if (single && (dots >= 0 || member.Length != text.Length)) return null;
            values.AsSpan(low, high - low + 1).Fill(true);
        }
        return values;
    }

    private static bool TryOctet(ReadOnlySpan<char> text, out byte value) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
