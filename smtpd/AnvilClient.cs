using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd;

/// <summary>
/// Asks anvil for counts over all processes. Fails open: when anvil does not answer within two seconds there is no count, and for a while
/// nothing more is asked. On the loop's thread.
/// </summary>
public sealed class AnvilClient
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private const long PauseMilliseconds = 10_000, WarnMilliseconds = 60_000;
    private readonly EventLoop _loop;
    private readonly LinkClient _link;
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private long _askAgain = long.MinValue, _warnAgain = long.MinValue;

    /// <param name="path">anvil's socket.</param>
    public AnvilClient(EventLoop loop, string path)
    {
        _loop = loop;
        // a new anvil knows nothing of the connections there are
        _link = new LinkClient(loop, path) { Connected = TellAll };
    }

    /// <summary>
    /// A connection of a client begins; <see cref="Disconnect"/> must follow, whatever the answer is. Null: nobody counts now.
    /// </summary>
    public ValueTask<AnvilReply?> ConnectAsync(string ident)
    {
        int held = _held[ident] = _held.GetValueOrDefault(ident) + 1;
        return AskAsync(new AnvilRequest { Event = ClientEvent.Connect, Ident = ident, Held = held });
    }

    /// <summary>A connection of a client is over.</summary>
    public void Disconnect(string ident)
    {
        int held = _held.GetValueOrDefault(ident) - 1;
        if (held > 0) _held[ident] = held;
        else _held.Remove(ident);
        if (!IsAway) _link.TryNotify(new AnvilHeld { Ident = ident, Held = Math.Max(0, held) });
    }

    /// <summary>Counts an event, or with <paramref name="report"/> only asks; null: nobody counts now.</summary>
    public ValueTask<AnvilReply?> CountAsync(ClientEvent kind, string ident, bool report = false) =>
        AskAsync(new AnvilRequest { Event = kind, Ident = ident, Report = report });

    public void Close() => _link.Close();

    private bool IsAway => _loop.NowMilliseconds < _askAgain;

    private async ValueTask<AnvilReply?> AskAsync(AnvilRequest request)
    {
        if (IsAway) return null;
        AnvilReply? reply = await _link.CallAsync<AnvilRequest, AnvilReply>(request).WithinAsync(_loop, Timeout);
        if (reply == null) Unavailable(_link.LastError.Length > 0 ? _link.LastError : "no answer");
        return reply;
    }

    private void TellAll()
    {
        foreach ((string ident, int held) in _held) _link.TryNotify(new AnvilHeld { Ident = ident, Held = held });
    }

    private void Unavailable(string reason)
    {
        long now = _loop.NowMilliseconds;
        _askAgain = now + PauseMilliseconds;
        if (now < _warnAgain) return;
        _warnAgain = now + WarnMilliseconds;
        Log.Warning($"clients are not counted over all processes for now: {reason}");
    }
}
