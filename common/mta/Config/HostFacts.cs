using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Config;

/// <summary>An address of this machine and the length of its network's prefix in bits.</summary>
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength);

/// <summary>What defaults depend on: the host's name and addresses. Tests bring their own.</summary>
public interface IHostFacts
{
    /// <summary>The host's name as the system has it, often without a domain.</summary>
    string HostName { get; }

    /// <summary>All addresses of interfaces that are up, in the system's order.</summary>
    IReadOnlyList<InterfaceAddress> Interfaces { get; }

    /// <summary>The addresses of a name; none where it cannot be resolved.</summary>
    IReadOnlyList<IPAddress> Resolve(string name);
}

/// <summary>The facts of the machine this runs on, each asked for once, when it is first needed.</summary>
public sealed class HostFacts : IHostFacts
{
    public static readonly HostFacts Real = new();

    private string? hostName;
    private IReadOnlyList<InterfaceAddress>? interfaces;

    private HostFacts() { }

    public string HostName
    {
        get
        {
            if (hostName != null) return hostName;
            try { hostName = System.Net.Dns.GetHostName(); }
            catch (SocketException) { hostName = ""; }
            return hostName.Length > 0 ? hostName : hostName = "localhost";
        }
    }

    public IReadOnlyList<InterfaceAddress> Interfaces =>
        interfaces ??= [.. LocalHost.InterfaceAddresses().Select(i => new InterfaceAddress(i.Address, i.PrefixLength))];

    public IReadOnlyList<IPAddress> Resolve(string name)
    {
        try { return System.Net.Dns.GetHostAddresses(name); }
        catch (SocketException) { return []; }
        catch (ArgumentException) { return []; }
    }
}
