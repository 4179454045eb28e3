using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 5321 4.1.1.6: vrfy = "VRFY" SP String CRLF; RFC 6531 3.7.4.2 adds SMTPUTF8. Judged as a recipient would be; a transaction that is
/// under way stays as it is.
/// </summary>
internal static class VrfyCommand
{
    private static readonly SmtpReply s_disabled = SmtpReply.Parse("502 5.5.1 VRFY command is disabled");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (s.Settings.DisableVrfy) return s.Refuse(s_disabled);
        SmtpReply refusal = Parse(s, arguments.Span, out string address, out string shown);
        if (refusal.IsNone) refusal = await s.Access.RecipientAsync(address);
        if (!refusal.IsNone) return s.Refuse(refusal);
        // RFC 5321 3.5.3: 250 would claim more than is known.
        s.Reply(252, "2.0.0", shown);
        return true;
    }

    private static SmtpReply Parse(SmtpSession s, ReadOnlySpan<byte> text, out string address, out string shown)
    {
        address = shown = "";
        bool smtpUtf8 = false;
        int last = text.LastIndexOfAny((byte)' ', (byte)'\t');
        if (s.Settings.SmtpUtf8 && last > 0 && Ascii.EqualsIgnoreCase(text[(last + 1)..], "SMTPUTF8"u8))
        {
            smtpUtf8 = true;
            text = text[..last].TrimEnd(" \t"u8);
        }
        if (text.IsEmpty)
            return new SmtpReply(501, new DsnStatus(5, 5, 4),
                s.Settings.SmtpUtf8 ? "Syntax: VRFY address [SMTPUTF8]" : "Syntax: VRFY address");
        SmtpPathOptions options = new(Strict: false, AllowUtf8: true, AllowEmpty: false);
        if (!PathArgument.TryParse(s, text, options, out address, out ReadOnlySpan<byte> rest) || !rest.IsEmpty)
            return Replies.BadRecipient;
        shown = Encoding.UTF8.GetString(text);
        return PathArgument.CheckUnicode(s, address, smtpUtf8, Replies.BadRecipient);
    }
}
