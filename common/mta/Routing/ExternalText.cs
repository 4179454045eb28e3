using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Finds operators in an address in external form: characters outside quoted strings, domain literals and backslash pairs. Rewriting works
/// on this form, because <c>"a%b"@c</c> and <c>a%b@c</c> mean different things.
/// </summary>
internal static class ExternalText
{
    /// <summary>The first (or last) place of an unquoted character, -1 when there is none.</summary>
    public static int IndexOf(ReadOnlySpan<char> text, char wanted, bool last = false)
    {
        if (text.IndexOfAny('"', '\\', '[') < 0) return last ? text.LastIndexOf(wanted) : text.IndexOf(wanted);
        int found = -1;
        char close = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\') { i++; continue; }
            if (close != '\0') { if (c == close) close = '\0'; continue; }
            if (c == wanted)
            {
                found = i;
                if (!last) break;
            }
            if (c == '"') close = '"';
            else if (c == '[') close = ']';
        }
        return found;
    }

    public static bool Has(ReadOnlySpan<char> text, char wanted) => IndexOf(text, wanted) >= 0;

    /// <summary>True when the last character is the one wanted and stands outside quotes.</summary>
    public static bool EndsWith(ReadOnlySpan<char> text, char wanted) =>
        text.Length > 0 && text[^1] == wanted && IndexOf(text, wanted, last: true) == text.Length - 1;

    /// <summary>True when the whole text is one quoted string.</summary>
    public static bool IsQuoted(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '"') return false;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i == text.Length - 1;
        }
        return false;
    }

    /// <summary>The same address with the local part in quotes only where the grammar asks for it. Empty text stays.</summary>
    public static string Requote(string text)
    {
        int at = IndexOf(text, '@', last: true);
        if (text.Length == 0) return text;
        string local = at < 0 ? text : text[..at];
        string quoted = Address.QuoteLocal(Address.Unquote822(local));
        return quoted == local ? text : string.Concat(quoted, text.AsSpan(local.Length));
    }

    /// <summary>Takes one dot off the end, but not from ".." or "@.".</summary>
    public static string WithoutTrailingDot(string text) =>
        text.Length > 1 && text[^2] is not ('.' or '@') && EndsWith(text, '.') ? text[..^1] : text;
}
