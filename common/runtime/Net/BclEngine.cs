using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// The portable engine: sockets of the base class library and its Select. A wait costs in proportion to what is watched, so it is for
/// systems without epoll and for comparison. Select tells what is ready, not what has become ready: an edge-triggered descriptor is left
/// out once it was reported, until <see cref="InputTaken"/> or <see cref="Rewatch"/>. The descriptors stay their owners': no Socket in here
/// closes one unasked.
/// </summary>
internal sealed class BclEngine : SocketEngine
{
    private sealed class Watched(Socket socket, uint events, ulong data)
    {
        public readonly Socket Socket = socket;
        public uint Events = events;
        public ulong Data = data;
        public bool ReadArmed = true, WriteArmed = true;

        public bool IsEdgeTriggered => (Events & Epoll.EPOLLET) != 0;
        public bool WantsRead => ReadArmed && (Events & Epoll.EPOLLIN) != 0;
        public bool WantsWrite => WriteArmed && (Events & Epoll.EPOLLOUT) != 0;
    }

    private readonly Dictionary<int, Watched> _watched = [];
    private readonly Dictionary<Socket, Watched> _bySocket = [];
    private readonly List<Socket> _read = [], _write = [];
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public BclEngine()
    {
        _wake.Blocking = false; // first: a blocking socket connects by way of the library's own epoll
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
    }

    // ---- readiness -------------------------------------------------------------------------------------------------

    public override bool Watch(int fd, uint events, ulong data)
    {
        Socket socket;
        try { socket = new Socket(new SafeSocketHandle(fd, ownsHandle: false)) { Blocking = false }; }
        catch (SocketException e)
        {
            Fail(e.SocketErrorCode);
            return false;
        }
        _watched[fd] = _bySocket[socket] = new Watched(socket, events, data);
        return true;
    }

    public override void Rewatch(int fd, uint events, ulong data)
    {
        if (!_watched.TryGetValue(fd, out Watched? watched)) return;
        (watched.Events, watched.Data) = (events, data);
        watched.ReadArmed = watched.WriteArmed = true;
    }

    public override void Unwatch(int fd)
    {
        if (!_watched.Remove(fd, out Watched? watched)) return;
        _bySocket.Remove(watched.Socket);
        GC.SuppressFinalize(watched.Socket); // not disposed: that would end the non-blocking mode for others that share the descriptor
    }

    public override void InputTaken(int fd)
    {
        if (_watched.TryGetValue(fd, out Watched? watched)) watched.ReadArmed = true;
    }

    public override int Wait(Span<EpollEvent> events, int milliseconds)
    {
        _read.Clear();
        _write.Clear();
        _read.Add(_wake);
        foreach (Watched w in _watched.Values)
        {
            if (w.WantsRead) _read.Add(w.Socket);
            if (w.WantsWrite) _write.Add(w.Socket);
        }
        Socket.Select(_read, _write, null, milliseconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds));
        int count = 0;
        foreach (Socket socket in _read)
        {
            if (count == events.Length) return count;
            events[count++] = socket == _wake ? new EpollEvent { Events = Epoll.EPOLLIN, Data = WakeData }
                : Report(_bySocket[socket], Epoll.EPOLLIN);
        }
        foreach (Socket socket in _write)
        {
            if (count == events.Length) return count;
            events[count++] = Report(_bySocket[socket], Epoll.EPOLLOUT);
        }
        return count;
    }

    private static EpollEvent Report(Watched watched, uint what)
    {
        if (watched.IsEdgeTriggered && what == Epoll.EPOLLIN) watched.ReadArmed = false;
        else if (watched.IsEdgeTriggered) watched.WriteArmed = false;
        return new EpollEvent { Events = what, Data = watched.Data };
    }

    public override void Wake() => _wake.Send([1], SocketFlags.None, out _);

    public override void Woken()
    {
        Span<byte> datagram = stackalloc byte[1];
        while (_wake.Receive(datagram, SocketFlags.None, out SocketError error) > 0 && error == SocketError.Success) { }
    }

    // ---- sockets ---------------------------------------------------------------------------------------------------

    public override int Receive(int fd, Span<byte> buffer)
    {
        if (!_watched.TryGetValue(fd, out Watched? watched)) return Fail(SocketError.NotSocket);
        int n = watched.Socket.Receive(buffer, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? n : Fail(error);
    }

    public override int Send(int fd, ReadOnlySpan<byte> data)
    {
        if (!_watched.TryGetValue(fd, out Watched? watched)) return Fail(SocketError.NotSocket);
        int n = watched.Socket.Send(data, SocketFlags.None, out SocketError error);
        return error == SocketError.Success || n > 0 ? n : Fail(error);
    }

    public override int Accept(int listener, out IPEndPoint? peer)
    {
        peer = null;
        if (!_watched.TryGetValue(listener, out Watched? watched)) return Fail(SocketError.NotSocket);
        // asked first: nothing to accept would be an exception
        if (!watched.Socket.Poll(0, SelectMode.SelectRead)) return Fail(SocketError.WouldBlock);
        try
        {
            Socket accepted = watched.Socket.Accept();
            accepted.Blocking = false;
            int fd = (int)accepted.Handle;
            accepted.SafeHandle.SetHandleAsInvalid(); // the descriptor is the caller's from here on
            GC.SuppressFinalize(accepted);
            peer = Sockets.RemoteEndPoint(fd);
            return fd;
        }
        catch (SocketException e) { return Fail(e.SocketErrorCode); }
    }

    public override void Close(int fd)
    {
        // a handle by itself is closed with a reset, which would cut off what is still to be sent
        using SafeSocketHandle handle = new(fd, ownsHandle: true);
        try
        {
            if (new Socket(handle) is { Connected: true } socket) socket.Dispose();
        }
        catch (SocketException) { } // no socket any more; the handle closes it
    }

    public override void Dispose()
    {
        foreach (int fd in _watched.Keys.ToArray()) Unwatch(fd); // they stay open: as with epoll, closing is for who opened them
        _wake.Dispose();
    }

    /// <summary>Leaves the errno of an error, as a failed call of the C library does.</summary>
    private static int Fail(SocketError error)
    {
        Marshal.SetLastPInvokeError(error switch
        {
            SocketError.WouldBlock or SocketError.IOPending or SocketError.TryAgain => Errno.EAGAIN,
            SocketError.Interrupted => Errno.EINTR,
            SocketError.ConnectionReset => Errno.ECONNRESET,
            SocketError.ConnectionAborted => Errno.ECONNABORTED,
            SocketError.Shutdown => Errno.EPIPE,
            SocketError.TimedOut => Errno.ETIMEDOUT,
            SocketError.NotConnected => Errno.ENOTCONN,
            SocketError.ConnectionRefused => Errno.ECONNREFUSED,
            SocketError.HostUnreachable or SocketError.HostDown => Errno.EHOSTUNREACH,
            SocketError.NetworkUnreachable or SocketError.NetworkDown => Errno.ENETUNREACH,
            SocketError.NoBufferSpaceAvailable => Errno.ENOMEM,
            SocketError.TooManyOpenSockets => Errno.EMFILE,
            SocketError.NotSocket => Errno.ENOTSOCK,
            SocketError.AccessDenied => Errno.EACCES,
            SocketError.InvalidArgument => Errno.EINVAL,
            _ => Errno.EIO,
        });
        return -1;
    }
}
