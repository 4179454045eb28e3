using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Authentication;

/// <summary>What a check found.</summary>
/// <param name="Term">The term that decided; null: none did.</param>
/// <param name="Reason">Text: what decided, or what the error is.</param>
/// <param name="Lookups">Terms that led to questions; at most ten are allowed.</param>
/// <param name="Voids">Questions without an answer; at most two are allowed.</param>
/// <param name="Explanation">Of a Fail: the text that the domain's owner has for the refused sender (exp=), without control characters;
/// empty: none. It is untrusted text, and must be shown as such (RFC 7208 6.2, 11.5).</param>
public sealed record SpfOutcome(SpfResult Result, SpfTerm? Term, string Reason, int Lookups, int Voids, string Explanation = "");

/// <summary>
/// check_host() of RFC 7208: may a client send mail for a domain? One object checks one client; every failure is a value.
/// </summary>
/// <param name="maxLookups">RFC 7208 4.6.4: ten; more when all of a record's terms are to be seen.</param>
public sealed class SpfCheck(DnsResolver resolver, SpfFacts facts, int maxLookups = SpfCheck.MaxLookups)
{
    public const int MaxLookups = 10, MaxVoids = 2, MaxNames = 10;
    private const int MaxDepth = 20;
    private readonly SpfClientNames _names = new(resolver, facts.Client);
    private (string Spec, string Domain) _explanation;
    private int _lookups, _voids;

    public async Task<SpfOutcome> RunAsync(string domain)
    {
        SpfOutcome outcome = await HostAsync(domain, 0);
        return outcome with
        {
            Lookups = _lookups,
            Voids = _voids,
            Explanation = outcome.Result == SpfResult.Fail ? await ExplainAsync() : ""
        };
    }

    private static SpfOutcome Say(SpfResult result, string reason, SpfTerm? term = null) => new(result, term, reason, 0, 0);

    private async Task<SpfOutcome> HostAsync(string domain, int depth)
    {
        if (DomainName.ToAscii(domain) is not { } name || !HostName.HasValidLabels(Labels(name)) || !name.Contains('.'))
            return Say(SpfResult.None, $"{domain} is not a domain name");
        (SpfRecord? record, SpfOutcome? trouble) = await FindAsync(name);
        if (record == null) return trouble!;
        // RFC 7208 6.2: of a record that is included nothing is shown, of one that is redirected to its own and not the first one's
        _explanation = (record.Explanation, name);
        foreach (SpfTerm term in record.Terms)
        {
            if (term.NeedsDnsLookup && ++_lookups > maxLookups)
                return Say(SpfResult.PermError, $"more than {maxLookups} terms that ask the DNS", term);
            if (depth > MaxDepth) return Say(SpfResult.PermError, "records include each other without end", term);
            (bool? matches, SpfOutcome? failed) = await MatchesAsync(term, name, depth);
            if (_voids > MaxVoids && maxLookups == MaxLookups)
                return Say(SpfResult.PermError, $"more than {MaxVoids} questions without an answer", term);
            if (failed != null) return failed;
            if (matches == true) return Say(term.Result, $"\"{term.Text}\" of {name}", term);
        }
        if (record.Redirect.Length == 0) return Say(SpfResult.Neutral, $"no term of {name} fits");
        if (++_lookups > maxLookups || depth > MaxDepth) return Say(SpfResult.PermError, $"more than {maxLookups} terms that ask the DNS");
        string target = await ExpandAsync(record.Redirect, name);
        SpfOutcome other = await HostAsync(target, depth + 1);
        return other.Result == SpfResult.None ? Say(SpfResult.PermError, $"redirect={record.Redirect}: {other.Reason}") : other;
    }

    // RFC 7208 2.1: names may have an underscore; a final dot is no harm.
    private static ReadOnlySpan<char> Labels(string name) => name.Replace('_', 'x').TrimEnd('.');

    /// <summary>The one SPF record of a domain; otherwise what that makes of a check.</summary>
    private async Task<(SpfRecord? Record, SpfOutcome? DnsError)> FindAsync(string domain)
    {
        DnsAnswer answer = await resolver.Query(domain, DnsType.TXT);
        if (!answer.IsFound && !answer.IsNotFound) return (null, Say(SpfResult.TempError, answer.Reason));
        List<string> texts = [.. answer.Texts.Where(SpfRecord.IsSpf)];
        if (texts.Count == 0) return (null, Say(SpfResult.None, $"{domain} has no SPF record"));
        if (texts.Count > 1) return (null, Say(SpfResult.PermError, $"{domain} has {texts.Count} SPF records; there may be only one"));
        return SpfRecord.TryParse(texts[0], out SpfRecord record, out string problem) ? (record, null)
            : (null, Say(SpfResult.PermError, $"{domain}: {problem}"));
    }

