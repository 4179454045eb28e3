namespace MtaSuite.Local.Expansion;

/// <summary>Remembers what one recipient's delivery has done already, regardless of case, up to a number of entries (duplicate_filter_limit; 0: no limit).</summary>
internal sealed class DuplicateFilter(int limit)
{
    private HashSet<string>? _seen;

    /// <summary>True when this was noted before; notes it.</summary>
    public bool Seen(string key)
    {
        _seen ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (_seen.Contains(key)) return true;
        if (limit <= 0 || _seen.Count < limit) _seen.Add(key);
        return false;
    }

    /// <summary>True when this was noted before.</summary>
    public bool Has(string key) => _seen?.Contains(key) == true;
}
