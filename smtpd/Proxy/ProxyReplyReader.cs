using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>What a filter's bytes made.</summary>
internal enum ProxyReplyStatus : byte
{
    Incomplete,
    Complete,
    /// <summary>Not a reply: whatever the filter says behind it cannot be relied on.</summary>
    Garbage,
}

/// <summary>
/// Reads the replies of a filter before the queue.
/// <code>
/// RFC 5321 4.2: Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
/// </code>
/// Stricter than our SMTP client: a reply decides whether mail is accepted, so that a line that is too long, another code in a later line
/// or a reply of too many lines is none.
/// </summary>
internal sealed class ProxyReplyReader(int lineLimit)
{
    public const int MaxLines = 100;
    private readonly List<string> _lines = [];
    private LineSplitter _splitter = new(lineLimit);
    private int _code;

    /// <summary>Takes one reply from the start of the input.</summary>
    /// <param name="input">Everything that is buffered. After Incomplete it must start with the same bytes, less those consumed.</param>
    /// <param name="reply">The reply when Complete; what the log may show of the line when Garbage.</param>
    /// <param name="consumed">Bytes to drop, whatever the status.</param>
    public ProxyReplyStatus Next(ReadOnlySpan<byte> input, out SmtpReply reply, out int consumed)
    {
        (reply, consumed) = (default, 0);
        while (true)
        {
            LineStatus status = _splitter.Next(input[consumed..], out ReadOnlySpan<byte> line, out int used, out _);
            consumed += used;
            if (status == LineStatus.Incomplete) return ProxyReplyStatus.Incomplete;
            bool last = false;
            if (status != LineStatus.Complete) reply = reply with { Text = $"a line of more than {lineLimit} bytes" };
            if (status != LineStatus.Complete || !TryTake(line, out last))
            {
                if (reply.Text is null) reply = reply with { Text = Text(line[..Math.Min(line.Length, 100)]) };
                return ProxyReplyStatus.Garbage;
            }
            if (!last) continue;
            reply = Make();
            return ProxyReplyStatus.Complete;
        }
    }

    private bool TryTake(ReadOnlySpan<byte> line, out bool last)
    {
        last = line.Length == 3 || (line.Length > 3 && line[3] == ' ');
        if (line.Length < 3 || (!last && line[3] != '-') || _lines.Count >= MaxLines) return false;
        int code = 0;
        foreach (byte digit in line[..3])
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            code = code * 10 + digit - '0';
        }
        if (code is < 200 or > 599 || (_lines.Count > 0 && code != _code)) return false;
        _code = code;
        _lines.Add(Text(line.Length > 4 ? line[4..] : default));
        return true;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Printable.Text(Encoding.UTF8.GetString(bytes));

    /// <summary>RFC 2034 4: the status stands in front of each line; where it does not it is left in the text.</summary>
    private SmtpReply Make()
    {
        SmtpReply reply = new(_code, default, string.Join('\n', _lines));
        if (DsnStatus.TryParse(_lines[0], out DsnStatus status, out int length) && status.Class == _code / 100)
        {
            string start = _lines[0][..length];
            if (_lines.TrueForAll(l => l == start || l.StartsWith(start + ' ', StringComparison.Ordinal)))
                reply = new SmtpReply(_code, status, string.Join('\n', _lines.Select(l => l[start.Length..].TrimStart(' '))));
        }
        _lines.Clear();
        return reply;
    }
}
