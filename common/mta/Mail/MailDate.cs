using System.Globalization;

namespace MtaSuite.Common.Mail;

/// <summary>Dates and message ids as they stand in headers.</summary>
public static class MailDate
{
    [ThreadStatic] private static string? t_text;
    [ThreadStatic] private static long t_second;

    /// <summary>
    /// RFC 5322 3.3 date-time in the machine's zone, with the zone's name as a comment: "Sat, 21 Nov 2026 19:04:03 +0000 (UTC)". The text
    /// of the last second is kept for each thread.
    /// </summary>
    public static string Format(DateTimeOffset time)
    {
        long second = time.ToUnixTimeSeconds();
        if (t_text is not null && t_second == second) return t_text;
        string text = Format(time, TimeZoneInfo.Local);
        (t_text, t_second) = (text, second);
        return text;
    }

    /// <summary>The same in a given zone.</summary>
    public static string Format(DateTimeOffset time, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time, zone);
        int minutes = (int)local.Offset.TotalMinutes;
        int size = Math.Abs(minutes);
        string name = ZoneName(zone, local);
        return string.Create(CultureInfo.InvariantCulture,
            $"{local:ddd, dd MMM yyyy HH:mm:ss} "
                + $"{(minutes < 0 ? '-' : '+')}{size / 60:00}{size % 60:00}{(name.Length == 0 ? "" : $" ({name})")}");
    }

    /// <summary>A Message-ID with its brackets: "&lt;YYYYMMDDhhmmss.QUEUEID@host&gt;", time in UTC.</summary>
    public static string MessageId(DateTimeOffset time, string queueId, string hostname) =>
        string.Create(CultureInfo.InvariantCulture, $"<{time.UtcDateTime:yyyyMMddHHmmss}.{queueId}@{hostname}>");

    // The runtime knows abbreviations as the zone's names when globalization is invariant; a long name is none.
    private static string ZoneName(TimeZoneInfo zone, DateTimeOffset local)
    {
        string name = zone.IsDaylightSavingTime(local) ? zone.DaylightName : zone.StandardName;
        if (name.Length is > 0 and <= 6 && !name.AsSpan().ContainsAny(' ', '(', ')')) return name;
        return local.Offset == TimeSpan.Zero && zone.BaseUtcOffset == TimeSpan.Zero ? "UTC" : "";
    }
}
