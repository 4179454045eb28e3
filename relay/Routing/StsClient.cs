using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Relay.Routing;

/// <summary>
/// Asks sts for policies, and keeps the answers for a moment: a thousand messages to a domain are one question. A service that does not
/// answer is no reason to hold mail back: the domain then counts as one without MTA-STS, with a warning. On the loop's thread.
/// </summary>
/// <param name="path">sts's socket.</param>
public sealed class StsClient(EventLoop loop, string path)
{
    private const int MaxKept = 1000;
    private const int KeptMilliseconds = 30_000, SilenceMilliseconds = 60_000;
    /// <summary>Longer than sts looks for a policy.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly LinkClient _link = new(loop, path);
    private readonly Dictionary<string, (StsFinding? Finding, long Until)> _kept = new(StringComparer.OrdinalIgnoreCase);
    private long _silentUntil;

    /// <summary>What is known of a domain; null: it has no MTA-STS.</summary>
    /// <param name="domain">In ASCII, without a final dot.</param>
    public async ValueTask<StsFinding?> FindAsync(string domain)
    {
        if (_kept.TryGetValue(domain, out var kept) && kept.Until > loop.NowMilliseconds) return kept.Finding;
        if (loop.NowMilliseconds < _silentUntil) return null;
        domain = domain.ToLowerInvariant();
        StsReply? reply = await AskAsync(domain).WithinAsync(loop, Timeout);
        if (reply == null)
        {
            // one line for all that waited together
            if (loop.NowMilliseconds >= _silentUntil)
                Log.Warning($"no answer from {path}: mail to {domain} and others goes without MTA-STS");
            _silentUntil = loop.NowMilliseconds + SilenceMilliseconds;
            return null;
        }
        if (_kept.Count >= MaxKept) _kept.Clear();
        StsFinding? finding = FindingOf(domain, reply);
        _kept[domain] = (finding, loop.NowMilliseconds + KeptMilliseconds);
        return finding;
    }

    private async Task<StsReply?> AskAsync(string domain)
    {
        StsQuery query = new() { Domain = domain };
        StsReply? reply = await _link.CallAsync<StsQuery, StsReply>(query);
        // one that died or was replaced is there again soon
        if (reply == null && _link.LastError.Length == 0) reply = await _link.CallAsync<StsQuery, StsReply>(query);
        return reply;
    }

    private static StsFinding? FindingOf(string domain, StsReply r)
    {
        if (r.Lines.Count == 0 && r.Failure == TlsResult.Success) return null;
        return new StsFinding
        {
            Domain = domain,
            Mode = r.Mode,
            Patterns = r.Patterns,
            Lines = r.Lines,
            Failure = r.Failure,
            Reason = r.Reason
        };
    }

    public void Close() => _link.Close();
}
