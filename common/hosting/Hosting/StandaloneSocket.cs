using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Hosting;

/// <summary>Listening sockets of a daemon that runs without master.</summary>
internal static class StandaloneSocket
{
    private const int Backlog = 1024;
    /// <summary>0117: a Unix socket is for its owner and its group.</summary>
    private const uint SocketMask = FileModes.AnyExecute | FileModes.OthersRead | FileModes.OthersWrite;

    /// <summary>Why nothing can listen on an address; null: it can.</summary>
    public static string? Refusal(ServiceAddress address) => address.IsUnix
        ? address.Path.StartsWith('/') ? null : "the path must begin with a slash"
        : IpOf(address) == null ? "the host must be an address or localhost" : null;

    private static IPAddress? IpOf(ServiceAddress address) =>
        address.Host == "localhost" ? address.OnlyIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback
        : IPAddress.TryParse(address.Host, out IPAddress? ip) ? ip : null;

    /// <summary>Binds an address; null with what is wrong.</summary>
    /// <param name="owner">Who gets a Unix socket, where this process is root; null: nobody else.</param>
    public static FileDescriptor? TryListen(ServiceAddress address, Account? owner, string group, out string problem)
    {
        problem = "";
        int domain = address.IsUnix ? Sockets.AF_UNIX
            : IpOf(address)!.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Sockets.AF_INET6 : Sockets.AF_INET;
        FileDescriptor? socket = FileDescriptor.TrySocket(domain, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK);
        if (socket == null) problem = $"make a socket: {Errno.Text()}";
        else if (address.IsUnix) problem = BindUnix(socket.Fd, address.Path, owner, group);
        else
        {
            _ = Sockets.SetSocketOption(socket.Fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
            if (domain == Sockets.AF_INET6) _ = Sockets.SetSocketOption(socket.Fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 1);
            if (Sockets.Bind(socket.Fd, new IPEndPoint(IpOf(address)!, address.Port)) != 0)
                problem = $"bind {address.Host}:{address.Port}: {Errno.Text()}";
        }
        if (problem.Length == 0 && Sockets.Listen(socket!.Fd, Backlog) != 0) problem = $"listen: {Errno.Text()}";
        if (problem.Length == 0) return socket;
        socket?.Dispose();
        return null;
    }

    /// <summary>A socket that a process left behind is replaced; one that somebody serves is not.</summary>
    private static string BindUnix(int socket, string path, Account? owner, string group)
    {
        if (FileStatus.TryGet(path, out FileStatus status, follow: false))
        {
            if ((status.Mode & FileStatus.S_IFMT) != FileStatus.S_IFSOCK) return $"{path}: there is a file that is no socket";
            using FileDescriptor? probe = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK);
            if (probe != null && Sockets.ConnectUnix(probe.Fd, path) == 0) return $"{path}: {Errno.Text(Errno.EADDRINUSE)}";
            _ = Paths.Unlink(path);
        }
        uint gid = 0;
        if (group.Length > 0 && !UserDatabase.TryFindGroup(group, out gid)) return $"--socket-group {group}: no such group";
        uint mask = Paths.UMask(SocketMask);
        bool bound = Sockets.BindUnix(socket, path) == 0;
        string problem = bound ? "" : $"bind {path}: {Errno.Text()}";
        _ = Paths.UMask(mask);
        bool gives = owner != null || group.Length > 0;
        if (bound && gives && Paths.ChOwn(path, owner?.Uid ?? uint.MaxValue, group.Length > 0 ? gid : owner!.Gid) != 0)
            problem = $"give {path} to its owner: {Errno.Text()}";
        return problem;
    }
}
