using System.Globalization;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Config;

/// <summary>
/// One policy server as a restriction names it, with what holds for it: <c>smtpd_policy_service_*</c>, or its own settings in braces.
/// <code>
/// server = address  /  "{" address *( "," setting ) "}"
/// setting = ( "default_action" / "max_idle" / "max_ttl" / "policy_context" / "request_limit" / "retry_delay" / "timeout" / "try_limit" )
///           "=" value   / "{" setting "}"
/// </code>
/// </summary>
public sealed record PolicyServerSettings(string Name, ServiceAddress Address)
{
    /// <summary>What is done when nobody answers, as in an access table.</summary>
    public string DefaultAction { get; private init; } = "";

    /// <summary>A connection that is not used for so long is closed.</summary>
    public TimeSpan MaxIdle { get; private init; }

    /// <summary>A connection is used for so long at most.</summary>
    public TimeSpan MaxTtl { get; private init; }

    /// <summary>Requests over one connection; 0: no limit.</summary>
    public int RequestLimit { get; private init; }

    /// <summary>Before another attempt.</summary>
    public TimeSpan RetryDelay { get; private init; }

    /// <summary>To connect, and for the answer, each.</summary>
    public TimeSpan Timeout { get; private init; }

    /// <summary>Attempts for one request.</summary>
    public int TryLimit { get; private init; }

    /// <summary>The attribute policy_context.</summary>
    public string Context { get; private init; } = "";

    /// <summary>Reads the argument of check_policy_service; null and what is wrong with it.</summary>
    public static PolicyServerSettings? Parse(string text, MailConfig config, out string problem)
    {
        if (!ConfigList.TryUnbrace(text, out string inner))
        {
            problem = "braces do not match";
            return null;
        }
        List<string> items = text.StartsWith('{') ? ConfigList.Split(inner) : [text];
        if (items.Count == 0)
        {
            problem = "a policy server must be named";
            return null;
        }
        if (!ServiceAddress.TryParse(items[0], out ServiceAddress? address, out problem)) return null;
        PolicyServerSettings? settings = new(items[0], address)
        {
            DefaultAction = config.Get(SmtpdParams.SmtpdPolicyServiceDefaultAction),
            MaxIdle = config.Get(SmtpdParams.SmtpdPolicyServiceMaxIdle),
            MaxTtl = config.Get(SmtpdParams.SmtpdPolicyServiceMaxTtl),
            RequestLimit = config.Get(SmtpdParams.SmtpdPolicyServiceRequestLimit),
            RetryDelay = config.Get(SmtpdParams.SmtpdPolicyServiceRetryDelay),
            Timeout = config.Get(SmtpdParams.SmtpdPolicyServiceTimeout),
            TryLimit = config.Get(SmtpdParams.SmtpdPolicyServiceTryLimit),
            Context = config.Get(SmtpdParams.SmtpdPolicyServicePolicyContext),
        };
        for (int i = 1; i < items.Count && settings != null; i++) settings = settings.With(items[i], out problem);
        return settings;
    }

    /// <summary>With one setting of its own; null and what is wrong with it.</summary>
    private PolicyServerSettings? With(string item, out string problem)
    {
        problem = "";
        int equals = -1;
        if (ConfigList.TryUnbrace(item, out string setting)) equals = setting.IndexOf('=');
        if (equals < 0)
        {
            problem = $"\"{item}\" must be name=value";
            return null;
        }
        string name = setting[..equals].Trim(), value = setting[(equals + 1)..].Trim();
        PolicyServerSettings? result = name switch
        {
            "default_action" => value.Length > 0 ? this with { DefaultAction = value } : null,
            "policy_context" => this with { Context = value },
            "max_idle" => Time(value) is { } time ? this with { MaxIdle = time } : null,
            "max_ttl" => Time(value) is { } time ? this with { MaxTtl = time } : null,
            "retry_delay" => Time(value) is { } time ? this with { RetryDelay = time } : null,
            "timeout" => Time(value) is { } time ? this with { Timeout = time } : null,
            "request_limit" => Number(value, 0) is { } number ? this with { RequestLimit = number } : null,
            "try_limit" => Number(value, 1) is { } number ? this with { TryLimit = number } : null,
            _ => Unknown(out problem),
        };
        if (result == null && problem.Length == 0) problem = $"bad value of {name}: \"{value}\"";
        return result;

        PolicyServerSettings? Unknown(out string what)
        {
            what = $"unknown setting: {name}";
            return null;
        }
    }

    private static TimeSpan? Time(string text) => TimeText.TryParse(text, 's', out TimeSpan time) && time > TimeSpan.Zero ? time : null;

    private static int? Number(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least ? number : null;
}
