using System.Diagnostics.CodeAnalysis;

namespace MtaSuite.Tlsrpt;

/// <summary>
/// All that is collected and not yet reported. Bounded by the number of domains; every change is told, so that it can be kept.
/// </summary>
internal sealed class ReportBook(ReportSettings settings, Random? random = null)
{
    private const long Day = 86400;
    /// <summary>Domains without a TLSRPT record; dropped when there are too many, which costs a query each.</summary>
    private readonly HashSet<string> _unwanting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomainTally> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Start, string Domain), DomainTally> _closed = [];
    private readonly Random _random = random ?? Random.Shared;
    /// <summary>When the open tallies begin: midnight, or when the day was ended by hand.</summary>
    private long _start;

    /// <summary>Called with what is to be remembered on disk.</summary>
    public Action<ReportRecord> Changed { get; set; } = _ => { };

    public IReadOnlyCollection<DomainTally> Open => _open.Values;

    public IReadOnlyCollection<DomainTally> Closed => _closed.Values;

    /// <summary>Domains with something to report.</summary>
    public int Count => _open.Count + _closed.Count;

    /// <summary>Sessions could not be counted today, for there are too many domains.</summary>
    public bool IsFull { get; private set; }

    private static long Midnight(long now) => now - now % Day;

    /// <summary>Counts one session, when its domain may want a report.</summary>
    /// <param name="ask">The domain is new: it must be asked where its reports go (<see cref="Answer"/>).</param>
    public void Add(SessionFacts facts, long now, out DomainTally? ask)
    {
        ask = null;
        EndDay(now);
        if (_unwanting.Contains(facts.Domain) || !TryFind(facts.Domain, now, out DomainTally? tally)) return;
        tally.Add(facts.Policy, facts.Failure, 1, settings.DetailLimit);
        Changed(new ReportRecord(ReportEvent.Sessions, tally.Start, tally.Domain)
        {
            Policy = facts.Policy,
            Failure = facts.Failure,
            Count = 1
        });
        if (tally is { Addresses: null, IsBusy: false, Attempts: 0 }) ask = tally;
    }

    private bool TryFind(string domain, long now, [NotNullWhen(true)] out DomainTally? tally)
    {
        if (_open.TryGetValue(domain, out tally)) return true;
        IsFull |= _open.Count >= settings.DomainLimit;
        if (_open.Count >= settings.DomainLimit) return false;
        if (_start == 0) _start = Midnight(now);
        _open[domain] = tally = new DomainTally(domain, _start);
        return true;
    }

    /// <summary>
    /// The addresses for a domain's reports. None: what was collected is dropped, and nothing more is collected today.
    /// </summary>
    public void Answer(DomainTally tally, IReadOnlyList<string> addresses)
    {
        tally.Addresses = addresses;
        Changed(new ReportRecord(ReportEvent.Addresses, tally.Start, tally.Domain) { Addresses = string.Join(' ', addresses) });
        if (addresses.Count > 0) return;
        if (_unwanting.Count >= 10 * settings.DomainLimit) _unwanting.Clear();
        _unwanting.Add(tally.Domain);
        Remove(tally);
    }

    /// <summary>Closes what belongs to a day that is over.</summary>
    public void EndDay(long now)
    {
        long today = Midnight(now);
        if (_start == 0 || Midnight(_start) >= today) return;
        Close(tally => Midnight(tally.Start) + Day - 1,
            tally => Midnight(tally.Start) + Day + (long)(_random.NextDouble() * settings.RandomDelay.TotalSeconds));
        (_start, IsFull) = (today, false);
        _unwanting.Clear();
    }

    /// <summary>Ends the day for reports now: they are due at once, and what comes later today begins a report of its own.</summary>
    public void EndNow(long now)
    {
        EndDay(now);
        Close(tally => Math.Max(tally.Start, now - 1), _ => now);
        // never twice the same: reports and the journal are told apart by it
        if (_start > 0) _start = Math.Max(now, _start + 1);
        foreach (DomainTally tally in _closed.Values) tally.Due = Math.Min(tally.Due, now);
    }

    private void Close(Func<DomainTally, long> end, Func<DomainTally, long> due)
    {
        foreach (DomainTally tally in _open.Values)
        {
            (tally.End, tally.Due, tally.Attempts) = (end(tally), due(tally), 0);
            _closed[(tally.Start, tally.Domain)] = tally;
            Changed(new ReportRecord(ReportEvent.Closed, tally.Start, tally.Domain) { End = tally.End, Due = tally.Due });
        }
        _open.Clear();
    }

    /// <summary>What is to be sent now and is not on its way.</summary>
    public List<DomainTally> Due(long now) => [.. _closed.Values.Where(t => t.Due <= now && !t.IsBusy)];

    /// <summary>Nothing is left to do for it.</summary>
    public void Remove(DomainTally tally)
    {
        if (TryDrop(tally)) Changed(new ReportRecord(ReportEvent.Done, tally.Start, tally.Domain));
    }

    /// <summary>False when it was not there any more.</summary>
    private bool TryDrop(DomainTally tally) =>
        _closed.Remove((tally.Start, tally.Domain)) || (_open.GetValueOrDefault(tally.Domain) == tally && _open.Remove(tally.Domain));

    // ---- the journal -------------------------------------------------------------------------------------------------

    /// <summary>Takes a line of the journal.</summary>
    public void Restore(ReportRecord r)
    {
        DomainTally? tally = _closed.GetValueOrDefault((r.Start, r.Domain));
        if (tally == null && _open.TryGetValue(r.Domain, out DomainTally? open) && open.Start == r.Start) tally = open;
        if (tally == null)
        {
            if (r.Event != ReportEvent.Sessions || _open.Count >= settings.DomainLimit || _open.ContainsKey(r.Domain)) return;
            _open[r.Domain] = tally = new DomainTally(r.Domain, r.Start);
            _start = Math.Max(_start, r.Start);
        }
        switch (r.Event)
        {
            case ReportEvent.Sessions: tally.Add(r.Policy!, r.Failure, r.Count, settings.DetailLimit); break;
            case ReportEvent.Addresses when r.Addresses.Length > 0:
                tally.Addresses =
                r.Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries); break;
            case ReportEvent.Closed when _open.Remove(r.Domain):
                (tally.End, tally.Due) = (r.End, r.Due);
                _closed[(r.Start, r.Domain)] = tally;
                break;
            case ReportEvent.Handed: tally.Served.Add(r.Addresses); break;
            case ReportEvent.Refused: tally.Served.Remove(r.Addresses); break;
            case ReportEvent.Addresses or ReportEvent.Done: TryDrop(tally); break;
        }
    }

    /// <summary>Lines that a new journal has.</summary>
    public int LineCount => _open.Values.Concat(_closed.Values).Sum(t => 2 + t.Served.Count + t.Policies.Sum(p => 1 + p.Details.Count));

    /// <summary>All that must be remembered, in as few lines as it takes.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (DomainTally t in _closed.Values.Concat(_open.Values))
        {
            foreach (PolicyTally p in t.Policies)
            {
                ReportRecord sessions = new(ReportEvent.Sessions, t.Start, t.Domain) { Policy = p.Key };
                if (p.Successes > 0) yield return (sessions with { Count = p.Successes }).Format();
                foreach ((FailureKey failure, long count) in p.Details)
                    yield return (sessions with { Failure = failure, Count = count }).Format();
            }
            if (t.Addresses is { } addresses)
                yield return new ReportRecord(ReportEvent.Addresses, t.Start,
                    t.Domain)
                { Addresses = string.Join(' ', addresses) }.Format();
            if (t.End > 0) yield return new ReportRecord(ReportEvent.Closed, t.Start, t.Domain) { End = t.End, Due = t.Due }.Format();
            foreach (string served in t.Served)
                yield return new ReportRecord(ReportEvent.Handed, t.Start, t.Domain) { Addresses = served }.Format();
        }
    }
}
