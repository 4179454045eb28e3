namespace MtaSuite.Common.Config;

/// <summary>Lists in values: <c>item *( separator item )</c>; a separator between braces does not separate.</summary>
public static class ConfigList
{
    public const string Separators = ", \t\r\n";

    /// <summary>Splits a text; braces stay in the items.</summary>
    public static List<string> Split(ReadOnlySpan<char> text, string separators = Separators)
    {
        var items = new List<string>();
        int at = 0;
        while (TryNext(text, ref at, out string item, separators)) items.Add(item);
        return items;
    }

    /// <summary>Takes the next item; <paramref name="at"/> is then at the separator after it.</summary>
    public static bool TryNext(ReadOnlySpan<char> text, ref int at, out string item, string separators = Separators)
    {
        while (at < text.Length && separators.Contains(text[at])) at++;
        int start = at, level = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] == '{') level++;
            else if (text[at] == '}' && level > 0) level--;
            else if (level == 0 && separators.Contains(text[at])) break;
        }
        item = text[start..at].ToString();
        return at > start;
    }

    /// <summary>
    /// Takes the braces from an item that begins with one. What is wrong with them is named, and the text is what Postfix's commands make
    /// of it: up to the closing brace, or
    /// all of it where there is none. Null: nothing is wrong.
    /// </summary>
    public static string? Extract(string item, out string inner)
    {
        int end = ClosingBrace(item);
        inner = end < 0 ? item[1..] : item[1..end];
        return end < 0 ? $"missing '}}' in \"{item}\"" : end < item.Length - 1 ? $"syntax error after '}}' in \"{item}\"" : null;
    }

    /// <summary>Where the brace closes that an item begins with; -1 where none does.</summary>
    private static int ClosingBrace(string item)
    {
        int level = 0;
        for (int i = 0; i < item.Length; i++)
        {
            if (item[i] == '{') level++;
            else if (item[i] == '}' && --level == 0) return i;
        }
        return -1;
    }

    /// <summary>
    /// Takes the braces and the space inside them from an item that has them. False: braces that do not balance, or text after them.
    /// </summary>
    public static bool TryUnbrace(string item, out string inner)
    {
        inner = item;
        if (!item.StartsWith('{')) return true;
        if (ClosingBrace(item) != item.Length - 1) return false;
        inner = item[1..^1].Trim();
        return true;
    }
}
