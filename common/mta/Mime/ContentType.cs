using System.Text;

namespace MtaSuite.Common.Mime;

/// <summary>
/// What a Content-Type field says, as far as the structure of a message depends on it.
/// <code>
/// RFC 2045 5.1:  content = type "/" subtype *( ";" attribute "=" ( token / quoted-string ) )
/// </code>
/// Comments and white space may stand anywhere between; what cannot be read is passed over.
/// </summary>
/// <param name="Type">In lower case; empty where the field is none.</param>
/// <param name="Boundary">Of a multipart; empty where it has none.</param>
public readonly record struct ContentType(string Type, string Subtype, string Boundary)
{
    /// <summary>RFC 2046 5.1.1: no boundary is longer.</summary>
    private const int MaxBoundary = 1000;

    /// <param name="value">What stands behind the colon.</param>
    /// <param name="boundaries">Gets each boundary of a multipart: a field may have several, against the rules.</param>
    public static ContentType Parse(ReadOnlySpan<byte> value, List<string>? boundaries = null)
    {
        int i = 0;
        string type = Word(value, ref i).ToLowerInvariant();
        bool hasSubtype = Skip(value, ref i, (byte)'/');
        if (!hasSubtype && type != "multipart") return default;
        string subtype = hasSubtype ? Word(value, ref i).ToLowerInvariant() : "";
        string boundary = "";
        while (SkipTo(value, ref i, (byte)';'))
        {
            string attribute = Word(value, ref i);
            if (!Skip(value, ref i, (byte)'=')) continue;
            string text = Word(value, ref i);
            if (!attribute.Equals("boundary", StringComparison.OrdinalIgnoreCase)) continue;
            text = text.TrimEnd();
            boundaries?.Add(text);
            if (boundary.Length == 0) boundary = text;
        }
        if (type != "multipart") boundaries?.Clear();
        return new ContentType(type, subtype, boundary.Length > MaxBoundary ? "" : boundary);
    }

    /// <summary>The first word of a field that is made of one, in lower case: Content-Transfer-Encoding (RFC 2045 6.1).</summary>
    public static string FirstWord(ReadOnlySpan<byte> value)
    {
        int i = 0;
        return Word(value, ref i).ToLowerInvariant();
    }

    private static bool Skip(ReadOnlySpan<byte> value, ref int i, byte special)
    {
        SkipSpace(value, ref i);
        if (i >= value.Length || value[i] != special) return false;
        i++;
        return true;
    }

    /// <summary>Goes behind the next such byte outside of quotes and comments.</summary>
    private static bool SkipTo(ReadOnlySpan<byte> value, ref int i, byte special)
    {
        while (i < value.Length)
        {
            if (Skip(value, ref i, special)) return true;
            if (i >= value.Length) return false;
            int before = i;
            Word(value, ref i);
            if (i == before) i++;
        }
        return false;
    }

    private static void SkipSpace(ReadOnlySpan<byte> value, ref int i)
    {
        int depth = 0;
        for (; i < value.Length; i++)
        {
            byte b = value[i];
            if (b == '\\' && depth > 0) i++;
            else if (b == '(') depth++;
            else if (b == ')' && depth > 0) depth--;
            else if (depth == 0 && b is not ((byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')) return;
        }
        i = Math.Min(i, value.Length);
    }

    /// <summary>A token or the text of a quoted string.</summary>
    private static string Word(ReadOnlySpan<byte> value, ref int i)
    {
        SkipSpace(value, ref i);
        if (i < value.Length && value[i] == '"') return Quoted(value, ref i);
        int start = i;
        while (i < value.Length && value[i] > ' ' && !"()<>@,;:\\\"/[]?="u8.Contains(value[i])) i++;
        return Encoding.Latin1.GetString(value[start..i]);
    }

    private static string Quoted(ReadOnlySpan<byte> value, ref int i)
    {
        StringBuilder text = new();
        for (i++; i < value.Length && value[i] != '"'; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length) i++;
            if (value[i] is not ((byte)'\n' or (byte)'\r')) text.Append((char)value[i]);
        }
        i = Math.Min(i + 1, value.Length);
        return text.ToString();
    }
}
