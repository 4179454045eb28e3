using System.Text;
using MtaSuite.Common.Config;

namespace MtaSuite.Common.Tables;

/// <summary>Tables made of other tables: "type:{ table, table ... }". Owns them.</summary>
internal abstract class CompositeTable : Table
{
    protected Table[] Parts { get; }

    protected CompositeTable(string spec, TableOptions options, Table[] parts) : base(spec, options)
    {
        Parts = parts;
        OpenError = parts.Select(part => part.OpenError).FirstOrDefault(error => error != null);
    }

    // each part folds or not as its own type does
    protected override bool HasFixedKeys => false;

    /// <summary>What stands between the braces; empty when they are missing.</summary>
    public static List<string> Items(string name) =>
        name.StartsWith('{') && ConfigList.TryUnbrace(name, out string body) ? ConfigList.Split(body) : [];

    public static Table Open(string spec, string type, string name, TableOptions options)
    {
        List<string> items = Items(name);
        if (type == "randmap") return RandomTable.Open(spec, items, options);
        if (items.Count == 0 || !items.TrueForAll(item => item.Contains(':')))
            return new ErrorTable(spec, options, $"bad syntax: \"{spec}\"; need \"{type}:{{type:name...}}\"");
        Table[] parts = [.. items.Select(item => TableFactory.Open(item, options))];
        return type == "pipemap" ? new PipeTable(spec, options, parts) : new UnionTable(spec, options, parts);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (Table part in Parts) part.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>pipemap: the value from one table is the key for the next; the last one's value is the answer.</summary>
internal sealed class PipeTable(string spec, TableOptions options, Table[] parts) : CompositeTable(spec, options, parts)
{
    protected override async ValueTask<LookupResult> FindAsync(string key)
    {
        LookupResult result = LookupResult.NotFound;
        foreach (Table part in Parts)
        {
            result = await part.LookupAsync(key);
            if (!result.IsFound) return result;
            key = result.Value;
        }
        return result;
    }
}

/// <summary>unionmap: the values from all tables that have the key, with commas between.</summary>
internal sealed class UnionTable(string spec, TableOptions options, Table[] parts) : CompositeTable(spec, options, parts)
{
    protected override async ValueTask<LookupResult> FindAsync(string key)
    {
        StringBuilder? values = null;
        foreach (Table part in Parts)
        {
            LookupResult result = await part.LookupAsync(key);
            if (result.IsError) return result;
            if (!result.IsFound) continue;
            values = values == null ? new StringBuilder() : values.Append(',');
            values.Append(result.Value);
        }
        return values == null ? LookupResult.NotFound : LookupResult.Found(values.ToString());
    }
}

/// <summary>randmap:{ value, value ... }: any one of the values, whatever the key.</summary>
internal sealed class RandomTable(string spec, TableOptions options, List<string> values) : MemoryTable(spec, options)
{
    protected override LookupResult Find(string key) => LookupResult.Found(values[Random.Shared.Next(values.Count)]);

    public static Table Open(string spec, List<string> values, TableOptions options)
    {
        if (values.Count == 0) return new ErrorTable(spec, options, $"bad syntax: \"{spec}\"; need \"randmap:{{value...}}\"");
        if (!options.ValuesNameFiles) return new RandomTable(spec, options, values);
        List<string> contents = [];
        foreach (string value in values)
        {
            if (!FileValues.TryRead(value, out string content, out string error)) return new ErrorTable(spec, options, error);
            contents.Add(content);
        }
        return new RandomTable(spec, options, contents);
    }
}
