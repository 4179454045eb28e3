using MtaSuite.Common.Config;

namespace MtaSuite.Common.Milter.Client;

/// <summary>What happens to mail when a milter cannot be used (milter_default_action).</summary>
public enum MilterDefaultAction : byte { Shutdown, Accept, Reject, TemporaryFailure, Quarantine }

/// <summary>
/// One milter of a list: where it is and how it is spoken to.
/// <code>
/// item     = service / "{" service *( "," name "=" value ) "}"
/// </code>
/// A service is a <see cref="ServiceAddress"/> that begins with its type.
/// </summary>
public sealed record MilterService
{
    /// <summary>The service as it is written, for the log.</summary>
    public required string Name { get; init; }

    /// <summary>Where it listens; null: nowhere, see <see cref="Problem"/>.</summary>
    public ServiceAddress? Address { get; init; }
    public TimeSpan ConnectTimeout { get; init; }
    public TimeSpan CommandTimeout { get; init; }
    public TimeSpan ContentTimeout { get; init; }
    public MilterDefaultAction DefaultAction { get; init; }

    /// <summary>The version that is offered, with its steps; 0: milter_protocol is none.</summary>
    public uint Version { get; init; } = 6;
    public MilterSteps Steps { get; init; } = MilterSteps.Version6;

    /// <summary>
    /// Events of the content are sent without waiting for the answer to each. Off from the moment on at which the milter said its last word
    /// on a message amid such events: whether it answers those that follow cannot be known.
    /// </summary>
    public bool Pipelining { get; set; }

    /// <summary>Why it can never be used; empty: it can.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The words of milter_default_action.</summary>
    public static bool TryAction(string word, out MilterDefaultAction action)
    {
        (bool known, action) = word.ToLowerInvariant() switch
        {
            "accept" => (true, MilterDefaultAction.Accept),
            "reject" => (true, MilterDefaultAction.Reject),
            "tempfail" => (true, MilterDefaultAction.TemporaryFailure),
            "quarantine" => (true, MilterDefaultAction.Quarantine),
            "shutdown" => (true, MilterDefaultAction.Shutdown),
            _ => (false, MilterDefaultAction.TemporaryFailure),
        };
        return known;
    }

    /// <summary>Reads one item of a list; what is wrong with it is its <see cref="Problem"/>.</summary>
    /// <param name="defaults">Timeouts, action and protocol where the item names none.</param>
    public static MilterService Parse(string item, MilterService defaults)
    {
        if (!item.StartsWith('{')) return defaults.At(item);
        if (!ConfigList.TryUnbrace(item, out string inner)) return defaults with { Name = item, Problem = $"bad braces in \"{item}\"" };
        List<string> parts = ConfigList.Split(inner, ",");
        MilterService service = defaults.At(parts.Count == 0 ? "" : parts[0].Trim());
        foreach (string part in parts.Skip(1))
        {
            string text = part.Trim();
            if (text.StartsWith('{') && ConfigList.TryUnbrace(text, out string unbraced)) text = unbraced;
            int equals = text.IndexOf('=');
            string name = (equals < 0 ? text : text[..equals]).Trim();
            service = service.With(name, equals < 0 ? "" : text[(equals + 1)..].Trim());
        }
        return service;
    }

    private MilterService With(string name, string value)
    {
        MilterService bad = this with { Problem = $"milter {Name}: bad value of {name}: \"{value}\"" };
        bool isTime = TimeText.TryParse(value, 's', out TimeSpan time) && time > TimeSpan.Zero;
        return name switch
        {
            "connect_timeout" => isTime ? this with { ConnectTimeout = time } : bad,
            "command_timeout" => isTime ? this with { CommandTimeout = time } : bad,
            "content_timeout" => isTime ? this with { ContentTimeout = time } : bad,
            "default_action" => TryAction(value, out MilterDefaultAction action) ? this with { DefaultAction = action } : bad,
            "pipelining" => value is "yes" or "no" ? this with { Pipelining = value == "yes" } : bad,
            "protocol" => WithProtocol(value),
            _ => this with { Problem = $"milter {Name}: unknown setting \"{name}\"" },
        };
    }

    /// <summary>A version (2, 3, 4, 6), and perhaps "no_header_reply".</summary>
    public MilterService WithProtocol(string words)
    {
        uint version = 0;
        MilterSteps steps = MilterSteps.None;
        foreach (string word in ConfigList.Split(words))
        {
            if (word == "no_header_reply") steps |= MilterSteps.NoReplyToHeader;
            else if (word is "2" or "3" or "4" or "6" && version == 0) version = (uint)(word[0] - '0');
            else return this with { Version = 0, Problem = $"milter {Name}: bad protocol information: {word}" };
        }
        if (version == 0) return this with { Version = 0, Problem = $"milter {Name}: no protocol version information" };
        return this with { Version = version, Steps = steps | MilterOptions.StepsOf(version) };
    }

    private MilterService At(string service)
    {
        MilterService named = this with { Name = service, Problem = Problem.Replace("milter :", $"milter {service}:") };
        string type = service.Split(':')[0];
        if (type.Length == service.Length)
            return named with { Problem = $"Milter service needs transport:endpoint instead of \"{service}\"" };
        if (!ServiceAddress.IsType(type))
            return named with { Problem = $"invalid transport name: {type} in Milter service: {service}" };
        return ServiceAddress.TryParse(service, out ServiceAddress? address, out string problem) ? named with { Address = address }
            : named with { Problem = $"Milter service {service}: {problem}" };
    }
}
