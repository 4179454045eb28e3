using MtaSuite.Common.Config;

namespace MtaSuite.Common.Tables;

/// <summary>
/// The tables that a parameter names ("hash:/etc/aliases, inline:{a=b}"), asked in that order: the first hit is the answer, and the first
/// error too, because a later table must not answer for one that cannot be read.
/// </summary>
public sealed class Maps : IDisposable
{
    /// <summary>No tables: nothing is ever found.</summary>
    public static readonly Maps Empty = new([]);

    private readonly Table[] _tables;

    private Maps(Table[] tables) => _tables = tables;

    /// <summary>Opens all tables of a parameter's value (expanded already). Never fails: see <see cref="OpenErrors"/>.</summary>
    public static Maps Open(string value, TableOptions? options = null)
    {
        options ??= TableOptions.Default;
        return new Maps([.. ConfigList.Split(value).Select(spec => TableFactory.Open(spec, options))]);
    }

    /// <summary>Told each answer but "not found": the table, the key, the answer. For explanations; null in daemons.</summary>
    public Action<Table, string, LookupResult>? Answered { get; set; }

    public IReadOnlyList<Table> Tables => _tables;
    public bool IsEmpty => _tables.Length == 0;

    /// <summary>A lookup may wait for another process or the network.</summary>
    public bool MayBlock => Array.Exists(_tables, table => table.MayBlock);

    /// <summary>"TYPE:NAME: reason" of each table that could not be opened.</summary>
    public IEnumerable<string> OpenErrors =>
        _tables.Where(table => table.OpenError != null).Select(table => $"{table.Spec}: {table.OpenError}");

    /// <summary>Asks the tables in order. An empty key is found nowhere; an empty value is an error of the table.</summary>
    public LookupResult Lookup(string key) => Lookup(key, out _);

    /// <summary>As <see cref="Lookup(string)"/>, and says which table answered (null: none did).</summary>
    public LookupResult Lookup(string key, out Table? table)
    {
        table = null;
        if (key.Length == 0) return LookupResult.NotFound;
        foreach (Table candidate in _tables)
        {
            LookupResult result = candidate.Lookup(key);
            if (result.IsNotFound) continue;
            table = candidate;
            return Answer(candidate, key, result);
        }
        return LookupResult.NotFound;
    }

    /// <summary>The answer of a table that has one.</summary>
    internal LookupResult Answer(Table table, string key, LookupResult result)
    {
        if (result.IsFound && result.Value.Length == 0)
            result = LookupResult.Error($"{table.Spec} returned an empty value for \"{key}\"; it should have no such entry");
        Answered?.Invoke(table, key, result);
        return result;
    }

    public void Dispose()
    {
        foreach (Table table in _tables) table.Dispose();
    }
}
