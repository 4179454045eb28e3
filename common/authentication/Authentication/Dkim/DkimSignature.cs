using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>
/// A DKIM-Signature field (RFC 6376 3.5), or ARC-Message-Signature, which has the same tags but v=, and a number in i= (RFC 8617 4.1.2).
/// </summary>
internal sealed class DkimSignature : SignatureTags
{
    private readonly DkimLimits _limits;

    public DkimSignature(FieldBytes field, DkimLimits limits, DateTimeOffset now, bool isArc = false) : base(field)
    {
        _limits = limits;
        Identity = isArc ? "" : Tags["i"] ?? $"@{Domain}";
        _ = IsGood && (isArc || ReadVersion()) && Requires("a", "b", "bh", "d", "h", "s") && ReadCommon() && ReadBodyHash()
            && ReadCanonicalization() && ReadNames() && ReadLimit() && (isArc || ReadIdentity()) && ReadQuery() && ReadTimes(now);
    }

    public string Identity { get; }
    public byte[] BodyHash { get; private set; } = [];
    public Canonicalization Header { get; private set; }
    public Canonicalization Body { get; private set; }
    /// <summary>h=, as they stand there.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];
    /// <summary>l=; null: the whole body is signed.</summary>
    public long? Limit { get; private set; }
    public DateTimeOffset? Time { get; private set; }
    public DateTimeOffset? Expires { get; private set; }
    /// <summary>The domain of i= is the domain of d= itself (what t=s of the key's record demands).</summary>
    public bool HasOwnIdentity { get; private set; } = true;

    private bool ReadVersion() =>
        Requires("v") && (Tags["v"] == "1" || Refuse(DkimVerdict.PermError, $"v={TagList.Shown(Tags["v"]!)} is not 1"));

    private bool ReadBodyHash()
    {
        byte[]? hash = FromBase64(Squeeze(Tags["bh"]!));
        if (hash is not { Length: 32 }) return Refuse(DkimVerdict.PermError, "bh= is not a SHA-256 hash in base64");
        BodyHash = hash;
        return true;
    }

    private bool ReadCanonicalization()
    {
        string[] kinds = (Tags["c"] ?? "simple").ToLowerInvariant().Split('/');
        if (kinds.Length > 2 || kinds.Any(k => k is not ("simple" or "relaxed")))
            return Refuse(DkimVerdict.PermError, $"c={TagList.Shown(Tags["c"]!)} is not known");
        Header = kinds[0] == "relaxed" ? Canonicalization.Relaxed : Canonicalization.Simple;
        Body = kinds.Length > 1 && kinds[1] == "relaxed" ? Canonicalization.Relaxed : Canonicalization.Simple;
        return true;
    }

    private bool ReadNames()
    {
        string[] names = Tags["h"]!.Split(':', StringSplitOptions.TrimEntries);
        if (names.Length > _limits.Names)
            return Refuse(DkimVerdict.Policy, $"h= has {names.Length} names; at most {_limits.Names} are accepted");
        foreach (string name in names)
            if (!IsFieldName(name)) return Refuse(DkimVerdict.PermError, $"h= has \"{TagList.Shown(name)}\", which is no field's name");
        if (!names.Contains("from", StringComparer.OrdinalIgnoreCase)) return Refuse(DkimVerdict.PermError, "From is not signed (h=)");
        Names = names;
        return true;
    }

    private static bool IsFieldName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('!', '~');

    private bool ReadLimit()
    {
        if (Tags["l"] is not { } text) return true;
        if (text.Length is 0 or > 76 || !text.All(char.IsAsciiDigit)) return Refuse(DkimVerdict.PermError,
            $"l={TagList.Shown(text)} is not a length");
        Limit = long.TryParse(text, out long limit) ? limit : long.MaxValue;
        return true;
    }

    // i= [ local-part ] "@" domain, the domain d= or below it
    private bool ReadIdentity()
    {
        int at = Identity.LastIndexOf('@');
        if (at < 0 || ToName(Identity[(at + 1)..]) is not { } domain)
            return Refuse(DkimVerdict.PermError, $"i={TagList.Shown(Identity)} is not an address or \"@\" with a domain");
        HasOwnIdentity = domain == Domain;
        return HasOwnIdentity || domain.EndsWith("." + Domain, StringComparison.Ordinal)
            || Refuse(DkimVerdict.PermError, $"i={TagList.Shown(Identity)} is not within {Domain}");
    }

    private bool ReadQuery() =>
        Tags["q"] is not { } q || q.Split(':', StringSplitOptions.TrimEntries).Any(m => m.ToLowerInvariant() is "dns/txt" or "dns")
        || Refuse(DkimVerdict.PermError, $"q={TagList.Shown(q)}: the key is not in the DNS");

    private bool ReadTimes(DateTimeOffset now)
    {
        if (!TryTime("t", out DateTimeOffset? time) || !TryTime("x", out DateTimeOffset? expires)) return false;
        (Time, Expires) = (time, expires);
        if (expires <= time) return Refuse(DkimVerdict.PermError, "x= is not later than t=");
        if (expires < now) return Refuse(DkimVerdict.Policy, $"the signature expired at {Shown(expires.Value)}");
        if (time > now + _limits.ClockDrift) return Refuse(DkimVerdict.Policy,
            $"the signature was made in the future, at {Shown(time.Value)}");
        return true;
    }

    private static string Shown(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", null) + " UTC";
}
