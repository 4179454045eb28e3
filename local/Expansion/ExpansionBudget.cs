using System.Globalization;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// What the expansion of one recipient may cost. Users write aliases, .forward and included files, and a few lines can stand for 2^100
/// steps: what is over a limit ends the whole expansion, and the recipient is deferred with the reason. Time that is spent on deliveries,
/// commands and other agents does not count.
/// </summary>
internal sealed class ExpansionBudget
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
    private static readonly TimeSpan s_maxTime = TimeSpan.FromSeconds(300);

    private readonly int _maxDestinations;
    private readonly long _maxLines, _maxBytes;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private TimeSpan _excluded;
    private int _destinations, _includes, _failures;
    private long _lines, _bytes;

    /// <param name="maxDestinations">local_expansion_limit; 0: any number.</param>
    /// <param name="maxBytes">local_list_size_limit; 0: any size.</param>
    /// <param name="maxRemembered">duplicate_filter_limit; 0: as much as the expansion may have.</param>
    public ExpansionBudget(int maxDestinations, long maxBytes, int maxRemembered, TimeProvider clock)
    {
        (_clock, _start) = (clock, clock.GetTimestamp());
        (_maxDestinations, _maxBytes) = (maxDestinations, maxBytes);
        _maxLines = (long)maxDestinations * LinesPerDestination;
        Done = new DuplicateFilter(maxRemembered, this);
    }

    /// <summary>What was done already.</summary>
    public DuplicateFilter Done { get; }

    /// <summary>Which limit was met; null: none.</summary>
    public string? Exceeded { get; private set; }

    /// <summary>Warnings so far, those that were not logged included.</summary>
    public int Warnings { get; private set; }

    public bool TakeDestination() =>
        Check(_maxDestinations > 0 && ++_destinations > _maxDestinations, _maxDestinations, "destinations (local_expansion_limit)")
        && CheckTime();

    public bool TakeInclude() => Check(++_includes > MaxIncludes, MaxIncludes, "included files");

    /// <summary>A line of a list, with its length in bytes.</summary>
    public bool TakeLine(int length) =>
        Check(_maxDestinations > 0 && ++_lines > _maxLines, _maxLines, "lines in lists (twice local_expansion_limit)")
        && CheckBytes((_bytes += length) > _maxBytes) && CheckTime();

    /// <summary>Whether a file of this size can be read to its end.</summary>
    public bool Fits(long size) => CheckBytes(size > _maxBytes - _bytes);

    public bool TakeFailure() => Check(++_failures > MaxFailures, MaxFailures, "failed deliveries");

    /// <summary>Whether a warning is to be logged; the last one for which that is so says that no more follow.</summary>
    public bool TakeWarning() => ++Warnings <= MaxWarnings;

    /// <summary>The memory for what was done already is full.</summary>
    public void NoteFullFilter(int limit) => Check(true, limit, "entries in the duplicate filter (duplicate_filter_limit)");

    /// <summary>The time until the result is disposed of does not count.</summary>
    public Paused Pause() => new(this);

    /// <summary>A time that does not count.</summary>
    public readonly ref struct Paused(ExpansionBudget budget)
    {
        private readonly long _since = budget._clock.GetTimestamp();

        public void Dispose() => budget._excluded += budget._clock.GetElapsedTime(_since);
    }

    private bool CheckBytes(bool over) => Check(_maxBytes > 0 && over, _maxBytes, "bytes in lists (local_list_size_limit)");

    private bool CheckTime() => Check(_clock.GetElapsedTime(_start) - _excluded > s_maxTime, (long)s_maxTime.TotalSeconds, "seconds");

    private bool Check(bool over, long limit, string what)
    {
        if (over) Exceeded ??= string.Create(CultureInfo.InvariantCulture, $"more than {limit} {what}");
        return Exceeded == null;
    }
}
