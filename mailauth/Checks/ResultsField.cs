using System.Buffers;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Mailauth.Checks;

/// <summary>
/// Composes the value of an Authentication-Results field (RFC 8601 2.2), and says whose another one is:
/// <code>
/// value      = authserv-id *( ";" resinfo ) / authserv-id ";" "none"
/// resinfo    = method "=" result [ comment ] [ "reason" "=" value ] *( ptype "." property "=" pvalue )
/// value      = token / quoted-string           pvalue = value / [ [ local-part ] "@" ] domain-name
/// </code>
/// Each result stands on a line of its own; longer ones are folded. What comes from strangers is cut and has no control characters.
/// </summary>
internal sealed class ResultsField(string authservId)
{
    private static readonly SearchValues<char> s_specials = SearchValues.Create("()<>@,;:\\\"/[]?= ");
    private const int MaxLine = 76, MaxWords = 200, MaxValue = 320;
    private readonly StringBuilder _text = new(authservId);
    private int _column;

    /// <summary>The value behind the colon and a blank, folded with CRLF and a tab.</summary>
    public override string ToString() => _column == 0 ? $"{authservId}; none" : _text.ToString();

    /// <summary>Begins the result of a method.</summary>
    public ResultsField Method(string method, string result)
    {
        _text.Append(";\r\n\t").Append(method).Append('=').Append(result);
        _column = 1 + method.Length + 1 + result.Length;
        return this;
    }

    /// <summary>Words for people; nothing when they are empty.</summary>
    public ResultsField Comment(string words)
    {
        if (words.Length > 0) Add($"({Clean(words, MaxWords).Replace("\\", "\\\\").Replace("(", "\\(").Replace(")", "\\)")})");
        return this;
    }

    /// <summary>Why it is so; nothing when that is empty.</summary>
    public ResultsField Reason(string words)
    {
        if (words.Length > 0) Add($"reason={Quoted(Clean(words, MaxWords))}");
        return this;
    }

    /// <summary>What the result is about: "header.d" and its value; nothing when that is empty.</summary>
    public ResultsField Property(string name, string value)
    {
        if (value.Length > 0) Add($"{name}={Value(Clean(value, MaxValue))}");
        return this;
    }

    /// <summary>An address as a property: its domain alone where it is not plain ASCII.</summary>
    public ResultsField Address(string name, string address)
    {
        if (Ascii.IsValid(address)) return Property(name, address);
        string domain = address[(address.LastIndexOf('@') + 1)..];
        return Property(name, DomainName.ToAscii(domain) ?? "");
    }

    private void Add(string item)
    {
        foreach (string word in item.Split(' '))
        {
            bool breaks = _column + 1 + word.Length > MaxLine;
            _text.Append(breaks ? "\r\n\t" : " ").Append(word);
            _column = breaks ? 1 + word.Length : _column + 1 + word.Length;
        }
    }

    /// <summary>What comes from strangers: cut, and printable ASCII alone.</summary>
    public static string Clean(string text, int max) =>
        string.Concat((text.Length > max ? text[..max] : text).Select(c => c is >= ' ' and <= '~' ? c : '?'));

    private static string Value(string text)
    {
        int at = text.LastIndexOf('@');
        bool isPlain = at < 0 ? IsToken(text)
            : (at == 0 || Common.Mail.Address.IsDotAtom(text.AsSpan(0, at))) && HostName.HasValidLabels(text.AsSpan(at + 1));
        return isPlain ? text : Quoted(text);
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    /// <summary>RFC 2045 5.1: token.</summary>
    private static bool IsToken(ReadOnlySpan<char> text) =>
        text.Length > 0 && !text.ContainsAny(s_specials) && !text.ContainsAnyExceptInRange('!', '~');

    // ---- whose one is ----------------------------------------------------------------------------------------------

    /// <summary>
    /// A field of a message claims to be ours: its authserv-id is that name in any case of letters, with or without quotes, comments
    /// before it, a version behind it or a final dot. One that is cut off counts too.
    /// </summary>
    /// <param name="value">Behind the colon.</param>
    public static bool IsOf(ReadOnlySpan<byte> value, string authservId)
    {
        const int enough = 4096;
        string text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, enough)]);
        int at = SkipComments(text);
        StringBuilder id = new();
        bool quoted = at < text.Length && text[at] == '"';
        for (at += quoted ? 1 : 0; at < text.Length; at++)
        {
            char c = text[at];
            if (quoted ? c == '"' : c <= ' ' || s_specials.Contains(c)) break;
            if (quoted && c == '\\' && at + 1 < text.Length) c = text[++at];
            id.Append(c);
        }
        return Name(id.ToString()).Equals(Name(authservId), StringComparison.OrdinalIgnoreCase);
    }

    private static string Name(string id) => (DomainName.ToAscii(id) ?? id).TrimEnd('.');

    /// <summary>Where white space and comments, which nest, end.</summary>
    private static int SkipComments(string text)
    {
        int depth = 0, i = 0;
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && depth > 0) i++;
            else if (c == '(') depth++;
            else if (c == ')' && depth > 0) depth--;
            else if (depth == 0 && c is not (' ' or '\t' or '\r' or '\n')) break;
        }
        return Math.Min(i, text.Length);
    }
}
