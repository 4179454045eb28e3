using System.Globalization;
using System.Text;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Dns;

/// <summary>
/// Drops records that a table says to ignore: the key is the record as a zone file would have it, the only action is IGNORE. A null MX
/// (RFC 7505) is not
/// asked about: it is the domain's word that it takes no mail.
/// </summary>
internal static class ReplyFilter
{
    public static async ValueTask<DnsAnswer> ApplyAsync(DnsAnswer answer, Maps filter)
    {
        if (!answer.IsFound) return answer;
        List<DnsRecord> left = [];
        foreach (DnsRecord record in answer.Records)
        {
            string text = TextOf(record);
            LookupResult result = record is MxRecord { Exchange: "" } ? LookupResult.NotFound : await filter.LookupAsync(text);
            if (result.IsNotFound) left.Add(record);
            else if (result.IsFound && result.Value.Split([' ', '\t'], 2)[0].Equals("IGNORE", StringComparison.OrdinalIgnoreCase))
                Log.Log.Info($"ignoring DNS RR: {text}");
            else
            {
                Log.Log.Warning($"{(result.IsFound ? $"unknown DNS filter action: \"{result.Value}\"" : result.ErrorText)}");
                return Failed(answer, DnsStatus.TemporaryFailure, "Invalid DNS reply filter syntax");
            }
        }
        if (left.Count == answer.Records.Count) return answer;
        if (left.Count == 0) return Failed(answer, DnsStatus.Filtered, "DNS reply filter drops all results");
        return new DnsAnswer
        {
            Name = answer.Name,
            Type = answer.Type,
            Status = DnsStatus.Found,
            Records = left,
            CanonicalName = answer.CanonicalName,
            IsAuthenticated = answer.IsAuthenticated,
            Ttl = answer.Ttl,
        };
    }

    private static DnsAnswer Failed(DnsAnswer answer, DnsStatus status, string what) => new()
    {
        Name = answer.Name,
        Type = answer.Type,
        Status = status,
        Reason = $"Error looking up name={answer.Name} type={answer.Type}: {what}",
    };

    /// <summary>"name. ttl IN type data".</summary>
    internal static string TextOf(DnsRecord record)
    {
        string data = record switch
        {
            AddressRecord a => a.Address.ToString(),
            NameRecord n => n.Target + ".",
            MxRecord m => string.Create(CultureInfo.InvariantCulture, $"{m.Preference} {m.Exchange}."),
            SrvRecord s => string.Create(CultureInfo.InvariantCulture, $"{s.Priority} {s.Weight} {s.Port} {s.Target}."),
            TlsaRecord t => string.Create(CultureInfo.InvariantCulture, $"{t.Usage} {t.Selector} {t.MatchingType} "
                + $"{Convert.ToHexStringLower(t.Data.Span)}"),
            TextRecord t => Printable(t.Text.Span),
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{record.Name}. {(long)record.Ttl.TotalSeconds} IN {record.Type} {data}");
    }

    /// <summary>A TXT record's bytes as text: what cannot be printed becomes a blank.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (byte b in bytes) text.Append(b is >= 0x20 and < 0x7F ? (char)b : ' ');
        return text.ToString();
    }
}