    private async Task<(bool? Matches, SpfOutcome? Failed)> MatchesAsync(SpfTerm term, string domain, int depth)
    {
        string target = term.Domain.Length > 0 ? await ExpandAsync(term.Domain, domain) : domain;
        switch (term.Mechanism)
        {
            case SpfMechanism.All: return (true, null);
            case SpfMechanism.Ip4 or SpfMechanism.Ip6: return (Covers(term.Network!, term), null);
            case SpfMechanism.Include: return await IncludeAsync(term, target, depth);
            case SpfMechanism.A: return await AddressesAsync(term, target);
            case SpfMechanism.Mx: return await ExchangersAsync(term, target);
            case SpfMechanism.Exists:
                DnsAnswer answer = await AskAsync(target, DnsType.A);
                return (answer.IsFound, DnsError(answer));
            default: return await NamesAsync(target);
        }
    }

    private async Task<(bool?, SpfOutcome?)> IncludeAsync(SpfTerm term, string target, int depth)
    {
        (string, string) own = _explanation;
        SpfOutcome other = await HostAsync(target, depth + 1);
        _explanation = own;
        return other.Result switch
        {
            SpfResult.Pass => (true, null),
            SpfResult.Fail or SpfResult.SoftFail or SpfResult.Neutral => (false, null),
            SpfResult.TempError => (null, other),
            _ => (null, Say(SpfResult.PermError, $"\"{term.Text}\": {other.Reason}", term)),
        };
    }

    private async Task<(bool?, SpfOutcome?)> AddressesAsync(SpfTerm term, string target)
    {
        DnsAnswer answer = await AskAsync(target, _names.AddressType);
        return (answer.Addresses.Any(a => Covers(a, term)), DnsError(answer));
    }

    private async Task<(bool?, SpfOutcome?)> ExchangersAsync(SpfTerm term, string target)
    {
        DnsAnswer answer = await AskAsync(target, DnsType.MX);
        List<MxRecord> exchangers = [.. answer.Records.OfType<MxRecord>().Where(m => m.Exchange.Length > 0)];
        if (exchangers.Count > MaxNames)
            return (null, Say(SpfResult.PermError, $"{target} has more than {MaxNames} mail exchangers", term));
        SpfOutcome? failed = DnsError(answer);
        foreach (MxRecord exchanger in failed == null ? exchangers : [])
        {
            DnsAnswer addresses = await resolver.Query(exchanger.Exchange, _names.AddressType);
            if (addresses.Addresses.Any(a => Covers(a, term))) return (true, null);
            failed ??= DnsError(addresses);
        }
        return (false, failed);
    }

    /// <summary>ptr: a name of the client that leads back to it ends in the domain. What fails does not match (RFC 7208 5.5).</summary>
    private async Task<(bool?, SpfOutcome?)> NamesAsync(string target)
    {
        if ((await _names.ReverseAsync()).IsNotFound) _voids++;
        return (await _names.IsWithinAsync(target), null);
    }

    private async Task<string> ExpandAsync(string spec, string domain) =>
        SpfMacro.ExpandDomain(spec, domain, facts, await ClientNameAsync(spec, domain));

    private async Task<string> ClientNameAsync(string spec, string domain) =>
        SpfMacro.NeedsClientName(spec) ? await _names.BestAsync(domain) : "unknown";

    /// <summary>
    /// RFC 7208 6.2: the one TXT record that exp= leads to, its macros filled in; whatever is wrong with it, it is as if there was none.
    /// </summary>
    private async Task<string> ExplainAsync()
    {
        (string spec, string domain) = _explanation;
        if (spec.Length == 0) return "";
        DnsAnswer answer = await resolver.Query(await ExpandAsync(spec, domain), DnsType.TXT);
        if (answer.Texts.ToList() is not [var text] || !SpfMacro.IsExplanation(text)) return "";
        // an address of the envelope may have more than ASCII; nothing of it may look like another line
        string expanded = SpfMacro.Expand(text, domain, facts, await ClientNameAsync(text, domain));
        return expanded.AsSpan().ContainsAnyInRange('\0', '\x1F') || expanded.Contains('\x7F') ? "" : expanded;
    }

    private async Task<DnsAnswer> AskAsync(string name, DnsType type)
    {
        DnsAnswer answer = await resolver.Query(name, type);
        if (answer.IsNotFound) _voids++;
        return answer;
    }

    private static SpfOutcome? DnsError(DnsAnswer answer) =>
        answer.IsFound || answer.IsNotFound ? null : Say(SpfResult.TempError, answer.Reason);

    private bool Covers(IPAddress network, SpfTerm term) =>
        network.AddressFamily == facts.Client.AddressFamily
        && SamePrefix(network, facts.Client, network.AddressFamily == AddressFamily.InterNetwork ? term.Prefix4 : term.Prefix6);

    private static bool SamePrefix(IPAddress a, IPAddress b, int bits)
    {
        Span<byte> x = stackalloc byte[16], y = stackalloc byte[16];
        _ = a.TryWriteBytes(x, out _);
        _ = b.TryWriteBytes(y, out _);
        int whole = bits / 8, rest = bits % 8;
        return x[..whole].SequenceEqual(y[..whole]) && (rest == 0 || (x[whole] ^ y[whole]) >> (8 - rest) == 0);
    }
}
