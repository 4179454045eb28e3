using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Master;

/// <summary>One listening socket of master. It stays open while daemons come and go.</summary>
internal sealed record ListenSocket(string Address, int Fd);

/// <summary>Binds the sockets of services (a fifo of old configurations is a Unix socket here, as in every newer one), or takes them over from the service manager (LISTEN_FDS).</summary>
internal sealed class ListenSockets
{
    private const int Backlog = 4096;
    private readonly Dictionary<string, ListenSocket> _open = new(StringComparer.Ordinal);
    private readonly List<int> _inherited = [];

    /// <summary>Notes the descriptors that systemd passed to this very process.</summary>
    public void TakeInherited()
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Libc.GetPid().ToString(CultureInfo.InvariantCulture)) return;
        if (!int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return;
        for (int fd = 3; fd < 3 + Math.Min(count, 100); fd++)
        {
            _ = Libc.Fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
            if (Libc.GetSocketOption(fd, Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN) == 1) _inherited.Add(fd);
        }
    }

    /// <summary>The sockets of a service, bound unless they are open already; null with an error text.</summary>
    public List<ListenSocket>? Open(ServiceEntry entry, MailConfig config, out string error)
    {
        error = "";
        List<ListenSocket> sockets = [];
        foreach (string address in Addresses(entry, config, ref error))
        {
            if (!_open.TryGetValue(address, out ListenSocket? socket))
            {
                int fd = entry.Type == ServiceType.Inet ? BindInet(IPEndPoint.Parse(address)) : BindUnix(address, entry.Type == ServiceType.UnixDgram);
                if (fd < 0)
                {
                    error = $"bind {address}: {Libc.ErrorText()}";
                    return null;
                }
                _open[address] = socket = new ListenSocket(address, fd);
            }
            sockets.Add(socket);
        }
        return error.Length == 0 ? sockets : null;
    }

    /// <summary>Closes what no service uses any more.</summary>
    public void CloseAllBut(ICollection<ListenSocket> used)
    {
        foreach (ListenSocket socket in _open.Values.Where(s => !used.Contains(s)).ToArray())
        {
            _ = Libc.Close(socket.Fd);
            _open.Remove(socket.Address);
        }
    }

    private static List<string> Addresses(ServiceEntry entry, MailConfig config, ref string error)
    {
        if (entry.Type != ServiceType.Inet) return [$"{(entry.Private ? SpoolDirectory.Private : SpoolDirectory.Public)}/{entry.Name}"];
        int colon = entry.Name.LastIndexOf(':');
        string host = colon < 0 ? "" : entry.Name[..colon].Trim('[', ']');
        string service = entry.Name[(colon + 1)..];
        if (!new TcpPorts(config.Get(CommonParams.KnownTcpPorts)).TryFind(service, out int port))
        {
            error = $"{entry.Name}: unknown service";
            return [];
        }
        List<string> result = [];
        foreach (IPAddress address in host.Length > 0 ? [.. HostAddresses(host)] : Interfaces(config)) result.Add(new IPEndPoint(address, port).ToString());
        if (result.Count == 0) error = $"{entry.Name}: no address to listen on";
        return result;
    }

    private static List<IPAddress> Interfaces(MailConfig config)
    {
        (bool v4, bool v6) = Protocols(config);
        List<IPAddress> result = [];
        foreach (string item in MailConfig.SplitList(config.Get(CommonParams.InetInterfaces)))
        {
            switch (item)
            {
                case "all":
                    if (v6 && HasV6()) result.Add(IPAddress.IPv6Any);
                    if (v4) result.Add(IPAddress.Any);
                    break;
                case "loopback-only":
                    if (v4) result.Add(IPAddress.Loopback);
                    if (v6 && HasV6()) result.Add(IPAddress.IPv6Loopback);
                    break;
                default:
                    result.AddRange(HostAddresses(item.Trim('[', ']')).Where(a => a.AddressFamily == AddressFamily.InterNetwork ? v4 : v6 && HasV6()));
                    break;
            }
        }
        return [.. result.Distinct()];
    }

    private static (bool V4, bool V6) Protocols(MailConfig config)
    {
        List<string> names = MailConfig.SplitList(config.Get(CommonParams.InetProtocols));
        return (names.Contains("ipv4") || names.Contains("all"), names.Contains("ipv6") || names.Contains("all"));
    }

    private static bool HasV6() => File.Exists("/proc/net/if_inet6") && new FileInfo("/proc/net/if_inet6").Exists && File.ReadAllText("/proc/net/if_inet6").Length > 0;

    private static IPAddress[] HostAddresses(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        try { return Dns.GetHostAddresses(host); }
        catch (SocketException) { return []; }
    }

    private int BindInet(IPEndPoint endPoint)
    {
        int known = _inherited.Find(fd => endPoint.Equals(Libc.LocalEndPoint(fd)));
        if (known > 0) return known;
        bool v6 = endPoint.AddressFamily == AddressFamily.InterNetworkV6;
        int fd = Libc.Socket(v6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return fd;
        _ = Libc.SetSocketOption(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (v6) _ = Libc.SetSocketOption(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 1);
        return Listening(fd, Libc.Bind(fd, endPoint));
    }

    private static int BindUnix(string path, bool datagrams)
    {
        int fd = Libc.Socket(Libc.AF_UNIX, (datagrams ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM) | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return fd;
        _ = Libc.Unlink(path);
        int result = Libc.BindUnix(fd, path);
        // whoever may enter the folder may connect; the daemon looks at who it is
        if (result == 0) result = Libc.ChMod(path, 0x1B6 /* 0666 */);
        return Listening(fd, result, datagrams);
    }

    private static int Listening(int fd, int bound, bool datagrams = false)
    {
        if (bound == 0 && (datagrams || Libc.Listen(fd, Backlog) == 0)) return fd;
        int error = Libc.Errno;
        _ = Libc.Close(fd);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return -1;
    }
}
