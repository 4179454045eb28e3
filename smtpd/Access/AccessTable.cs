using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>An access(5) table and the ways its keys are tried.</summary>
internal sealed class AccessTable(string spec, bool parentStyle, string nullKey)
{
    private readonly Maps _maps = Maps.Open(spec);

    public string Spec { get; } = spec;

    /// <summary>A lookup may wait for another process or the network.</summary>
    public bool MayBlock => _maps.MayBlock;

    public IEnumerable<string> OpenErrors => _maps.OpenErrors;

    public LookupResult Find(string key) => _maps.Lookup(key);

    /// <summary>A host name, then its parent domains: "a.b.c", then ".b.c" and ".c", or "b.c" and "c" in parent style.</summary>
    public LookupResult FindDomain(string name)
    {
        LookupResult result = _maps.Lookup(name);
        if (!result.IsNotFound || IPAddress.TryParse(name, out _)) return result;
        string rest = name;
        while (rest.IndexOf('.', Math.Min(1, rest.Length)) is > 0 and var dot)
        {
            rest = rest[dot..];
            string key = parentStyle ? rest[1..] : rest;
            if (key.Length == 0) break;
            result = _maps.Lookup(key);
            if (!result.IsNotFound) return result;
        }
        return LookupResult.NotFound;
    }

    /// <summary>An address, then its networks by whole octets or groups: "1.2.3.4", "1.2.3", "1.2", "1".</summary>
    public LookupResult FindAddress(string address)
    {
        char separator = address.Contains(':') ? ':' : '.';
        string key = address;
        while (true)
        {
            LookupResult result = _maps.Lookup(key);
            if (!result.IsNotFound) return result;
            int cut = key.LastIndexOf(separator);
            if (cut <= 0) return LookupResult.NotFound;
            key = key[..cut];
        }
    }

    /// <summary>A client: by name, then by address.</summary>
    public LookupResult FindClient(string name, string address) =>
        FindDomain(name) is { IsNotFound: false } result ? result : FindAddress(address);

    /// <summary>
    /// A mail address in internal form: user+ext@domain, user@domain, the domain and its parents, user+ext@, user@. An empty one is
    /// looked up by smtpd_null_access_lookup_key.
    /// </summary>
    public LookupResult FindMail(string address, string delimiters)
    {
        if (address.Length == 0) return _maps.Lookup(nullKey);
        if (!Address.Split(address, out ReadOnlySpan<char> local, out ReadOnlySpan<char> domain)) return _maps.Lookup(address);
        string user = local.ToString(), host = domain.ToString();
        bool extended = Address.SplitExtension(user, delimiters, out ReadOnlySpan<char> @base, out _);
        string plain = extended ? @base.ToString() : user;
        LookupResult result = _maps.Lookup(address);
        if (result.IsNotFound && extended) result = _maps.Lookup($"{plain}@{host}");
        if (result.IsNotFound) result = FindDomain(host);
        if (result.IsNotFound) result = _maps.Lookup(user + "@");
        if (result.IsNotFound && extended) result = _maps.Lookup(plain + "@");
        return result;
    }
}
