using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Postdkim;

/// <summary>How a signature's domain stands to the author's.</summary>
internal enum Alignment : byte { None, Same, Organization, Unknown }

/// <summary>What DMARC makes of the signatures (RFC 9989 4.4). SPF is not looked at: a file does not say where it came from.</summary>
/// <param name="Policy">The record's text; empty: there is none.</param>
/// <param name="Problem">Why it cannot be told; empty: it can.</param>
internal sealed record AlignmentCheck(string Policy, string PolicyDomain, bool IsStrict, string Problem, IReadOnlyDictionary<string,
    Alignment> Domains)
{
    /// <summary>The domains of passing signatures that count for the author's domain.</summary>
    public IEnumerable<string> Aligned => Domains.Where(d => d.Value is Alignment.Same || (d.Value == Alignment.Organization && !IsStrict))
        .Select(d => d.Key);

    /// <param name="resolver">Null: the records of the file are all there is.</param>
    public static async Task<AlignmentCheck> RunAsync(VerifyReport report, DnsResolver? resolver, RecordFile? records)
    {
        string[] signers = [.. report.Dkim.Where(r => r.Verdict == DkimVerdict.Pass).Select(r => r.Domain).Distinct()];
        return resolver != null ? await AskAsync(report.FromDomain, signers, resolver) : FromFile(report.FromDomain, signers, records!);
    }

    private static async Task<AlignmentCheck> AskAsync(string author, string[] signers, DnsResolver resolver)
    {
        DmarcTreeWalk walk = await DmarcTreeWalk.RunAsync(resolver, author);
        Dictionary<string, Alignment> domains = [];
        foreach (string signer in signers)
            domains[signer] = signer == author ? Alignment.Same : await walk.IsAlignedAsync(resolver, signer) switch
            {
                true => Alignment.Organization,
                false => Alignment.None,
                _ => Alignment.Unknown,
            };
        DmarcStep? policy = walk.Policy;
        string problem = walk.Problem.Length > 0 ? walk.Problem : policy == null && walk.Steps.Count > 0 ? walk.Steps[0].Problem : "";
        return new AlignmentCheck(policy?.Text ?? "", policy?.Domain ?? "", policy?.Record?.StrictDkim == true, problem, domains);
    }

    // without the DNS the organization is not known: names above and below each other are taken for one
    private static AlignmentCheck FromFile(string author, string[] signers, RecordFile records)
    {
        static bool IsBelow(string name, string other) => name.EndsWith("." + other, StringComparison.Ordinal);
        string text = "", domain = author;
        for (; domain.Contains('.'); domain = domain[(domain.IndexOf('.') + 1)..])
        {
            text = records.Find($"_dmarc.{domain}").FirstOrDefault(DmarcRecord.IsDmarc) ?? "";
            if (text.Length > 0) break;
        }
        bool isStrict = text.Length > 0 && DmarcRecord.TryParse(text, out DmarcRecord record, out _) && record.StrictDkim;
        return new AlignmentCheck(text, text.Length > 0 ? domain : "", isStrict, "", signers.ToDictionary(s => s, s => s == author
            ? Alignment.Same
            : IsBelow(s, author) || IsBelow(author, s) ? Alignment.Organization : Alignment.None));
    }
}
