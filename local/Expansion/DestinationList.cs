using System.Text;

namespace MtaSuite.Local.Expansion;

/// <summary>What an item of an alias or .forward file asks for.</summary>
public enum DestinationKind : byte { Address, Mailbox, Command, File, HomeFile, Include }

/// <summary>One item.</summary>
/// <param name="Text">
/// The address in internal form; for Mailbox the same without its backslash; the command line; the path (HomeFile: after the "~"); the path
/// to include.
/// </param>
public readonly record struct AliasDestination(DestinationKind Kind, string Text);

/// <summary>
/// Reads the right-hand side of an alias and lines of .forward and :include: files.
/// <code>
/// list    = item *( "," item )
/// item    = "|" command / "/" path / "~/" path / ":include:" path / "\" address / address / phrase "&lt;" address "&gt;"
///         / phrase ": " list ";"
/// </code>
/// Any part of an item may be in double quotes, where a comma is text and a backslash quotes; "(" ")" hold comments. Words with nothing but
/// white space between them are items of their own, as in "alice bob". An item that begins with "|" outside quotes goes up to the next
/// comma, one that begins with ":" too. Nothing is an error: whoever routes the address says what is wrong with it.
/// </summary>
public static class DestinationList
{
    public static List<AliasDestination> Parse(string text)
    {
        List<AliasDestination> items = [];
        List<string> words = [];
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] is ',' or ';' or ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }
            bool escaped = text[at] == '\\';
            if (escaped) at++;
            words.Clear();
            if (at < text.Length && text[at] == '|') words.Add(TakeRaw(text, ref at));
            else TakeItem(text, ref at, words);
            foreach (string word in words)
            {
                items.Add(escaped ? new AliasDestination(DestinationKind.Mailbox, word) : Classify(word));
                escaped = false;
            }
        }
        return items;
    }

    private static AliasDestination Classify(string item)
    {
        const string include = ":include:";
        if (item[0] == '/') return new AliasDestination(DestinationKind.File, item);
        if (item[0] == '~') return new AliasDestination(DestinationKind.HomeFile, item[1..]);
        if (item[0] == '|') return new AliasDestination(DestinationKind.Command, item[1..].Trim());
        return item.StartsWith(include, StringComparison.OrdinalIgnoreCase)
            ? new AliasDestination(DestinationKind.Include, item[include.Length..].Trim())
            : new AliasDestination(DestinationKind.Address, item);
    }

    /// <summary>
    /// Addresses and paths up to the next separator, without quotes and comments; only what is between "&lt;" and "&gt;" where there is
    /// such a thing, and only what follows the name of a group.
    /// </summary>
    private static void TakeItem(string text, ref int at, List<string> words)
    {
        StringBuilder item = new();
        bool raw = at < text.Length && text[at] == ':', space = false, angle = false, closed = false;
        while (at < text.Length && text[at] != ',' && (raw || text[at] != ';'))
        {
            char c = text[at++];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                space = true;
                continue;
            }
            if (c == '(')
            {
                SkipComment(text, ref at);
                continue;
            }
            if (closed) continue;
            if (c == '<' || (c == ':' && !raw && !angle && EndsWord(text, at)))
            {
                item.Clear();
                words.Clear();
                space = false;
                angle = c == '<';
                continue;
            }
            if (c == '>')
            {
                closed = true;
                continue;
            }
            // white space around "@" and "." belongs to neither side
            if (space && item.Length > 0 && c is not ('@' or '.') && item[^1] is not ('@' or '.'))
            {
                if (raw || angle) item.Append(' ');
                else EndWord(item, words);
            }
            space = false;
            if (c == '"') TakeQuoted(text, ref at, item);
            else item.Append(c == '\\' && at < text.Length ? text[at++] : c);
        }
        EndWord(item, words);
    }

    private static bool EndsWord(string text, int at) => at == text.Length || text[at] is ' ' or '\t' or ';';

    private static void EndWord(StringBuilder item, List<string> words)
    {
        if (item.Length > 0) words.Add(item.ToString());
        item.Clear();
    }

    /// <summary>A command up to the next comma outside quotes; quotes around all of it are taken off.</summary>
    private static string TakeRaw(string text, ref int at)
    {
        int start = ++at; // behind the "|"
        while (at < text.Length && text[at] is ' ' or '\t') at++;
        if (at < text.Length && text[at] == '"')
        {
            StringBuilder command = new("|");
            at++;
            TakeQuoted(text, ref at, command);
            while (at < text.Length && text[at] != ',') command.Append(text[at++]);
            return command.ToString().TrimEnd();
        }
        bool quoted = false;
        for (; at < text.Length && (quoted || text[at] != ','); at++)
        {
            if (text[at] == '"') quoted = !quoted;
        }
        return "|" + text[start..at].Trim();
    }

    private static void TakeQuoted(string text, ref int at, StringBuilder target)
    {
        while (at < text.Length)
        {
            char c = text[at++];
            if (c == '"') return;
            target.Append(c == '\\' && at < text.Length ? text[at++] : c);
        }
    }

    private static void SkipComment(string text, ref int at)
    {
        for (int depth = 1; at < text.Length && depth > 0; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == '(') depth++;
            else if (text[at] == ')') depth--;
        }
        if (at > text.Length) at = text.Length;
    }
}
