using System.Globalization;
using System.Text;
using MtaSuite.Common.Config;

namespace MtaSuite.Bounce;

/// <summary>
/// Expands $name in a template's text as main.cf does, and the names that bounce(5) adds: delay_warning_time and maximal_queue_lifetime
/// with one of _seconds, _minutes, _hours, _days and _weeks behind them.
/// </summary>
internal sealed class TemplateExpander(NoticeSettings settings, MailConfig config)
{
    /// <summary>The text with its names replaced. False when the syntax is wrong; the problem says how.</summary>
    public bool TryExpand(string text, out string expanded, out string? problem) =>
        config.TryExpand(text, Value, out expanded, out problem);

    private string? Value(string name)
    {
        if (Time(name, "delay_warning_time_", settings.DelayWarningTime) is { } delay) return delay;
        if (Time(name, "maximal_queue_lifetime_", settings.MaximalQueueLifetime) is { } lifetime) return lifetime;
        // the text holds bytes, so a value beyond ASCII goes in as its UTF-8 bytes
        return config.TryExpand("$" + name, out string value, out _)
            && !Ascii.IsValid(value) ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value)) : null;
    }

    private static string? Time(string name, string prefix, TimeSpan time)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return null;
        long unit = name[prefix.Length..] switch
        {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            "days" => 86400,
            "weeks" => 7 * 86400,
            _ => 0,
        };
        return unit == 0 ? null : ((long)time.TotalSeconds / unit).ToString(CultureInfo.InvariantCulture);
    }
}
