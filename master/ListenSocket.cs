using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Master;

/// <summary>One listening socket of master. It stays open while daemons come and go. Owns the descriptor.</summary>
internal sealed class ListenSocket : IDisposable
{
    private const int Backlog = 4096;
    /// <summary>The file of a Unix socket; without number for others.</summary>
    private Libc.FileStatus _file;
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
        errno = socket == null ? Libc.Errno : 0;
        return socket;
    }

    private static ListenSocket? BindInet(string address, ListenSocket[] leaving)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(address);
        bool v6 = endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int fd = Libc.Socket(v6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return null;
        _ = Libc.SetSocketOption(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (v6) _ = Libc.SetSocketOption(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1);
        int error = BindAndListen(fd, endPoint);
        // an overlap is allowed among sockets that all say so and belong to one user: ours do for this moment only, so that a second
        // master gets none
        int[] sharing = error == Libc.EADDRINUSE ? [fd, .. leaving.Where(r => Port(r.Address) == endPoint.Port).Select(r => r.Fd)] : [];
        if (sharing.Length > 1)
        {
            foreach (int other in sharing) _ = Libc.SetSocketOption(other, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1);
            error = BindAndListen(fd, endPoint);
            foreach (int other in sharing) _ = Libc.SetSocketOption(other, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 0);
        }
        return error == 0 ? new ListenSocket(address, fd) : Fail(fd, error);
    }

    private static int Port(string address) => IPEndPoint.TryParse(address, out IPEndPoint? endPoint) ? endPoint.Port : 0;

    private static int BindAndListen(int fd, IPEndPoint endPoint) =>
        Libc.Bind(fd, endPoint) == 0 && Libc.Listen(fd, Backlog) == 0 ? 0 : Libc.Errno;

    /// <summary>
    /// The folder belongs to mail_owner, so the name is used within the folder that was opened, and no mode is set by name afterwards.
    /// Everybody who may enter the folder may connect; the daemon looks at who it is.
    /// </summary>
    private static ListenSocket? BindUnix(string path, bool datagrams)
    {
        int slash = path.IndexOf('/');
        using FolderHandle? folder = FolderHandle.TryOpen(path[..slash]);
        int fd = folder == null ? -1
            : Libc.Socket(Libc.AF_UNIX, (datagrams ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM) | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return null;
        int error = folder!.BindSocket(fd, path[(slash + 1)..]);
        if (error == 0 && !datagrams && Libc.Listen(fd, Backlog) != 0) error = Libc.Errno;
        if (error != 0) return Fail(fd, error);
        ListenSocket socket = new(path, fd);
        _ = folder.TryStat(path[(slash + 1)..], out socket._file);
        return socket;
    }

    private static ListenSocket? Fail(int fd, int error)
    {
        _ = Libc.Close(fd);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>False for a Unix socket whose file was removed or replaced: no client can connect to it any more.</summary>
    public bool IsReachable => _file.Inode == 0
        || (Libc.TryStat(Address, out Libc.FileStatus now, follow: false) && now.Inode == _file.Inode && now.Device == _file.Device
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
        _ = Libc.Close(Fd);
    }
}
