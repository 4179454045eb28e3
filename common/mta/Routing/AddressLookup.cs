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
/// Looks addresses up in tables. Keys are asked in external form first, then, where it differs, in internal form.
/// </summary>
public sealed class AddressLookup(LocalDomains local, string myorigin, RecipientDelimiter delimiter)
{
    /// <summary>recipient_delimiter.</summary>
    public RecipientDelimiter Delimiter { get; } = delimiter;

    /// <summary>Looks up an address in internal form.</summary>
    public ValueTask<AddressMatch> FindAsync(Maps maps, string address, FindBy by = FindBy.Default) =>
        maps.IsEmpty || address.Length == 0 ? new(AddressMatch.None) : AskAllAsync(maps, address, by);

    private async ValueTask<AddressMatch> AskAllAsync(Maps maps, string address, FindBy by)
    {
        string? bare = (by & FindBy.NoExtension) != 0 ? Address.StripExtension(address, Delimiter, out _) : null;
        string extension = bare is null ? "" : ExtensionOf(address, bare);

        AddressMatch match = new((by & FindBy.Full) != 0 ? await AskAsync(maps, address, whole: true) : LookupResult.NotFound, "");
        if (match.IsNotFound && bare is not null) match = new(await AskAsync(maps, bare, whole: false), extension);
        int at = address.LastIndexOf('@');
        if (match.IsNotFound && at >= 0 && (by & FindBy.LocalPart) != 0)
            match = await FindLocalPartAsync(maps, address, at, bare, extension);
        if (match.IsNotFound && at >= 0 && (by & FindBy.AtDomain) != 0) match = new(await maps.LookupPartAsync(address[at..]), "");
        if (match.IsNotFound && at >= 0 && (by & FindBy.Domain) != 0) match = new(await FindDomainAsync(maps, address[(at + 1)..], by), "");
        if (match.IsNotFound && at >= 0 && (by & FindBy.LocalPartAt) != 0)
            match = await FindPartAsync(maps, address[..(at + 1)], Through(bare), extension);
        return match.IsNotFound ? AddressMatch.None : match;
    }

    /// <summary>Looks up a domain, then its parents as <paramref name="by"/> says.</summary>
    public static async ValueTask<LookupResult> FindDomainAsync(Maps maps, string domain, FindBy by)
    {
        LookupResult result = await maps.LookupPartAsync(domain);
        if ((by & (FindBy.Parents | FindBy.DotParents)) == 0) return result;
        for (int dot = domain.IndexOf('.', Math.Min(1, domain.Length)); result.IsNotFound && dot >= 0; dot = domain.IndexOf('.', dot + 1))
            result = await maps.LookupPartAsync(domain[((by & FindBy.DotParents) != 0 ? dot : dot + 1)..]);
        return result;
    }

    private async ValueTask<AddressMatch> FindLocalPartAsync(Maps maps, string address, int at, string? bare, string extension)
    {
        MatchResult isLocal = address.AsSpan(at + 1).Equals(myorigin, StringComparison.OrdinalIgnoreCase) ? MatchResult.Yes
            : await local.MatchAsync(address.AsSpan(at + 1));
        if (isLocal == MatchResult.Error) return new(LookupResult.Error("mydestination lookup failure"), "");
        if (isLocal == MatchResult.No) return AddressMatch.None;
        return await FindPartAsync(maps, address[..at], bare?[..bare.LastIndexOf('@')], extension);
    }

    private static async ValueTask<AddressMatch> FindPartAsync(Maps maps, string full, string? bare, string extension)
    {
        LookupResult result = await AskPartAsync(maps, full);
        if (!result.IsNotFound || bare is null) return new(result, "");
        result = await AskPartAsync(maps, bare);
        return new(result, result.IsFound ? extension : "");
    }

    // whole addresses go to every table, the one without its extension is a part already
    private static async ValueTask<LookupResult> AskAsync(Maps maps, string address, bool whole)
    {
        string external = Address.Quote822(address);
        LookupResult result = whole ? await maps.LookupAsync(external) : await maps.LookupPartAsync(external);
        if (!result.IsNotFound || ReferenceEquals(external, address)) return result;
        return whole ? await maps.LookupAsync(address) : await maps.LookupPartAsync(address);
    }

    private static async ValueTask<LookupResult> AskPartAsync(Maps maps, string local)
    {
        string external = local.EndsWith('@') ? Address.QuoteLocal(local[..^1]) + "@" : Address.QuoteLocal(local);
        LookupResult result = await maps.LookupPartAsync(external);
        return result.IsNotFound && external != local ? await maps.LookupPartAsync(local) : result;
    }

    private static string ExtensionOf(string address, string bare)
    {
        int local = bare.LastIndexOf('@') is var at and >= 0 ? at : bare.Length;
        return address.Substring(local, address.Length - bare.Length);
    }

    private static string? Through(string? bare) => bare?[..(bare.LastIndexOf('@') + 1)];
}
