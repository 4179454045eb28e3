using System.Net;
using MtaSuite.Common.Dns.Wire;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Dns;

/// <summary>
/// A stub resolver on an event loop: asks the recursive servers of resolv.conf over UDP, over TCP where an answer does not fit, and keeps
/// what it learns for as long as it holds. Questions that are under way already are not asked again. Every failure is a value. Not
/// thread-safe; runs on the loop's thread.
/// </summary>
public sealed class DnsResolver
{
    private readonly WatchedText<ResolvConf> _conf;
    private readonly ServerQuery _servers;
    private readonly AnswerCache _cache;
    private readonly Dictionary<DnsKey, List<Promise<DnsAnswer>>> _underWay = [];
    private readonly Queue<Promise<bool>> _waiting = [];
    private readonly DnssecProbe _probe;
    private int _asking;

    public DnsResolver(EventLoop loop, DnsOptions options)
    {
        Loop = loop;
        Options = options;
        _conf = new WatchedText<ResolvConf>(options.ResolvConf, loop.Time, text => ResolvConf.Parse(text, Environment.MachineName));
        _servers = new ServerQuery(loop, options, () => _conf.Value);
        _cache = new AnswerCache(options.CacheSize);
        _probe = new DnssecProbe(this, options.DnssecProbe);
    }

    public EventLoop Loop { get; }

    public DnsOptions Options { get; }

    /// <summary>Questions that are on their way to servers or wait for a place.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Removes all answers.</summary>
    public void Forget() => _cache.Clear();

    /// <summary>Asks for the records of a type.</summary>
    /// <param name="name">A domain name in ASCII (see <see cref="DomainName.ToAscii"/>), with or without a final dot.</param>
    public Promise<DnsAnswer> Query(string name, DnsType type, DnsQueryFlags flags = DnsQueryFlags.None)
    {
        bool dnssec = (flags & DnsQueryFlags.Dnssec) != 0;
        bool absolute = name.EndsWith('.');
        string plain = absolute ? name[..^1] : name;
        Promise<DnsAnswer> promise = new();
        if (!DomainName.IsQueryable(plain) && name != ".")
            promise.TrySet(new DnsAnswer { Name = name, Type = type, Status = DnsStatus.NameError, Reason = DnsReason.InvalidName(name) });
        else if (Options.ReplyFilter is { IsEmpty: false } filter && (flags & DnsQueryFlags.Unfiltered) == 0)
            FilterAsync(Query(name, type, flags | DnsQueryFlags.Unfiltered), filter, promise).Detach();
        else if (absolute || (flags & (DnsQueryFlags.Search | DnsQueryFlags.DefaultDomain)) == 0) Ask(plain, type, dnssec, promise);
        else SearchAsync(plain, type, flags, promise).Detach();
        return promise;
    }

    /// <summary>The reverse name of an address and its PTR records (RFC 1035 3.5, RFC 3596 2.5).</summary>
    public Promise<DnsAnswer> QueryReverse(IPAddress address, DnsQueryFlags flags = DnsQueryFlags.None) =>
        Query(DomainName.Reverse(address), DnsType.PTR, flags & DnsQueryFlags.Dnssec);

    private async Task FilterAsync(Promise<DnsAnswer> question, Maps filter, Promise<DnsAnswer> promise)
    {
        DnsAnswer answer = await question;
        promise.TrySet(await ReplyFilter.ApplyAsync(answer, filter));
    }

    /// <summary>Tries a name in domains, as resolver(3) does: as it is first when it has dots enough, else last.</summary>
    private async Task SearchAsync(string name, DnsType type, DnsQueryFlags flags, Promise<DnsAnswer> promise)
    {
        ResolvConf conf = _conf.Value;
        int dots = name.AsSpan().Count('.');
        List<string> names = [];
        if ((flags & DnsQueryFlags.Search) != 0) names.AddRange(conf.Search.Select(d => $"{name}.{d}"));
        else if (dots == 0 && conf.Search.Count > 0) names.Add($"{name}.{conf.Search[0]}");
        names.Insert(dots >= conf.Dots ? 0 : names.Count, name);
        DnsAnswer? best = null;
        foreach (string candidate in names)
        {
            Promise<DnsAnswer> one = new();
            Ask(candidate, type, (flags & DnsQueryFlags.Dnssec) != 0, one);
            DnsAnswer answer = await one;
            // An error has priority over "not found", and a name that exists over one that does not.
            if (best is null || answer.Status != DnsStatus.NameError && best.Status == DnsStatus.NameError || answer.IsFound
                || answer.IsTemporary) best = answer;
            if (answer.IsFound || answer.IsTemporary) break;
        }
        promise.TrySet(best!);
    }

