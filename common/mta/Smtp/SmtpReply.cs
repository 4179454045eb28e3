using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Smtp;

/// <summary>
/// A reply of the server as a value: three-digit code, enhanced status (may be empty), text of one or more lines separated by LF.
/// The default value means "no reply", which the parsers return for "no error".
/// </summary>
public readonly record struct SmtpReply(int Code, DsnStatus Status, string Text)
{
    /// <summary>Longest reply that <see cref="Format"/> may need for a text of this many characters.</summary>
    public static int MaxBytes(int textLength, int lines) => textLength * 3 + lines * 24;

    public bool IsNone => Code == 0;

    /// <summary>"250 2.1.0 Ok": code, optional enhanced status, text.</summary>
    public static SmtpReply Parse(string line)
    {
        if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out int code))
            throw new FormatException($"not a reply: {line}");
        string text = line.Length > 4 ? line[4..] : "";
        return DsnStatus.TryParse(text, out DsnStatus status, out int length)
            ? new SmtpReply(code, status, text[length..].TrimStart(' '))
            : new SmtpReply(code, default, text);
    }

    /// <summary>The same refusal as a temporary one (soft_bounce).</summary>
    public SmtpReply AsTemporary() =>
        Code is >= 500 and < 600 ? this with { Code = Code - 100, Status = Status.IsEmpty ? Status : Status.WithClass(4) } : this;

    /// <summary>The first line as it stands in logs: code, status, text.</summary>
    public override string ToString()
    {
        if (IsNone) return "";
        return Status.IsEmpty ? $"{Code} {Text}" : $"{Code} {Status} {Text}";
    }

    /// <summary>
    /// Writes the reply as it goes to the client and returns the bytes written.
    /// RFC 5321 4.2: *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF. RFC 2034: the status starts every line.
    /// Control characters become "?", so that no text from a table or a peer can make a second reply.
    /// </summary>
    /// <param name="destination">At least <see cref="MaxBytes"/> long.</param>
    public int Format(Span<byte> destination)
    {
        Span<char> status = stackalloc char[12];
        ReadOnlySpan<char> prefix = FormatStatus(status);
        ReadOnlySpan<char> rest = Text;
        int at = 0;
        while (true)
        {
            int end = rest.IndexOf('\n');
            bool last = end < 0;
            ReadOnlySpan<char> line = last ? rest : rest[..end];
            at += FormatLine(destination[at..], last, prefix, line);
            if (last) return at;
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>How many lines the reply has.</summary>
    public int Lines => 1 + Text.AsSpan().Count('\n');

    private ReadOnlySpan<char> FormatStatus(Span<char> buffer)
    {
        if (Status.IsEmpty) return default;
        buffer.TryWrite(System.Globalization.CultureInfo.InvariantCulture, $"{Status.Class}.{Status.Subject}.{Status.Detail}",
            out int length);
        return buffer[..length];
    }

    private int FormatLine(Span<byte> line, bool last, ReadOnlySpan<char> status, ReadOnlySpan<char> text)
    {
        line[0] = (byte)('0' + Code / 100 % 10);
        line[1] = (byte)('0' + Code / 10 % 10);
        line[2] = (byte)('0' + Code % 10);
        line[3] = (byte)(last ? ' ' : '-');
        int at = 4;
        if (!status.IsEmpty)
        {
            at += Encoding.ASCII.GetBytes(status, line[at..]);
            if (!text.IsEmpty) line[at++] = (byte)' ';
        }
        int length = Encoding.UTF8.GetBytes(text, line[at..]);
        Printable.Clean(line.Slice(at, length));
        at += length;
        line[at++] = (byte)'\r';
        line[at++] = (byte)'\n';
        return at;
    }
}
