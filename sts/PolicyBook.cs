using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Sts;

/// <summary>
/// The policies of domains (RFC 8461 3 and 5): looked up on request, kept for as long as they hold. A domain's record is asked
/// for again after its TTL, within bounds; its policy is fetched when the id is a new one, and in the background when it grows old. On the
/// loop's thread.
/// </summary>
internal sealed class PolicyBook(HostLookup hosts, WebClient web, PolicySettings settings)
{
    /// <summary>A host that failed to serve the policy is left alone for so long (RFC 8461 3.3).</summary>
    private static readonly TimeSpan s_retryTime = TimeSpan.FromMinutes(5);
    /// <summary>The bounds of the time for which an answer of the name service counts.</summary>
    private static readonly TimeSpan s_shortestTtl = TimeSpan.FromMinutes(1), s_longestTtl = TimeSpan.FromHours(1);
    private readonly Dictionary<string, DomainPolicy> _domains = new(StringComparer.Ordinal);
    private readonly Queue<Promise<bool>> _waiting = new();
    private int _fetching;
    /// <summary>What the policies take up; too much where some were dropped since it was counted.</summary>
    private long _size;

    /// <summary>Called with a line for the journal.</summary>
    public Action<string> Changed { get; set; } = _ => { };

    /// <summary>Domains known, with and without a policy.</summary>
    public int Count => _domains.Count;

    /// <summary>The journal's lines, for a new one.</summary>
    public IEnumerable<string> Lines => _domains.Values.Where(d => d.ValidAt(Now) != null).Select(d => d.Known!.Line(d.Domain));

    /// <summary>Seconds since 1970: policies are kept on disk.</summary>
    private long Now => hosts.Resolver.Loop.Time.GetUtcNow().ToUnixTimeSeconds();

    private long In(TimeSpan time) => Now + (long)time.TotalSeconds;

    /// <summary>Takes a policy from disk; one that has expired is left out.</summary>
    public void Restore(string domain, KnownPolicy policy)
    {
        // a clock that was wrong must not make a policy eternal
        if (policy.Expires > Now && policy.Fetched <= Now) Keep(Of(domain), policy);
    }

    /// <summary>What is known of a domain, which may take a look first.</summary>
    /// <param name="domain">In ASCII and lower case.</param>
    public async Task<StsReply> AskAsync(string domain)
    {
        if (!HostName.IsValid($"mta-sts.{domain}")) return new StsReply();
        DomainPolicy state = Of(domain);
        state.Asked = Now;
        if (state.UnderWay == null && Now >= state.CheckAt)
        {
            Task look = LookAsync(state);
            if (!look.IsCompleted) state.UnderWay = look;
        }
        if (state.UnderWay is { } underWay) await underWay;
        return state.Reply(Now);
    }

    private DomainPolicy Of(string domain)
    {
        if (_domains.TryGetValue(domain, out DomainPolicy? state)) return state;
        if (_domains.Count >= settings.Capacity) MakeRoom();
        return _domains[domain] = new DomainPolicy(domain);
    }

    /// <summary>Drops a tenth: first domains without a policy, then those not asked for recently.</summary>
    private void MakeRoom()
    {
        long now = Now;
        foreach (DomainPolicy state in _domains.Values.Where(d => d.UnderWay == null).OrderBy(d => d.ValidAt(now) != null)
            .ThenBy(d => d.Asked).Take(settings.Capacity / 10 + 1).ToList())
            _domains.Remove(state.Domain);
    }

    /// <summary>If they are too large together, the largest are dropped: a normal policy is short.</summary>
    private void Keep(DomainPolicy state, KnownPolicy policy)
    {
        state.Known = policy;
        _size += policy.Body.Length;
        if (_size <= settings.MaxSize) return;
        List<DomainPolicy> all = [.. _domains.Values.Where(d => d.Known != null).OrderByDescending(d => d.Known!.Body.Length)];
        _size = all.Sum(d => (long)d.Known!.Body.Length);
        foreach (DomainPolicy large in all)
        {
            if (_size <= settings.MaxSize / 2) return;
            if (large == state || large.UnderWay != null) continue;
            _size -= large.Known!.Body.Length;
            _domains.Remove(large.Domain);
        }
    }

    private async Task LookAsync(DomainPolicy state)
    {
        DnsAnswer answer = await hosts.Resolver.Query($"_mta-sts.{state.Domain}", DnsType.TXT);
        string id = IdOf(answer, state);
        TimeSpan ttl = answer.IsTemporary || answer.Ttl < s_shortestTtl ? s_shortestTtl
            : answer.Ttl > s_longestTtl ? s_longestTtl : answer.Ttl;
        state.CheckAt = In(ttl);
        if (id.Length > 0) await UpdateAsync(state, id);
        state.UnderWay = null;
    }

