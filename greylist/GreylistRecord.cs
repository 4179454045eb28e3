using System.Globalization;

namespace MtaSuite.Greylist;

/// <summary>
/// A line of the journal:
/// <code>
/// line = key SP first SP last SP passed LF / key SP "-" LF
/// key  = 32HEXDIG, a hash of the client, or of client, sender and recipient
/// </code>
/// Times are seconds since 1970. The newest line for a key counts; "-" removes it.
/// </summary>
internal static class GreylistRecord
{
    public static string Format(UInt128 key, GreylistEntry? entry) => entry is { } e
        ? string.Create(CultureInfo.InvariantCulture, $"{key:x32} {e.First} {e.Last} {e.Passed}\n")
        : string.Create(CultureInfo.InvariantCulture, $"{key:x32} -\n");

    /// <summary>Reads a line without its LF; a null entry: removed.</summary>
    public static bool TryParse(string line, out UInt128 key, out GreylistEntry? entry)
    {
        entry = null;
        string[] parts = line.Split(' ');
        if (!UInt128.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key)) return false;
        if (parts is [_, "-"]) return true;
        if (parts.Length != 4 || !TryNumber(parts[1], out long first) || !TryNumber(parts[2], out long last)
            || !TryNumber(parts[3], out long passed)) return false;
        entry = new GreylistEntry(first, last, (int)Math.Min(passed, int.MaxValue - 1));
        return true;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
