using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// What an event loop asks of the system: which descriptors are ready, and the calls on sockets. One implementation is chosen when the loop
/// is made: <see cref="EpollEngine"/>, which every daemon uses, or <see cref="BclEngine"/>, the portable one, which is also the other side
/// of the loop's differential tests. Results are as those of the C library: -1 with <see cref="Errno.Last"/> set. On the loop's thread, but
/// for <see cref="Wake"/>.
/// </summary>
internal abstract class SocketEngine : IDisposable
{
    /// <summary>What <see cref="Wait"/> reports for a call of <see cref="Wake"/>.</summary>
    public const ulong WakeData = ulong.MaxValue;

    /// <summary>
    /// Watches a descriptor for EPOLL bits; <paramref name="data"/> comes back with each event. False when that cannot be.
    /// </summary>
    public abstract bool Watch(int fd, uint events, ulong data);

    /// <summary>Watches for other bits; what is ready is told again.</summary>
    public abstract void Rewatch(int fd, uint events, ulong data);

    public abstract void Unwatch(int fd);

    /// <summary>Waits at most so many milliseconds, -1: for ever; how many events came.</summary>
    public abstract int Wait(Span<EpollEvent> events, int milliseconds);

    /// <summary>Ends a wait under way, or the next one. From any thread.</summary>
    public abstract void Wake();

    /// <summary>The loop has seen <see cref="WakeData"/>.</summary>
    public abstract void Woken();

    public abstract int Receive(int fd, Span<byte> buffer);

    /// <summary>Everything that was there has been received: the next input of an edge-triggered descriptor is to be told.</summary>
    public abstract void InputTaken(int fd);

    /// <summary>New input is an event of its own even while earlier input was not taken yet.</summary>
    public virtual bool TellsOfEachInput => false;

    public abstract int Send(int fd, ReadOnlySpan<byte> data);

    /// <summary>Accepts one connection, non-blocking and closed on exec; the peer is null for a Unix socket.</summary>
    public abstract int Accept(int listener, out IPEndPoint? peer);

    /// <summary>Closes a socket. It must not be watched any more.</summary>
    public abstract void Close(int fd);

    public abstract void Dispose();
}
