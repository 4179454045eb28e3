using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>What MAIL, RCPT and VRFY share: the path, and which parameters and characters are allowed with it.</summary>
internal static class PathArgument
{
    /// <summary>Parses the path; false, logged, when it is none.</summary>
    /// <param name="rest">The parameters.</param>
    public static bool TryParse(SmtpSession s, ReadOnlySpan<byte> text, SmtpPathOptions options, out string address,
        out ReadOnlySpan<byte> rest)
    {
        rest = default;
        bool ok = SmtpPath.TryParse(text, options, out address, out int consumed, out _);
        if (ok)
        {
            rest = text[consumed..];
            // commands that addresses are handed to must not take one for an option
            ok = (rest.IsEmpty || rest[0] is (byte)' ' or (byte)'\t') && (s.Settings.AllowMinUser || !address.StartsWith('-'));
        }
        if (!ok) Log.Warning($"Illegal address syntax from {s.Client.NameAddress} in {s.Stage} command: {Encoding.UTF8.GetString(text)}");
        return ok;
    }

    /// <summary>
    /// Refuses what no mail could go to, whatever the restrictions say: an address that ends in "@", and the address of a host without
    /// brackets, or what looks like one. Everything else about domains is for routing.
    /// </summary>
    public static SmtpReply CheckDomain(SmtpSession s, string address, SmtpReply badAddress)
    {
        int at = address.LastIndexOf('@');
        if (at < 0) return default;
        if (at == address.Length - 1) return s.Settings.NullDomain ? default : badAddress;
        if (!char.IsAsciiDigit(address[^1])) return default;
        ReadOnlySpan<char> domain = address.AsSpan(at + 1);
        if (HostName.TryParseAddress(domain, out _)) return s.Settings.NumericDomain ? default : badAddress;
        return HostName.IsNumeric(domain) ? badAddress : default;
    }

    /// <summary>The extensions that this session was offered.</summary>
    public static EsmtpFeatures Features(SmtpSession s)
    {
        EsmtpFeatures features = EsmtpFeatures.None;
        if (s.Rights.Offers(EhloKeywords.Dsn)) features |= EsmtpFeatures.Dsn;
        if (s.Settings.SmtpUtf8 && s.Rights.Offers(EhloKeywords.SmtpUtf8)) features |= EsmtpFeatures.SmtpUtf8;
        if (s.Rights.Verp && s.Rights.Offers(EhloKeywords.Verp)) features |= EsmtpFeatures.Verp;
        if (s.Encryption.OffersRequireTls) features |= EsmtpFeatures.RequireTls;
        return features;
    }

    /// <summary>
    /// Characters above 127 without SMTPUTF8: never in a domain; in a local part only where strict_smtputf8 is off, since 8-bit local parts
    /// were let through before RFC 6531 and are in use.
    /// </summary>
    public static SmtpReply CheckUnicode(SmtpSession s, string address, bool smtpUtf8, SmtpReply badAddress)
    {
        if (smtpUtf8 || Address.IsAscii(address)) return default;
        if (s.Settings.StrictSmtpUtf8) return Replies.NeedSmtpUtf8;
        return Ascii.IsValid(Address.Domain(address)) ? default : badAddress;
    }
}
