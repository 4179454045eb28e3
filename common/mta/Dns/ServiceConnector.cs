using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>Connects to services outside the suite by name or path: policy servers, milters, Dovecot's authentication server.</summary>
/// <param name="hosts">How hosts are found.</param>
/// <param name="directory">What a relative path is relative to.</param>
public sealed class ServiceConnector(EventLoop loop, HostLookup hosts, string directory)
{
    /// <summary>A connection, or why there is none.</summary>
    public readonly record struct Result(Connection? Connection, string Problem);

    public EventLoop Loop => loop;

    /// <summary>Connects to the first of a service's addresses that answers.</summary>
    /// <param name="timeout">
    /// For all of it: the host is looked up, and each of its addresses gets the same share of the time that is left.
    /// </param>
    public async Task<Result> ConnectAsync(ServiceAddress service, TimeSpan timeout)
    {
        if (service.IsUnix)
        {
            ConnectResult local = await Connector.ConnectUnix(loop, Path.Combine(directory, service.Path), timeout);
            return local.IsConnected ? new Result(new Connection(loop, local.Release()), "") : Failed(local.Error);
        }
        long end = loop.NowMilliseconds + (long)timeout.TotalMilliseconds;
        (IReadOnlyList<IPAddress> addresses, string problem) = await FindAsync(service, timeout);
        if (problem.Length > 0) return new Result(null, problem);
        int error = 0;
        for (int i = 0; i < addresses.Count; i++)
        {
            TimeSpan left = TimeSpan.FromMilliseconds((end - loop.NowMilliseconds) / (addresses.Count - i));
            if (left <= TimeSpan.Zero) return Failed(Errno.ETIMEDOUT);
            IPEndPoint remote = new(addresses[i], service.Port);
            ConnectResult result = await Connector.Connect(loop, remote, null, left);
            if (result.IsConnected) return new Result(new Connection(loop, result.Release(), remote), "");
            error = result.Error;
        }
        return Failed(error);
    }

    /// <summary>The addresses of a service's host: at least one, or why there is none.</summary>
    private async Task<(IReadOnlyList<IPAddress> Addresses, string Problem)> FindAsync(ServiceAddress service, TimeSpan timeout)
    {
        IReadOnlyList<IPAddress> all = [];
        if (IPAddress.TryParse(service.Host, out IPAddress? literal)) all = [literal];
        else
        {
            HostAddresses? found = await hosts.FindAsync(service.Host).WithinAsync(loop, timeout);
            if (found == null) return ([], Errno.Text(Errno.ETIMEDOUT));
            if (found.Failure is { } failure) return ([], failure.Text);
            all = found.Addresses;
        }
        if (service.OnlyIPv6) all = [.. all.Where(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        return (all, all.Count > 0 ? "" : $"host {service.Host} has no IPv6 address");
    }

    private static Result Failed(int error) => new(null, Errno.Text(error));
}
