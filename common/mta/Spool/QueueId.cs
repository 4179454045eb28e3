using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// Queue ids: fourteen letters and digits, 10 for the microseconds since 1970 and 4 for the process, in base 52 (digits and letters
/// without vowels, in ASCII order), so that they sort by time and are unique over processes and restarts. A process never gives one
/// microsecond twice, whatever the clock does.
/// </summary>
public static class QueueId
{
    private const string Alphabet = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create(Alphabet);
    private const int TimeDigits = 10, ProcessDigits = 4;
    public const int Length = TimeDigits + ProcessDigits;
    private static readonly int s_process = Processes.GetPid();
    private static long s_last;

    /// <summary>A new id. Thread-safe.</summary>
    public static string Next(TimeProvider? time = null)
    {
        long now = Microseconds(time);
        long last, next;
        do
        {
            last = Volatile.Read(ref s_last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref s_last, next, last) != last);
        return string.Create(Length, next, static (span, value) =>
        {
            Encode(value, span[..TimeDigits]);
            Encode(s_process, span[TimeDigits..]);
        });
    }

    /// <summary>Microseconds since 1970.</summary>
    public static long Microseconds(TimeProvider? time = null) =>
        ((time ?? TimeProvider.System).GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10;

    /// <summary>The time in an id; false when the text is no id.</summary>
    public static bool TryTime(ReadOnlySpan<char> id, out long microseconds)
    {
        microseconds = 0;
        if (!IsValid(id)) return false;
        foreach (char c in id[..TimeDigits]) microseconds = microseconds * Alphabet.Length + Alphabet.IndexOf(c);
        return true;
    }

    /// <summary>The text could be an id of ours: safe as a file name.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) => id.Length == Length && id.IndexOfAnyExcept(Digits) < 0;

    private static void Encode(long value, Span<char> digits)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = Alphabet[(int)(value % Alphabet.Length)];
            value /= Alphabet.Length;
        }
    }
}
