using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication.Dmarc;

/// <summary>
/// DMARC for a message (RFC 9989 5.3, and RFC 7489 where the new one says nothing): finds the policy of the author's domain, and whether
/// one of the domains that SPF and DKIM vouch for belongs together with it. Every failure is a value.
/// </summary>
/// <param name="spf">The domain that SPF looked at: of the envelope sender, or of HELO where that was empty.</param>
/// <param name="dkim">The domains of the signatures that were looked at.</param>
/// <param name="draw">A number from 0 to 99, for pct= of RFC 7489.</param>
public sealed class DmarcCheck(DnsResolver resolver, DmarcIdentifier spf, IReadOnlyList<DmarcIdentifier> dkim, Func<int> draw)
{
    /// <summary>Looks at each author's domain; one result for each, or one for a message without any.</summary>
    public async Task<IReadOnlyList<DmarcResult>> RunAsync(AuthorDomains authors)
    {
        List<DmarcResult> results = [];
        foreach (string domain in authors.Domains) results.Add(await RunAsync(domain));
        if (authors.Problem.Length == 0) return results;
        if (results.Count == 0) return [new DmarcResult("", DmarcVerdict.PermError, DmarcPolicy.None, DmarcPolicy.None, authors.Problem)];
        // whoever is shown as the author may be any of them: none of them can pass for the message
        return [.. results.Select(r => r with
        {
            Verdict = DmarcVerdict.PermError,
            Applied = r.Record == null ? DmarcPolicy.None : Apply(r.Record, r.Policy),
            Reason = authors.Problem,
        })];
    }

    private async Task<DmarcResult> RunAsync(string domain)
    {
        DmarcTreeWalk walk = await DmarcTreeWalk.RunAsync(resolver, domain);
        DmarcStep? step = walk.Policy;
        bool isKnown = walk.Problem.Length == 0 || step?.Domain == walk.Domain;
        if (!isKnown) return new DmarcResult(walk.Domain, DmarcVerdict.TempError, DmarcPolicy.None, DmarcPolicy.None, walk.Problem);
        if (step is not { Record: { } record })
        {
            string reason = walk.Steps is [{ Problem.Length: > 0 } bad, ..] ? bad.Problem : $"no policy for {walk.Domain}";
            return new DmarcResult(walk.Domain, DmarcVerdict.None, DmarcPolicy.None, DmarcPolicy.None, reason);
        }
        (DmarcPolicy policy, string tag, string trouble) = await PolicyOfAsync(walk.Domain, step.Domain, record);
        DmarcResult result = new(walk.Domain, DmarcVerdict.Fail, policy, DmarcPolicy.None, "")
        {
            Record = record,
            RecordDomain = step.Domain,
            PolicyTag = tag,
        };
        return await JudgeAsync(result, walk, record, trouble);
    }

    private async Task<DmarcResult> JudgeAsync(DmarcResult result, DmarcTreeWalk walk, DmarcRecord record, string trouble)
    {
        bool? bySpf = await IsAlignedAsync(walk, spf, record.StrictSpf), byDkim = false;
        string signer = "";
        foreach (DmarcIdentifier signature in dkim.DistinctBy(d => (d.Domain.ToLowerInvariant(), d.IsPass, d.IsTemporary)))
        {
            bool? one = await IsAlignedAsync(walk, signature, record.StrictDkim);
            if (one == true && byDkim != true) signer = signature.Domain;
            byDkim = byDkim == true || one == true ? true : byDkim == null || one == null ? null : false;
        }
        result = result with { IsDkimAligned = byDkim == true, IsSpfAligned = bySpf == true };
        if (byDkim == true || bySpf == true)
            return result with { Verdict = DmarcVerdict.Pass, Reason = byDkim == true ? $"signed by {signer}" : $"sent for {spf.Domain}" };
        if (byDkim == null || bySpf == null)
            return result with { Verdict = DmarcVerdict.TempError, Reason = "SPF, DKIM or the organization cannot be found out now" };
        // that it fails is certain, what its owner wants then is not
        if (trouble.Length > 0) return result with { Verdict = DmarcVerdict.TempError, Reason = trouble };
        return result with { Verdict = DmarcVerdict.Fail, Applied = Apply(record, result.Policy), Reason = WhyNot() };
    }

    private string WhyNot()
    {
        string[] passed = [.. dkim.Where(d => d.IsPass).Select(d => d.Domain).Append(spf.IsPass ? spf.Domain : "").Where(d => d.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return passed.Length == 0 ? "neither SPF nor DKIM passed" : $"not aligned with {TagList.Shown(string.Join(", ", passed))}";
    }

    /// <summary>Whether a domain counts for the author's; null: that cannot be found out now.</summary>
    private async Task<bool?> IsAlignedAsync(DmarcTreeWalk walk, DmarcIdentifier identifier, bool strict)
    {
        if (identifier is { IsPass: false, IsTemporary: false } || identifier.Domain.Length == 0) return false;
        bool? aligned = await IsSameAsync(walk, (DomainName.ToAscii(identifier.Domain) ?? identifier.Domain).TrimEnd('.')
            .ToLowerInvariant(), strict);
        return aligned == true && identifier.IsTemporary ? null : aligned;
    }

    private async Task<bool?> IsSameAsync(DmarcTreeWalk walk, string other, bool strict)
    {
        if (other == walk.Domain) return true;
        if (strict) return false;
        // what does not end in the organization's domain cannot belong to it: no question is needed
        string organization = walk.OrganizationalDomain;
        bool ends = other == organization || other.EndsWith("." + organization, StringComparison.Ordinal);
        if (walk.Problem.Length == 0 && !ends) return false;
        // the names share nothing but the last label: they have no organization in common
        if (other[(other.LastIndexOf('.') + 1)..] != walk.Domain[(walk.Domain.LastIndexOf('.') + 1)..]) return false;
        return await walk.IsAlignedAsync(resolver, other);
    }

    /// <summary>
    /// RFC 9989 4.7: p for the domain whose record it is, np for names below it that do not exist, sp for the others there. With the reason
    /// why it is not certain.
    /// </summary>
    private async Task<(DmarcPolicy Policy, string Tag, string Trouble)> PolicyOfAsync(string domain, string owner, DmarcRecord record)
    {
        if (domain == owner) return (record.Policy, "p", "");
        if (record.NonexistentPolicy == record.SubdomainPolicy) return (record.SubdomainPolicy, "sp", "");
        foreach (DnsType type in (DnsType[])[DnsType.A, DnsType.AAAA, DnsType.MX])
        {
            DnsAnswer answer = await resolver.Query(domain, type);
            if (answer.IsFound) return (record.SubdomainPolicy, "sp", "");
            if (answer.Status == DnsStatus.NameError) break;
            if (!answer.IsNotFound) return (record.SubdomainPolicy, "sp", answer.Reason);
        }
        return (record.NonexistentPolicy, "np", "");
    }

    /// <summary>
    /// RFC 9989 4.7: with t=y one step less than asked for. RFC 7489 6.6.4: the same for what pct= leaves out.
    /// </summary>
    private DmarcPolicy Apply(DmarcRecord record, DmarcPolicy policy)
    {
        bool less = record.IsTesting || (record.Percent < 100 && draw() >= record.Percent);
        return less && policy > DmarcPolicy.None ? policy - 1 : policy;
    }
}
