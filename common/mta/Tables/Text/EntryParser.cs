namespace MtaSuite.Common.Tables.Text;

/// <summary>The two shapes of a table's source text.</summary>
public enum SourceFormat
{
    /// <summary>"key whitespace value", for postmap.</summary>
    Map,

    /// <summary>"name: value, value", for postalias.</summary>
    Aliases,
}

/// <summary>
/// Takes one logical line apart. Pure; the parts are slices of the line, but for an alias name, which may need unquoting.
/// </summary>
internal static class EntryParser
{
    /// <summary>
    /// Map line. Quotes keep white space together and stay part of the key, as an address with a quoted local part has them:
    /// <code>
    /// line = key 1*space value
    /// key  = 1*( char / "\" char / DQUOTE *( char / space / "\" char ) DQUOTE )
    /// </code>
    /// </summary>
    /// <returns>Null, or what is wrong with the line.</returns>
    public static string? ParseMap(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        bool quoted = false;
        int i = 0;
        for (; i < line.Length; i++)
        {
            byte c = line[i];
            if (c == '\\') i++;
            else if (c == '"') quoted = !quoted;
            else if (!quoted && LogicalLineReader.IsSpace(c)) break;
        }
        i = Math.Min(i, line.Length);
        key = line[..i];
        value = LogicalLineReader.TrimEnd(LogicalLineReader.TrimStart(line[i..]));
        if (quoted) return $"unbalanced '\"' in '{Log.Printable.Text(line)}' -- ignoring this line";
        return key.IsEmpty || value.IsEmpty ? "expected format: key whitespace value" : null;
    }

    /// <summary>
    /// Alias line. The name is a local address: quotes and backslashes protect characters and are taken off, an "@" or "%" that is not
    /// protected makes it no local name. The value is kept as it stands; local delivery takes it apart.
    /// <code>
    /// line = name *space ":" *space value
    /// name = 1*( atom char / space / "\" char / DQUOTE *( char / "\" char ) DQUOTE )
    /// </code>
    /// </summary>
    /// <returns>Null, or what is wrong with the line.</returns>
    public static string? ParseAlias(ReadOnlySpan<byte> line, out byte[] name, out ReadOnlySpan<byte> value)
    {
        byte[] text = new byte[line.Length];
        int length = 0, end = 0;
        bool quoted = false, domain = false;
        int i = 0;
        for (; i < line.Length; i++)
        {
            byte c = line[i];
            if (c == '"')
            {
                quoted = !quoted;
                end = length;
                continue;
            }
            if (!quoted && c is (byte)':' or (byte)',') break;
            bool literal = quoted;
            if (c == '\\' && i + 1 < line.Length)
            {
                c = line[++i];
                literal = true;
            }
            domain |= !literal && c is (byte)'@' or (byte)'%';
            text[length++] = c;
            // white space before the colon is not part of the name, unless quoted
            if (literal || !LogicalLineReader.IsSpace(c)) end = length;
        }
        name = text[..end];
        value = i < line.Length ? LogicalLineReader.TrimEnd(LogicalLineReader.TrimStart(line[(i + 1)..])) : default;
        if (i >= line.Length || line[i] != ':' || name.Length == 0 || value.IsEmpty) return "need name:value pair";
        return domain ? "name must be local" : null;
    }
}
