using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>Replies that something may go wrong with.</summary>
internal sealed partial class SinkSession
{
    private static readonly byte[] s_shutdown = Fault.ReplyBytes("421 4.0.0 Server closing connection"),
        s_garbage = [0, 0xff, 0x1b, .. "[?no reply at all\r\n\x01\x02 25O O.K\r\n"u8];
    /// <summary>A slow sender cannot be waited for by a client that has gone: output above this waits.</summary>
    private const int MaxUnsent = 64 * 1024;

    private readonly int[]? _seen = sink.Options.Faults.Count > 0 ? new int[SinkSteps.Count] : null;
    private readonly int[]? _ahead = sink.Options.Faults.Count > 0 ? new int[SinkSteps.Count] : null;
    private byte[] _said = [];
    private string? _host;

    /// <summary>
    /// Says what there is to say at a step, with all that goes wrong there; false: the session is over. What was said is in _said.
    /// </summary>
    private async ValueTask<bool> ReplyAsync(SinkStep step, byte[] reply, ReadOnlyMemory<byte> line)
    {
        _said = reply;
        if (sink.FaultsAt(step) is not { } faults)
        {
            connection.Write(reply);
            return true;
        }
        string command = Encoding.UTF8.GetString(line.Span), domain = Domain(step, command);
        int seen = ++_seen![(int)step], times = 1;
        TimeSpan slow = TimeSpan.Zero;
        byte[] ahead = [];
        bool cameEarly = _ahead![(int)step] > 0;
        if (cameEarly) _ahead[(int)step]--;
        foreach (Fault fault in faults)
        {
            if (fault.Kind == FaultKind.Early || !fault.Happens(seen, command, domain, Host())) continue;
            Tell(fault, step);
            switch (fault.Kind)
            {
                case FaultKind.Delay: await DelayAsync(fault); break;
                case FaultKind.Reply: reply = fault.Reply; break;
                case FaultKind.Garbage: reply = s_garbage; break;
                case FaultKind.Slow: slow = fault.Time; break;
                case FaultKind.Repeat: times += fault.Number; break;
                case FaultKind.Omit: (times, reply) = (0, []); break;
                case FaultKind.Ahead:
                    ahead = [.. ahead, .. sink.Replies[(int)fault.Early]];
                    _ahead[(int)fault.Early]++;
                    break;
                default: return await EndAsync(fault, reply);
            }
            if (!connection.IsOpen) return false;
        }
        if (cameEarly) times--;
        if (reply.Length > 0)
            for (; times > 0; times--)
                if (!await SayAsync(reply, slow)) return false;
        if (ahead.Length > 0) connection.Write(ahead);
        _said = reply;
        return connection.IsOpen;
    }

    /// <summary>Faults that nothing follows.</summary>
    private async ValueTask<bool> EndAsync(Fault fault, byte[] reply)
    {
        _reason = fault.Name;
        connection.Flush();
        switch (fault.Kind)
        {
            case FaultKind.Shutdown:
                connection.Write(s_shutdown);
                break;
            case FaultKind.Partial:
                connection.Write(reply.AsSpan(0, Math.Min(reply.Length, fault.Number > 0 ? fault.Number : reply.Length / 2)));
                break;
            case FaultKind.Reset:
                Sockets.SetAbortiveClose(connection.Descriptor);
                connection.Dispose();
                break;
            case FaultKind.Close:
                connection.Dispose();
                break;
            case FaultKind.Endless:
                while (connection.IsOpen)
                {
                    connection.Write("250-and so on\r\n"u8);
                    if (connection.Unsent > MaxUnsent && !await connection.DrainAsync(MaxUnsent / 2)) break;
                }
                break;
            case FaultKind.Hang:
                connection.SetDeadline(null);
                do connection.Consume(connection.Input.Length);
                while (await connection.FillAsync() == ReadStatus.Data);
                break;
        }
        return false;
    }

    private async ValueTask<bool> SayAsync(byte[] reply, TimeSpan slow)
    {
        if (slow <= TimeSpan.Zero)
        {
            connection.Write(reply);
            return true;
        }
        for (int i = 0; i < reply.Length && connection.IsOpen; i++)
        {
            connection.Write(reply.AsSpan(i, 1));
            connection.Flush();
            await connection.Loop.Delay(slow);
        }
        return connection.IsOpen;
    }

    private async ValueTask<bool> DelayAsync(Fault fault)
    {
        connection.Flush();
        // with odds: one delay more for each throw of the dice below them
        do await connection.Loop.Delay(fault.Time);
        while (fault.DelayOdds > 0 && Random.Shared.Next(100) < fault.DelayOdds && connection.IsOpen);
        return true;
    }

    /// <summary>Of the recipient at hand, or of the first one.</summary>
    private string Domain(SinkStep step, string command)
    {
        if (!sink.KeepsEnvelope) return "";
        string address = step == SinkStep.Rcpt ? command : _envelope?.Recipients.FirstOrDefault() ?? "";
        int at = address.LastIndexOf('@'), end = at < 0 ? -1 : address.IndexOf('>', at);
        return at < 0 ? "" : end < 0 ? address[(at + 1)..] : address[(at + 1)..end];
    }

    private string Host() => _host ??= Sockets.LocalEndPoint(connection.Descriptor)?.Address.ToString() ?? "";

    private void Tell(Fault fault, SinkStep step)
    {
        if (!_options.Json || fault.Kind == FaultKind.Ahead) return;
        Tool.Print(new JsonLine().Text("event", "fault").Number("session", number).Text("fault", fault.Name)
            .Text("step", SinkSteps.Name(step)).ToString());
    }
}
