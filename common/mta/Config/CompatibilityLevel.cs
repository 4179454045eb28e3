using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>A <c>compatibility_level</c>: <c>major[.minor[.patch]]</c>, compared part by part, so that 3.11 is above 3.6.</summary>
public static class CompatibilityLevel
{
    /// <summary>Makes one comparable number of a level; false where the text is not a level.</summary>
    public static bool TryParse(string text, out long level)
    {
        level = 0;
        string[] parts = text.Split('.');
        if (parts.Length > 3) return false;
        for (int i = 0; i < 3; i++)
        {
            int part = 0;
            if (i < parts.Length && !int.TryParse(parts[i].AsSpan().TrimStart(), NumberStyles.None, CultureInfo.InvariantCulture, out part))
                return false;
            if (part > 1023) return false;
            level = level << 10 | (uint)part;
        }
        return true;
    }
}
