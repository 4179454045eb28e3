namespace MtaSuite.Common.Tables;

/// <summary>
/// The small syntax that parameters share: items separated by comma or white space, where text in braces stays together.
/// <code>
/// list = *sep [item *(1*sep item)] *sep      ; sep = "," / white space
/// item = 1*(char / "{" balanced "}")
/// </code>
/// </summary>
public static class BraceSyntax
{
    /// <summary>Splits a list into its items; braces stay on. A closing brace without an opening one is an ordinary character.</summary>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        List<string> items = [];
        int start = -1, depth = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            bool ends = i == text.Length || (depth == 0 && IsSeparator(text[i]));
            if (ends)
            {
                if (start >= 0) items.Add(text[start..i].ToString());
                start = -1;
                continue;
            }
            if (start < 0) start = i;
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && depth > 0) depth--;
        }
        return items;
    }

    /// <summary>Takes the braces and the white space inside them off "{ text }"; false when the first brace does not close at the very end.</summary>
    public static bool TryStrip(string text, out string body)
    {
        body = "";
        if (!text.StartsWith('{') || Closing(text) != text.Length - 1) return false;
        body = text[1..^1].Trim();
        return true;
    }

    /// <summary>What is wrong with a text that <see cref="TryStrip"/> refuses.</summary>
    internal static string Complaint(string text) =>
        !text.StartsWith('{') ? "missing '{'" : Closing(text) < 0 ? "missing '}'" : "syntax error after '}'";

    private static int Closing(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return i;
        }
        return -1;
    }

    private static bool IsSeparator(char c) => c is ',' or ' ' or '\t' or '\r' or '\n';
}
