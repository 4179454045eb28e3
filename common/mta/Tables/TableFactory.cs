using MtaSuite.Common.Tables.Cdb;
using MtaSuite.Common.Tables.Lmdb;
using MtaSuite.Common.Tables.Patterns;
using MtaSuite.Common.Tables.Text;

namespace MtaSuite.Common.Tables;

/// <summary>Opens tables by "type:name". One row a type.</summary>
public static class TableFactory
{
    private delegate Table Opener(string spec, string type, string name, TableOptions options);

    private static readonly SortedDictionary<string, Opener> Types = new(StringComparer.Ordinal)
    {
        ["btree"] = CdbTable.Open,
        ["cdb"] = CdbTable.Open,
        ["cidr"] = (spec, _, name, options) => new CidrTable(spec, name, options),
        ["environ"] = (spec, _, _, options) => new EnvironTable(spec, options),
        ["fail"] = (spec, _, _, options) => new ErrorTable(spec, options, "it exists to fail", atOpen: false),
        ["hash"] = CdbTable.Open,
        ["inline"] = (spec, _, name, options) => InlineTable.Open(spec, name, options),
        ["lmdb"] = (spec, _, name, options) => new LmdbTable(spec, name, options),
        ["pcre"] = (spec, type, name, options) => new RegexTable(spec, type, name, options),
        ["pipemap"] = CompositeTable.Open,
        ["randmap"] = CompositeTable.Open,
        ["regexp"] = (spec, type, name, options) => new RegexTable(spec, type, name, options),
        ["static"] = (spec, _, name, options) => StaticTable.Open(spec, name, options),
        ["texthash"] = (spec, _, name, options) => new TextHashTable(spec, name, options),
        ["unionmap"] = CompositeTable.Open,
        ["unix"] = (spec, _, name, options) => UnixTable.Open(spec, name, options),
    };

    /// <summary>The names of all types, sorted; what <c>postconf -m</c> lists.</summary>
    public static IReadOnlyCollection<string> TypeNames => [.. Types.Keys.Append("proxy").Order(StringComparer.Ordinal)];

    /// <summary>
    /// The files that a table's contents are in, and those of the tables it is made of; none where the name makes no sense.
    /// </summary>
    public static IEnumerable<string> FilesOf(string spec)
    {
        if (!TrySplit(spec, out string type, out string name)) return [];
        bool braces = name[0] == '{';
        return type switch
        {
            "pipemap" or "unionmap" => CompositeTable.Items(name).SelectMany(FilesOf),
            "btree" or "cdb" or "hash" when !braces => [name + CdbTable.Suffix],
            "lmdb" when !braces => [name + LmdbTable.Suffix],
            "cidr" or "pcre" or "regexp" or "texthash" when !braces => [name],
            _ => [],
        };
    }

    private static bool TrySplit(string spec, out string type, out string name)
    {
        while (spec.StartsWith("proxy:", StringComparison.Ordinal)) spec = spec["proxy:".Length..];
        int colon = spec.IndexOf(':', StringComparison.Ordinal);
        bool ok = colon > 0 && colon < spec.Length - 1;
        (type, name) = ok ? (spec[..colon], spec[(colon + 1)..]) : ("", "");
        return ok;
    }

    /// <summary>
    /// Opens a table. The result is never null: for a table that cannot be opened <see cref="Table.OpenError"/> says why, and each lookup
    /// is an error until it can be. A "proxy:" in front is accepted and means nothing: tables are opened by the process that uses them.
    /// </summary>
    public static Table Open(string spec, TableOptions? options = null)
    {
        options ??= TableOptions.Default;
        if (!TrySplit(spec, out string type, out string name))
            return new ErrorTable(spec, options, $"open dictionary: expecting \"type:name\" form instead of \"{spec}\"");
        return Types.TryGetValue(type, out Opener? open)
            ? open(spec, type, name, options)
            : new ErrorTable(spec, options, $"unsupported dictionary type: {type}");
    }
}
