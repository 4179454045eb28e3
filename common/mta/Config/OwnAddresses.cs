using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Config;

/// <summary>The addresses this mail system has: what <c>inet_interfaces</c> and <c>inet_protocols</c> leave of the machine's.</summary>
public static class OwnAddresses
{
    /// <summary>The addresses of <c>inet_interfaces</c>; an address no interface has gets the prefix of a single host.</summary>
    public static List<InterfaceAddress> Of(MailConfig config)
    {
        IReadOnlyList<InterfaceAddress> all = config.Host.Interfaces;
        var result = new List<InterfaceAddress>();
        foreach (string item in config.GetList(CommonParams.InetInterfaces))
        {
            if (item == "all") result.AddRange(all);
            else if (item == "loopback-only") result.AddRange(all.Where(i => IPAddress.IsLoopback(i.Address)));
            else result.AddRange(Named(item, config.Host).Select(a => WithPrefix(a, all)));
        }
        List<string> protocols = config.GetList(CommonParams.InetProtocols);
        bool any = protocols.Contains("all");
        return [.. result.Where(i => any || protocols.Contains(i.Address.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6"))
            .Distinct()];
    }

    /// <summary>
    /// Whether the machine has an address: one of an interface, or within the network of the loopback interface, all of which it answers
    /// to.
    /// </summary>
    public static bool IsLocal(IPAddress address, IHostFacts host) =>
        IPAddress.IsLoopback(address) ? host.Interfaces.Any(i => i.Address.AddressFamily == address.AddressFamily
            && IPAddress.IsLoopback(i.Address))
            : host.Interfaces.Any(i => i.Address.Equals(address));

    private static IEnumerable<IPAddress> Named(string item, IHostFacts host)
    {
        string bare = item.StartsWith('[') && item.EndsWith(']') ? item[1..^1] : item;
        return IPAddress.TryParse(bare, out IPAddress? address) ? [address] : host.Resolve(bare);
    }

    private static InterfaceAddress WithPrefix(IPAddress address, IReadOnlyList<InterfaceAddress> all)
    {
        foreach (InterfaceAddress known in all)
            if (known.Address.Equals(address)) return known;
        return new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    /// <summary>The default of <c>mynetworks</c>: the networks of the own addresses, as wide as <c>mynetworks_style</c> says.</summary>
    internal static string NetworksText(MailConfig config)
    {
        string style = config.Get(CommonParams.MynetworksStyle);
        return string.Join(' ', Of(config).Select(i => NetworkText(i, style)).Distinct());
    }

    private static string NetworkText(InterfaceAddress own, string style)
    {
        byte[] bytes = own.Address.GetAddressBytes();
        int bits = style switch
        {
            "host" => bytes.Length * 8,
            "class" when bytes.Length == 4 => bytes[0] < 128 ? 8 : bytes[0] < 192 ? 16 : bytes[0] < 224 ? 24 : 32,
            _ => own.PrefixLength,
        };
        for (int i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xff00 >> Math.Clamp(bits - i * 8, 0, 8));
        var network = new IPAddress(bytes);
        return bytes.Length == 4 ? $"{network}/{bits}" : $"[{network}]/{bits}";
    }
}
