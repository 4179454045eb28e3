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
    private bool _closed;

    private ListenSocket(string address, int fd, bool lent = false) => (Address, Fd, _closed) = (address, fd, lent);

    /// <summary>Address and port, or the path below queue_directory.</summary>
    public string Address { get; }

    public int Fd { get; }

    /// <summary>A socket that the service manager passed to this process; it stays open to be used again.</summary>
    public static ListenSocket Inherited(string address, int fd) => new(address, fd, lent: true);

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
        int fd = Sockets.Create(v6 ? Sockets.AF_INET6 : Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC,
            0);
        if (fd < 0) return null;
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
        return error == 0 ? new ListenSocket(address, fd) : Fail(fd, error);
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
        using FolderHandle? folder = FolderHandle.TryOpen(path[..slash]);
        int fd = folder == null ? -1
            : Sockets.Create(Sockets.AF_UNIX, (datagrams ? Sockets.SOCK_DGRAM : Sockets.SOCK_STREAM) | Sockets.SOCK_NONBLOCK
                | Sockets.SOCK_CLOEXEC, 0);
        if (fd < 0) return null;
        int error = folder!.BindSocket(fd, path[(slash + 1)..]);
        if (error == 0 && !datagrams && Sockets.Listen(fd, Backlog) != 0) error = Errno.Last;
        if (error != 0) return Fail(fd, error);
        ListenSocket socket = new(path, fd);
        _ = folder.TryStat(path[(slash + 1)..], out socket._file);
        return socket;
    }

    private static ListenSocket? Fail(int fd, int error)
    {
        _ = FileIO.Close(fd);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>False for a Unix socket whose file somebody has removed or replaced: nobody can connect to it any more.</summary>
    public bool IsReachable => _file.Inode == 0
        || (FileStatus.TryGet(Address, out FileStatus now, follow: false) && now.Inode == _file.Inode && now.Device == _file.Device
            && now.Mode == _file.Mode);

    /// <summary>Closes it and removes its name, unless the name has become another's.</summary>
    public void Retire()
    {
        int slash = Address.IndexOf('/');
        if (_file.Inode != 0 && IsReachable)
        {
            using FolderHandle? folder = FolderHandle.TryOpen(Address[..slash]);
            folder?.Remove(Address[(slash + 1)..]);
        }
        Dispose();
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _ = FileIO.Close(Fd);
    }
}
