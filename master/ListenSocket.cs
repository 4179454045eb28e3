using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Master;

/// <summary>One listening socket of master. It stays open while daemons come and go. Owns the descriptor.</summary>
internal sealed class ListenSocket : IDisposable
{
    private const int Backlog = 4096;
    /// <summary>The file of a Unix socket; without number for others.</summary>
    private FileStatus _file;
    private readonly FileDescriptor? _own;

    private ListenSocket(string address, FileDescriptor socket) => (Address, Fd, _own) = (address, socket.Fd, socket);

    private ListenSocket(string address, int lent) => (Address, Fd) = (address, lent);

    /// <summary>Address and port, or the path below queue_directory.</summary>
    public string Address { get; }

    public int Fd { get; }

    /// <summary>A socket that the service manager passed to this process; it stays open to be used again.</summary>
    public static ListenSocket Inherited(string address, int fd) => new(address, fd);

    /// <summary>Binds a socket; null with errno.</summary>
    /// <param name="leaving">Open sockets of ours that go if this one comes, and so do not stand in its way: one on the same port of all
    /// addresses, say.</param>
    public static ListenSocket? TryBind(ServiceEntry entry, string address, ListenSocket[] leaving, out int errno)
    {
        ListenSocket? socket = entry.Type == ServiceType.Inet ? BindInet(address, leaving)
            : BindUnix(address, entry.Type == ServiceType.UnixDgram);
        errno = socket == null ? Errno.Last : 0;
        return socket;
    }

    private static ListenSocket? BindInet(string address, ListenSocket[] leaving)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(address);
        bool v6 = endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        const int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK;
        FileDescriptor? socket = FileDescriptor.TrySocket(v6 ? Sockets.AF_INET6 : Sockets.AF_INET, type);
        if (socket == null) return null;
        int fd = socket.Fd;
        _ = Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
        if (v6) _ = Sockets.SetSocketOption(fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 1);
        int error = BindAndListen(fd, endPoint);
        // an overlap is allowed among sockets that all say so and belong to one user: ours do for this moment only, so that a second
        // master gets none
        int[] sharing = error == Errno.EADDRINUSE ? [fd, .. leaving.Where(r => Port(r.Address) == endPoint.Port).Select(r => r.Fd)] : [];
        if (sharing.Length > 1)
        {
            foreach (int other in sharing) _ = Sockets.SetSocketOption(other, Sockets.SOL_SOCKET, Sockets.SO_REUSEPORT, 1);
            error = BindAndListen(fd, endPoint);
            foreach (int other in sharing) _ = Sockets.SetSocketOption(other, Sockets.SOL_SOCKET, Sockets.SO_REUSEPORT, 0);
        }
        if (error == 0) return new ListenSocket(address, socket);
        socket.Dispose();
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return null;
    }

    private static int Port(string address) => IPEndPoint.TryParse(address, out IPEndPoint? endPoint) ? endPoint.Port : 0;

    private static int BindAndListen(int fd, IPEndPoint endPoint) =>
        Sockets.Bind(fd, endPoint) == 0 && Sockets.Listen(fd, Backlog) == 0 ? 0 : Errno.Last;

    /// <summary>
    /// The folder belongs to mail_owner, so the name is used within the folder that was opened, and no mode is set by name afterwards.
    /// Everybody who may enter the folder may connect; the daemon looks at who it is.
    /// </summary>
    private static ListenSocket? BindUnix(string path, bool datagrams)
    {
        int slash = path.IndexOf('/');
        int type = (datagrams ? Sockets.SOCK_DGRAM : Sockets.SOCK_STREAM) | Sockets.SOCK_NONBLOCK;
        using Folder? folder = Folder.TryOpen(path[..slash]);
        FileDescriptor? socket = folder == null ? null : FileDescriptor.TrySocket(Sockets.AF_UNIX, type);
        if (socket == null) return null;
        if (!folder!.TryBindSocket(socket.Fd, path[(slash + 1)..]) || (!datagrams && Sockets.Listen(socket.Fd, Backlog) != 0))
        {
            socket.Dispose();
            return null;
        }
        ListenSocket bound = new(path, socket);
        _ = folder.TryStat(path[(slash + 1)..], out bound._file);
        return bound;
    }

    /// <summary>False for a Unix socket whose file was removed or replaced: no client can connect to it any more.</summary>
    public bool IsReachable => _file.Inode == 0
        || (FileStatus.TryGet(Address, out FileStatus now, follow: false) && now.Inode == _file.Inode && now.Device == _file.Device
            && now.Mode == _file.Mode);

    /// <summary>Closes it and removes its name, unless the name has become another's.</summary>
    public void Retire()
    {
        int slash = Address.IndexOf('/');
        if (_file.Inode != 0 && IsReachable)
        {
            using Folder? folder = Folder.TryOpen(Address[..slash]);
            folder?.TryRemove(Address[(slash + 1)..]);
        }
        Dispose();
    }

    public void Dispose() => _own?.Dispose();
}