    private void Ask(string name, DnsType type, bool dnssec, Promise<DnsAnswer> promise)
    {
        DnsKey key = DnsKey.Of(name, type, dnssec);
        if (_cache.Find(key, Environment.TickCount64) is { } known) promise.TrySet(known);
        else if (_underWay.TryGetValue(key, out List<Promise<DnsAnswer>>? others)) others.Add(promise);
        else
        {
            _underWay[key] = [promise];
            ResolveAsync(key, name).Detach();
        }
    }

    private async Task ResolveAsync(DnsKey key, string name)
    {
        if (_asking >= Options.MaxUnderWay)
        {
            Promise<bool> place = new();
            _waiting.Enqueue(place);
            await place;
        }
        else _asking++;
        DnsAnswer answer = await FollowAsync(name, key.Type, key.Dnssec);
        if (_waiting.TryDequeue(out Promise<bool>? next)) Loop.Post(() => next.TrySet(true));
        else _asking--;
        _cache.Keep(key, answer, Limit(answer), Environment.TickCount64);
        _underWay.Remove(key, out List<Promise<DnsAnswer>>? waiters);
        if (key.Dnssec) _probe.Saw(answer);
        foreach (Promise<DnsAnswer> waiter in waiters!) waiter.TrySet(answer);
    }

    /// <summary>
    /// How long an answer is kept. Failures too, for a moment (RFC 9520 3.2), so that a thousand messages do not ask a dead server each.
    /// </summary>
    private TimeSpan Limit(DnsAnswer answer)
    {
        TimeSpan max = answer.IsFound ? Options.MaxTtl : answer.IsNotFound ? Options.MaxNegativeTtl : Options.FailureTtl;
        return answer.IsFound || answer.IsNotFound ? answer.Ttl < max ? answer.Ttl : max : max;
    }

    /// <summary>Asks, and asks again for the end of a chain of CNAMEs that the server left open.</summary>
    private async Task<DnsAnswer> FollowAsync(string name, DnsType type, bool dnssec)
    {
        int links = 0;
        bool secure = dnssec;
        TimeSpan ttl = TimeSpan.MaxValue;
        string current = name;
        while (true)
        {
            ExchangeResult result = await _servers.AskAsync(current, type, secure);
            if (result.Response is not { Rcode: DnsRcode.NoError or DnsRcode.NameError } response) return Failure(name, type, result);
            secure &= response.IsAuthenticated;
            Finding finding = AnswerBuilder.Build(response, current, type, ref links);
            if (finding.Ttl < ttl) ttl = finding.Ttl;
            if (links > AnswerBuilder.MaxChain)
                return new DnsAnswer { Name = name, Type = type, Status = DnsStatus.NameError, Reason = DnsReason.Loop(name) };
            if (finding.Next is null) return Answer(name, type, finding with { Ttl = ttl }, secure);
            current = finding.Next;
        }
    }

    private static DnsAnswer Answer(string name, DnsType type, Finding finding, bool secure) => new()
    {
        Name = name,
        Type = type,
        Status = finding.Status,
        Records = finding.Records,
        CanonicalName = finding.CanonicalName,
        IsAuthenticated = secure,
        Ttl = finding.Ttl,
        Reason = finding.Status switch
        {
            DnsStatus.Found => "",
            DnsStatus.NameError => DnsReason.For(name, type, DnsReason.NotFound),
            DnsStatus.NoData => DnsReason.For(name, type, DnsReason.NoData),
            _ => DnsReason.Malformed(name, type),
        },
    };

    /// <summary>SERVFAIL, REFUSED and timeouts may pass soon. FORMERR and the like will not.</summary>
    private static DnsAnswer Failure(string name, DnsType type, ExchangeResult result)
    {
        bool final = result.Response is { Rcode: not (DnsRcode.ServerFailure or DnsRcode.Refused or DnsRcode.NotImplemented) };
        return new DnsAnswer
        {
            Name = name,
            Type = type,
            Status = final ? DnsStatus.Failed : DnsStatus.TemporaryFailure,
            Reason = result.Status == ExchangeStatus.Malformed
                ? DnsReason.Malformed(name, type)
                : DnsReason.For(name, type, final ? DnsReason.Failed : DnsReason.TryAgain),
        };
    }
}
