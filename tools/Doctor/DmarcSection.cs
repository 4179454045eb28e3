using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>DMARC (RFC 9989): the policy that receivers find for the domain, and what it asks of SPF and DKIM.</summary>
internal sealed class DmarcSection(DoctorContext c, string domain)
{
    private const string Area = "dmarc";

    public async Task RunAsync(Section s)
    {
        DmarcTreeWalk walk = await DmarcTreeWalk.RunAsync(c.Resolver, domain);
        if (walk.Problem.Length > 0)
        {
            s.Problem(Area, walk.Problem, "receivers defer, or go on without a policy", "see whether the name servers answer");
            return;
        }
        foreach (DmarcStep step in walk.Steps.Where(step => step.Problem.Length > 0))
            s.Problem(Area, step.Problem, "receivers do as if there was none",
                step.Text.Length > 0 ? $"correct \"{TagList.Shown(step.Text)}\"" : "leave one");
        if (walk.Policy is { } policy) await JudgeAsync(s, walk, policy.Domain, policy.Record!);
        else if (walk.Steps.Count == 0)
            s.Warning(Area, "no DMARC record",
                "anybody may use the domain in From:, large receivers ask bulk senders for a policy, and nobody reports forgeries",
            $"add _dmarc.{domain}. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\", read the reports, and go on to "
                + $"quarantine and reject");
    }

    private async Task JudgeAsync(Section s, DmarcTreeWalk walk, string name, DmarcRecord record)
    {
        foreach (string warning in record.Warnings) s.Warning(Area, warning, "receivers ignore that part, or the whole", "correct it");
        bool inherited = name != walk.Domain;
        DmarcPolicy policy = inherited ? record.SubdomainPolicy : record.Policy;
        string whose = inherited ? $"the policy of {name} for its subdomains" : "the policy";
        string share = record.Percent < 100 ? $" for {record.Percent} of a hundred messages" : "";
        if (policy == DmarcPolicy.None) s.Note(Area, $"{whose} is none: failing mail is delivered all the same",
            "it protects nobody, and is right as long as you only read reports",
                "go on to p=quarantine and p=reject when the reports show your own mail passing");
        else s.Ok(Area, $"{whose} is {policy.ToString().ToLowerInvariant()}{share}",
            policy == DmarcPolicy.Reject ? "forgeries are refused; so is mail through lists that change it"
                : "forgeries go to the spam folder");
        if (!inherited && record.SubdomainPolicy < record.Policy)
            s.Warning(Area, $"sp={record.SubdomainPolicy.ToString().ToLowerInvariant()} is weaker than p=",
            "forgers use names below the domain", "take sp= away");
        if (record.IsTesting && policy != DmarcPolicy.None)
            s.Note(Area, "t=y: the policy is a trial", "receivers do one step less than it says",
                "take t=y away when the reports show your own mail passing");
        if (record.PublicSuffix == true && !inherited)
            s.Warning(Area, "psd=y says that others register names below the domain", "names below it are organizations of their own then",
            "take it away, unless that is so");
        s.Note(Area, Alignment(record, walk.OrganizationalDomain));
        await ReportsAsync(s, inherited ? await DmarcTreeWalk.RunAsync(c.Resolver, name) : walk, record);
    }

    private string Alignment(DmarcRecord record, string organization)
    {
        string spf = record.StrictSpf ? $"the envelope sender is at {domain} itself"
            : $"the envelope sender is at {domain} or another name of the same organization ({organization})";
        string dkim = record.StrictDkim ? $"d= is {domain} itself"
            : $"d= is {domain} or another name of the same organization ({organization})";
        return $"mail with From: user@{domain} passes when SPF passes and {spf}, or when a DKIM signature is good and {dkim}";
    }

    /// <summary>RFC 9990 4: another domain must agree to get reports.</summary>
    /// <param name="owner">The way up from the domain whose record it is.</param>
    private async Task ReportsAsync(Section s, DmarcTreeWalk owner, DmarcRecord record)
    {
        string name = owner.Domain;
        if (record.AggregateReports.Count == 0)
            s.Note(Area, "no reports are asked for (rua=)", "you do not see who sends in your name, nor what fails",
            $"rua=mailto:postmaster@{domain}");
        foreach (string uri in record.AggregateReports.Concat(record.FailureReports).Distinct())
        {
            string address = uri.Split('?')[0], other = address[(address.LastIndexOf('@') + 1)..].TrimEnd('.').ToLowerInvariant();
            if (await owner.IsAlignedAsync(c.Resolver, other) != false) continue;
            DnsAnswer consent = await c.Resolver.Query($"{name}._report._dmarc.{other}", DnsType.TXT);
            if (consent.Texts.Any(DmarcRecord.IsDmarc)) continue;
            if (!consent.IsFound && !consent.IsNotFound)
                s.Warning(Area, $"whether {other} wants reports for {uri} cannot be known: {consent.Reason}",
                    "receivers that meet the same send none there",
                "see whether the name servers answer");
            else s.Warning(Area, $"{uri} is in another domain, which does not say that it wants these reports", "receivers send none there",
                $"{name}._report._dmarc.{other}. IN TXT \"v=DMARC1\", set by {other}");
        }
    }
}
