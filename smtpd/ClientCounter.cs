using System.Net;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd;

/// <summary>Connections open at once for each client network, in this process.</summary>
internal sealed class ClientCounter(int ipv4Prefix, int ipv6Prefix)
{
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Counts a connection in and says how many there are now.</summary>
    public int Enter(IPAddress address)
    {
        IPAddress key = Network(address);
        ref int count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
        return ++count;
    }

    /// <summary>How many connections a client has.</summary>
    public int CountOf(IPAddress address) => _counts.GetValueOrDefault(Network(address));

    public void Leave(IPAddress address)
    {
        IPAddress key = Network(address);
        if (!_counts.TryGetValue(key, out int count)) return;
        if (count > 1) _counts[key] = count - 1;
        else _counts.Remove(key);
    }

    /// <summary>The client that an address belongs to, as anvil is told of it: the address, or "network/bits".</summary>
    public string Ident(IPAddress address)
    {
        IPAddress network = Network(address);
        int prefix = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? ipv4Prefix : ipv6Prefix;
        int bits = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        return prefix >= bits ? network.ToString() : $"{network}/{prefix}";
    }

    private IPAddress Network(IPAddress address) => IpPrefix.Network(address,
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? ipv4Prefix : ipv6Prefix);
}
