using MtaSuite.Common.Dns;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tools.Doctor;

/// <summary>TLSA records of one exchanger against what it shows.</summary>
internal sealed class DaneCheck(DoctorContext c)
{
    public async Task RunAsync(Section s, MailHost host, ServerReport? report)
    {
        string name = $"_{c.Options.Port}._tcp.{host.Name}", area = $"dane {host.Name}";
        DnsAnswer answer = await c.Resolver.Query(name, DnsType.TLSA, DnsQueryFlags.Dnssec);
        if (!answer.IsFound && !answer.IsNotFound)
        {
            s.Problem(area, $"the question for {name} fails: {answer.Reason}",
                "senders with DANE take that for an attack and keep their mail",
                "repair DNSSEC of the zone: name servers must answer for TLSA, and signatures must be good");
            return;
        }
        List<TlsaRecord> records = [.. answer.Records.OfType<TlsaRecord>()];
        byte[]? wanted = report == null ? null : ServerProbe.TlsaData(report.Chain[0], 1, 1);
        string line = wanted == null ? $"{name}. IN TLSA 3 1 1 <SHA-256 of the public key>"
            : $"{name}. IN TLSA 3 1 1 {Convert.ToHexString(wanted)}";
        if (records.Count == 0)
        {
            s.Note(area, "no TLSA record",
                host.IsSecure ? "the zone is signed, so that DANE would protect mail from removal of STARTTLS" : "DANE needs a signed zone",
                host.IsSecure ? $"add {line}" : "");
            return;
        }
        if (!answer.IsAuthenticated || !host.IsSecure)
        {
            s.Warning(area, $"{records.Count} TLSA record(s), but {(answer.IsAuthenticated ? "MX or address records" : "they")} are not "
                + $"validated",
                "senders ignore them", "sign the zones with DNSSEC; if they are, use a resolver that validates");
            return;
        }
        foreach (TlsaRecord record in records) Judge(s, area, name, record, report);
        if (report != null) await VerdictAsync(s, area, host, records, report, line);
    }

    private static string Text(TlsaRecord r) => $"{r.Usage} {r.Selector} {r.MatchingType} {Convert.ToHexString(r.Data.Span)}";

    private static void Judge(Section s, string area, string name, TlsaRecord r, ServerReport? report)
    {
        if (r.Usage is 0 or 1) s.Warning(area, $"TLSA {Text(r)} has usage {r.Usage}", "senders do not use usages 0 and 1 for mail (RFC "
            + "7672 3.1.3)",
            $"use {name}. IN TLSA 3 1 1 instead");
        else if (report != null && Fits(r, report.Chain))
            s.Ok(area, $"TLSA {Text(r)} fits the {(r.Usage == 3 ? "server's certificate" : "chain")}");
        else if (report != null) s.Note(area, $"TLSA {Text(r)} fits nothing that the server shows",
            "right for the certificate that comes next, or one that has gone", "take it away when it is an old one");
    }

    private static bool Fits(TlsaRecord r, List<byte[]> chain) =>
        (r.Usage == 3 ? chain.Take(1) : chain)
        .Any(der => ServerProbe.TlsaData(der, r.Selector, r.MatchingType) is { } data && data.AsSpan().SequenceEqual(r.Data.Span));

    /// <summary>What a sender with DANE comes to, by a second session with its policy.</summary>
    private async Task VerdictAsync(Section s, string area, MailHost host, List<TlsaRecord> records, ServerReport report, string line)
    {
        TlsPolicy policy = await TlsaLookup.ResolveAsync(TlsPolicy.Of(TlsLevel.Dane, c.Tls), c.Resolver, [host.Name], c.Options.Port,
            authenticated: true, c.Tls);
        if (policy.Tlsa.Count == 0) return;
        ServerReport again = await ServerProbe.RunAsync(c, report.EndPoint, host.Name, dane: policy);
        if (again.Tls == null)
        {
            s.Note(area, $"it could not be asked a second time: {(again.TlsError.Length > 0 ? again.TlsError : again.Error)}",
                "whether a sender with DANE delivers is not known", "try again");
            return;
        }
        if (!again.MeetsPolicy)
        {
            s.Problem(area, "what the server shows does not meet its TLSA records", "senders with DANE do not deliver at all",
                $"publish the certificate in use at once: {line}");
            return;
        }
        s.Ok(area, "a sender with DANE verifies the server");
        bool next = records.Exists(r => r.Usage is 2 or 3 && !Fits(r, report.Chain)), authority = records.Exists(r => r.Usage == 2);
        if (!next && !authority)
            s.Note(area, "all TLSA records are for the certificate in use",
                "one with another key would not be accepted until its record has spread",
                "before a renewal keep the key (\"3 1 1\" stays right), or publish the next key's record two TTLs earlier");
    }
}
