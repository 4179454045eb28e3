namespace MtaSuite.Common.Config;

/// <summary>
/// The values of import_environment and export_environment.
/// <code>list = *( NAME / NAME "=" VALUE / "{" NAME "=" text with spaces "}" )</code>
/// </summary>
public static class EnvironmentList
{
    /// <summary>
    /// The variables; a null value: what the environment has for the name. Items that make no sense are left out, check has named them.
    /// </summary>
    public static IEnumerable<(string Name, string? Value)> Read(IEnumerable<string> items)
    {
        foreach (string item in items)
            if (TryRead(item, out string name, out string? value)) yield return (name, value);
    }

    /// <summary>What a list should be, for messages.</summary>
    internal const string Expected = "a list of NAME, NAME=VALUE and { NAME = text with spaces }";

    /// <summary>Whether all items of a list make sense.</summary>
    public static bool IsValid(string list) => ConfigList.Split(list).TrueForAll(item => TryRead(item, out _, out _));

    private static bool TryRead(string item, out string name, out string? value)
    {
        name = item;
        value = null;
        if (!ConfigList.TryUnbrace(item, out string inner)) return false;
        if (!inner.Contains('=')) return inner == item;
        bool good = MainCf.TrySplit(inner, out name, out string text, out _);
        value = text;
        return good;
    }
}
