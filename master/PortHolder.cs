using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;

namespace MtaSuite.Master;

/// <summary>
/// Says which process listens on a port, for the message that it is in use: /proc/net/tcp has the socket, the descriptors of a process
/// have its owner.
/// </summary>
internal static class PortHolder
{
    private const string Listening = "0A"; // TCP_LISTEN

    /// <summary>Text to go behind the error; empty where it cannot be known.</summary>
    public static string Describe(string address)
    {
        if (!IPEndPoint.TryParse(address, out IPEndPoint? endPoint)) return "";
        string port = endPoint.Port.ToString("X4", CultureInfo.InvariantCulture);
        string table = endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? "/proc/net/tcp6" : "/proc/net/tcp";
        if (!ConfigFile.TryRead(table, out string text, out _)) return "";
        // sl local:port remote:port state tx:rx tr:when retransmits uid timeout inode ...
        string[]? line = Array.Find([.. text.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
            f => f.Length > 9 && f[3] == Listening && f[1].EndsWith($":{port}", StringComparison.Ordinal));
        if (line == null) return "";
        return Owner($"socket:[{line[9]}]") is { } owner ? $" by {owner}" : $" by a process of user id {line[7]}";
    }

    private static string? Owner(string link)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(process)[0]) || !Has(process, link)) continue;
            bool known = ConfigFile.TryRead($"{process}/comm", out string name, out _);
            return $"process {Path.GetFileName(process)} ({(known ? name.Trim() : "?")})";
        }
        return null;
    }

    private static bool Has(string process, string link)
    {
        try
        {
            foreach (string descriptor in Directory.EnumerateFiles($"{process}/fd"))
                if (new FileInfo(descriptor).LinkTarget == link) return true;
        }
        catch (IOException) { } // it has ended
        catch (UnauthorizedAccessException) { } // another user's
        return false;
    }
}
