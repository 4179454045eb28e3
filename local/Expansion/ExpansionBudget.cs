using System.Globalization;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// What the expansion of one recipient may cost. Users write aliases, .forward and included files, and a few lines can stand for 2^100
/// steps: what is over a limit ends the whole expansion, and the recipient is deferred with the reason. Time that is spent on deliveries,
/// commands and other agents does not count.
/// </summary>
/// <param name="maxDestinations">local_expansion_limit; 0: any number.</param>
/// <param name="maxBytes">local_list_size_limit; 0: any size.</param>
internal sealed class ExpansionBudget(int maxDestinations, long maxBytes)
{
    /// <summary>Included files for one recipient. Organizations that keep a list for each department have some tens.</summary>
    public const int MaxIncludes = 500;
    /// <summary>Warnings in the log for one recipient.</summary>
    public const int MaxWarnings = 20;
    /// <summary>Deliveries that failed, each with a line in the log.</summary>
    public const int MaxFailures = 1000;
    /// <summary>As many lines as destinations may be comments or empty.</summary>
    private const int LinesPerDestination = 2;
    /// <summary>A list of 100,000 addresses takes a few seconds; five minutes of a slow machine are plenty.</summary>
    private const int MaxSeconds = 300;

    private readonly long _maxLines = (long)maxDestinations * LinesPerDestination;
    private readonly long _start = Environment.TickCount64;
    private int _destinations, _includes, _failures;
    private long _lines, _bytes, _excluded;

    /// <summary>Which limit was met; null: none.</summary>
    public string? Exceeded { get; private set; }

    /// <summary>Warnings so far, those that were not logged included.</summary>
    public int Warnings { get; private set; }

    public bool TakeDestination() =>
        Check(maxDestinations > 0 && ++_destinations > maxDestinations, maxDestinations, "destinations (local_expansion_limit)")
        && CheckTime();

    public bool TakeInclude() => Check(++_includes > MaxIncludes, MaxIncludes, "included files");

    /// <summary>A line of a list, with its length in bytes.</summary>
    public bool TakeLine(int length) =>
        Check(maxDestinations > 0 && ++_lines > _maxLines, _maxLines, "lines in lists (twice local_expansion_limit)")
        && CheckBytes((_bytes += length) > maxBytes) && CheckTime();

    /// <summary>Whether a file of this size can be read to its end.</summary>
    public bool Fits(long size) => CheckBytes(size > maxBytes - _bytes);

    public bool TakeFailure() => Check(++_failures > MaxFailures, MaxFailures, "failed deliveries");

    /// <summary>Whether a warning is to be logged; the last one for which that is so says that no more follow.</summary>
    public bool TakeWarning() => ++Warnings <= MaxWarnings;

    /// <summary>The memory for what was done already is full.</summary>
    public void NoteFullFilter(int limit) => Check(true, limit, "entries in the duplicate filter (duplicate_filter_limit)");

    /// <summary>Takes the time since then (<see cref="Environment.TickCount64"/>) out of the account.</summary>
    public void Exclude(long since) => _excluded += Environment.TickCount64 - since;

    private bool CheckBytes(bool over) => Check(maxBytes > 0 && over, maxBytes, "bytes in lists (local_list_size_limit)");

    private bool CheckTime() => Check(Environment.TickCount64 - _start - _excluded > MaxSeconds * 1000, MaxSeconds, "seconds");

    private bool Check(bool over, long limit, string what)
    {
        if (over) Exceeded ??= string.Create(CultureInfo.InvariantCulture, $"more than {limit} {what}");
        return Exceeded == null;
    }
}
