using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>Connects to services outside the suite, by name or path.</summary>
public static class ServiceConnection
{
    /// <summary>A connection, or why there is none.</summary>
    public readonly record struct Result(Connection? Connection, string Problem);

    /// <summary>Connects to the first of a service's addresses that answers.</summary>
    /// <param name="directory">What a relative path is relative to.</param>
    /// <param name="timeout">For each address.</param>
    public static async Task<Result> ConnectAsync(EventLoop loop, HostLookup hosts, ServiceAddress service, string directory,
        TimeSpan timeout)
    {
        if (service.IsUnix)
        {
            ConnectResult local = await Connector.ConnectUnix(loop, Path.Combine(directory, service.Path), timeout);
            return local.IsConnected ? new Result(new Connection(loop, local.Release()), "") : Failed(local.Error);
        }
        if (!new TcpPorts("").TryFind(service.Port, out int port)) return new Result(null, $"unknown port: {service.Port}");
        HostAddresses found = await hosts.FindAsync(service.Host);
        if (!found.IsFound) return new Result(null, found.Failure!.Text);
        int error = 0;
        foreach (IPAddress address in found.Addresses)
        {
            IPEndPoint remote = new(address, port);
            ConnectResult result = await Connector.Connect(loop, remote, null, timeout);
            if (result.IsConnected) return new Result(new Connection(loop, result.Release(), remote), "");
            error = result.Error;
        }
        return Failed(error);
    }

    private static Result Failed(int error) => new(null, Errno.Text(error));
}
