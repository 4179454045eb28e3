using System.Net;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postaccess;

/// <summary>postaccess: which restriction would decide about a client's attempt. It checks what it is given; smtpd itself judges.</summary>
internal static class PostaccessCommand
{
    private const string Usage = "usage: postaccess [-c config_dir] [-j] [-o name=value] [--service name] [--name hostname] [--helo "
        + "name] [--login user] [--tls]"
        + " --client address [--from address] --rcpt address [--rcpt address]...";

    public const string Manual = """
        postaccess - show which access rule would decide about a client, stage by stage

        usage: postaccess [options] --client IP [--helo H] [--from A] --rcpt B [--rcpt B]...

          --client IP      the client's address
          --name NAME      its verified name; otherwise the name service is asked, as smtpd does
          --helo H         the name in HELO or EHLO; none: the client says neither
          --from A         envelope sender; none, or <>: the empty one
          --rcpt B         a recipient; may come several times
          --login USER     the client has logged in as USER
          --tls            the session is encrypted
          --service NAME   service of master.cf, by its first column (default: smtp, else the first smtpd of type inet); its -o
                           settings count
          -o NAME=VALUE    a parameter of main.cf, to try what it would change
          -j               JSON, one object
          -c DIR           configuration folder

        smtpd itself is asked, so that the answer is the one it would give: the same tables, name service and verify service. Nothing is
        counted, logged or queued. Behind the stages stand the filters that would be asked, in the order of a session: milters with the
        macros that each event gives them, policy servers, the greylist, the content filter. They are not asked; a milter may refuse what
        the rules accept. Files are read as the user who asks; as root, what mail_owner may not read is read all the same. Not
        known here, and taken as if nothing was wrong: rates and limits (anvil), client certificates, pipelining, the size and content of
        the message.

        Exit status: 0 all recipients would be accepted; 1 some would not; 64 wrong usage; 78 bad configuration.

        """;

    public static int Run(string[] args)
    {
        AccessQuestion q = new();
        GetOpt options = new(args, "c:jo:v", "client:", "name:", "helo:", "from:", "rcpt:", "login:", "tls", "service:", "json");
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            if (c == '?') return Tool.Fatal(ExitCode.Usage, Usage);
            if (q.Take(c == '-' ? options.LongName : c.ToString(), options.Value) is { } problem)
                return Tool.Fatal(ExitCode.Usage, problem);
        }
        if (options.Operands.Count > 0) return Tool.Fatal(ExitCode.Usage, $"unexpected argument \"{options.Operands[0]}\"; {Usage}");
        if (q.Missing is { } missing) return Tool.Fatal(ExitCode.Usage, $"{missing}; {Usage}");
        MailConfig? config = Tool.LoadConfig(q.Directory, "postaccess", quiet: true);
        if (config == null) return ExitCode.Configuration;
        string directory = Path.GetFullPath(Tool.ConfigDirectory(q.Directory));
        List<ConfigProblem> problems = [];
        ServiceEntry? service = ChooseService(MasterCf.Load(directory, problems), q.Service, out string error);
        return service == null ? Tool.Fatal(q.Service.Length > 0 ? ExitCode.Usage : ExitCode.Configuration, error)
            : Ask(config, directory, service, q);
    }

    /// <summary>The named service, by its first column or its port; without a name the one that serves other mail systems.</summary>
    internal static ServiceEntry? ChooseService(List<ServiceEntry> all, string name, out string error)
    {
        List<ServiceEntry> servers = all.FindAll(s => s.Type is ServiceType.Inet or ServiceType.Pass && s.Command == "smtpd");
        ServiceEntry? found = name.Length == 0
            ? servers.Find(s => Port(s) is "smtp" or "25") ?? servers.FirstOrDefault()
            : servers.Find(s => s.Name == name || s.ToString() == name) ?? servers.Find(s => Port(s) == name);
        string known = string.Join(", ", servers.Select(s => s.Name));
        error = found != null ? "" : servers.Count == 0 ? "master.cf has no service of type inet with the command smtpd"
            : $"master.cf has no smtpd service \"{name}\"; there is: {known}";
        return found;
    }

    private static string Port(ServiceEntry service) => service.Name[(service.Name.LastIndexOf(':') + 1)..];

    private static int Ask(MailConfig config, string directory, ServiceEntry service, AccessQuestion q)
    {
        string program = ExplainCall.Program(config);
        Tool.Flush();
        int error = -Processes.Exec(program, ExplainCall.Arguments(directory, service, q.Overrides, q.Attributes), Tool.OwnEnvironment());
        return Tool.Fatal(ExitCode.OsError, $"exec {program}: {Errno.Text(error)}");
    }
}

