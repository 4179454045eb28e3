using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>An access(5) table and the ways its keys are tried.</summary>
internal sealed class AccessTable(string spec, bool parentStyle, string nullKey)
{
    private readonly Maps _maps = Maps.Open(spec);

    public string Spec { get; } = spec;

    public IEnumerable<string> OpenErrors => _maps.OpenErrors;

    public ValueTask<LookupResult> FindAsync(string key) => _maps.LookupAsync(key);

    /// <summary>A host name, then its parent domains: "a.b.c", then ".b.c" and ".c", or "b.c" and "c" in parent style.</summary>
    public async ValueTask<LookupResult> FindDomainAsync(string name)
    {
        LookupResult result = await _maps.LookupAsync(name);
        if (!result.IsNotFound || IPAddress.TryParse(name, out _)) return result;
        string rest = name;
        while (rest.IndexOf('.', Math.Min(1, rest.Length)) is > 0 and var dot)
        {
            rest = rest[dot..];
            string key = parentStyle ? rest[1..] : rest;
            if (key.Length == 0) break;
            result = await _maps.LookupAsync(key);
            if (!result.IsNotFound) return result;
        }
        return LookupResult.NotFound;
    }

    /// <summary>An address, then its networks by whole octets or groups: "1.2.3.4", "1.2.3", "1.2", "1".</summary>
    public async ValueTask<LookupResult> FindAddressAsync(string address)
    {
        char separator = address.Contains(':') ? ':' : '.';
        string key = address;
        while (true)
        {
            LookupResult result = await _maps.LookupAsync(key);
            if (!result.IsNotFound) return result;
            int cut = key.LastIndexOf(separator);
            if (cut <= 0) return LookupResult.NotFound;
            key = key[..cut];
        }
    }

    /// <summary>A client: by name, then by address.</summary>
    public async ValueTask<LookupResult> FindClientAsync(string name, string address) =>
        await FindDomainAsync(name) is { IsNotFound: false } result ? result : await FindAddressAsync(address);

    /// <summary>
    /// A mail address in internal form: user+ext@domain, user@domain, the domain and its parents, user+ext@, user@. An empty one is
    /// looked up by smtpd_null_access_lookup_key.
    /// </summary>
    public ValueTask<LookupResult> FindMailAsync(string address, RecipientDelimiter delimiter)
    {
        if (address.Length == 0) return _maps.LookupAsync(nullKey);
        if (!Address.Split(address, out ReadOnlySpan<char> local, out ReadOnlySpan<char> domain)) return _maps.LookupAsync(address);
        string user = local.ToString();
        bool extended = Address.SplitExtension(user, delimiter, out ReadOnlySpan<char> @base, out _);
        return FindMailAsync(address, user, extended ? @base.ToString() : user, domain.ToString());
    }

    /// <param name="plain">The user without its extension.</param>
    private async ValueTask<LookupResult> FindMailAsync(string address, string user, string plain, string host)
    {
        bool extended = plain != user;
        LookupResult result = await _maps.LookupAsync(address);
        if (result.IsNotFound && extended) result = await _maps.LookupAsync($"{plain}@{host}");
        if (result.IsNotFound) result = await FindDomainAsync(host);
        if (result.IsNotFound) result = await _maps.LookupAsync(user + "@");
        if (result.IsNotFound && extended) result = await _maps.LookupAsync(plain + "@");
        return result;
    }
}
