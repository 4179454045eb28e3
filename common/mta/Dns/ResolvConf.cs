using System.Globalization;
using System.Net;

namespace MtaSuite.Common.Dns;

/// <summary>What resolv.conf(5) says.</summary>
public sealed class ResolvConf
{
    // The limits of the C library's resolver.
    private const int MaxServers = 3, MaxTimeout = 30, MaxAttempts = 5, MaxDots = 15;

    /// <summary>At most three; 127.0.0.1 where none is named.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; private set; } = [new(IPAddress.Loopback, 53)];

    /// <summary>Domains to try, the local one first.</summary>
    public IReadOnlyList<string> Search { get; private set; } = [];

    /// <summary>A name with so many dots is tried as it is first.</summary>
    public int Dots { get; private set; } = 1;

    /// <summary>For the first round; doubled in each that follows.</summary>
    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(5);

    public int Attempts { get; private set; } = 2;

    /// <summary>Each question begins with another server.</summary>
    public bool Rotate { get; private set; }

    /// <summary>TCP always.</summary>
    public bool UseTcp { get; private set; }

    /// <summary>Reads the file's text. Unknown and malformed lines are ignored, as in the C library.</summary>
    /// <param name="hostName">Its domain is the search list where the file has none.</param>
    public static ResolvConf Parse(string text, string hostName = "")
    {
        ResolvConf conf = new();
        int dot = hostName.IndexOf('.');
        if (dot > 0 && dot + 1 < hostName.Length) conf.Search = [hostName[(dot + 1)..]];
        List<IPEndPoint> servers = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith('#') || line.StartsWith(';')) continue;
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2) conf.Take(words, servers);
        }
        if (servers.Count > 0) conf.Servers = servers;
        return conf;
    }

    private void Take(string[] words, List<IPEndPoint> servers)
    {
        switch (words[0])
        {
            case "nameserver":
                if (servers.Count < MaxServers && IPAddress.TryParse(words[1], out IPAddress? address))
                    servers.Add(new IPEndPoint(address, 53));
                break;
            case "domain":
                Search = [words[1].TrimEnd('.')];
                break;
            case "search":
                Search = [.. words.Skip(1).Select(w => w.TrimEnd('.')).Where(w => w.Length > 0)];
                break;
            case "options":
                foreach (string word in words.Skip(1)) Option(word);
                break;
        }
    }

    private void Option(string word)
    {
        if (word == "rotate") Rotate = true;
        else if (word == "use-vc") UseTcp = true;
        else if (Number(word, "ndots:", MaxDots) is { } dots) Dots = dots;
        else if (Number(word, "timeout:", MaxTimeout) is { } seconds) Timeout = TimeSpan.FromSeconds(Math.Max(1, seconds));
        else if (Number(word, "attempts:", MaxAttempts) is { } attempts) Attempts = Math.Max(1, attempts);
    }

    private static int? Number(string word, string key, int max) =>
        word.StartsWith(key, StringComparison.Ordinal)
        && int.TryParse(word.AsSpan(key.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? Math.Min(number, max) : null;
}
