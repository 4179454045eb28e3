using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>What a server does with those who come.</summary>
public enum SinkMode { Takes, Closes, IsSilent, Waits }

/// <summary>
/// A server that takes every message and keeps the first line of its body; or one that closes each connection, or never says anything, or
/// says nothing until it is let go.
/// </summary>
public sealed class SmtpSink : IDisposable
{
    private readonly TcpListener _listener;
    private SinkMode _mode;
    private readonly ConcurrentBag<string> _texts = [], _messages = [];
    private readonly ConcurrentBag<TcpClient> _silent = [];
    private int _connections;

    public SmtpSink(IPAddress address, int port, SinkMode mode = SinkMode.Takes)
    {
        _mode = mode;
        _listener = new TcpListener(address, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public IEnumerable<string> Texts => _texts;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What came, whole.</summary>
    public IEnumerable<string> Messages => _messages;

    public int Count => _texts.Count;

    public int Connections => _connections;

    /// <summary>Serves those who wait, and everybody from now on.</summary>
    public void LetGo()
    {
        lock (_silent)
        {
            _mode = SinkMode.Takes;
            while (_silent.TryTake(out TcpClient? client)) _ = ServeAsync(client);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
                lock (_silent)
                {
                    if (_mode == SinkMode.Takes) _ = ServeAsync(client);
                    else if (_mode == SinkMode.Closes) client.Dispose();
                    else _silent.Add(client);
                }
            }
        }
        catch (SocketException) { } // stopped
        catch (ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient connection = client;
        using StreamReader reader = new(client.GetStream(), Encoding.Latin1);
        using StreamWriter writer = new(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
        try { await TalkAsync(reader, writer); }
        catch (IOException) { } // the client is gone
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("220 sink.example ESMTP");
        bool data = false, body = false, first = true;
        StringBuilder message = new();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (data)
            {
                data = line != ".";
                if (data) message.Append(line).Append('\n');
                else _messages.Add(message.ToString());
                if (!data) await writer.WriteLineAsync("250 2.0.0 Ok");
                else if (!body) body = line.Length == 0;
                else if (first)
                {
                    _texts.Add(line);
                    first = false;
                }
                continue;
            }
            message.Clear();
            (data, body, first) = (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase), false, true);
            await writer.WriteLineAsync(data ? "354 go on" : line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) ? "221 bye"
                : "250 sink.example");
        }
    }

    public void Dispose()
    {
        _listener.Stop();
        foreach (TcpClient client in _silent) client.Dispose();
    }
}
