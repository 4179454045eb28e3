namespace MtaSuite.Common.Smtp;

/// <summary>The verbs that the server knows, in the order in which the disconnect line counts them.</summary>
public enum SmtpVerb : byte
{
    Helo, Ehlo, Xclient, Xforward, StartTls, Auth, Mail, Rcpt, Data, Bdat, Rset, Noop, Vrfy, Etrn, Quit, Help, Lhlo, Unknown,
}

/// <summary>Recognizes verbs without allocation, in any case of letters (RFC 5321 2.4).</summary>
public static class SmtpVerbs
{
    private const ulong UpperCase = 0xDFDFDFDFDFDFDFDF;

    private static readonly string[] s_names =
        ["HELO", "EHLO", "XCLIENT", "XFORWARD", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "VRFY", "ETRN", "QUIT",
        "HELP", "LHLO", "UNKNOWN"];

    /// <summary>The verb that these bytes spell, or Unknown.</summary>
    public static SmtpVerb Recognize(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 4 or > 8) return SmtpVerb.Unknown;
        // Up to eight letters, upper-cased by clearing bit 5 and packed into one number. Clearing it maps other bytes onto letters
        // too ('@'..'_' have it clear already, digits become controls), so only letters may take part.
        ulong key = 0;
        foreach (byte b in word)
        {
            if (!char.IsAsciiLetter((char)b)) return SmtpVerb.Unknown;
            key = (key << 8) | b;
        }
        return (key & UpperCase) switch
        {
            0x48454C4F => SmtpVerb.Helo,
            0x45484C4F => SmtpVerb.Ehlo,
            0x4C484C4F => SmtpVerb.Lhlo,
            0x4D41494C => SmtpVerb.Mail,
            0x52435054 => SmtpVerb.Rcpt,
            0x44415441 => SmtpVerb.Data,
            0x42444154 => SmtpVerb.Bdat,
            0x52534554 => SmtpVerb.Rset,
            0x4E4F4F50 => SmtpVerb.Noop,
            0x51554954 => SmtpVerb.Quit,
            0x56524659 => SmtpVerb.Vrfy,
            0x4554524E => SmtpVerb.Etrn,
            0x48454C50 => SmtpVerb.Help,
            0x41555448 => SmtpVerb.Auth,
            0x58434C49454E54 => SmtpVerb.Xclient,
            0x58464F5257415244 => SmtpVerb.Xforward,
            0x5354415254544C53 => SmtpVerb.StartTls,
            _ => SmtpVerb.Unknown,
        };
    }

    /// <summary>The verb's name in capitals; "UNKNOWN" for Unknown.</summary>
    public static string Name(this SmtpVerb verb) => s_names[(int)verb];
}
