using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>Which forms of an address are looked up. They are tried in the order below.</summary>
[Flags]
public enum FindBy : ushort
{
    /// <summary>user+ext@domain</summary>
    Full = 1,
    /// <summary>user@domain</summary>
    NoExtension = 2,
    /// <summary>user+ext, then user, when the domain is myorigin or a local one</summary>
    LocalPart = 4,
    /// <summary>@domain</summary>
    AtDomain = 8,
    /// <summary>domain</summary>
    Domain = 16,
    /// <summary>the parents of the domain: "example.com" for mx.example.com</summary>
    Parents = 32,
    /// <summary>the parents with a dot in front: ".example.com"</summary>
    DotParents = 64,
    /// <summary>user+ext@, then user@, whatever the domain is</summary>
    LocalPartAt = 128,

    /// <summary>Canonical, virtual, relocated, recipient and sender-dependent tables.</summary>
    Default = Full | NoExtension | LocalPart | AtDomain,
}

/// <summary>What a look-up of an address gave.</summary>
/// <param name="Extension">The extension with its delimiter that the matching key did not have; empty when it did or there is none.</param>
public readonly record struct AddressMatch(LookupResult Result, string Extension)
{
    public static readonly AddressMatch None = new(LookupResult.NotFound, "");

    public bool IsFound => Result.IsFound;
    public bool IsError => Result.IsError;
    public bool IsNotFound => Result.IsNotFound;
    public string Value => Result.Value;
}

/// <summary>
/// Looks addresses up in tables. Keys are asked in external form first, then, where it differs, in internal form. Safe to ask from several
/// threads.
/// </summary>
public sealed class AddressLookup(LocalDomains local, string myorigin, string delimiters)
{
    /// <summary>recipient_delimiter.</summary>
    public string Delimiters { get; } = delimiters;

    /// <summary>Looks up an address in internal form.</summary>
    public AddressMatch Find(Maps maps, string address, FindBy by = FindBy.Default)
    {
        if (maps.IsEmpty || address.Length == 0) return AddressMatch.None;
        string? bare = (by & FindBy.NoExtension) != 0 && Delimiters.Length > 0 ? Address.StripExtension(address, Delimiters, out _) : null;
        string extension = bare is null ? "" : ExtensionOf(address, bare);

        AddressMatch match = new((by & FindBy.Full) != 0 ? Ask(maps, address, whole: true) : LookupResult.NotFound, "");
        if (match.IsNotFound && bare is not null) match = new(Ask(maps, bare, whole: false), extension);
        int at = address.LastIndexOf('@');
        if (match.IsNotFound && at >= 0 && (by & FindBy.LocalPart) != 0) match = FindLocalPart(maps, address, at, bare, extension);
        if (match.IsNotFound && at >= 0 && (by & FindBy.AtDomain) != 0) match = new(TableTraits.LookupPart(maps, address[at..]), "");
        if (match.IsNotFound && at >= 0 && (by & FindBy.Domain) != 0) match = new(FindDomain(maps, address[(at + 1)..], by), "");
        if (match.IsNotFound && at >= 0 && (by & FindBy.LocalPartAt) != 0)
            match = FindPart(maps, address[..(at + 1)], Through(bare), extension);
        return match.IsNotFound ? AddressMatch.None : match;
    }

    /// <summary>Looks up a domain, then its parents as <paramref name="by"/> says.</summary>
    public static LookupResult FindDomain(Maps maps, string domain, FindBy by)
    {
        LookupResult result = TableTraits.LookupPart(maps, domain);
        if ((by & (FindBy.Parents | FindBy.DotParents)) == 0) return result;
        for (int dot = domain.IndexOf('.', Math.Min(1, domain.Length)); result.IsNotFound && dot >= 0; dot = domain.IndexOf('.', dot + 1))
            result = TableTraits.LookupPart(maps, domain[((by & FindBy.DotParents) != 0 ? dot : dot + 1)..]);
        return result;
    }

    private AddressMatch FindLocalPart(Maps maps, string address, int at, string? bare, string extension)
    {
        ReadOnlySpan<char> domain = address.AsSpan(at + 1);
        MatchResult isLocal = domain.Equals(myorigin, StringComparison.OrdinalIgnoreCase) ? MatchResult.Yes : local.Match(domain);
        if (isLocal == MatchResult.Error) return new(LookupResult.Error("mydestination lookup failure"), "");
        return isLocal == MatchResult.No ? AddressMatch.None : FindPart(maps, address[..at], bare?[..bare.LastIndexOf('@')], extension);
    }

    private static AddressMatch FindPart(Maps maps, string full, string? bare, string extension)
    {
        LookupResult result = AskPart(maps, full);
        if (!result.IsNotFound || bare is null) return new(result, "");
        result = AskPart(maps, bare);
        return new(result, result.IsFound ? extension : "");
    }

    // whole addresses go to every table, the one without its extension is a part already
    private static LookupResult Ask(Maps maps, string address, bool whole)
    {
        string external = Address.Quote822(address);
        LookupResult result = whole ? maps.Lookup(external) : TableTraits.LookupPart(maps, external);
        if (!result.IsNotFound || ReferenceEquals(external, address)) return result;
        return whole ? maps.Lookup(address) : TableTraits.LookupPart(maps, address);
    }

    private static LookupResult AskPart(Maps maps, string local)
    {
        string external = local.EndsWith('@') ? Address.QuoteLocal(local[..^1]) + "@" : Address.QuoteLocal(local);
        LookupResult result = TableTraits.LookupPart(maps, external);
        return result.IsNotFound && external != local ? TableTraits.LookupPart(maps, local) : result;
    }

    private static string ExtensionOf(string address, string bare)
    {
        int local = bare.LastIndexOf('@') is var at and >= 0 ? at : bare.Length;
        return address.Substring(local, address.Length - bare.Length);
    }

    private static string? Through(string? bare) => bare?[..(bare.LastIndexOf('@') + 1)];
}
