using System.Text;

namespace MtaSuite.Common.Mail;

/// <summary>The values of RFC 3461's parameters of MAIL FROM and RCPT TO.</summary>
public static class DsnParameters
{
    /// <summary>RFC 3461 4.4 and 4.2: encoded lengths of ENVID and ORCPT.</summary>
    public const int MaxEnvelopeIdLength = 100, MaxOriginalRecipientLength = 500;

    /// <summary>
    /// notify-esmtp-value = "NEVER" / 1#notify-list-element; notify-list-element = "SUCCESS" / "FAILURE" / "DELAY". An element may come
    /// once, NEVER alone.
    /// </summary>
    public static bool TryParseNotify(ReadOnlySpan<byte> value, out Notify notify)
    {
        notify = Notify.Default;
        while (true)
        {
            int comma = value.IndexOf((byte)',');
            Notify element = NotifyElement(comma < 0 ? value : value[..comma]);
            if (element == Notify.Default || (notify & element) != 0) return false;
            notify |= element;
            if (comma < 0) break;
            value = value[(comma + 1)..];
        }
        return notify == Notify.Never || (notify & Notify.Never) == 0;
    }

    /// <summary>ret-value = "FULL" / "HDRS".</summary>
    public static bool TryParseReturn(ReadOnlySpan<byte> value, out DsnReturn @return)
    {
        @return = Ascii.EqualsIgnoreCase(value, "FULL"u8) ? DsnReturn.Full : Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? DsnReturn.Headers
            : DsnReturn.Default;
        return @return != DsnReturn.Default;
    }

    /// <summary>envid-parameter = "ENVID=" xtext; the decoded text may not be empty.</summary>
    public static bool TryParseEnvelopeId(ReadOnlySpan<byte> value, out string envelopeId)
    {
        envelopeId = "";
        return value.Length is > 0 and <= MaxEnvelopeIdLength && Xtext.TryDecode(value, out envelopeId) && Ascii.IsValid(envelopeId);
    }

    /// <summary>
    /// original-recipient-address = addr-type ";" xtext; for the type utf-8 the address is utf-8-addr-xtext, or utf-8-addr-unitext when the
    /// client asked for SMTPUTF8 (RFC 6533 3).
    /// </summary>
    /// <param name="recipient">"type;decoded address", type as given.</param>
    public static bool TryParseOriginalRecipient(ReadOnlySpan<byte> value, bool smtpUtf8, out string recipient)
    {
        recipient = "";
        int separator = value.IndexOf((byte)';');
        if (separator <= 0 || separator == value.Length - 1 || value.Length > MaxOriginalRecipientLength) return false;
        ReadOnlySpan<byte> type = value[..separator], text = value[(separator + 1)..];
        foreach (byte b in type)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_' or (byte)'.')) return false;
        bool utf8 = Ascii.EqualsIgnoreCase(type, "utf-8"u8);
        if (!Ascii.IsValid(text) && !(utf8 && smtpUtf8)) return false;
        if (!(utf8 ? Xtext.TryDecodeUtf8Address(text, out string address) : Xtext.TryDecode(text, out address))) return false;
        recipient = string.Concat(Encoding.ASCII.GetString(type), ";", address);
        return true;
    }

    /// <summary>
    /// The ORCPT value for a "type;address": xtext, or for addresses that are not ASCII utf-8-addr-xtext under the type utf-8
    /// (utf-8-addr-unitext when the server speaks SMTPUTF8).
    /// </summary>
    public static string EncodeOriginalRecipient(string recipient, bool smtpUtf8)
    {
        int separator = recipient.IndexOf(';');
        string type = separator < 0 ? "rfc822" : recipient[..separator];
        string address = separator < 0 ? recipient : recipient[(separator + 1)..];
        bool utf8 = type.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || (!Address.IsAscii(address) && type.Equals("rfc822", StringComparison.OrdinalIgnoreCase));
        if (!utf8) return $"{type};{Xtext.Encode(address)}";
        return "utf-8;" + (smtpUtf8 ? Xtext.EncodeUnitext(address) : Xtext.EncodeUtf8Address(address));
    }

    /// <summary>The value of a NOTIFY parameter; empty for <see cref="Notify.Default"/>.</summary>
    public static string Format(Notify notify)
    {
        if (notify == Notify.Default) return "";
        if ((notify & Notify.Never) != 0) return "NEVER";
        var parts = new List<string>(3);
        if ((notify & Notify.Success) != 0) parts.Add("SUCCESS");
        if ((notify & Notify.Failure) != 0) parts.Add("FAILURE");
        if ((notify & Notify.Delay) != 0) parts.Add("DELAY");
        return string.Join(',', parts);
    }

    private static Notify NotifyElement(ReadOnlySpan<byte> text) =>
        Ascii.EqualsIgnoreCase(text, "NEVER"u8) ? Notify.Never
        : Ascii.EqualsIgnoreCase(text, "SUCCESS"u8) ? Notify.Success
        : Ascii.EqualsIgnoreCase(text, "FAILURE"u8) ? Notify.Failure
        : Ascii.EqualsIgnoreCase(text, "DELAY"u8) ? Notify.Delay
        : Notify.Default;
}
