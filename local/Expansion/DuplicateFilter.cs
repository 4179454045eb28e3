namespace MtaSuite.Local.Expansion;

/// <summary>
/// Remembers what one recipient's delivery has done already, regardless of case, up to a number of entries. Beyond that it says that
/// everything was done, and ends the expansion: to go on without it would deliver to somebody twice, or go round for ever.
/// </summary>
/// <param name="limit">duplicate_filter_limit; 0: as many as the expansion may have.</param>
internal sealed class DuplicateFilter(int limit, ExpansionBudget budget)
{
    private HashSet<string>? _seen;

    /// <summary>True when this was noted before, or cannot be; notes it.</summary>
    public bool Seen(string key)
    {
        _seen ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (_seen.Contains(key)) return true;
        if (limit > 0 && _seen.Count >= limit)
        {
            budget.NoteFullFilter(limit);
            return true;
        }
        _seen.Add(key);
        return false;
    }

    /// <summary>True when this was noted before.</summary>
    public bool Has(string key) => _seen?.Contains(key) == true;
}
