using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DnsClient;
using DnsClient.Protocol;

namespace MtaSuite.Tools.Doctor;

/// <summary>The chain from the parent zone's DS records to the zone's keys, and how long its signatures hold (RFC 4033 to 4035).</summary>
internal sealed class DnssecCheck(DoctorContext c, string apex, string domain)
{
    private const string Area = "dnssec";
    private const int SecureEntryPoint = 1;

    /// <param name="servers">Those that have the zone.</param>
    public async Task RunAsync(Section s, IReadOnlyList<ZoneServer> servers)
    {
        ZoneAnswer parent = await c.Zones.AskAsync(apex, QueryType.DS);
        ZoneAnswer own = servers.Count > 0 ? await c.Zones.AskAsync(servers[0].EndPoint, apex, QueryType.DNSKEY)
            : await c.Zones.AskAsync(apex, QueryType.DNSKEY);
        List<DsRecord> ds = [.. parent.Records<DsRecord>()];
        List<DnsKeyRecord> keys = [.. own.Records<DnsKeyRecord>()];
        if (!own.IsGood) s.Note(Area, $"the question for the keys of {apex} fails: {own.Trouble}",
            "whether the zone is signed is not known");
        else if (!parent.IsGood && !parent.IsMissing) s.Note(Area, $"the question for the DS records of {apex} fails: {parent.Trouble}",
            "whether its signatures count is not known");
        else if (keys.Count == 0 && ds.Count == 0) s.Note(Area, $"{apex} is not signed",
            "whoever forges answers diverts mail; DANE is not possible");
        else if (keys.Count == 0)
            s.Problem(Area, $"the parent zone has DS records for {apex}, but the zone has no keys",
                "resolvers that validate take every answer for forged: no mail from there",
                "sign the zone, or have the registrar remove the DS records");
        else if (ds.Count == 0)
            s.Warning(Area, $"{apex} is signed, but the parent zone has no DS record", "nobody validates the signatures",
                $"give the registrar: {string.Join(" and ", keys.Where(IsEntry).Select(DsLine))}");
        else JudgeChain(s, ds, keys);
        if (keys.Count > 0) JudgeSignatures(s, await SignaturesAsync(own, servers));
    }

    private static bool IsEntry(DnsKeyRecord key) => (key.Flags & SecureEntryPoint) != 0;

    private void JudgeChain(Section s, List<DsRecord> ds, List<DnsKeyRecord> keys)
    {
        List<DsRecord> fitting = ds.FindAll(d => keys.Exists(k => Fits(d, k)));
        if (fitting.Count == 0)
        {
            s.Problem(Area, $"none of {ds.Count} DS record(s) fits a key of {apex}",
                "resolvers that validate take every answer for forged: no mail from there",
                $"give the registrar: {string.Join(" and ", keys.Where(IsEntry).Select(DsLine))}");
            return;
        }
        s.Ok(Area, $"the DS record for key {string.Join(", ", fitting.Select(d => d.KeyTag).Distinct())} fits the zone");
        // RFC 8624 3.1 and 3.3
        if (fitting.TrueForAll(d => d.DigestType == 1))
            s.Warning(Area, "the DS records have SHA-1 digests only", "resolvers stop using them, and then the zone counts as unsigned",
                $"replace them: {string.Join(" and ", keys.Where(IsEntry).Select(DsLine))}");
        if (fitting.TrueForAll(d => (int)d.Algorithm is 1 or 3 or 5 or 6 or 7 or 12))
            s.Warning(Area, $"the keys use algorithm {(int)fitting[0].Algorithm}, which is obsolete",
                "resolvers stop using it, and then the zone counts as unsigned", "roll over to algorithm 13 (ECDSA P-256) or 15 (Ed25519)");
    }

    // ---- signatures -------------------------------------------------------------------------------------------------------

