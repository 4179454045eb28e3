using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>Times as text: <c>time = 1*DIGIT [ "s" / "m" / "h" / "d" / "w" ]</c>.</summary>
public static class TimeText
{
    /// <summary>Reads a time; a number without a unit has <paramref name="unit"/>. False: not a time, or beyond 2^31 seconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, char unit, out TimeSpan time)
    {
        time = default;
        if (text.IsEmpty) return false;
        if (!char.IsAsciiDigit(text[^1]))
        {
            unit = char.ToLowerInvariant(text[^1]);
            text = text[..^1];
        }
        int seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        if (seconds == 0 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return false;
        if (count > int.MaxValue / seconds) return false;
        time = TimeSpan.FromSeconds(count * seconds);
        return true;
    }

    /// <summary>Reads a time written in the program itself.</summary>
    internal static TimeSpan Parse(string text) =>
        TryParse(text, 's', out TimeSpan time) ? time : throw new FormatException(text);
}
