using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>
/// Times as text.
/// <code>time = [ "+" ] 1*DIGIT [ ( "s" / "m" / "h" / "d" / "w" ) *CHAR ]</code>
/// As in Postfix, the first letter is the unit, in lower case, and what stands behind it does not count: <c>10min</c>, <c>1day</c>,
/// <c>300sec</c>.
/// </summary>
public static class TimeText
{
    /// <summary>Reads a time; a number without a unit has <paramref name="unit"/>. False: not a time, or beyond 2^31 seconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, char unit, out TimeSpan time)
    {
        time = default;
        if (text.StartsWith("+")) text = text[1..];
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits >= 0)
        {
            unit = text[digits];
            text = text[..digits];
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
