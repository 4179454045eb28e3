using System.Text;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>DMARC (RFC 7489): the policy that receivers find for the domain, and what it asks of SPF and DKIM.</summary>
internal sealed class DmarcSection(DoctorContext c, string domain)
{
    private const string Area = "dmarc";

    public async Task RunAsync(Section s)
    {
        for (string name = domain; name.Contains('.'); name = name[(name.IndexOf('.') + 1)..])
        {
            DnsAnswer answer = await c.Resolver.Query($"_dmarc.{name}", DnsType.TXT);
            if (!answer.IsFound && !answer.IsNotFound)
            {
                s.Problem(Area, $"the question for _dmarc.{name} fails: {answer.Reason}", "receivers defer, or go on without a policy", "see whether the name servers answer");
                return;
            }
            List<string> texts = [.. answer.Records.OfType<TextRecord>().Select(r => Encoding.Latin1.GetString(r.Text.Span)).Where(DmarcRecord.IsDmarc)];
            if (texts.Count == 0) continue;
            await JudgeAsync(s, name, texts);
            return;
        }
        s.Warning(Area, "no DMARC record", "anybody may use the domain in From:, large receivers ask bulk senders for a policy, and nobody reports forgeries",
            $"add _dmarc.{domain}. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\", read the reports, and go on to quarantine and reject");
    }

    private async Task JudgeAsync(Section s, string name, List<string> texts)
    {
        if (texts.Count > 1)
        {
            s.Problem(Area, $"{texts.Count} DMARC records at _dmarc.{name}", "receivers then do as if there was none (RFC 7489 6.6.3)", "leave one");
            return;
        }
        if (!DmarcRecord.TryParse(texts[0], out DmarcRecord record, out string problem))
        {
            s.Problem(Area, $"the record at _dmarc.{name} cannot be understood: {problem}", "receivers do as if there was none", $"correct \"{TagList.Shown(texts[0])}\"");
            return;
        }
        foreach (string warning in record.Warnings) s.Warning(Area, warning, "receivers ignore that part, or the whole", "correct it");
        bool inherited = name != domain;
        DmarcPolicy policy = inherited ? record.SubdomainPolicy : record.Policy;
        string whose = inherited ? $"the policy of {name} for its subdomains" : "the policy";
        string share = record.Percent < 100 ? $" for {record.Percent} of a hundred messages" : "";
        if (policy == DmarcPolicy.None) s.Note(Area, $"{whose} is none: failing mail is delivered all the same",
            "it protects nobody, and is right as long as you only read reports", "go on to p=quarantine and p=reject when the reports show your own mail passing");
        else s.Ok(Area, $"{whose} is {policy.ToString().ToLowerInvariant()}{share}",
            policy == DmarcPolicy.Reject ? "forgeries are refused; so is mail through lists that change it" : "forgeries go to the spam folder");
        if (!inherited && record.SubdomainPolicy < record.Policy) s.Warning(Area, $"sp={record.SubdomainPolicy.ToString().ToLowerInvariant()} is weaker than p=",
            "forgers use names below the domain", "take sp= away");
        s.Note(Area, Alignment(record));
        await ReportsAsync(s, name, record);
    }

    private string Alignment(DmarcRecord record)
    {
        string spf = record.StrictSpf ? $"the envelope sender is at {domain} itself" : $"the envelope sender is at {domain} or another name of the same organization";
        string dkim = record.StrictDkim ? $"d= is {domain} itself" : $"d= is {domain} or another name of the same organization";
        return $"mail with From: user@{domain} passes when SPF passes and {spf}, or when a DKIM signature is good and {dkim}";
    }

    /// <summary>RFC 7489 7.1: another domain must agree to get reports.</summary>
    private async Task ReportsAsync(Section s, string name, DmarcRecord record)
    {
        if (record.AggregateReports.Count == 0) s.Note(Area, "no reports are asked for (rua=)", "you do not see who sends in your name, nor what fails",
            $"rua=mailto:postmaster@{domain}");
        foreach (string uri in record.AggregateReports.Concat(record.FailureReports).Distinct())
        {
            string other = uri[(uri.LastIndexOf('@') + 1)..].TrimEnd('.').ToLowerInvariant();
            if (other == name || other.EndsWith("." + name, StringComparison.Ordinal) || name.EndsWith("." + other, StringComparison.Ordinal)) continue;
            DnsAnswer consent = await c.Resolver.Query($"{name}._report._dmarc.{other}", DnsType.TXT);
            if (consent.Records.OfType<TextRecord>().Any(r => DmarcRecord.IsDmarc(Encoding.Latin1.GetString(r.Text.Span)))) continue;
            s.Warning(Area, $"{uri} is in another domain, which does not say that it wants these reports", "receivers send none there",
                $"{name}._report._dmarc.{other}. IN TXT \"v=DMARC1\", set by {other}");
        }
    }
}
