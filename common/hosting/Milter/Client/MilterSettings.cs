using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Milter.Client;

/// <summary>What is wrong with a parameter of milters.</summary>
public sealed record MilterProblem(Param Parameter, string Text)
{
    public override string ToString() => $"{Parameter}: {Text}";
}

/// <summary>The parameters of milters, read once: which there are, how they are spoken to, and which macros they get.</summary>
public sealed class MilterSettings
{
    /// <summary>More milters for one message are a mistake; their descriptors travel together.</summary>
    public const int MaxMilters = 32;

    private readonly MilterService _defaults;
    private readonly Dictionary<MacroStage, string[]> _lists;
    private readonly Dictionary<string, string> _macroDefaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<MilterService>> _parsed = new(StringComparer.Ordinal);
    private readonly List<MilterProblem> _problems = [];
    private readonly string[] _unknown;
    private readonly string _daemonName, _version, _hostName;

    public MilterSettings(MailConfig c)
    {
        string word = c.Get(MilterParams.MilterDefaultAction);
        bool known = MilterService.TryAction(word, out MilterDefaultAction action);
        if (!known) _problems.Add(new(MilterParams.MilterDefaultAction, $"unknown action {word}"));
        _defaults = new MilterService
        {
            Name = "",
            ConnectTimeout = c.Get(MilterParams.MilterConnectTimeout),
            CommandTimeout = c.Get(MilterParams.MilterCommandTimeout),
            ContentTimeout = c.Get(MilterParams.MilterContentTimeout),
            DefaultAction = action,
            Pipelining = c.Get(MilterParams.MilterPipelining),
        };
        _defaults = _defaults.WithProtocol(c.Get(MilterParams.MilterProtocol));
        if (_defaults.Problem.Length > 0)
            _problems.Add(new(MilterParams.MilterProtocol, _defaults.Problem.Replace("milter : ", "", StringComparison.Ordinal)));
        _daemonName = c.Get(MilterParams.MilterMacroDaemonName);
        _version = c.Get(MilterParams.MilterMacroV);
        _hostName = c.Get(CommonParams.Myhostname);
        _lists = new()
        {
            [MacroStage.Connect] = Names(c.Get(MilterParams.MilterConnectMacros)),
            [MacroStage.Helo] = Names(c.Get(MilterParams.MilterHeloMacros)),
            [MacroStage.Mail] = Names(c.Get(MilterParams.MilterMailMacros)),
            [MacroStage.Rcpt] = Names(c.Get(MilterParams.MilterRcptMacros)),
            [MacroStage.Data] = Names(c.Get(MilterParams.MilterDataMacros)),
            [MacroStage.EndOfHeader] = Names(c.Get(MilterParams.MilterEndOfHeaderMacros)),
            [MacroStage.EndOfMessage] = Names(c.Get(MilterParams.MilterEndOfDataMacros)),
        };
        _unknown = Names(c.Get(MilterParams.MilterUnknownCommandMacros));
        ReadDefaults(c.Get(MilterParams.MilterMacroDefaults));
        Smtpd = Read(MilterParams.SmtpdMilters, c.Get(MilterParams.SmtpdMilters));
        NonSmtpd = Read(MilterParams.NonSmtpdMilters, c.Get(MilterParams.NonSmtpdMilters));
        SmtpdMaps = Maps.Open(c.Get(MilterParams.SmtpdMilterMaps));
        _problems.AddRange(SmtpdMaps.OpenErrors.Select(e => new MilterProblem(MilterParams.SmtpdMilterMaps, e)));
    }

    /// <summary>Stands for milters that nobody can name now.</summary>
    public static MilterService Unavailable { get; } = new()
    {
        Name = MilterParams.SmtpdMilterMaps.Name,
        DefaultAction = MilterDefaultAction.TemporaryFailure,
        Problem = $"{MilterParams.SmtpdMilterMaps}: table lookup error",
    };

    /// <summary>smtpd_milters, in order.</summary>
    public IReadOnlyList<MilterService> Smtpd { get; }

    /// <summary>smtpd_milter_maps: milters by the client's address, instead of those.</summary>
    public Maps SmtpdMaps { get; }

