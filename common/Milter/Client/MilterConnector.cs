using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Milter.Client;

/// <summary>Connects to milters: hosts are looked up as the machine itself does, and their addresses tried in order.</summary>
public sealed class MilterConnector(EventLoop loop, HostLookup hosts, string queueDirectory)
{
    /// <summary>A connection within the milter's time limit, or errno.</summary>
    public Promise<ConnectResult> Open(MilterService service)
    {
        if (service.Path.Length > 0)
            return Connector.ConnectUnix(loop, Path.Combine(queueDirectory, service.Path), service.ConnectTimeout);
        if (IPAddress.TryParse(service.Host, out IPAddress? literal))
            return Connector.Connect(loop, new IPEndPoint(literal, service.Port), null, service.ConnectTimeout);
        Promise<ConnectResult> result = new();
        FindAsync(service, result).Detach();
        return result;
    }

    private async Task FindAsync(MilterService service, Promise<ConnectResult> result)
    {
        long end = loop.NowMilliseconds + (long)service.ConnectTimeout.TotalMilliseconds;
        HostAddresses found = await hosts.FindAsync(service.Host);
        ConnectResult last = ConnectResult.Failed(Errno.EHOSTUNREACH);
        foreach (IPAddress address in found.Addresses)
        {
            if (service.OnlyIPv6 && address.AddressFamily != AddressFamily.InterNetworkV6) continue;
            TimeSpan left = TimeSpan.FromMilliseconds(end - loop.NowMilliseconds);
            if (left <= TimeSpan.Zero) last = ConnectResult.Failed(Errno.ETIMEDOUT);
            if (left <= TimeSpan.Zero) break;
            last = await Connector.Connect(loop, new IPEndPoint(address, service.Port), null, left);
            if (last.IsConnected) break;
        }
        result.TrySet(last);
    }
}
