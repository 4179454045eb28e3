using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>One Received field (RFC 5321 4.4): who took the message, from whom, how, and when. What a field does not say is
/// empty.</summary>
internal sealed record Hop(string By, string From, string With, string Id, DateTimeOffset? Time)
{
    /// <summary>The hops of a message, the first first.</summary>
    public static List<Hop> Of(HeaderList header) => [.. header.Where(h => h.Id == HeaderId.Received).Select(h =>
        Parse(h.Value)).Reverse()];

    /// <summary>
    /// Received = *received-token ";" date-time (RFC 5322 3.6.7); tokens are clauses such as "from NAME (comment)", "by NAME", "with
    /// PROTOCOL", "id ID".
    /// </summary>
    public static Hop Parse(string value)
    {
        string text = WithoutComments(value);
        int semicolon = text.LastIndexOf(';');
        string[] words = (semicolon < 0 ? text : text[..semicolon]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string Clause(string name)
        {
            int at = Array.FindIndex(words, w => w.Equals(name, StringComparison.OrdinalIgnoreCase));
            return at >= 0 && at + 1 < words.Length ? words[at + 1] : "";
        }
        DateTimeOffset? time = semicolon >= 0 && DateUtils.TryParse(text[(semicolon + 1)..].Trim(), out DateTimeOffset date) ? date : null;
        return new Hop(Clause("by"), Clause("from"), Clause("with"), Clause("id"), time);
    }

    // comments nest, and a backslash takes the next character's meaning away (RFC 5322 3.2.2)
    private static string WithoutComments(string text)
    {
        StringBuilder result = new();
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && depth > 0) i++;
            else if (text[i] == '(') depth++;
            else if (text[i] == ')' && depth > 0)
            {
                depth--;
                result.Append(' ');
            }
            else if (depth == 0) result.Append(text[i]);
        }
        return result.ToString();
    }
}
