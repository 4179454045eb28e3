namespace MtaSuite.Common.Tables;

/// <summary>A table whose entries can be listed.</summary>
public interface IListable
{
    /// <summary>Calls <paramref name="visit"/> with each key and value, in the table's own order, until it returns false.</summary>
    /// <returns>Null, or why the listing is not complete.</returns>
    string? List(Func<string, string, bool> visit);
}
