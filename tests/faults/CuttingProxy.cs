using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Tests.Faults;

/// <summary>Whose TLS records are counted.</summary>
public enum CutSide { Client, Server }

/// <summary>
/// Passes connections on to a server. In the first one, one side's TLS records are counted: of the n-th one only the first half is passed
/// on, and both connections end, without close_notify. Later connections are left alone.
/// </summary>
public sealed class CuttingProxy : IDisposable
{
    private const byte HandshakeRecord = 22;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target, _record;
    private readonly CutSide _side;
    private readonly bool _reset;
    private volatile bool _isTls;

    /// <param name="target">The server's port on this machine.</param>
    /// <param name="record">The record that is cut, from 1.</param>
    /// <param name="reset">The connections end with RST instead of FIN.</param>
    public CuttingProxy(int target, CutSide side, int record, bool reset)
    {
        (_target, _side, _record, _reset) = (target, side, record, reset);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The record came and was cut.</summary>
    public bool HasCut { get; private set; }

    private async Task AcceptAsync()
    {
        try
        {
            for (bool first = true; ; first = false) _ = ServeAsync(await _listener.AcceptTcpClientAsync(), first);
        }
        catch (SocketException) { } // stopped
        catch (ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client, bool first)
    {
        using TcpClient from = client, to = new();
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, _target);
            Task there = PumpAsync(from, to, CutSide.Client, first), back = PumpAsync(to, from, CutSide.Server, first);
            await Task.WhenAny(there, back);
            if (first && HasCut && _reset) from.LingerState = to.LingerState = new LingerOption(true, 0);
            else await Task.WhenAny(Task.WhenAll(there, back), Task.Delay(500)); // what is under way the other way
        }
        catch (Exception e) when (e is IOException or SocketException) { }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, CutSide side, bool counted)
    {
        NetworkStream input = from.GetStream(), output = to.GetStream();
        byte[] buffer = new byte[40_000];
        int length = 0, records = 0;
        try
        {
            while (await input.ReadAsync(buffer.AsMemory(length)) is var n and > 0)
            {
                length += n;
                // nothing of the server's comes between its reply to STARTTLS and the client's first record
                if (side == CutSide.Client && buffer[0] == HandshakeRecord) _isTls = true;
                int pass = counted && side == _side && _isTls ? 0 : length;
                while (pass < length && length - pass >= 5 && ((buffer[pass + 3] << 8) | buffer[pass + 4]) + 5 is var record
                    && length - pass >= record)
                {
                    if (++records == _record)
                    {
                        HasCut = true;
                        await output.WriteAsync(buffer.AsMemory(0, pass + record / 2));
                        return;
                    }
                    pass += record;
                }
                await output.WriteAsync(buffer.AsMemory(0, pass));
                buffer.AsSpan(pass, length - pass).CopyTo(buffer);
                length -= pass;
            }
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException) { }
    }

    public void Dispose() => _listener.Stop();
}
