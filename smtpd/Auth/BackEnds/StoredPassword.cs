using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// The value of a login in the table of passwords: one or more verifiers separated by white space; a password is right when any of them
/// says so.
/// <code>
/// value    = verifier *( 1*SP verifier )
/// verifier = ScramVerifier / [ "{" scheme "}" ] "$" id "$" ...      what crypt(3) knows: $6$ $5$ $y$ $2y$ $2b$
/// scheme   = "CRYPT" / "SHA512-CRYPT" / "SHA256-CRYPT" / "BLF-CRYPT" / "YESCRYPT"      as Dovecot writes them
/// </code>
/// Verifiers that would take more than <see cref="PasswordCost.MaxMilliseconds"/> together are not used: one login must not keep the
/// server busy.
/// </summary>
public sealed class StoredPassword
{
    private readonly List<ScramVerifier> _scram = [];
    private readonly List<(string Hash, PasswordCost Cost)> _crypt = [];
    private double _milliseconds;

    /// <summary>What in the value is no verifier; null when all is well.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyList<ScramVerifier> Scram => _scram;

    public static StoredPassword Parse(string value)
    {
        StoredPassword result = new();
        foreach (string word in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ScramVerifier.TryParse(word, out ScramVerifier verifier)) result._scram.Add(verifier);
            else if (Hash(word) is { } hash && PasswordCost.TryParse(hash, out PasswordCost cost)) result.Add(hash, cost);
            else result.Problem = "the table's value is not a supported password hash";
        }
        if (result.InClear is { } first) result._milliseconds += PasswordCost.Of(first).Milliseconds;
        result.DropCostly();
        if (result._scram.Count + result._crypt.Count == 0) result.Problem ??= "the table's value is empty";
        return result;
    }

    private void Add(string hash, PasswordCost cost)
    {
        _crypt.Add((hash, cost));
        _milliseconds += cost.Milliseconds;
    }

    /// <summary>The last ones go first: who adds a verifier should not make those that worked useless.</summary>
    private void DropCostly()
    {
        while (_milliseconds > PasswordCost.MaxMilliseconds && _crypt.Count > 0)
        {
            int worst = _crypt.FindLastIndex(c => c.Cost.Milliseconds > PasswordCost.MaxMilliseconds);
            (_, PasswordCost cost) = _crypt[worst = worst < 0 ? _crypt.Count - 1 : worst];
            _crypt.RemoveAt(worst);
            _milliseconds -= cost.Milliseconds;
            Problem = "a password hash of the table would take too long to check";
        }
    }

    private static string? Hash(string word)
    {
        int end = word.StartsWith('{') ? word.IndexOf('}') : -1;
        string scheme = end > 0 ? word[1..end].ToUpperInvariant() : "CRYPT";
        return scheme is "CRYPT" or "SHA512-CRYPT" or "SHA256-CRYPT" or "BLF-CRYPT" or "YESCRYPT" ? word[(end + 1)..] : null;
    }

    public ScramVerifier? Find(ScramHash hash) => _scram.Find(v => v.Hash == hash);

    /// <summary>What checks a password in clear: the newest kind of verifier alone, because they were all made from one password.</summary>
    private ScramVerifier? InClear => Find(ScramHash.Sha256) ?? _scram.FirstOrDefault();

    /// <summary>The work that a wrong password makes.</summary>
    public IEnumerable<PasswordCost> Costs() => _crypt.Select(c => c.Cost)
        .Concat(InClear is { } verifier ? [PasswordCost.Of(verifier)] : [])
        .GroupBy(c => c.Kind, (kind, costs) => new PasswordCost(kind, costs.Sum(c => c.Units)));

    /// <summary>Checks a password; takes milliseconds.</summary>
    public bool Matches(PasswordCheck check) =>
        (InClear is { } verifier && check.Matches(verifier)) || _crypt.Exists(c => check.Matches(c.Hash, c.Cost));
}
