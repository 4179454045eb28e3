namespace MtaSuite.Common.Tables;

/// <summary>Properties of table types that callers need.</summary>
public static class TableTraits
{
    private static readonly string[] s_patternTypes = ["cidr:", "pcre:", "regexp:", "randmap:"];

    /// <summary>
    /// False for tables of patterns, and for tables made of such: they see whole names and addresses, never parts of them. A table's spec
    /// says its type, and those of the tables inside its braces.
    /// </summary>
    public static bool HasFixedKeys(Table table)
    {
        string spec = table.Spec;
        while (spec.StartsWith("proxy:", StringComparison.Ordinal)) spec = spec["proxy:".Length..];
        if (Array.Exists(s_patternTypes, type => spec.StartsWith(type, StringComparison.Ordinal))) return false;
        bool composite = spec.StartsWith("pipemap:", StringComparison.Ordinal) || spec.StartsWith("unionmap:", StringComparison.Ordinal);
        return !composite || !Array.Exists(s_patternTypes, type => spec.Contains(type, StringComparison.Ordinal));
    }
}