    private async Task<List<(string Where, RRSigRecord Signature)>> SignaturesAsync(ZoneAnswer keys, IReadOnlyList<ZoneServer> servers)
    {
        List<(string, RRSigRecord)> all = [];
        void Add(string where, ZoneAnswer answer) => all.AddRange(answer.Records<RRSigRecord>().Select(r => (where, r)));
        if (servers.Count == 0) Add("the resolver", keys);
        foreach (ZoneServer server in servers)
        {
            Add(server.Title, server.Soa);
            Add(server.Title, await c.Zones.AskAsync(server.EndPoint, apex, QueryType.DNSKEY));
            Add(server.Title, await c.Zones.AskAsync(server.EndPoint, domain, QueryType.MX));
        }
        return all;
    }

    private void JudgeSignatures(Section s, List<(string Where, RRSigRecord Signature)> all)
    {
        if (all.Count == 0)
        {
            s.Problem(Area, $"{apex} has keys, but its records have no signatures",
                "resolvers that validate take every answer for forged", "sign the zone again");
            return;
        }
        (string where, RRSigRecord first) = all.MinBy(a => a.Signature.SignatureExpiration);
        TimeSpan left = first.SignatureExpiration - c.Now, life = first.SignatureExpiration - first.SignatureInception;
        string what = string.Create(CultureInfo.InvariantCulture, $"the signature of {first.CoveredType} at {where}"),
            until = $"{first.SignatureExpiration:yyyy-MM-dd HH:mm} UTC";
        if (left < TimeSpan.Zero)
            s.Problem(Area, $"{what} expired on {until}", "resolvers that validate take the answers for forged: no mail from there",
                "sign the zone again; see why that does not happen by itself");
        else if (left < life / 10)
            s.Warning(Area, string.Create(CultureInfo.InvariantCulture,
                $"{what} expires on {until}, in {left.TotalHours:0} hours, of a life of {life.TotalDays:0} days"),
                "after that the domain cannot be found by those who validate",
                    "sign the zone again; see why that does not happen by itself");
        else s.Ok(Area, $"signatures hold until {until} at least");
        foreach ((string at, RRSigRecord early) in all.Where(a => a.Signature.SignatureInception > c.Now).Take(1))
            s.Problem(Area, $"the signature of {early.CoveredType} at {at} begins in the future",
                "resolvers that validate take the answers for forged", "set the clock of the machine that signs");
    }

    // ---- DS and DNSKEY ----------------------------------------------------------------------------------------------------

    private bool Fits(DsRecord ds, DnsKeyRecord key) =>
        ds.KeyTag == KeyTag(Data(key)) && (int)ds.Algorithm == (int)key.Algorithm && Digest(ds.DigestType, Data(key)) is { } digest
            && digest.AsSpan().SequenceEqual(ds.Digest.ToArray());

    private string DsLine(DnsKeyRecord key) => string.Create(CultureInfo.InvariantCulture,
        $"{apex}. IN DS {KeyTag(Data(key))} {(int)key.Algorithm} 2 {Convert.ToHexString(Digest(2, Data(key))!)}");

    /// <summary>RFC 4034 2.1: flags (2 bytes), protocol, algorithm, key.</summary>
    private static byte[] Data(DnsKeyRecord key) => [(byte)(key.Flags >> 8), (byte)key.Flags, key.Protocol, (byte)key.Algorithm,
        .. key.PublicKey];

    /// <summary>RFC 4034 appendix B.</summary>
    internal static int KeyTag(byte[] data)
    {
        int sum = 0;
        for (int i = 0; i < data.Length; i++) sum += i % 2 == 0 ? data[i] << 8 : data[i];
        return (sum + (sum >> 16)) & 0xFFFF;
    }

    /// <summary>RFC 4034 5.1.4: over the owner's name as on the wire, and the key's data; null: a kind that is not known.</summary>
    private byte[]? Digest(int kind, byte[] data)
    {
        List<byte> input = [];
        foreach (string label in apex.Split('.')) input.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        byte[] all = [.. input, 0, .. data];
        // kind 1 is SHA-1: it is looked at, not relied on
#pragma warning disable CA5350
        return kind switch { 1 => SHA1.HashData(all), 2 => SHA256.HashData(all), 4 => SHA384.HashData(all), _ => null };
#pragma warning restore CA5350
    }
}
