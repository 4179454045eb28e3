using System.Globalization;

namespace MtaSuite.Common.Authentication;

/// <summary>What the domain's owner asks receivers to do with mail that fails.</summary>
public enum DmarcPolicy : byte { None, Quarantine, Reject }

/// <summary>
/// A DMARC policy as the TXT record of _dmarc.DOMAIN holds it. RFC 9989 4.7 (and what is only in its predecessor, RFC 7489 6.3 and 6.4): a
/// list of tags that begins with v=DMARC1; p is required and, as sp and np, a known word, unless there is a valid rua: then the policy
/// counts as none (4.10.1).
/// </summary>
public sealed record DmarcRecord
{
    public DmarcPolicy Policy { get; init; }
    /// <summary>For subdomains (sp); the same as <see cref="Policy"/> without.</summary>
    public DmarcPolicy SubdomainPolicy { get; init; }
    /// <summary>For subdomains that do not exist (np); the same as <see cref="SubdomainPolicy"/> without.</summary>
    public DmarcPolicy NonexistentPolicy { get; init; }
    /// <summary>
    /// psd: the domain is one under which others register names (y), or the top of an organization (n); null: it does not say (u).
    /// </summary>
    public bool? PublicSuffix { get; init; }
    /// <summary>t=y: the owner only looks what would happen; receivers do one step less.</summary>
    public bool IsTesting { get; init; }
    /// <summary>adkim=s: the signature's domain must be the From domain itself, not merely one of the same organization.</summary>
    public bool StrictDkim { get; init; }
    /// <summary>aspf=s: the same for the envelope sender's domain.</summary>
    public bool StrictSpf { get; init; }
    /// <summary>pct of RFC 7489, in place of which t= came: how many of a hundred failing messages the policy is applied to.</summary>
    public int Percent { get; init; } = 100;
    /// <summary>Where aggregate reports go: URIs, without the size limits behind "!".</summary>
    public IReadOnlyList<string> AggregateReports { get; init; } = [];
    /// <summary>Where failure reports go.</summary>
    public IReadOnlyList<string> FailureReports { get; init; } = [];
    /// <summary>What was ignored and why.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The text claims to be a DMARC record; others of the same name are none of DMARC's business.</summary>
    public static bool IsDmarc(string text)
    {
        string[] first = text.Split(';', 2)[0].Split('=', 2);
        return first.Length == 2 && first[0].Trim() == "v" && first[1].Trim() == "DMARC1";
    }

    /// <summary>Reads a record's text; false with what is wrong: receivers then do as if there was none.</summary>
    public static bool TryParse(string text, out DmarcRecord record, out string problem)
    {
        record = new DmarcRecord();
        if (!TagList.TryParse(text, out TagList tags, out problem)) return false;
        if (tags.Tags.Count == 0 || tags.Tags[0] is not { Key: "v", Value: "DMARC1" })
            return Fail(out problem, "it does not begin with v=DMARC1");
        List<string> warnings = [];
        List<string> aggregate = Uris(tags["rua"], "rua", warnings), failure = Uris(tags["ruf"], "ruf", warnings);
        DmarcPolicy? policy = ReadPolicy(tags["p"]), subdomains = ReadPolicy(tags["sp"]), nonexistent = ReadPolicy(tags["np"]);
        string bad = policy == null ? "p" : subdomains == null && tags["sp"] != null ? "sp" : nonexistent == null
            && tags["np"] != null ? "np" : "";
        if (bad.Length > 0)
        {
            string trouble = tags[bad] is { } word ? $"{bad}={TagList.Shown(word)} is not one of none, quarantine, reject"
                : $"{bad}= is missing";
            if (aggregate.Count == 0) return Fail(out problem, trouble);
            warnings.Add($"{trouble}: the policy counts as none");
            policy = subdomains = nonexistent = null;
        }
        else if (tags.Tags[1].Key != "p") warnings.Add("p= does not stand directly behind v=: some receivers ignore the record");
        record = new DmarcRecord
        {
            Policy = policy ?? DmarcPolicy.None,
            SubdomainPolicy = subdomains ?? policy ?? DmarcPolicy.None,
            NonexistentPolicy = nonexistent ?? subdomains ?? policy ?? DmarcPolicy.None,
            PublicSuffix = Flag(tags["psd"], "psd", "u", warnings),
            IsTesting = Flag(tags["t"], "t", "", warnings) == true,
            StrictDkim = Strict(tags["adkim"], "adkim", warnings),
            StrictSpf = Strict(tags["aspf"], "aspf", warnings),
            Percent = Percentage(tags["pct"], warnings),
            AggregateReports = aggregate,
            FailureReports = failure,
            Warnings = warnings,
        };
        return true;
    }

    private static DmarcPolicy? ReadPolicy(string? word) => word?.ToLowerInvariant() switch
    {
        "none" => DmarcPolicy.None,
        "quarantine" => DmarcPolicy.Quarantine,
        "reject" => DmarcPolicy.Reject,
        _ => null,
    };

    private static bool Strict(string? value, string name, List<string> warnings)
    {
        if (value is null or "r" or "R" or "s" or "S") return value is "s" or "S";
        warnings.Add($"{name}={TagList.Shown(value)} is neither r nor s");
        return false;
    }

    private static bool? Flag(string? value, string name, string unknown, List<string> warnings)
    {
        if (value is "y" or "Y" or "n" or "N") return value is "y" or "Y";
        if (value != null && !value.Equals(unknown, StringComparison.OrdinalIgnoreCase))
            warnings.Add($"{name}={TagList.Shown(value)} is neither y nor n");
        return null;
    }

    private static int Percentage(string? value, List<string> warnings)
    {
        if (value == null) return 100;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent <= 100) return percent;
        warnings.Add($"pct={TagList.Shown(value)} is not a number from 0 to 100");
        return 100;
    }

    /// <summary>RFC 7489 6.2: dmarc-uri = URI [ "!" 1*DIGIT [ "k" / "m" / "g" / "t" ] ], apart by commas.</summary>
    private static List<string> Uris(string? value, string name, List<string> warnings)
    {
        List<string> uris = [];
        foreach (string item in (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int mark = item.IndexOf('!');
            string uri = mark < 0 ? item : item[..mark], limit = mark < 0 ? ""
                : item[(mark + 1)..].TrimEnd('k', 'm', 'g', 't', 'K', 'M', 'G', 'T');
            bool ok = uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) && uri.IndexOf('@') is > 7 && !uri.EndsWith('@')
                && (mark < 0
                || (limit.Length > 0 && item.Length - mark - 1 - limit.Length <= 1 && !limit.AsSpan().ContainsAnyExceptInRange('0', '9')));
            if (ok) uris.Add(uri);
            else warnings.Add($"{name}: \"{TagList.Shown(item)}\" is not mailto:ADDRESS");
        }
        return uris;
    }

    private static bool Fail(out string problem, string text)
    {
        problem = text;
        return false;
    }
}
