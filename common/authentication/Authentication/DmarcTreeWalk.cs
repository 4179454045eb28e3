using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication;

/// <summary>What one name on the way up has.</summary>
/// <param name="Domain">Whose record it is, without "_dmarc.".</param>
/// <param name="Record">Null: none that counts.</param>
/// <param name="Problem">What is wrong with what is there; empty: nothing.</param>
/// <param name="Text">The record as it was found, when there is one.</param>
public sealed record DmarcStep(string Domain, DmarcRecord? Record, string Problem, string Text);

/// <summary>
/// The way from a domain up to the root, on which its policy and its organization are found without a list of public suffixes (RFC 9989
/// 4.10): the domain, then each name above it, eight questions at most; of longer names the labels between are left out. A record with
/// psd=y or psd=n ends it.
/// </summary>
public sealed class DmarcTreeWalk
{
    private const int MaxQuestions = 8;
    private readonly List<DmarcStep> _steps = [];

    private DmarcTreeWalk(string domain) => Domain = domain;

    /// <summary>Where the walk began, in ASCII and small letters.</summary>
    public string Domain { get; }

    /// <summary>Names that have a record, or what claims to be one; the way up.</summary>
    public IReadOnlyList<DmarcStep> Steps => _steps;

    /// <summary>Why the walk came to no end: then neither policy nor organization is known, for now. Empty: it did.</summary>
    public string Problem { get; private set; } = "";

    public static async Task<DmarcTreeWalk> RunAsync(DnsResolver resolver, string domain)
    {
        DmarcTreeWalk walk = new(Normalize(domain));
        foreach (string name in Names(walk.Domain))
        {
            DnsAnswer answer = await resolver.Query($"_dmarc.{name}", DnsType.TXT);
            if (!answer.IsFound && !answer.IsNotFound)
            {
                walk.Problem = $"the question for _dmarc.{name} fails: {answer.Reason}";
                break;
            }
            if (Evaluate(name, answer) is not { } step) continue;
            walk._steps.Add(step);
            if (step.Record is { PublicSuffix: not null }) break;
        }
        return walk;
    }

    /// <summary>The names that are asked for: a name of eight labels and more is followed by the seven at its end.</summary>
    internal static IEnumerable<string> Names(string domain)
    {
        string[] labels = domain.Split('.');
        yield return domain;
        for (int left = Math.Min(labels.Length - 1, MaxQuestions - 1); left > 0; left--) yield return string.Join('.', labels[^left..]);
    }

    // several records of one name are as good as none
    private static DmarcStep? Evaluate(string name, DnsAnswer answer)
    {
        List<string> texts = [.. answer.Texts.Where(DmarcRecord.IsDmarc)];
        if (texts.Count == 0) return null;
        if (texts.Count > 1) return new DmarcStep(name, null, $"{texts.Count} DMARC records at _dmarc.{name}", "");
        return DmarcRecord.TryParse(texts[0], out DmarcRecord record, out string problem)
            ? new DmarcStep(name, record, "", texts[0])
            : new DmarcStep(name, null, $"the record at _dmarc.{name} cannot be understood: {problem}", texts[0]);
    }

    /// <summary>
    /// RFC 9989 4.10.2: whose record says psd=n; the name below the one that says psd=y, unless the walk began there; else the highest name
    /// that has a record; without one the domain itself.
    /// </summary>
    public string OrganizationalDomain
    {
        get
        {
            List<DmarcStep> found = [.. _steps.Where(s => s.Record != null)];
            if (found.Count == 0) return Domain;
            DmarcStep last = found[^1];
            if (last.Record!.PublicSuffix != true || last.Domain == Domain) return last.Domain;
            return string.Join('.', Domain.Split('.')[^(last.Domain.Count(c => c == '.') + 2)..]);
        }
    }

    /// <summary>
    /// RFC 9989 4.10.1: the record that mail from the domain is judged by: its own, else its organization's, else the public suffix's;
    /// null: none.
    /// </summary>
    public DmarcStep? Policy => With(Domain) ?? With(OrganizationalDomain) ?? _steps.LastOrDefault(s => s.Record is { PublicSuffix: true });

    private DmarcStep? With(string domain) => _steps.FirstOrDefault(s => s.Record != null && s.Domain == domain);

    /// <summary>Another domain belongs together with this one (relaxed alignment); null: that cannot be asked now.</summary>
    public async Task<bool?> IsAlignedAsync(DnsResolver resolver, string other)
    {
        if (Normalize(other) == Domain) return true;
        if (Problem.Length > 0) return null;
        DmarcTreeWalk walk = await RunAsync(resolver, other);
        return walk.Problem.Length > 0 ? null : walk.OrganizationalDomain == OrganizationalDomain;
    }

    private static string Normalize(string domain) => (DomainName.ToAscii(domain) ?? domain).TrimEnd('.').ToLowerInvariant();
}
