using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Common.Authentication.Arc;

/// <summary>One hop's three fields.</summary>
internal sealed class ArcSet
{
    public FieldBytes Results { get; set; }
    public FieldBytes Message { get; set; }
    public FieldBytes Seal { get; set; }

    public bool IsComplete => Results.Name != null && Message.Name != null && Seal.Name != null;

    public IEnumerable<FieldBytes> Fields => [Results, Message, Seal];
}

/// <summary>An ARC-Seal field (RFC 8617 4.1.3): tags i, a, b, cv, d, s, and t.</summary>
internal sealed class SealTags : SignatureTags
{
    public SealTags(FieldBytes field) : base(field)
    {
        ChainValidation = (Tags["cv"] ?? "").ToLowerInvariant();
        _ = IsGood && Requires("a", "b", "cv", "d", "s") && ReadCommon() && ReadRest();
    }

    /// <summary>cv=: none, pass, fail.</summary>
    public string ChainValidation { get; }

    private bool ReadRest()
    {
        if (ChainValidation is not ("none" or "pass" or "fail"))
            return Refuse(DkimVerdict.PermError, $"cv={TagList.Shown(ChainValidation)} is not known");
        return Tags["h"] == null ? TryTime("t", out _) : Refuse(DkimVerdict.PermError, "h= does not belong in a seal");
    }
}

/// <summary>The ARC sets of a header (RFC 8617 4.2), put in order by their instance numbers; what is wrong with the form is said
/// here.</summary>
internal sealed class ArcChain
{
    public const int MaxSets = 50;
    public const string ResultsName = "ARC-Authentication-Results", MessageName = "ARC-Message-Signature", SealName = "ARC-Seal";

    private readonly SortedDictionary<int, ArcSet> _sets = [];

    public ArcChain(HeaderFields fields)
    {
        FieldBytes[] results = [.. fields.Named(ResultsName)], messages = [.. fields.Named(MessageName)],
            seals = [.. fields.Named(SealName)];
        IsThere = results.Length + messages.Length + seals.Length > 0;
        if (Math.Max(results.Length, Math.Max(messages.Length, seals.Length)) > MaxSets)
        {
            Refuse($"there are more than {MaxSets} sets");
            return;
        }
        foreach (FieldBytes field in results) Put(field, s => s.Results.Name == null, s => s.Results = field);
        foreach (FieldBytes field in messages) Put(field, s => s.Message.Name == null, s => s.Message = field);
        foreach (FieldBytes field in seals) Put(field, s => s.Seal.Name == null, s => s.Seal = field);
        CheckForm();
    }

    /// <summary>At least one field of ARC.</summary>
    public bool IsThere { get; }

    /// <summary>What is wrong with the form; empty: nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>From the first hop to the last.</summary>
    public IReadOnlyList<ArcSet> Sets => [.. _sets.Values];

    public IReadOnlyList<SealTags> Seals { get; private set; } = [];

    public int Highest => _sets.Count > 0 ? _sets.Keys.Last() : 0;

    private void Put(FieldBytes field, Func<ArcSet, bool> isFree, Action<ArcSet> put)
    {
        int instance = InstanceOf(field);
        if (instance is < 1 or > MaxSets)
        {
            Refuse($"{field.Name} has no instance number from 1 to {MaxSets} (i=)");
            return;
        }
        if (!_sets.TryGetValue(instance, out ArcSet? set)) _sets[instance] = set = new ArcSet();
        if (isFree(set)) put(set);
        else Refuse($"there are two {field.Name} with i={instance}");
    }

    // every set is there and complete, the first says cv=none, the others cv=pass (RFC 8617 5.2)
    private void CheckForm()
    {
        if (Problem.Length > 0 || !IsThere) return;
        for (int i = 1; i <= Highest; i++)
            if (!_sets.TryGetValue(i, out ArcSet? set) || !set.IsComplete) Refuse($"set {i} of {Highest} is not complete");
        if (Problem.Length > 0) return;
        Seals = [.. Sets.Select(s => new SealTags(s.Seal))];
        if (Seals[^1].ChainValidation == "fail") Refuse($"the last seal says that the chain was broken before (i={Highest}; cv=fail)");
        for (int i = 1; i <= Highest; i++)
        {
            SealTags seal = Seals[i - 1];
            if (!seal.IsGood) Refuse($"seal {i}: {seal.Reason}");
            else if (seal.ChainValidation != (i == 1 ? "none" : "pass")) Refuse($"seal {i} has cv={seal.ChainValidation}");
        }
    }

    private void Refuse(string problem)
    {
        if (Problem.Length == 0) Problem = problem;
    }

    /// <summary>i=; the first tag of ARC-Authentication-Results, any of the others. 0: there is none.</summary>
    private static int InstanceOf(FieldBytes field)
    {
        string text = field.Text;
        if (field.Is(ResultsName))
        {
            int semicolon = text.IndexOf(';');
            text = semicolon < 0 ? "" : text[..semicolon];
        }
        return TagList.TryParse(text, out TagList tags, out _, isInternational: true) && tags["i"] is { Length: 1 or 2 } digits
            && digits.All(char.IsAsciiDigit) && digits[0] != '0' ? int.Parse(digits, null) : 0;
    }
}
