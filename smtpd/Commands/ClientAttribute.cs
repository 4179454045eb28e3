using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>The attributes of XCLIENT and XFORWARD.</summary>
public enum ClientAttributeName
    : byte
{ Unknown, Name, ReverseName, Addr, Port, Proto, Helo, Login, DestAddr, DestPort, Ident, Domain, Source }

/// <summary>
/// One attribute of an XCLIENT or XFORWARD line: attribute-name "=" attribute-value, the value in xtext, at most 255 bytes.
/// Values that are not good xtext are taken as they stand, as clients before xtext sent them.
/// </summary>
public readonly record struct ClientAttribute(ClientAttributeName Name, string Word, string Value)
{
    private static readonly string[] s_names =
        ["", "NAME", "REVERSE_NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", "IDENT", "DOMAIN", "SOURCE"];

    private static readonly SmtpReply s_form = SmtpReply.Parse("501 5.5.4 Error: attribute=value expected");
    private static readonly SmtpReply s_long = SmtpReply.Parse("501 5.5.4 Error: attribute value too long");

    public bool IsUnavailable => Value.Equals(XforwardAttribute.Unavailable, StringComparison.OrdinalIgnoreCase);
    public bool IsTemporarilyUnavailable => Value.Equals("[TEMPUNAVAIL]", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes the next attribute off the arguments; false at the end or with an error reply.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> arguments, out ClientAttribute attribute, out SmtpReply error)
    {
        attribute = default;
        error = default;
        ReadOnlySpan<byte> text = CommandLine.TakeWord(ref arguments);
        if (text.IsEmpty) return false;
        int equals = text.IndexOf((byte)'=');
        ReadOnlySpan<byte> raw = text[(equals + 1)..];
        if (equals < 0 || raw.IsEmpty) error = s_form;
        else if (raw.Length > 255) error = s_long;
        if (!error.IsNone) return false;
        string word = Encoding.UTF8.GetString(text[..equals]);
        attribute = new ClientAttribute(NameOf(word), word, Decode(raw));
        return true;
    }

    private static ClientAttributeName NameOf(string word)
    {
        for (int i = 1; i < s_names.Length; i++)
            if (word.Equals(s_names[i], StringComparison.OrdinalIgnoreCase)) return (ClientAttributeName)i;
        return ClientAttributeName.Unknown;
    }

    private static string Decode(ReadOnlySpan<byte> raw)
    {
        if (Xtext.TryDecode(raw, out string value)) return value;
        return Printable.Text(raw);
    }
}
