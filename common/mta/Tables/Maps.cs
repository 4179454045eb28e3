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

    /// <summary>"TYPE:NAME: reason" of each table that could not be opened.</summary>
    public IEnumerable<string> OpenErrors =>
        _tables.Where(table => table.OpenError != null).Select(table => $"{table.Spec}: {table.OpenError}");

    /// <summary>Asks the tables in order. An empty key is found nowhere; an empty value is an error of the table.</summary>
    public ValueTask<LookupResult> LookupAsync(string key) => _tables.Length == 0 ? default : AskAsync(key, fixedKeysOnly: false);

    /// <summary>As <see cref="LookupAsync"/>, and says which table answered (null: none did).</summary>
    public async ValueTask<(LookupResult Result, Table? Table)> FindAsync(string key)
    {
        if (key.Length == 0) return default;
        foreach (Table table in _tables)
        {
            LookupResult result = await table.LookupAsync(key);
            if (!result.IsNotFound) return (Answer(table, key, result), table);
        }
        return default;
    }

    /// <summary>Looks up a part of an address (a local part, a domain): in tables with fixed keys, for patterns see whole names.</summary>
    public ValueTask<LookupResult> LookupPartAsync(string key) => _tables.Length == 0 ? default : AskAsync(key, fixedKeysOnly: true);

    private async ValueTask<LookupResult> AskAsync(string key, bool fixedKeysOnly)
    {
        if (key.Length == 0) return LookupResult.NotFound;
        foreach (Table table in _tables)
        {
            if (fixedKeysOnly && !TableTraits.HasFixedKeys(table)) continue;
            LookupResult result = await table.LookupAsync(key);
            if (!result.IsNotFound) return Answer(table, key, result);
        }
        return LookupResult.NotFound;
    }

    /// <summary>The answer of a table that has one.</summary>
    private LookupResult Answer(Table table, string key, LookupResult result)
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
