using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>An SMTP reply: its code, and the texts of its lines without the code.</summary>
public sealed record Reply(int Code, IReadOnlyList<string> Lines)
{
    public string Text => string.Join('\n', Lines);

    /// <summary>Itself, when the code is this one.</summary>
    public Reply Is(int code) => Code == code ? this : throw new AssertionException($"expected {code}, got {this}");

    /// <summary>The queue id of "Ok: queued as".</summary>
    public string QueueId => Text[(Text.LastIndexOf(' ') + 1)..];

    public override string ToString() => $"{Code} {Text}";
}

/// <summary>An SMTP client that says exactly what it is told to say.</summary>
public sealed class SmtpPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[8192];
    private int _position, _end;

    /// <summary>Connects; the greeting is read by the first <see cref="Read"/>.</summary>
    /// <param name="from">The client's own address; empty: any.</param>
    public SmtpPeer(int port, string host = "127.0.0.1", string from = "")
    {
        if (from.Length > 0) _socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)Wait.Limit.TotalMilliseconds;
        _socket.Connect(IPAddress.Parse(host), port);
    }

    /// <summary>Connects, reads the greeting and says EHLO.</summary>
    public static SmtpPeer Open(int port)
    {
        SmtpPeer peer = new(port);
        try
        {
            peer.Read().Is(220);
            peer.Say("EHLO client.example").Is(250);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Bytes as they are.</summary>
    public void Send(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int sent = 0; sent < bytes.Length;) sent += _socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
    }

    public Reply Say(string line)
    {
        Send(line + "\r\n");
        return Read();
    }

    /// <summary>The next reply, of one line or many.</summary>
    /// <exception cref="IOException">The server closed the connection.</exception>
    public Reply Read()
    {
        List<string> lines = [];
        while (true)
        {
            string line = ReadLine();
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out int code)) throw new AssertionException($"no reply: {line}");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-') return new Reply(code, lines);
        }
    }

    /// <summary>
    /// One message in a transaction of its own, line endings made CR LF, leading dots doubled; the reply to the end of its data.
    /// </summary>
    public Reply Deliver(string from, string to, string message)
    {
        Say($"MAIL FROM:<{from}>").Is(250);
        foreach (string recipient in to.Split(' ')) Say($"RCPT TO:<{recipient}>").Is(250);
        Say("DATA").Is(354);
        return SendContent(message);
    }

    public Reply SendContent(string message)
    {
        if (!message.EndsWith('\n')) message += "\n";
        Send($"\n{message}".Replace("\n.", "\n..", StringComparison.Ordinal)[1..].Replace("\n", "\r\n", StringComparison.Ordinal)
            + ".\r\n");
        return Read();
    }

    public void Quit() => Say("QUIT").Is(221);

    /// <summary>True when the server has closed the connection and nothing is left to read.</summary>
    public bool IsClosed()
    {
        try { return _position == _end && !Fill(); }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset) { return true; }
    }

    public void Dispose() => _socket.Dispose();

    private string ReadLine()
    {
        StringBuilder line = new();
        while (true)
        {
            if (_position == _end && !Fill()) throw new IOException($"the server closed the connection; half a line: {line}");
            char c = (char)_buffer[_position++];
            if (c == '\n') return line.ToString().TrimEnd('\r');
            line.Append(c);
        }
    }

    private bool Fill()
    {
        (_position, _end) = (0, _socket.Receive(_buffer));
        return _end > 0;
    }
}