    /// <summary>non_smtpd_milters, in order.</summary>
    public IReadOnlyList<MilterService> NonSmtpd { get; }

    /// <summary>What is wrong with these parameters.</summary>
    public IReadOnlyList<MilterProblem> Problems => _problems;

    private List<MilterService> Read(TextParam parameter, string text)
    {
        List<MilterService> services = [.. ConfigList.Split(text).Select(i => MilterService.Parse(i, _defaults))];
        _problems.AddRange(services.Where(s => s.Problem.Length > 0).Select(s => new MilterProblem(parameter, s.Problem)));
        if (services.Count > MaxMilters) _problems.Add(new(parameter, s_tooMany));
        return services;
    }

    private static readonly string s_tooMany = $"more than {MaxMilters} milters";

    /// <summary>What is wrong with a list as smtpd_milter_maps may have it; empty: nothing.</summary>
    public string ProblemOf(string text)
    {
        if (IsNone(text)) return "";
        List<string> items = ConfigList.Split(text);
        return items.Select(i => MilterService.Parse(i, _defaults).Problem).FirstOrDefault(p => p.Length > 0)
            ?? (items.Count > MaxMilters ? s_tooMany : "");
    }

    private static bool IsNone(string text) => text.Trim().Equals("DISABLE", StringComparison.OrdinalIgnoreCase);

    /// <summary>A list found in smtpd_milter_maps; DISABLE is an empty one.</summary>
    public IReadOnlyList<MilterService> Parse(string text)
    {
        const int enough = 1000;
        if (_parsed.TryGetValue(text, out IReadOnlyList<MilterService>? known)) return known;
        if (_parsed.Count >= enough) _parsed.Clear();
        return _parsed[text] = IsNone(text) ? []
            : [.. ConfigList.Split(text).Select(i => MilterService.Parse(i, _defaults)).Take(MaxMilters)];
    }

    // ---- macros ----------------------------------------------------------------------------------------------------

    private static string[] Names(string text) => [.. ConfigList.Split(text)];

    /// <summary>name=value, with or without braces around the name, or around the whole.</summary>
    private void ReadDefaults(string text)
    {
        foreach (string item in ConfigList.Split(text))
        {
            string pair = item;
            if (pair.StartsWith('{') && ConfigList.TryUnbrace(pair, out string inner) && inner.Contains('=')) pair = inner;
            int equals = pair.IndexOf('=');
            if (equals <= 0) _problems.Add(new(MilterParams.MilterMacroDefaults, $"need name=value: {item}"));
            else _macroDefaults[Canonical(pair[..equals].Trim())] = pair[(equals + 1)..].Trim();
        }
    }

    /// <summary>The names of the macros for an event, as they are configured.</summary>
    public IReadOnlyList<string> MacroNames(MacroStage stage) => _lists[stage];

    private static string Canonical(string name) => name.StartsWith('{') ? name : $"{{{name}}}";

    /// <summary>
    /// Names and values for an event, in turn; null where none are wanted. A milter that named its macros gets those.
    /// </summary>
    /// <param name="value">The value of a macro, its name in braces; null: there is none.</param>
    public List<string>? Macros(MacroStage stage, MilterOptions? options, Func<string, string?> value)
    {
        string[] names = options is not null && options.MacroLists.TryGetValue(stage, out string? own) ? Names(own) : _lists[stage];
        return Macros(names, value);
    }

    /// <summary>Those for an unknown command.</summary>
    public List<string>? UnknownCommandMacros(Func<string, string?> value) => Macros(_unknown, value);

    private List<string>? Macros(string[] names, Func<string, string?> value)
    {
        if (names.Length == 0) return null;
        List<string> result = new(names.Length * 2);
        foreach (string name in names.Take(MtaSuite.Common.Ipc.Messages.MilterHandover.MaxMacros / 2))
        {
            string canonical = Canonical(name);
            string? text = canonical switch
            {
                "{daemon_name}" => _daemonName,
                "{v}" => _version,
                "{j}" => _hostName,
                _ => value(canonical),
            };
            if (text is null && !_macroDefaults.TryGetValue(canonical, out text)) continue;
            result.Add(name);
            result.Add(text);
        }
        return result;
    }
}
