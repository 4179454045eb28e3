using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// Where a test tool connects to or listens: <c>["inet:"] [host] [":" port] / "unix:" path</c>. A host may be a name, an address, or an
/// address in brackets; a port a number or a name of services(5).
/// </summary>
internal sealed class PeerEndPoint
{
    /// <summary>The socket's path; empty for internet sockets.</summary>
    public string Path { get; private init; } = "";

    public IPEndPoint[] Addresses { get; private init; } = [];

    /// <summary>As it was given, for messages.</summary>
    public string Text { get; private init; } = "";

    public bool IsUnix => Path.Length > 0;

    /// <summary>
    /// Reads and resolves an end point; null, with the reason, when it makes no sense or no address of the family is there.
    /// </summary>
    /// <param name="family">The wanted address family; Unspecified: any.</param>
    /// <param name="defaultPort">Empty: what has no colon is the port, and no host means every address of this machine.</param>
    public static PeerEndPoint? Parse(string text, AddressFamily family, string defaultPort, out string error)
    {
        error = "";
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return new PeerEndPoint { Path = text[5..], Text = text };
        string place = text.StartsWith("inet:", StringComparison.Ordinal) ? text[5..] : text;
        int colon = place.LastIndexOf(':');
        bool hasPort = colon > place.LastIndexOf(']') && (place.StartsWith('[') || place.IndexOf(':') == colon);
        (string host, string port) = hasPort ? (place[..colon], place[(colon + 1)..]) : defaultPort.Length > 0 ? (place, defaultPort)
            : ("", place);
        if (!TryPort(port, out int number))
        {
            error = $"unknown service: {port}";
            return null;
        }
        IPAddress[]? addresses = host.Length == 0 ? Everywhere(family, defaultPort.Length == 0)
            : Resolve(host.Trim('[', ']'), family, out error);
        return addresses is not { Length: > 0 } ? null
            : new PeerEndPoint { Addresses = [.. addresses.Select(a => new IPEndPoint(a, number))], Text = place };
    }

    private static IPAddress[] Everywhere(AddressFamily family, bool listening) => family switch
    {
        AddressFamily.InterNetwork => [listening ? IPAddress.Any : IPAddress.Loopback],
        AddressFamily.InterNetworkV6 => [listening ? IPAddress.IPv6Any : IPAddress.IPv6Loopback],
        _ => listening ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Loopback, IPAddress.IPv6Loopback],
    };

    private static IPAddress[]? Resolve(string host, AddressFamily family, out string error)
    {
        error = "";
        try
        {
            IPAddress[] found = IPAddress.TryParse(host, out IPAddress? literal) ? [literal] : Dns.GetHostAddresses(host);
            found = Array.FindAll(found, a => family == AddressFamily.Unspecified || a.AddressFamily == family);
            if (found.Length == 0) error = $"host {host}: no address of the wanted family";
            return found;
        }
        catch (SocketException e)
        {
            error = $"host {host}: {e.Message}";
            return null;
        }
    }

    /// <summary>A port by its number, or by its name in services(5).</summary>
    internal static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) ? port is >= 0 and <= 65535
        : TcpPorts.TrySystem(text, out port);

    /// <summary>A connection to the first address that answers; null, with errno of the last one, when none does.</summary>
    public async ValueTask<(Connection? Connection, int Error)> ConnectAsync(EventLoop loop, int windowSize)
    {
        ConnectResult result = default;
        for (int i = 0; i < (IsUnix ? 1 : Addresses.Length); i++)
        {
            result = await (IsUnix ? Connector.ConnectUnix(loop, Path, TimeSpan.Zero)
                : Connector.Connect(loop, Addresses[i], null, TimeSpan.Zero));
            if (!result.IsConnected) continue;
            SetWindow(result.Socket!.Fd, windowSize);
            return (new Connection(loop, result.Release(), IsUnix ? null : Addresses[i]), 0);
        }
        return (null, result.Error);
    }

    /// <summary>Opens the listening sockets; an error text when none, or not the Unix socket, can be had.</summary>
    public string? Listen(int backlog, int windowSize, List<FileDescriptor> sockets)
    {
        string error = "";
        if (IsUnix)
        {
            _ = Paths.Unlink(Path);
            FileDescriptor? unix = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
            bool bound = unix != null && Sockets.BindUnix(unix.Fd, Path) == 0;
            return Listening(unix, bound, backlog, sockets, ref error) ? null : $"{Text}: {error}";
        }
        foreach (IPEndPoint address in Addresses)
        {
            bool v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
            FileDescriptor? inet = FileDescriptor.TrySocket(v6 ? Sockets.AF_INET6 : Sockets.AF_INET, Sockets.SOCK_STREAM);
            if (inet != null)
            {
                Sockets.SetSocketOption(inet.Fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
                if (v6) Sockets.SetSocketOption(inet.Fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 1);
                SetWindow(inet.Fd, windowSize);
            }
            Listening(inet, inet != null && Sockets.Bind(inet.Fd, address) == 0, backlog, sockets, ref error);
        }
        return sockets.Count > 0 ? null : $"{Text}: {error}";
    }

    private static bool Listening(FileDescriptor? socket, bool bound, int backlog, List<FileDescriptor> sockets, ref string error)
    {
        if (bound && Sockets.Listen(socket!.Fd, backlog) == 0)
        {
            sockets.Add(socket);
            return true;
        }
        error = Errno.Text();
        socket?.Dispose();
        return false;
    }

    /// <summary>Overrides the size of the TCP window; 0 leaves it alone.</summary>
    public static void SetWindow(int fd, int bytes)
    {
        if (bytes <= 0) return;
        Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, bytes);
        Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVBUF, bytes);
    }
}
