using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Spool;

namespace MtaSuite.Master;

/// <summary>The addresses on which a service of master.cf listens: what its first column says, or inet_interfaces.</summary>
internal static class ListenAddresses
{
    /// <summary>
    /// Addresses with ports, or the path of a Unix socket below queue_directory; empty, with a reason, when there are none.
    /// </summary>
    public static List<string> Of(ServiceEntry entry, MailConfig config, out string error)
    {
        error = "";
        if (entry.Type != ServiceType.Inet)
        {
            if (entry.Name.Contains('/') || entry.Name is "." or "..") error = $"{entry.Name}: not a name for a socket";
            return error.Length > 0 ? [] : [$"{(entry.Private ? SpoolDirectory.Private : SpoolDirectory.Public)}/{entry.Name}"];
        }
        int colon = entry.Name.LastIndexOf(':');
        string host = colon < 0 ? "" : entry.Name[..colon].Trim('[', ']');
        string service = entry.Name[(colon + 1)..];
        if (!new TcpPorts(config.Get(CommonParams.KnownTcpPorts)).TryFind(service, out int port))
        {
            error = $"{entry.Name}: unknown service";
            return [];
        }
        List<string> result = [];
        foreach (IPAddress address in host.Length > 0 ? [.. HostAddresses(host)] : Interfaces(config))
            result.Add(new IPEndPoint(address, port).ToString());
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
                    result.AddRange(HostAddresses(item.Trim('[', ']')).Where(a =>
                        a.AddressFamily == AddressFamily.InterNetwork ? v4 : v6 && HasV6()));
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

    private static bool HasV6() => ConfigFile.TryRead("/proc/net/if_inet6", out string text, out _) && text.Length > 0;

    private static IPAddress[] HostAddresses(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        try { return Dns.GetHostAddresses(host); }
        catch (SocketException) { return []; }
        catch (ArgumentException) { return []; }
    }
}
