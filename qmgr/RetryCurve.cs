using System.Globalization;
using MtaSuite.Common.Config;

namespace MtaSuite.Qmgr;

/// <summary>
/// When a recipient is tried again, and when it is given up: a value of retry_maps.
/// <code>
/// curve = *( wait [ "*" times ] [ "," ] ) [ "give up" wait ]          e.g. "5m 15m 1h*3 4h, give up 5d"
/// </code>
/// The waits follow one another from the message's arrival; the last one is repeated for ever. Without waits the usual back-off holds,
/// without "give up" the usual lifetime. What comes next depends on the message's age alone, so that nothing need be remembered for it.
/// </summary>
internal sealed class RetryCurve
{
    private readonly TimeSpan[] _waits;

    private RetryCurve(TimeSpan[] waits, TimeSpan? giveUp) => (_waits, GiveUp) = (waits, giveUp);

    /// <summary>The age at which the recipient is given up; null: the usual one.</summary>
    public TimeSpan? GiveUp { get; }

    /// <summary>
    /// How long to wait at an age; null: the curve does not say. Attempts come late rather than early, so a point that is less than half
    /// its own wait away counts as the one that has just been.
    /// </summary>
    public TimeSpan? NextWait(TimeSpan age)
    {
        if (_waits.Length == 0) return null;
        TimeSpan at = TimeSpan.Zero;
        foreach (TimeSpan wait in _waits)
        {
            at += wait;
            if (at - age >= wait / 2) return at - age;
        }
        TimeSpan last = _waits[^1];
        long over = (age - at).Ticks % last.Ticks; // since the last point of the curve that has passed
        TimeSpan left = last - TimeSpan.FromTicks(over < 0 ? over + last.Ticks : over);
        return left >= last / 2 ? left : left + last;
    }

    public static bool TryParse(string text, out RetryCurve? curve)
    {
        const int most = 10_000;
        curve = null;
        List<TimeSpan> waits = [];
        TimeSpan? giveUp = null;
        string[] words = text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] == "give")
            {
                if (i + 3 != words.Length || words[i + 1] != "up" || !TryTime(words[i + 2], out TimeSpan limit)) return false;
                giveUp = limit;
                break;
            }
            int star = words[i].IndexOf('*');
            int times = 1;
            if (star >= 0
                && (!int.TryParse(words[i].AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture, out times)
                || times is < 1 or > most)) return false;
            if (!TryTime(star >= 0 ? words[i][..star] : words[i], out TimeSpan wait)) return false;
            waits.AddRange(Enumerable.Repeat(wait, times));
        }
        if (waits.Count == 0 && giveUp == null) return false;
        curve = new RetryCurve([.. waits], giveUp);
        return true;
    }

    private static bool TryTime(string text, out TimeSpan time) =>
        TimeText.TryParse(text, 's', out time) && time >= TimeSpan.FromSeconds(1);
}
