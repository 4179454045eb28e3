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
    /// The text behind "FROM:" of MAIL or "TO:" of RCPT, where the path and the parameters stand; white space behind the colon
    /// is accepted, before it not. False when the keyword is missing, or nothing follows it.
    /// </summary>
    public static bool TryKeyword(ReadOnlySpan<byte> arguments, ReadOnlySpan<byte> keyword, out ReadOnlySpan<byte> path)
    {
        path = default;
        if (arguments.Length <= keyword.Length || !System.Text.Ascii.EqualsIgnoreCase(arguments[..keyword.Length], keyword)
            || arguments[keyword.Length] != ':') return false;
        path = arguments[(keyword.Length + 1)..].TrimStart(" \t"u8);
        return !path.IsEmpty;
    }
}
