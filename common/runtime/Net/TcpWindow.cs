using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// The window of all TCP connections of the process (tcp_windowsize), for routers that break window scaling: below 65536 none is needed.
/// </summary>
public static class TcpWindow
{
    /// <summary>Bytes; 0: as the system has it. To be set before the first connection.</summary>
    public static int Bytes { get; set; }

    /// <summary>Sets the buffers of a socket that is not connected yet; those that a listening socket accepts inherit them.</summary>
    public static void Apply(int fd)
    {
        if (Bytes <= 0) return;
        _ = Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, Bytes);
        _ = Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVBUF, Bytes);
    }
}