    /// <summary>
    /// RFC 8461 3.1: records that are no "v=STSv1" do not count; with none or several left there is no policy to fetch. That does not end
    /// one that is known already.
    /// </summary>
    private static string IdOf(DnsAnswer answer, DomainPolicy state)
    {
        List<string> records = [.. answer.Texts.Where(StsRecord.IsOne)];
        string id = "";
        if (records.Count == 1 && StsRecord.TryParse(records[0], out id)) return id;
        if (records.Count > 0) state.Fail(TlsResult.StsPolicyInvalid, $"_mta-sts.{state.Domain} has "
            + $"{(records.Count > 1 ? "several policy records" : "a broken policy record")}");
        else if (!answer.IsTemporary) state.Succeed();
        return "";
    }

    private async Task UpdateAsync(DomainPolicy state, string id)
    {
        bool isCurrent = state.ValidAt(Now)?.Id == id;
        if (isCurrent && !state.Known!.IsStale(Now))
        {
            state.Succeed();
            return;
        }
        if (Now < state.FetchAt)
        {
            state.CheckAt = Math.Min(state.CheckAt, state.FetchAt);
            return;
        }
        state.FetchAt = In(s_retryTime);
        Task fetch = FetchAsync(state, id);
        // the same policy, only newer: no request waits for it
        if (isCurrent) fetch.Detach();
        else await fetch;
    }

    private async Task FetchAsync(DomainPolicy state, string id)
    {
        await EnterAsync();
        WebResult result = await web.SendAsync(new WebCall
        {
            Url = new UriBuilder("https", $"mta-sts.{state.Domain}", settings.Port, "/.well-known/mta-sts.txt").Uri,
            MaxBytes = StsPolicyFile.MaxBytes,
            Timeout = settings.FetchTimeout,
            AuthorityFile = settings.AuthorityFile,
            Headers = [("Accept", "text/plain")],
        });
        Leave();
        Take(state, id, result);
    }

    private void Take(DomainPolicy state, string id, WebResult result)
    {
        (TlsResult failure, string reason) = Judge(result);
        StsPolicyFile? file = null;
        if (failure == TlsResult.Success && !StsPolicyFile.TryParse(result.Body, out file, out reason))
            failure = TlsResult.StsPolicyInvalid;
        if (failure != TlsResult.Success)
        {
            state.Fail(failure, reason);
            state.FetchAt = In(s_retryTime);
            state.CheckAt = Math.Min(state.CheckAt, state.FetchAt);
            Log.Warning($"MTA-STS policy of {state.Domain}: {failure.Word()}: "
                + $"{reason}{(state.ValidAt(Now) != null ? "; the one that is known stays" : "")}");
            return;
        }
        Keep(state, new KnownPolicy(id, Now, Encoding.UTF8.GetString(result.Body), file!));
        state.FetchAt = 0;
        state.Succeed();
        Log.Info($"MTA-STS policy of {state.Domain}: id={id} mode={file!.Mode.ToString().ToLowerInvariant()} "
            + $"max_age={(long)file.MaxAge.TotalSeconds} mx={string.Join(',', file.Patterns)}");
        Changed(state.Known!.Line(state.Domain));
    }

    /// <summary>RFC 8461 3.3: nothing but 200 will do, redirects are not followed; the policy is text/plain (3.2).</summary>
    private static (TlsResult, string) Judge(WebResult result)
    {
        if (result.IsCertificateProblem) return (TlsResult.StsWebPkiInvalid, result.Reason);
        if (result.Status == WebStatus.TooLarge) return (TlsResult.StsPolicyInvalid, result.Reason);
        if (result is not { Status: WebStatus.Answered, Code: 200 }) return (TlsResult.StsPolicyFetchError, result.Text);
        return result.ContentType == "text/plain" ? (TlsResult.Success, "")
            : (TlsResult.StsPolicyInvalid,
            $"the policy is served as {(result.ContentType.Length > 0 ? result.ContentType : "nothing")}, not as text/plain");
    }

    private async Task EnterAsync()
    {
        if (_fetching >= settings.MaxFetches)
        {
            Promise<bool> place = new();
            _waiting.Enqueue(place);
            await place;
        }
        else _fetching++;
    }

    private void Leave()
    {
        if (_waiting.TryDequeue(out Promise<bool>? next)) hosts.Resolver.Loop.Post(() => next.TrySet(true));
        else _fetching--;
    }
}
