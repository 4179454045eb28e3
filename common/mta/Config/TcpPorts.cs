using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>Port numbers by service name: known_tcp_ports first, then the system's list.</summary>
public sealed class TcpPorts(string known)
{
    private readonly Dictionary<string, int> _known = ReadKnown(known);

    /// <summary>A number from 1 to 65535, or the name of a service.</summary>
    public bool TryFind(string service, out int port)
    {
        if (int.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out port)) return port is > 0 and < 65536;
        if (_known.TryGetValue(service, out port)) return true;
        if (!TrySystem(service, out port)) return false;
        _known[service] = port;
        return true;
    }

    private static Dictionary<string, int> ReadKnown(string known)
    {
        Dictionary<string, int> result = new(StringComparer.Ordinal);
        foreach (string item in MailConfig.SplitList(known))
        {
            string[] names = item.Split('=', StringSplitOptions.TrimEntries);
            if (!int.TryParse(names[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int port)) continue;
            foreach (string name in names[..^1]) result[name] = port;
        }
        return result;
    }

    /// <summary>A service of TCP by its name in services(5), or another name of it there.</summary>
    public static bool TrySystem(string service, out int port)
    {
        port = 0;
        foreach (string line in File.Exists("/etc/services") ? File.ReadLines("/etc/services") : [])
        {
            string[] fields = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || !fields[1].EndsWith("/tcp", StringComparison.Ordinal)) continue;
            if (fields[0] == service || fields.AsSpan(2).Contains(service))
                return int.TryParse(fields[1].AsSpan(0, fields[1].Length - 4), NumberStyles.None, CultureInfo.InvariantCulture, out port);
        }
        return false;
    }
}
