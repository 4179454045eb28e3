using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>How a TLS operation ended. Closed: the peer said so (close_notify); Lost: the connection ended without that.</summary>
public enum SslStatus : byte { Ok, WantRead, WantWrite, Closed, Lost, Failed }

/// <summary>
/// One TLS connection over a non-blocking socket, which it uses and does not own. It reads the socket itself, so that it knows when the
/// kernel has nothing more: no call is spent on hearing that. Not thread-safe; <see cref="Dispose"/> frees it at once.
/// </summary>
public sealed unsafe partial class SslConnection : IDisposable
{
    private const int RetryRead = 1 | 8, RetryWrite = 2 | 8, RetryMask = 15;
    private const int Tls13 = 0x0304;
    private const int ErrorWantRead = 2, ErrorWantWrite = 3, ErrorZeroReturn = 6;
    private static readonly nint s_method = MakeMethod();

    /// <summary>What the socket callbacks know of a connection.</summary>
    private struct Transport
    {
        public int Fd, Errno;
        /// <summary>The kernel had less than was asked for: ask again only after the next edge.</summary>
        public bool Drained;
        /// <summary>A short read means that nothing is left: not after the peer's end was announced.</summary>
        public bool TrustShort;
        public bool End;
        /// <summary>A handshake runs: its flight is collected, to be sent at once.</summary>
        public bool Gathering;
        /// <summary>Records that are not sent yet.</summary>
        public byte* Held;
        public int HeldLength, HeldRoom;
        public int Receives, Sends;
    }

    private Transport* _transport;
    private nint _ssl;
    private bool _saidClose;
    private (int, int) _calls;

    private SslConnection(nint ssl, Transport* transport)
    {
        _ssl = ssl;
        _transport = transport;
    }

    /// <summary>The library's handle, for the types that begin with Ssl.</summary>
    internal nint Handle => _ssl;

    public bool IsDisposed => _ssl == 0;

    /// <summary>The handshake, which is done, resumed an earlier session.</summary>
    public bool IsResumed => IsReused(_ssl) == 1;

    /// <summary>errno of the socket call that failed, or 0.</summary>
    public int SocketErrno => _transport == null ? 0 : _transport->Errno;

    /// <summary>A connection of a context over a socket; null with the reason in the error queue.</summary>
    public static SslConnection? TryCreate(nint context, int fd, bool server)
    {
        nint ssl = New(context);
        if (ssl == 0) return null;
        nint bio = BioNew(s_method);
        if (bio == 0)
        {
            Free(ssl);
            return null;
        }
        Transport* transport = (Transport*)NativeMemory.AllocZeroed((nuint)sizeof(Transport));
        transport->Fd = fd;
        BioSetData(bio, (nint)transport);
        BioSetInit(bio, 1);
        SetBio(ssl, bio, bio); // takes the one reference
        if (server) AcceptState(ssl);
        else ConnectState(ssl);
        return new SslConnection(ssl, transport);
    }

    /// <summary>An edge was seen: the socket may have more. <paramref name="ended"/>: the peer's end was announced with it.</summary>
    public void MarkReadable(bool ended)
    {
        _transport->Drained = false;
        _transport->TrustShort = !ended;
    }

    /// <summary>Calls of the system that received, and that sent.</summary>
    public (int Receives, int Sends) SystemCalls => _transport == null ? _calls : (_transport->Receives, _transport->Sends);

    /// <summary>
    /// One step of the handshake. A flight is sent in one piece. What remains at the end in TLS 1.3, the client's Finished or the server's
    /// ticket, is no answer that the peer waits for: it is held (<see cref="IsHolding"/>) to go out together with the first data, or by
    /// <see cref="TrySendHeld"/>.
    /// </summary>
    public SslStatus Handshake()
    {
        if (!TrySendHeld()) return SslStatus.WantWrite;
        SslErrors.Clear();
        _transport->Gathering = true;
        int result = DoHandshake(_ssl);
        _transport->Gathering = false;
        SslStatus status = result == 1 ? SslStatus.Ok : Status(result);
        if (status == SslStatus.Ok && ProtocolVersion(_ssl) >= Tls13) return status;
        if (!TrySendHeld() && status is SslStatus.Ok or SslStatus.WantRead) return SslStatus.WantWrite;
        return _transport->Errno != 0 && status != SslStatus.Failed ? SslStatus.Lost : status;
    }

    /// <summary>Records of the handshake wait to be sent with the first data.</summary>
    public bool IsHolding => _transport != null && _transport->HeldLength > 0;

    /// <summary>
    /// Sends what is held; false: the socket has no room for all of it. A broken socket counts as sent, and says so at the next operation.
    /// </summary>
    public bool TrySendHeld()
    {
        if (_transport->HeldLength == 0) return true;
        int n = Send(_transport, _transport->Held, _transport->HeldLength);
        if (n < 0 && _transport->Errno != 0) n = _transport->HeldLength;
        if (n > 0) Release(_transport, n);
        return _transport->HeldLength == 0;
    }

    /// <summary>Takes what is there; Ok when <paramref name="count"/> is at least 1.</summary>
    public SslStatus Read(Span<byte> buffer, out int count)
    {
        SslErrors.Clear();
        fixed (byte* p = buffer) count = ReadRaw(_ssl, p, buffer.Length);
        return count > 0 ? SslStatus.Ok : Status(count);
    }

