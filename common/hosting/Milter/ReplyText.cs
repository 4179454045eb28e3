using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Common.Milter;

/// <summary>
/// The text of a refusal that a milter gave (SMFIR_REPLYCODE), one or more lines with CR LF between them:
/// <code>
/// line = ("4" / "5") 2DIGIT ("-" / SP) [ status SP ] text
/// </code>
/// libmilter doubles each "%", since the text was a format for sendmail; a single one means nothing.
/// </summary>
public static class ReplyText
{
    /// <summary>The reply, or false for what is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SmtpReply reply)
    {
        reply = default;
        if (bytes.Length < 4 || bytes[0] is not ((byte)'4' or (byte)'5') || !IsDigit(bytes[1]) || !IsDigit(bytes[2])
            || bytes[3] is not ((byte)' ' or (byte)'-')) return false;
        // a status of another class than the code's would be a lie
        if (bytes.Length > 4 && IsDigit(bytes[4]) && bytes[4] != bytes[0]) return false;
        int code = (bytes[0] - '0') * 100 + (bytes[1] - '0') * 10 + (bytes[2] - '0');
        StringBuilder text = new();
        DsnStatus status = default;
        bool first = true;
        foreach (string line in Unescape(Encoding.UTF8.GetString(bytes)).Split('\n'))
        {
            string rest = line.TrimEnd('\r');
            if (rest.Length == 0 && !first) continue;
            // the lines behind the first one have the code again
            rest = rest.Length >= 4 && rest[3] is ' ' or '-' && rest.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 ? rest[4..] : rest;
            if (DsnStatus.TryParse(rest, out DsnStatus found, out int length)) rest = rest[length..].TrimStart(' ');
            if (first) status = found;
            if (!first) text.Append('\n');
            text.Append(rest);
            first = false;
        }
        reply = new SmtpReply(code, status, text.ToString());
        return true;
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static string Unescape(string text)
    {
        if (!text.Contains('%')) return text;
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && ++i == text.Length) break;
            result.Append(text[i]);
        }
        return result.ToString();
    }
}
