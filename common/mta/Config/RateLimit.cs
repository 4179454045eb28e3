using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>So many deliveries in so much time: "100/1h". The shortest time is a second.</summary>
/// <param name="Count">At least 1.</param>
/// <param name="Period">The length of any interval that it holds for.</param>
public readonly record struct RateLimit(int Count, TimeSpan Period)
{
    /// <summary>None when the text is empty or "0"; false when it is neither that nor a limit.</summary>
    public static bool TryParse(string text, out RateLimit? limit)
    {
        limit = null;
        text = text.Trim();
        if (text is "" or "0") return true;
        int slash = text.IndexOf('/');
        if (slash < 0 || !int.TryParse(text.AsSpan(0, slash).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count < 1) return false;
        string period = text[(slash + 1)..].Trim();
        if (period.Length > 0 && char.IsAsciiLetter(period[0])) period = "1" + period; // "10/m"
        if (!TimeText.TryParse(period, 's', out TimeSpan time) || time < TimeSpan.FromSeconds(1)) return false;
        limit = new RateLimit(count, time);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}/{Period.TotalSeconds:0}s");
}
