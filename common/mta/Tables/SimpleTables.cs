using MtaSuite.Common.Config;

namespace MtaSuite.Common.Tables;

/// <summary>Stands in for a table that cannot be opened, and is the table type "fail": every lookup is an error.</summary>
internal sealed class ErrorTable : MemoryTable
{
    private readonly string _reason;

    /// <param name="atOpen">Opening failed (and says so), rather than that the table exists to fail.</param>
    public ErrorTable(string spec, TableOptions options, string reason, bool atOpen = true) : base(spec, options)
    {
        _reason = reason;
        if (atOpen) OpenError = reason;
    }

    protected override LookupResult Find(string key) => Unavailable(_reason);
}

/// <summary>static:TEXT or static:{ TEXT }: the same value for every key.</summary>
internal sealed class StaticTable(string spec, TableOptions options, string value) : MemoryTable(spec, options)
{
    protected override LookupResult Find(string key) => LookupResult.Found(value);

    public static Table Open(string spec, string name, TableOptions options)
    {
        if (!ConfigList.TryUnbrace(name, out string value))
            return new ErrorTable(spec, options, $"bad static:name syntax: text after '}}', or no '}}' in \"{name}\"");
        if (!options.ValuesNameFiles) return new StaticTable(spec, options, value);
        return FileValues.TryRead(value, out string content, out string error) ? new StaticTable(spec, options, content)
            : new ErrorTable(spec, options, error);
    }
}

/// <summary>environ:ANY: variables of the process's environment.</summary>
internal sealed class EnvironTable(string spec, TableOptions options) : MemoryTable(spec, options)
{
    protected override LookupResult Find(string key) =>
        key.Length > 0 && !key.AsSpan().ContainsAny('\0', '=') && Environment.GetEnvironmentVariable(key) is { } value
            ? LookupResult.Found(value)
            : LookupResult.NotFound;
}

/// <summary>inline:{ key=value, { key = text with spaces }}: entries written in the configuration itself.</summary>
internal sealed class InlineTable(string spec, TableOptions options, Dictionary<string, string> entries)
    : MemoryTable(spec, options), IListable
{
    protected override LookupResult Find(string key) =>
        entries.TryGetValue(key, out string? value) ? LookupResult.Found(value) : LookupResult.NotFound;

    public string? List(Func<string, string, bool> visit)
    {
        foreach (var (key, value) in entries)
            if (!visit(key, value)) break;
        return null;
    }

    public static Table Open(string spec, string name, TableOptions options)
    {
        const string usage = "need \"inline:{name=value...}\"";
        Dictionary<string, string> entries = new(StringComparer.Ordinal);
        if (!name.StartsWith('{') || !ConfigList.TryUnbrace(name, out string body) || body.Length == 0)
            return new ErrorTable(spec, options, $"bad syntax: \"{spec}\"; {usage}");
        foreach (string item in ConfigList.Split(body))
        {
            if (!ConfigList.TryUnbrace(item, out string entry)) return new ErrorTable(spec, options, $"bad syntax: \"{spec}\"; {usage}");
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) return new ErrorTable(spec, options, $"missing '=' after attribute name: \"{spec}\"; {usage}");
            string key = entry[..equals].Trim();
            if (key.Length == 0) return new ErrorTable(spec, options, $"missing attribute name: \"{spec}\"; {usage}");
            string value = entry[(equals + 1)..].Trim();
            if (options.ValuesNameFiles && !FileValues.TryRead(value, out value, out string error))
                return new ErrorTable(spec, options, $"{error}: \"{spec}\"; need \"inline:{{name=filename...}}\"");
            entries[options.FoldKeys ? FoldKey(key, options.Utf8) : key] = value;
        }
        return new InlineTable(spec, options, entries);
    }
}
