using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// A policy server (SMTPD_POLICY_README) and the connections to it, which all sessions share. A request has a connection to itself, and the
/// requests about one message the same one as long as it is free, for servers that remember what they said. On the loop.
/// </summary>
internal sealed class PolicyServer(PolicyServerSettings settings)
{
    /// <summary>Postfix has one for each of its 100 server processes.</summary>
    private const int MaxConnections = 100;

    private readonly List<PolicyConnection> _idle = [];
    private readonly Queue<Promise<bool>> _waiting = new();
    private int _busy;
    private bool _sweeps;

    public PolicyServerSettings Settings => settings;

    /// <summary>The server's action, as in an access table; null when it does not answer, which is logged.</summary>
    /// <param name="instance">What the request is about: a message, or a session without one.</param>
    public async ValueTask<string?> AskAsync(ServiceConnector services, string instance, byte[] request)
    {
        for (int attempt = 1; ; attempt++)
        {
            (string? action, string problem) = await TryAsync(services, instance, request);
            if (action != null) return action;
            bool last = attempt >= settings.TryLimit;
            if (last) Log.Warning($"problem talking to server {settings.Name}: {problem}");
            if (last) return null;
            await services.Loop.Delay(settings.RetryDelay);
        }
    }

    private async Task<(string? Action, string Problem)> TryAsync(ServiceConnector services, string instance, byte[] request)
    {
        EventLoop loop = services.Loop;
        PolicyConnection? connection = TakeIdle(loop, instance);
        if (connection == null && _busy >= MaxConnections)
        {
            if (!await FreeAsync(loop)) return (null, $"all {MaxConnections} connections are busy");
            connection = TakeIdle(loop, instance);
        }
        _busy++;
        if (connection == null)
        {
            ServiceConnector.Result opened = await services.ConnectAsync(settings.Address, settings.Timeout);
            if (opened.Connection != null) connection = new PolicyConnection(opened.Connection);
            else
            {
                Release();
                return (null, opened.Problem);
            }
        }
        (string? action, string problem) = await connection.AskAsync(instance, request, settings.Timeout);
        if (action == null || (settings.RequestLimit > 0 && connection.Requests >= settings.RequestLimit)) connection.Dispose();
        else _idle.Add(connection);
        Release();
        Sweep(loop);
        return (action, problem);
    }

    /// <summary>The connection that this message has used, else the one that was used last; null: none is left.</summary>
    private PolicyConnection? TakeIdle(EventLoop loop, string instance)
    {
        DropOld(loop);
        while (_idle.Count > 0)
        {
            int at = _idle.FindLastIndex(c => c.Instance == instance);
            if (at < 0) at = _idle.Count - 1;
            PolicyConnection connection = _idle[at];
            _idle.RemoveAt(at);
            if (connection.IsUsable) return connection;
            connection.Dispose();
        }
        return null;
    }

    private void DropOld(EventLoop loop)
    {
        long now = loop.NowMilliseconds;
        _idle.RemoveAll(connection =>
        {
            bool old = now - connection.LastUsed >= settings.MaxIdle.TotalMilliseconds
                || now - connection.Opened >= settings.MaxTtl.TotalMilliseconds;
            if (old) connection.Dispose();
            return old;
        });
    }

    /// <summary>Closes what nobody uses, as long as there is something.</summary>
    private void Sweep(EventLoop loop)
    {
        if (_sweeps || _idle.Count == 0) return;
        _sweeps = true;
        TimeSpan next = settings.MaxIdle < settings.MaxTtl ? settings.MaxIdle : settings.MaxTtl;
        loop.After(next, () =>
        {
            _sweeps = false;
            DropOld(loop);
            Sweep(loop);
        });
    }

    /// <summary>Waits for a connection's end of work; false: too long.</summary>
    private async Task<bool> FreeAsync(EventLoop loop)
    {
        Promise<bool> turn = new();
        _waiting.Enqueue(turn);
        LoopTimer limit = loop.After(settings.Timeout, () => turn.TrySet(false));
        bool free = await turn;
        limit.Cancel();
        return free;
    }

    private void Release()
    {
        _busy--;
        while (_waiting.TryDequeue(out Promise<bool>? turn))
            if (turn.TrySet(true)) break;
    }
}