    /// <summary>Sends at most one record; after WantWrite the same data, or more, must be given again.</summary>
    public SslStatus Write(ReadOnlySpan<byte> data, out int count)
    {
        SslErrors.Clear();
        fixed (byte* p = data) count = WriteRaw(_ssl, p, data.Length);
        return count > 0 ? SslStatus.Ok : Status(count);
    }

    /// <summary>
    /// As <see cref="Write"/> for the last data there is: where one record takes it all, close_notify is behind it. It is held: <see
    /// cref="TrySendHeld"/>.
    /// </summary>
    public SslStatus WriteLast(ReadOnlySpan<byte> data, out int count)
    {
        _transport->Gathering = true;
        SslStatus status = Write(data, out count);
        if (count == data.Length) SayClose();
        _transport->Gathering = false;
        return status;
    }

    /// <summary>Says close_notify, once, as far as the socket takes it; the peer's is not waited for.</summary>
    public void SayClose()
    {
        if (_saidClose || IsInitFinished(_ssl) == 0) return;
        _saidClose = true;
        SslErrors.Clear();
        _ = ShutdownRaw(_ssl);
        SslErrors.Clear();
    }

    private SslStatus Status(int result) => GetError(_ssl, result) switch
    {
        ErrorWantRead => SslStatus.WantRead,
        ErrorWantWrite => SslStatus.WantWrite,
        ErrorZeroReturn => SslStatus.Closed,
        _ => _transport->End || _transport->Errno != 0 ? SslStatus.Lost : SslStatus.Failed,
    };

    public void Dispose()
    {
        if (_ssl == 0) return;
        _calls = SystemCalls;
        Free(_ssl);
        NativeMemory.Free(_transport->Held);
        NativeMemory.Free(_transport);
        _ssl = 0;
        _transport = null;
    }

    // ---- the socket below ------------------------------------------------------------------------------------------

    private static nint MakeMethod()
    {
        nint method = BioMethodNew(BioNewIndex() | 0x0400 /* source and sink */, "socket");
        _ = BioMethodRead(method, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, int>)&OnRead);
        _ = BioMethodWrite(method, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, int>)&OnWrite);
        _ = BioMethodControl(method, (nint)(delegate* unmanaged[Cdecl]<nint, int, nint, nint, nint>)&OnControl);
        return method;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint bio, byte* buffer, int length)
    {
        Transport* t = (Transport*)BioGetData(bio);
        BioClearFlags(bio, RetryMask);
        int n = -1;
        if (!t->Drained)
        {
            t->Receives++;
            do n = Sockets.Recv(t->Fd, new Span<byte>(buffer, length));
            while (n < 0 && Errno.Last == Errno.EINTR);
            if (n == 0) t->End = true;
            else if (n < 0 && Errno.Last == Errno.EAGAIN || n > 0 && n < length && t->TrustShort) t->Drained = true;
            else if (n < 0) t->Errno = Errno.Last;
        }
        if (n < 0 && t->Drained) BioSetFlags(bio, RetryRead);
        return n;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint bio, byte* data, int length)
    {
        Transport* t = (Transport*)BioGetData(bio);
        BioClearFlags(bio, RetryMask);
        int held = t->HeldLength, n;
        if (t->Gathering || held > 0) Hold(t, data, length);
        if (t->Gathering) return length;
        n = held > 0 ? Send(t, t->Held, t->HeldLength) : Send(t, data, length);
        if (held > 0)
        {
            // of the data, only what was sent counts as taken
            t->HeldLength = n > held ? n : held;
            if (n > 0) Release(t, n);
            n = n > held ? n - held : -1;
        }
        if (n < 0 && t->Errno == 0) BioSetFlags(bio, RetryWrite);
        return n;
    }

    /// <summary>How much the socket took; -1: it has no room, or it is broken and that is noted.</summary>
    private static int Send(Transport* t, byte* data, int length)
    {
        int n;
        t->Sends++;
        do n = Sockets.Send(t->Fd, new ReadOnlySpan<byte>(data, length));
        while (n < 0 && Errno.Last == Errno.EINTR);
        if (n < 0 && Errno.Last != Errno.EAGAIN) t->Errno = Errno.Last;
        return n;
    }

    private static void Hold(Transport* t, byte* data, int length)
    {
        int need = t->HeldLength + length;
        if (need > t->HeldRoom)
        {
            t->HeldRoom = Math.Max(need, Math.Max(2048, 2 * t->HeldRoom));
            t->Held = (byte*)NativeMemory.Realloc(t->Held, (nuint)t->HeldRoom);
        }
        new ReadOnlySpan<byte>(data, length).CopyTo(new Span<byte>(t->Held + t->HeldLength, length));
        t->HeldLength = need;
    }

    private static void Release(Transport* t, int sent)
    {
        Span<byte> held = new(t->Held, t->HeldLength);
        held[sent..].CopyTo(held);
        t->HeldLength -= sent;
        if (t->HeldLength > 0) return;
        NativeMemory.Free(t->Held);
        t->Held = null;
        t->HeldRoom = 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnControl(nint bio, int command, nint number, nint pointer)
    {
        const int Eof = 2, Flush = 11;
        return command switch
        {
            Flush => 1,
            Eof => ((Transport*)BioGetData(bio))->End ? 1 : 0,
            _ => 0,
        };
    }
}
