using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Tls;

/// <summary>How a handshake ended.</summary>
public enum TlsHandshake : byte { Done, TimedOut, Canceled, Lost, Failed }

/// <summary>
/// TLS on a connection: first the handshake, then the connection's filter. The connection owns it once the handshake is done. OpenSSL frees
/// its buffers whenever it has nothing in them, so that an idle session is small.
/// </summary>
public sealed class TlsSession : IConnectionFilter, IBatchEnd
{
    private readonly Connection _connection;
    private uint _edge;
    private bool _ending;
    private int _last;

    private TlsSession(Connection connection, SslConnection ssl, bool server)
    {
        _connection = connection;
        Ssl = ssl;
        IsServer = server;
    }

    /// <summary>For settings before the handshake and questions after it.</summary>
    public SslConnection Ssl { get; }

    public bool IsServer { get; }

    /// <summary>Why the handshake or the connection failed: OpenSSL's or the system's words.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The peer's input ended without close_notify: something may have been cut off.</summary>
    public bool Truncated { get; private set; }

    /// <summary>
    /// Client: keeps the session for resumption; of use once the server has said something, since tickets come behind the handshake.
    /// </summary>
    public Action? Keep { get; set; }

    /// <summary>Prepares TLS on a connection whose output is sent; null with the reason.</summary>
    public static TlsSession? TryCreate(TlsContext context, Connection connection, bool server, out string error)
    {
        SslConnection? ssl = SslConnection.TryCreate(context.Handle, connection.Descriptor, server);
        error = ssl == null ? SslErrors.Take() : "";
        return ssl == null ? null : new TlsSession(connection, ssl, server);
    }

    /// <summary>
    /// Runs the handshake; Done: the session is now the connection's filter. Otherwise the session is disposed and the connection, which
    /// may have sent an alert, is of no use but to be closed.
    /// </summary>
    /// <param name="limit">For the whole of it.</param>
    public async ValueTask<TlsHandshake> HandshakeAsync(TimeSpan limit)
    {
        _connection.SetDeadline(limit);
        TlsHandshake? result = null;
        while (IsServer && result == null && !HasHello()) result = await WaitAsync(output: false);
        while (result == null)
        {
            NoteEdge();
            SslStatus status = Ssl.Handshake();
            result = status switch
            {
                SslStatus.Ok => TlsHandshake.Done,
                SslStatus.WantRead => await WaitAsync(output: false),
                SslStatus.WantWrite => await WaitAsync(output: true),
                SslStatus.Failed => Fail(),
                _ => TlsHandshake.Lost,
            };
        }
        _connection.SetDeadline(null);
        if (result == TlsHandshake.Done)
        {
            _connection.Filter = this;
            _ending = Ssl.IsHolding;
            if (_ending) _connection.Loop.AtBatchEnd(this);
        }
        else
        {
            if (result == TlsHandshake.Lost && Ssl.SocketErrno != 0) Error = Errno.Text(Ssl.SocketErrno);
            Ssl.Dispose();
        }
        return result.Value;
    }

    private const int HandshakeRecord = 22, RecordHeader = 5;

    /// <summary>
    /// The client's first record is there, or the library is to see what is wrong with it. Until then it is left with the kernel: a client
    /// that says nothing, or half of it, costs no buffers of the library.
    /// </summary>
    private bool HasHello()
    {
        if (!_connection.MayHaveInput) return false;
        Span<byte> start = stackalloc byte[4096];
        int length = Sockets.Recv(_connection.Descriptor, start, Sockets.MSG_PEEK);
        if (length < 0) return Errno.Last != Errno.EAGAIN;
        if (length == 0 || start[0] != HandshakeRecord || _connection.HasHungUp || !_connection.HearsOfEachInput) return true;
        return length >= RecordHeader && length >= Math.Min(RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(start[3..]), start.Length);
    }

    private TlsHandshake Fail()
    {
        Error = SslErrors.Take();
        return TlsHandshake.Failed;
    }

    private async ValueTask<TlsHandshake?> WaitAsync(bool output) => await _connection.ReadyAsync(output) switch
    {
        ReadStatus.Data => null,
        ReadStatus.TimedOut => TlsHandshake.TimedOut,
        ReadStatus.Canceled => TlsHandshake.Canceled,
        _ => TlsHandshake.Lost,
    };

    private void NoteEdge()
    {
        if (_connection.InputEdges == _edge && !_connection.HasHungUp) return;
        _edge = _connection.InputEdges;
        Ssl.MarkReadable(_connection.HasHungUp);
    }

    int IConnectionFilter.Receive(Connection connection, Span<byte> buffer)
    {
        NoteEdge();
        int total = 0;
        while (total < buffer.Length)
        {
            SslStatus status = Ssl.Read(buffer[total..], out int count);
            if (status == SslStatus.Ok)
            {
                total += count;
                continue;
            }
            // What came before the end is handed over first; the end is found again.
            if (total > 0) break;
            return Result(status, connection);
        }
        return total;
    }

    int IConnectionFilter.Send(Connection connection, ReadOnlySpan<byte> data)
    {
        if (connection.IsClosing) return SendLast(connection, data);
        SslStatus status = Ssl.Write(data, out int count);
        if (status == SslStatus.Ok) return count;
        // after the peer's end nothing can be sent any more, and the library says so without an errno
        int result = Result(status, connection);
        return result == 0 ? FailWith(Errno.EPIPE) : result;
    }

    // The last words and close_notify go out together.
    private int SendLast(Connection connection, ReadOnlySpan<byte> data)
    {
        SslStatus status = _last > 0 ? SslStatus.Ok : Ssl.WriteLast(data, out _last);
        if (status != SslStatus.Ok)
        {
            _last = 0;
            return Result(status, connection) is 0 ? FailWith(Errno.EPIPE) : -1;
        }
        if (!Ssl.TrySendHeld())
        {
            connection.AwaitOutputRoom();
            return FailWith(Errno.EAGAIN);
        }
        int count = _last;
        _last = 0;
        return count;
    }

    private int Result(SslStatus status, Connection connection)
    {
        switch (status)
        {
            case SslStatus.WantRead:
                if (Ssl.IsHolding && !_ending) SendHeld();
                return FailWith(Errno.EAGAIN);
            case SslStatus.WantWrite:
                connection.AwaitOutputRoom();
                return FailWith(Errno.EAGAIN);
            case SslStatus.Closed:
                return 0;
            case SslStatus.Lost:
                Truncated = true;
                return Ssl.SocketErrno == 0 ? 0 : FailWith(Ssl.SocketErrno);
            default:
                Error = SslErrors.Take();
                return FailWith(Errno.EIO);
        }
    }

    // The end of the handshake goes out with the first data; where there is none in this batch, by itself.
    void IBatchEnd.OnBatchEnd()
    {
        _ending = false;
        if (Ssl.IsHolding) _connection.Flush();
        if (Ssl.IsHolding) SendHeld();
    }

    private void SendHeld()
    {
        if (!Ssl.TrySendHeld()) _connection.AwaitOutputRoom();
    }

    private static int FailWith(int errno)
    {
        Marshal.SetLastPInvokeError(errno);
        return -1;
    }

    /// <summary>Says close_notify, as far as the socket takes it, and frees everything.</summary>
    public void Dispose()
    {
        if (Ssl.IsDisposed) return;
        if (Error.Length == 0 && !Truncated && _connection.Error == 0) Ssl.SayClose();
        Ssl.Dispose();
    }
}
