using System.Globalization;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// A daemon's command line, which master writes: <c>-c DIR -n SERVICE -k COMMAND -f LISTENERS -p MAXPROC [-a DESCRIPTOR]
/// [-H PREDECESSORS] [-v] [-o NAME=VALUE]... [-- ATTRIBUTE...]</c>. Descriptor 3 is the status channel, listeners follow from 4. Behind -a
/// stands the descriptor of the accepted configuration (<see cref="Config.ConfigSnapshot"/>): main.cf and master.cf are read from there;
/// DIR is what $config_directory says.
/// </summary>
public sealed class HostOptions
{
    public const int StatusFd = 3, FirstListenerFd = 4;

    public string ConfigDirectory { get; private set; } = "/etc/mtasuite";
    public string Service { get; private set; } = "";
    public string Command { get; private set; } = "";
    public int Listeners { get; private set; }
    public int MaxProc { get; private set; }
    /// <summary>-1: there is none, the configuration is read from its directory.</summary>
    public int AcceptedFd { get; private set; } = -1;
    /// <summary>Processes of the same service that are leaving and not gone yet.</summary>
    public int Predecessors { get; private set; }
    public bool Verbose { get; private set; }
    public bool Help { get; private set; }
    public List<KeyValuePair<string, string>> Overrides { get; } = [];
    public List<string> Attributes { get; } = [];

    /// <summary>Null when an option is unknown or lacks its value.</summary>
    public static HostOptions? Parse(string[] args)
    {
        HostOptions o = new();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--help" or "-h")
            {
                o.Help = true;
                return o;
            }
            if (args[i] == "-v")
            {
                o.Verbose = true;
                continue;
            }
            if (args[i] == "--")
            {
                o.Attributes.AddRange(args[(i + 1)..]);
                return o;
            }
            if (i + 1 >= args.Length || !o.Take(args[i], args[++i])) return null;
        }
        return o;
    }

    private bool Take(string option, string value)
    {
        int number = 0;
        if (option is "-f" or "-p" or "-a" or "-H" && !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return false;
        switch (option)
        {
            case "-c": ConfigDirectory = value; return true;
            case "-n": Service = value; return true;
            case "-k": Command = value; return true;
            case "-f": Listeners = number; return true;
            case "-p": MaxProc = number; return true;
            case "-a": AcceptedFd = number; return true;
            case "-H": Predecessors = number; return true;
            case "-o":
                int equals = value.IndexOf('=');
                if (equals <= 0) return false;
                Overrides.Add(new(value[..equals], value[(equals + 1)..]));
                return true;
            default: return false;
        }
    }

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public static List<string> Write(string program, string directory, string service, string command, int listeners, int maxProc,
        bool verbose,
        IEnumerable<KeyValuePair<string, string>> overrides, IEnumerable<string> attributes, int acceptedFd = -1,
        int predecessors = 0)
    {
        List<string> args =
        [
            program, "-c", directory, "-n", service, "-k", command, "-f", listeners.ToString(CultureInfo.InvariantCulture),
            "-p", maxProc.ToString(CultureInfo.InvariantCulture),
        ];
        if (acceptedFd >= 0) args.AddRange(["-a", acceptedFd.ToString(CultureInfo.InvariantCulture)]);
        if (predecessors > 0) args.AddRange(["-H", predecessors.ToString(CultureInfo.InvariantCulture)]);
        if (verbose) args.Add("-v");
        foreach ((string name, string value) in overrides) args.AddRange(["-o", $"{name}={value}"]);
        args.Add("--");
        args.AddRange(attributes);
        return args;
    }
}
