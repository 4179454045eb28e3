namespace MtaSuite.Tools.Postmap;

/// <summary>
/// Lookup keys from a message (-h, -b): each header with its continuation lines is a key, each line of the body is one. The body begins at
/// the first line that is no header (RFC 5322 section 2.2); the empty line between belongs to neither.
/// </summary>
internal static class MessageKeys
{
    public static IEnumerable<byte[]> Read(ByteLineReader lines, bool headers, bool body)
    {
        byte[]? header = null;
        bool inBody = false;
        while (lines.TryRead(out byte[] line))
        {
            if (inBody)
            {
                if (body) yield return line;
                continue;
            }
            if (header != null && line is [(byte)' ' or (byte)'\t', ..])
            {
                header = [.. header, (byte)'\n', .. line];
                continue;
            }
            if (header != null && headers) yield return header;
            header = IsHeader(line) ? line : null;
            if (header != null) continue;
            inBody = true;
            if (line.Length > 0 && body) yield return line;
        }
        if (header != null && headers) yield return header;
    }

    /// <summary>field-name ":", with white space between (as old mail has it).</summary>
    private static bool IsHeader(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0) return false;
        ReadOnlySpan<byte> name = line[..colon].TrimEnd(" \t"u8);
        return name.Length > 0 && !name.ContainsAnyExceptInRange((byte)33, (byte)126);
    }
}
