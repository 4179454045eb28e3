using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>
/// smtpd_proxy_filter and what belongs to it. A filter that is named and cannot be understood is still in use: its mail is refused for now.
/// </summary>
internal sealed class ProxySettings
{
    public ProxySettings(MailConfig c)
    {
        Name = c.Get(SmtpdParams.SmtpdProxyFilter);
        Ehlo = c.Get(SmtpdParams.SmtpdProxyEhlo);
        Timeout = c.Get(SmtpdParams.SmtpdProxyTimeout);
        LineLimit = c.Get(CleanupParams.LineLengthLimit);
        SpeedAdjust = c.GetList(SmtpdParams.SmtpdProxyOptions).Contains("speed_adjust", StringComparer.OrdinalIgnoreCase);
        if (!IsUsed) return;
        if (ServiceAddress.TryParseProxyFilter(Name, out ServiceAddress? address, out string problem)) Address = address;
        else Problem = $"{SmtpdParams.SmtpdProxyFilter}: {problem}";
    }

    /// <summary>All mail of the service goes through a filter.</summary>
    public bool IsUsed => Name.Length > 0;

    /// <summary>As written, for the log.</summary>
    public string Name { get; }

    /// <summary>Where it listens; null: <see cref="Problem"/>.</summary>
    public ServiceAddress? Address { get; }

    /// <summary>What is wrong with the address; empty: nothing.</summary>
    public string Problem { get; } = "";

    public string Ehlo { get; }

    /// <summary>To connect, for each command with its reply, and for room for content.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>The longest line of a reply.</summary>
    public int LineLimit { get; }

    /// <summary>A filter is asked only when the whole message is here.</summary>
    public bool SpeedAdjust { get; }
}
