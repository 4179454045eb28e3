using DnsClient;
using DnsClient.Protocol;

namespace MtaSuite.Tools.Doctor;

/// <summary>Which authorities may issue the certificate of a mail exchanger (RFC 8659).</summary>
internal sealed class CaaCheck(DoctorContext c)
{
    private const byte Critical = 0x80;
    private static readonly string[] s_known = ["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"];

    public async Task RunAsync(Section s, string host)
    {
        string area = $"caa {host}";
        // the records of the name, else of the next one above it that has any (RFC 8659 3)
        for (string name = host; name.Contains('.'); name = name[(name.IndexOf('.') + 1)..])
        {
            ZoneAnswer answer = await c.Zones.AskAsync(name, QueryType.CAA);
            if (!answer.IsGood && !answer.IsMissing)
            {
                s.Warning(area, $"the question for the CAA records of {name} fails: {answer.Trouble}",
                    "authorities then issue no certificate, so that a renewal fails",
                    "see whether the zone's name servers answer for type CAA");
                return;
            }
            List<CaaRecord> records = [.. answer.Records<CaaRecord>()];
            if (records.Count == 0) continue;
            Judge(s, area, name, records);
            return;
        }
        s.Note(area, "no CAA record", "any authority may issue a certificate for it",
            $"if you want only yours to: {host}. IN CAA 0 issue \"authority.example\"");
    }

    private static void Judge(Section s, string area, string name, List<CaaRecord> records)
    {
        foreach (CaaRecord record in records.Where(r => (r.Flags & Critical) != 0 && !s_known.Contains(r.Tag.ToLowerInvariant())))
            s.Warning(area, $"{name} has a critical CAA record with the property \"{record.Tag}\"",
                "an authority that does not know it issues nothing", "take it away unless your authority asks for it");
        List<string> authorities = [.. records.Where(r => r.Tag.Equals("issue", StringComparison.OrdinalIgnoreCase))
            .Select(r => r.Value.Split(';')[0].Trim())];
        if (authorities.Count == 0) s.Ok(area, $"{name} has CAA records, none of which restricts who may issue a certificate for a host");
        else if (authorities.TrueForAll(a => a.Length == 0))
            s.Warning(area, $"by the CAA record of {name} no authority may issue a certificate", "the certificate cannot be renewed",
                $"name yours: {name}. IN CAA 0 issue \"authority.example\"");
        else s.Ok(area, $"certificates may be issued by {string.Join(", ", authorities.Where(a => a.Length > 0).Distinct())} ({name})");
    }
}
