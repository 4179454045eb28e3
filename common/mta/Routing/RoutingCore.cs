using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// What all parts of rewriting and routing stand on, opened once for a process: local domains, the standard form, address look-ups. It and
/// what is made from it keep nothing between questions, so that several messages may ask at the same time.
/// </summary>
public sealed class RoutingCore : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<string> _problems = [];

    /// <param name="trace">Records what decides on addresses; null: no trace.</param>
    public RoutingCore(MailConfig config, TableOptions? options = null, RouteTrace? trace = null)
    {
        Trace = trace;
        Config = config;
        Utf8 = config.Get(CommonParams.Smtputf8Enable);
        Options = (options ?? TableOptions.Default) with { Utf8 = Utf8 };
        Myhostname = config.Get(CommonParams.Myhostname);
        EmptyAddressRecipient = config.Get(CleanupParams.EmptyAddressRecipient);
        DoubleBounceSender = config.Get(BounceParams.DoubleBounceSender);
        Local = Own(new LocalDomains(config, Options), l => l.Problems, RewriteParams.Mydestination);
        Rewriter = new TrivialRewriter(RewriteRules.From(config));
        Lookup = new AddressLookup(Local, Rewriter.Rules.Myorigin, RecipientDelimiter.From(config));
        Mapper = new AddressMapper(Lookup, Rewriter);
        List<string> propagate = config.GetList(RewriteParams.PropagateUnmatchedExtensions);
        PropagateCanonical = propagate.Contains("canonical", StringComparer.OrdinalIgnoreCase);
        PropagateVirtual = propagate.Contains("virtual", StringComparer.OrdinalIgnoreCase);
    }

    public MailConfig Config { get; }
    public RouteTrace? Trace { get; }
    public TableOptions Options { get; }
    /// <summary>smtputf8_enable.</summary>
    public bool Utf8 { get; }
    public string Myhostname { get; }
    public string EmptyAddressRecipient { get; }
    public string DoubleBounceSender { get; }
    public LocalDomains Local { get; }
    public TrivialRewriter Rewriter { get; }
    public AddressLookup Lookup { get; }
    public AddressMapper Mapper { get; }
    public bool PropagateCanonical { get; }
    public bool PropagateVirtual { get; }

    /// <summary>"parameter: what is wrong" of each list and table opened so far, for the log and mtasuite check.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Opens a parameter's tables; they are closed with this object.</summary>
    public Maps OpenMaps(TextParam parameter, bool allowSubstitution = true)
    {
        string value = Config.Get(parameter);
        if (value.Length == 0) return Maps.Empty;
        Maps maps = Own(Maps.Open(value, Options with { AllowSubstitution = allowSubstitution }), m => m.OpenErrors, parameter);
        if (Trace is { } trace)
            maps.Answered = (table, key, result) =>
                trace.Add(parameter.Name, table.Spec, key, result.IsFound ? result.Value : $"lookup failure: {result.ErrorText}");
        return maps;
    }

    /// <summary>Opens a parameter's list; it is closed with this object.</summary>
    public MatchList OpenList(TextParam parameter, MatchStyle style) =>
        Own(new MatchList(Config.Get(parameter), style, MatchList.ParentsMatch(Config, parameter.Name), Options), l => l.Problems,
        parameter);

    private T Own<T>(T part, Func<T, IEnumerable<string>> problems, TextParam parameter) where T : IDisposable
    {
        _owned.Add(part);
        _problems.AddRange(problems(part).Select(p => $"{parameter.Name}: {p}"));
        return part;
    }

    public void Dispose()
    {
        foreach (IDisposable part in _owned) part.Dispose();
    }
}
