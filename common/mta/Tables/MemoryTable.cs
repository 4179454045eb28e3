namespace MtaSuite.Common.Tables;

/// <summary>A table whose answers are at hand: in memory, in the configuration, in a file that is mapped.</summary>
public abstract class MemoryTable(string spec, TableOptions options) : Table(spec, options)
{
    protected sealed override ValueTask<LookupResult> FindAsync(string key) => new(Find(key));

    /// <summary>Looks up a key that is folded already.</summary>
    protected abstract LookupResult Find(string key);
}
