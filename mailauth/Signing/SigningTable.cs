using System.Net;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;

namespace MtaSuite.Mailauth.Signing;

/// <summary>A key that is to sign, and for which domain.</summary>
internal readonly record struct SigningChoice(string Domain, string Selector, DkimPrivateKey Key);

/// <summary>The keys for a message.</summary>
/// <param name="IsWanted">The table has an entry: the message is to be signed.</param>
/// <param name="Problem">Why it cannot be, with all keys of the entry; empty: it can.</param>
internal readonly record struct SigningChoices(bool IsWanted, IReadOnlyList<SigningChoice> Keys, string Problem)
{
    public static readonly SigningChoices None = new(false, [], "");

    public static SigningChoices Cannot(string problem) => new(true, [], problem);
}

/// <summary>
/// mailauth_signing_table: which keys sign a message. It is asked for the author's address (the From field), the user's login, the
/// author's domain, the domains above it with a dot in front (".example.org"), and the client's address; the first hit counts. The
/// signing domain is the one that was found: for ".example.org" example.org, else the author's, unless the value names another.
/// </summary>
internal sealed class SigningTable(Maps maps, KeyStore keys, TimeProvider time)
{
    private const int MaxParsed = 10_000;
    private readonly Dictionary<string, (IReadOnlyList<SigningKey>? Keys, string Problem)> _parsed = new(StringComparer.Ordinal);

    public bool IsEmpty => maps.IsEmpty;

    /// <summary>
    /// Reads all keys that the tables name, as far as they can be listed. What is wrong is logged, and no reason not to serve the others.
    /// </summary>
    public void LoadAll()
    {
        foreach (string problem in maps.OpenErrors) Log.Warning($"mailauth_signing_table: {problem}");
        foreach (Table table in maps.Tables)
        {
            if (table is not IListable listable) continue;
            string? incomplete = listable.List((name, value) =>
            {
                (IReadOnlyList<SigningKey>? parsed, string problem) = Parse(value);
                if (parsed == null) Log.Warning($"mailauth_signing_table: {name}: {problem}");
                foreach (SigningKey key in parsed ?? []) _ = keys.Find(key.Path, out _); // the store logs what is wrong
                return true;
            });
            if (incomplete != null) Log.Warning($"mailauth_signing_table: {table.Spec}: {incomplete}");
        }
    }

    /// <param name="author">The author's address in internal form.</param>
    /// <param name="login">Empty: the user has not logged in.</param>
    public async ValueTask<SigningChoices> FindAsync(string author, string login, IPAddress? client)
    {
        if (maps.IsEmpty) return SigningChoices.None;
        string own = AuthorDomains.DomainOf(author) ?? "";
        foreach ((string name, string domain, bool isPart) in Names(author, own, login, client))
        {
            LookupResult found = isPart ? await maps.LookupPartAsync(name) : await maps.LookupAsync(name);
            if (found.IsError) return SigningChoices.Cannot($"mailauth_signing_table: {found.ErrorText}");
            if (found.IsFound) return Choose(name, found.Value, domain);
        }
        return SigningChoices.None;
    }

    private static IEnumerable<(string Name, string Domain, bool IsPart)> Names(string author, string own, string login, IPAddress? client)
    {
        if (author.Length > 0) yield return (author, own, false);
        if (login.Length > 0 && login != author) yield return (login, own, false);
        if (own.Length > 0) yield return (own, own, true);
        for (int dot = own.IndexOf('.'); dot >= 0; dot = own.IndexOf('.', dot + 1)) yield return (own[dot..], own[(dot + 1)..], true);
        if (client != null) yield return (client.ToString(), own, false);
    }

    private SigningChoices Choose(string name, string value, string domain)
    {
        (IReadOnlyList<SigningKey>? all, string problem) = Parse(value);
        if (all == null) return SigningChoices.Cannot($"mailauth_signing_table: {name}: {problem}");
        DateTimeOffset now = time.GetUtcNow();
        List<SigningChoice> chosen = [];
        foreach (SigningKey key in all.Where(k => k.IsInUse(now)))
        {
            string signer = key.Domain.Length > 0 ? key.Domain : domain;
            if (signer.Length == 0) problem = $"mailauth_signing_table: {name}: the sender has no domain, and the value names none";
            else if (keys.Find(key.Path, out string trouble) is not { } found) problem = $"key {key.Path}: {trouble}";
            else chosen.Add(new SigningChoice(signer, key.Selector, found));
        }
        if (chosen.Count == 0 && problem.Length == 0) problem = $"mailauth_signing_table: {name}: none of its keys is in use today";
        return new SigningChoices(true, chosen, problem);
    }

    private (IReadOnlyList<SigningKey>? Keys, string Problem) Parse(string value)
    {
        if (_parsed.TryGetValue(value, out (IReadOnlyList<SigningKey>? Keys, string Problem) known)) return known;
        if (_parsed.Count >= MaxParsed) _parsed.Clear();
        IReadOnlyList<SigningKey>? parsed = SigningKey.ParseAll(value, out string problem);
        return _parsed[value] = (parsed, problem);
    }
}
