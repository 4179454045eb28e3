using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd.Explain;

/// <summary>A filter that would be asked about a session.</summary>
/// <param name="Stage">CONNECT, HELO, MAIL, RCPT &lt;address&gt;, DATA, END-OF-HEADER, END-OF-MESSAGE, QUEUE.</param>
/// <param name="Kind">"milter", "policy server", "greylist" or "content filter".</param>
/// <param name="Name">As the configuration writes it.</param>
/// <param name="Parameter">The parameter or class that names it.</param>
/// <param name="Macros">The names of the macros that a milter gets, unless it asks for others.</param>
internal sealed record AskedFilter(string Stage, string Kind, string Name, string Parameter, IReadOnlyList<string> Macros);

/// <summary>
/// Gathers the filters of a session that is only thought of, in the order in which a real one would ask them: at each stage the servers of
/// its restrictions, then the milters. None of them is asked.
/// </summary>
internal sealed class AskedFilters(MilterSettings settings)
{
    private readonly List<AskedFilter> _all = [];
    private IReadOnlyList<MilterService> _milters = [];
    private string _parameter = "";

    public IReadOnlyList<AskedFilter> All => _all;

    /// <summary>The milters of the session.</summary>
    public void Use(IReadOnlyList<MilterService> milters)
    {
        _milters = milters;
        _parameter = ReferenceEquals(milters, settings.Smtpd) ? "smtpd_milters" : "smtpd_milter_maps";
    }

    /// <summary>A stage begins.</summary>
    /// <param name="servers">Those that its restrictions ask.</param>
    /// <param name="macros">The stage for milters; null: they do not hear of it.</param>
    public void Add(string stage, IEnumerable<AskedServer> servers, MacroStage? macros = null)
    {
        foreach (AskedServer server in servers) _all.Add(new AskedFilter(stage, server.Kind, server.Name, server.List, []));
        foreach (MilterService milter in macros is null ? [] : _milters)
            _all.Add(new AskedFilter(stage, "milter", milter.Name, _parameter, settings.MacroNames(macros!.Value)));
    }

    /// <summary>Where the message goes from the queue.</summary>
    public void AddContentFilter(string filter, string parameter)
    {
        if (filter.Length > 0) _all.Add(new AskedFilter("QUEUE", "content filter", filter, parameter, []));
    }
}
