using System.Net;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>The server: its listeners, its counters, and what all sessions share.</summary>
internal sealed class Sink : IBatchEnd
{
    private readonly List<Listener> _listeners = [];
    private readonly Fault[]?[] _faults = new Fault[]?[SinkSteps.Count];
    private long _started;
    private int _open;
    private bool _full, _stopping;

    public Sink(SinkOptions options, EventLoop loop)
    {
        (Options, Loop, Replies) = (options, loop, options.Replies());
        SecureFeatures = Encoding.UTF8.GetBytes(options.Features(startTls: false));
        foreach (Fault fault in options.Faults)
        {
            Add(fault.Step, options.RefusalOf(fault));
            if (fault.Kind != FaultKind.Early) continue;
            foreach (SinkStep before in SinkSteps.Before(fault.Step))
                Add(before, fault with { Kind = FaultKind.Ahead, Step = before, Early = fault.Step, Nth = 0, Text = "" });
        }
        KeepsEnvelope = options.Json || options.DumpTemplate.Length > 0 || options.Faults.Exists(f => f.Basis == OddsBasis.Domain);
        if (options.DumpTemplate.Length > 0) Dump = new SinkDump(options);
        if (options.Counters || options.Json || options.Verbose) loop.AtEveryBatchEnd(this);
        if (Array.Exists(options.Logged, l => l)) Log.Attach(loop);
    }

    public SinkOptions Options { get; }
    public EventLoop Loop { get; }
    public byte[][] Replies { get; }
    public SinkDump? Dump { get; }

    /// <summary>What TLS is made from; null: there is none.</summary>
    public TlsServer? Tls { get; init; }

    /// <summary>The reply to EHLO within TLS.</summary>
    public byte[] SecureFeatures { get; }

    /// <summary>Sender and recipients are kept for dumps, events or faults that depend on them.</summary>
    public bool KeepsEnvelope { get; }

    public long Sessions { get; private set; }
    public long Messages { get; private set; }
    public long Quits { get; private set; }

    /// <summary>What may go wrong at a step; null: nothing.</summary>
    public Fault[]? FaultsAt(SinkStep step) => _faults[(int)step];

    private void Add(SinkStep step, Fault fault) => _faults[(int)step] = [.. _faults[(int)step] ?? [], fault];

    public void Serve(IEnumerable<int> sockets)
    {
        foreach (int fd in sockets) _listeners.Add(new Listener(Loop, fd, Accepted));
    }

    private void Accepted(int fd, IPEndPoint? peer)
    {
        if (peer != null) Sockets.SetSocketOption(fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
        SinkSession session = new(this, new Connection(Loop, fd, peer), ++_started);
        if (++_open >= Options.MaxConnections && !_full)
        {
            _full = true;
            foreach (Listener listener in _listeners) listener.Pause();
        }
        session.RunAsync().Detach();
    }

    /// <summary>A session is over.</summary>
    public void Ended()
    {
        _open--;
        Sessions++;
        ShowCounters();
        if (Options.MaxSessions > 0 && Sessions >= Options.MaxSessions) Stop();
        if (!_full || _stopping) return;
        _full = false;
        foreach (Listener listener in _listeners) listener.Resume();
    }

    public void CountQuit()
    {
        Quits++;
        ShowCounters();
    }

    public void CountMessage()
    {
        Messages++;
        ShowCounters();
        if (Options.MaxMessages > 0 && Messages >= Options.MaxMessages) Stop();
    }

    private void Stop()
    {
        if (_stopping) return;
        _stopping = true;
        foreach (Listener listener in _listeners) listener.Pause();
        Loop.Stop();
    }

    private void ShowCounters()
    {
        if (Options.Counters) Tool.Print($"sess={Sessions} quit={Quits} mesg={Messages}\r");
    }

    /// <summary>Events, the conversation and counters are out before the loop waits.</summary>
    void IBatchEnd.OnBatchEnd() => Tool.Flush();
}
