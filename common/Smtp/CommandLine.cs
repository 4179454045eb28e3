namespace MtaSuite.Common.Smtp;

/// <summary>
/// A command line cut into verb and arguments. All parts are slices of the line; nothing is copied.
/// RFC 5321 2.4: command = verb *( SP argument ) CRLF. Any run of spaces and tabs separates, as senders do send such.
/// </summary>
public readonly ref struct CommandLine
{
    public readonly ReadOnlySpan<byte> Word;
    public readonly SmtpVerb Verb;
    /// <summary>What follows the verb, without white space at both ends.</summary>
    public readonly ReadOnlySpan<byte> Arguments;

    private CommandLine(ReadOnlySpan<byte> word, ReadOnlySpan<byte> arguments)
    {
        Word = word;
        Verb = SmtpVerbs.Recognize(word);
        Arguments = arguments;
    }

    /// <summary>Parses a line without its end; the word is empty when the line is blank.</summary>
    public static CommandLine Parse(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        ReadOnlySpan<byte> word = TakeWord(ref line);
        return new CommandLine(word, line);
    }

    /// <summary>Takes the next word off the front of a text, with the white space behind it; empty at the end.</summary>
    public static ReadOnlySpan<byte> TakeWord(scoped ref ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> all = text.TrimStart(" \t"u8);
        int end = all.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0) end = all.Length;
        text = all[end..].TrimStart(" \t"u8);
        return all[..end];
    }

    /// <summary>
    /// Splits the arguments of MAIL and RCPT: keyword ":" path *( SP parameter ). White space between the colon and the path is
    /// accepted. The path is either "&lt;" ... "&gt;" with quoted strings inside, or a bare word, both as they stand.
    /// </summary>
    /// <param name="keyword">"FROM" or "TO".</param>
    /// <param name="path">The path with its angle brackets; what it means is the address parser's business.</param>
    /// <param name="parameters">The ESMTP parameters, trimmed.</param>
    /// <returns>Missing: not of this form at all; BadPath: unbalanced, or joined to what follows.</returns>
    public readonly PathStatus TrySplitPath(ReadOnlySpan<byte> keyword, out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> parameters)
    {
        path = default;
        parameters = default;
        ReadOnlySpan<byte> text = Arguments;
        if (text.Length <= keyword.Length || !System.Text.Ascii.EqualsIgnoreCase(text[..keyword.Length], keyword)) return PathStatus.Missing;
        text = text[keyword.Length..].TrimStart(" \t"u8);
        if (text.IsEmpty || text[0] != ':') return PathStatus.Missing;
        text = text[1..].TrimStart(" \t"u8);
        if (text.IsEmpty) return PathStatus.Missing;
        int length = PathLength(text);
        if (length < 0) return PathStatus.BadPath;
        path = text[..length];
        parameters = text[length..];
        if (!parameters.IsEmpty && parameters[0] is not ((byte)' ' or (byte)'\t')) return PathStatus.BadPath;
        parameters = parameters.Trim(" \t"u8);
        return PathStatus.Ok;
    }

    /// <summary>Bytes up to the end of the path: the closing bracket, or the first white space outside quotes; -1 when unbalanced.</summary>
    private static int PathLength(ReadOnlySpan<byte> text)
    {
        bool bracket = text[0] == '<';
        bool quoted = false;
        for (int i = bracket ? 1 : 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '\\') i++;
            else if (b == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (bracket && b == '>') return i + 1;
            else if (!bracket && b is (byte)' ' or (byte)'\t') return i;
        }
        return bracket || quoted ? -1 : text.Length;
    }
}

/// <summary>How <see cref="CommandLine.TrySplitPath"/> went.</summary>
public enum PathStatus : byte { Ok, Missing, BadPath }
