using MtaSuite.Common.Tables;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>The values that stand in a table, as far as they can be listed: not those of databases and servers.</summary>
internal static class TableValues
{
    /// <summary>
    /// Calls <paramref name="visit"/> with each value, until it returns false. Those of patterns have the $ of what is filled in.
    /// </summary>
    public static void Visit(string spec, Func<string, bool> visit)
    {
        bool more = true;
        string See(string value)
        {
            more = more && visit(value);
            return "";
        }
        using Table table = TableFactory.Open(spec, new TableOptions { Examine = See, Warn = static _ => { } });
        if (table is IListable listable) listable.List((_, value) => See(value).Length == 0 && more);
        else if (spec.StartsWith("static:", StringComparison.Ordinal) && table.OpenError == null)
            See(table.LookupAsync("any").Completed().Value);
    }
}