/// <summary>What is asked, each value checked when it is taken.</summary>
internal sealed class AccessQuestion
{
    private bool _client, _recipient;

    public string? Directory { get; private set; }
    public string Service { get; private set; } = "";
    public List<KeyValuePair<string, string>> Overrides { get; } = [];
    /// <summary>As smtpd wants them.</summary>
    public List<string> Attributes { get; } = [];

    /// <summary>What is wanted and was not given; null: nothing.</summary>
    public string? Missing => !_client ? "--client is missing: the client's IP address" : !_recipient ? "--rcpt is missing: a "
        + "recipient's address" : null;

    /// <summary>Takes an option; what is wrong with it, or null.</summary>
    public string? Take(string option, string value)
    {
        switch (option)
        {
            case "c": Directory = value; return null;
            case "v": return null;
            case "j" or "json": return Add("json", "yes");
            case "tls": return Add("tls", "yes");
            case "o": return TakeOverride(value);
            case "service": Service = value; return value.Length > 0 ? null : "--service: empty";
            case "client": return TakeClient(value);
            case "name": return HostName.IsValid(value) ? Add("name", value) : $"--name: \"{value}\" is not a host name";
            case "helo":
                return IsWord(value) ? Add("helo", value)
                : $"--helo: \"{value}\" is not what a client can say: a host name or [address], without spaces";
            case "login": return IsWord(value) ? Add("login", value) : $"--login: \"{value}\" is not a login name";
            case "from": return TakeAddress("from", value, allowEmpty: true);
            case "rcpt":
                _recipient = true;
                return TakeAddress("rcpt", value, allowEmpty: false);
            default: return $"unknown option {option}";
        }
    }

    private string? Add(string name, string value)
    {
        Attributes.Add($"{name}={value}");
        return null;
    }

    private string? TakeOverride(string value)
    {
        if (value.Split('=', 2) is not [var name, var text] || name.Trim().Length == 0) return $"-o: \"{value}\" is not NAME=VALUE";
        if (ParamRegistry.Find(name.Trim()) == null && !name.StartsWith('_')) return $"-o: there is no parameter {name.Trim()}";
        Overrides.Add(KeyValuePair.Create(name.Trim(), text.Trim()));
        return null;
    }

    private string? TakeClient(string value)
    {
        _client = true;
        if (HostLookup.TryParseAddress(value, out IPAddress? address)) return Add("client", address.ToString());
        return HostName.IsValid(value)
            ? $"--client: \"{value}\" is a name; give the address that the client connects from (--name says what it is called)"
            : $"--client: \"{value}\" is not an IP address";
    }

    private string? TakeAddress(string option, string value, bool allowEmpty)
    {
        string text = value.StartsWith('<') ? value : $"<{value}>";
        byte[] path = Encoding.UTF8.GetBytes(text);
        bool ok = SmtpPath.TryParse(path, new SmtpPathOptions(Strict: false, AllowUtf8: true, allowEmpty), out string address,
            out int consumed, out SmtpPathError error);
        if (ok && consumed == path.Length) return Add(option, address);
        string reason = ok ? $": \"{text[Math.Min(consumed, text.Length)..]}\" is too much"
            : error == SmtpPathError.Empty ? ": it is empty" : "";
        return $"--{option}: \"{value}\" is not an address{reason}";
    }

    private static bool IsWord(string value) => value.Length is > 0 and <= 255 && !value.Any(c => c is ' ' || char.IsControl(c));
}
