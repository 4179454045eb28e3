using MtaSuite.Common.Config;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// The command line of a daemon that runs without master: <c>-c DIR --listen ADDRESS [--listen ADDRESS]... [--socket-group GROUP] [-v]
/// [-o NAME=VALUE]...</c>
/// </summary>
public sealed class StandaloneOptions
{
    public string ConfigDirectory { get; private set; } = "/etc/mtasuite";
    public List<ServiceAddress> Listeners { get; } = [];
    /// <summary>The group that may connect to Unix sockets; empty: the daemon's own.</summary>
    public string SocketGroup { get; private set; } = "";
    public bool Verbose { get; private set; }
    public List<KeyValuePair<string, string>> Overrides { get; } = [];

    /// <summary>The command line asks for a daemon without master.</summary>
    public static bool IsAsked(string[] args) =>
        Array.Exists(args, a => a == "--listen" || a.StartsWith("--listen=", StringComparison.Ordinal));

    /// <summary>Null with what is wrong.</summary>
    public static StandaloneOptions? Parse(string[] args, out string problem)
    {
        StandaloneOptions options = new();
        problem = "";
        for (int i = 0; i < args.Length && problem.Length == 0; i++)
        {
            if (args[i] == "-v")
            {
                options.Verbose = true;
                continue;
            }
            int equals = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i].IndexOf('=') : -1;
            string name = equals < 0 ? args[i] : args[i][..equals];
            string? value = equals >= 0 ? args[i][(equals + 1)..] : ++i < args.Length ? args[i] : null;
            problem = value == null ? $"{name}: unknown, or its value is missing" : options.Take(name, value);
        }
        return problem.Length == 0 ? options : null;
    }

    private string Take(string option, string value)
    {
        switch (option)
        {
            case "-c":
                ConfigDirectory = value;
                return "";
            case "--listen":
                if (!ServiceAddress.TryParse(value, out ServiceAddress? address, out string problem)) return $"--listen {value}: {problem}";
                if (StandaloneSocket.Refusal(address) is { } refusal) return $"--listen {value}: {refusal}";
                Listeners.Add(address);
                return "";
            case "--socket-group":
                SocketGroup = value;
                return "";
            case "-o":
                int equals = value.IndexOf('=');
                if (equals <= 0) return $"-o {value}: it must be NAME=VALUE";
                Overrides.Add(new(value[..equals].Trim(), value[(equals + 1)..].Trim()));
                return "";
            default:
                return $"unknown option {option}";
        }
    }
}
