using System.Text;

namespace MtaSuite.Relay.Sessions;

/// <summary>What a server's bytes made.</summary>
internal enum ReplyStatus : byte
{
    /// <summary>No complete reply yet.</summary>
    Incomplete,
    Complete,
    /// <summary>Not a reply, or one without end: the session is useless.</summary>
    Garbage,
}

/// <summary>
/// Reads replies out of buffered input, line by line.
/// <code>
/// RFC 5321 4.2: Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
/// </code>
/// Taken also: a bare LF at a line's end, and another code in the last line than before (the last counts). Lines longer than
/// <see cref="MaxLine"/> are cut, text above <see cref="MaxText"/> is dropped; a line of <see cref="MaxUnfinished"/> without end and a
/// reply of <see cref="MaxReply"/> are none any more.
/// </summary>
internal sealed class ReplyParser
{
    public const int MaxLine = 2048, MaxText = 8 * 1024, MaxUnfinished = 16 * 1024, MaxReply = 256 * 1024;
    private readonly StringBuilder _text = new();
    private int _size, _lines;

    /// <summary>The lines of the last complete reply without codes, where asked for.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Takes one reply from the start of the input.</summary>
    /// <param name="consumed">Bytes to drop, whatever the status.</param>
    /// <param name="keepText">Give the text of a good reply as well; that of a refusal is always given.</param>
    /// <param name="keepLines">Fill <see cref="Lines"/>.</param>
    public ReplyStatus Next(ReadOnlySpan<byte> input, bool keepText, bool keepLines, out Reply reply, out int consumed)
    {
        reply = default;
        consumed = 0;
        while (TryLine(input[consumed..], out ReadOnlySpan<byte> line, out int length))
        {
            consumed += length;
            ReplyStatus status = NextLine(line, length, keepText, keepLines, out reply);
            if (status != ReplyStatus.Incomplete) return status;
        }
        return input.Length - consumed > MaxUnfinished ? Reset(ReplyStatus.Garbage) : ReplyStatus.Incomplete;
    }

    /// <summary>The first line of the input without its end, cut to <see cref="MaxLine"/>.</summary>
    /// <param name="consumed">Bytes of it, with its end.</param>
    public static bool TryLine(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out int consumed)
    {
        int end = input.IndexOf((byte)'\n');
        line = input[..Math.Max(end, 0)];
        consumed = end + 1;
        if (line is [.., (byte)'\r']) line = line[..^1];
        if (line.Length > MaxLine) line = line[..MaxLine];
        return end >= 0;
    }

    /// <summary>Takes one line of a reply.</summary>
    /// <param name="size">Bytes that it took on the wire.</param>
    public ReplyStatus NextLine(ReadOnlySpan<byte> line, int size, bool keepText, bool keepLines, out Reply reply)
    {
        _size += size;
        ReplyStatus status = Line(line, keepText, keepLines, out reply);
        return status == ReplyStatus.Incomplete && _size > MaxReply ? Reset(ReplyStatus.Garbage) : status;
    }

    private ReplyStatus Line(ReadOnlySpan<byte> line, bool keepText, bool keepLines, out Reply reply)
    {
        reply = default;
        if (!TryCode(line, out int code, out bool last)) return Reset(ReplyStatus.Garbage);
        bool wanted = keepText || code is >= 300 and not 354 || _text.Length > 0;
        string text = "";
        if (keepLines || wanted) text = Keep(line, wanted, keepLines);
        _lines++;
        if (!last) return ReplyStatus.Incomplete;
        reply = new Reply(code, wanted ? _text.ToString() : "") { LastLine = _lines > 1 ? text : null };
        return Reset(ReplyStatus.Complete);
    }

    private string Keep(ReadOnlySpan<byte> line, bool wanted, bool keepLines)
    {
        string text = Encoding.UTF8.GetString(line.Length > 4 ? line[4..] : default);
        if (keepLines) Lines.Add(text);
        if (!wanted || _text.Length > MaxText) return text;
        if (_lines > 0) _text.Append(' ').Append(Encoding.UTF8.GetString(line));
        else _text.Append(text);
        return text;
    }

    private static bool TryCode(ReadOnlySpan<byte> line, out int code, out bool last)
    {
        code = 0;
        last = true;
        if (line.Length < 3) return false;
        foreach (byte digit in line[..3])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            code = code * 10 + digit - '0';
        }
        if (code is < 200 or > 599) return false;
        if (line.Length == 3) return true;
        last = line[3] == ' ';
        return last || line[3] == '-';
    }

    /// <summary>What has come belongs to no reply any more, or to one that is complete.</summary>
    public ReplyStatus Reset(ReplyStatus status)
    {
        _text.Clear();
        _size = _lines = 0;
        return status;
    }
}
