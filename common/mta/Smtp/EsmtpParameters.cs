using System.Buffers.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Smtp;

/// <summary>The extensions whose parameters are accepted; for RCPT, SmtpUtf8 says that MAIL asked for it.</summary>
[Flags]
public enum EsmtpFeatures : byte { None = 0, Dsn = 1, SmtpUtf8 = 2, Verp = 4, RequireTls = 8 }

/// <summary>
/// One parameter of MAIL or RCPT. RFC 5321 4.1.2: esmtp-param = esmtp-keyword [ "=" esmtp-value ]. Slices of the line.
/// </summary>
public readonly ref struct EsmtpParameter(ReadOnlySpan<byte> text)
{
    private readonly int _equals = text.IndexOf((byte)'=');
    public readonly ReadOnlySpan<byte> Text = text;
    public ReadOnlySpan<byte> Keyword => _equals < 0 ? Text : Text[.._equals];
    public ReadOnlySpan<byte> Value => _equals < 0 ? default : Text[(_equals + 1)..];
    public bool HasValue => _equals >= 0;

    public bool Is(ReadOnlySpan<byte> keyword) => System.Text.Ascii.EqualsIgnoreCase(Keyword, keyword);

    public static bool Equals(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(value, word);
}

/// <summary>What MAIL's parameters said.</summary>
public struct MailParameters
{
    /// <summary>SIZE= in bytes; 0 when none was given.</summary>
    public long Size;
    public BodyType Body;
    public bool SmtpUtf8;
    /// <summary>REQUIRETLS (RFC 8689).</summary>
    public bool RequireTls;
    public DsnReturn Return;
    /// <summary>ENVID= decoded; null when none was given.</summary>
    public string? EnvelopeId;
    /// <summary>
    /// XVERP's delimiters as given; empty: the default ones; null: no VERP. Whether they are allowed is the caller's question.
    /// </summary>
    public string? Verp;
    /// <summary>AUTH= decoded, empty for AUTH=&lt;&gt;; null when none was given. To be trusted only from clients that logged in.</summary>
    public string? Submitter;

    /// <summary>Parses the parameters of MAIL; the reply is "none" when all are good.</summary>
    public static SmtpReply Parse(ReadOnlySpan<byte> text, EsmtpFeatures features, out MailParameters parameters)
    {
        parameters = default;
        while (CommandLine.TakeWord(ref text) is { IsEmpty: false } word)
        {
            SmtpReply error = parameters.Take(new EsmtpParameter(word), features);
            if (!error.IsNone) return error;
        }
        return default;
    }

    private SmtpReply Take(EsmtpParameter p, EsmtpFeatures features)
    {
        if (p.Is("SIZE"u8)) return TakeSize(p);
        if (p.Is("BODY"u8))
        {
            if (EsmtpParameter.Equals(p.Value, "8BITMIME"u8)) Body = BodyType.EightBitMime;
            else if (EsmtpParameter.Equals(p.Value, "7BIT"u8)) Body = BodyType.SevenBit;
            else return EsmtpErrors.Unsupported(p);
            return default;
        }
        if (p.Is("SMTPUTF8"u8) && !p.HasValue && (features & EsmtpFeatures.SmtpUtf8) != 0)
        {
            SmtpUtf8 = true;
            return default;
        }
        // RFC 8689 2: the keyword has no value
        if (p.Is("REQUIRETLS"u8) && !p.HasValue && (features & EsmtpFeatures.RequireTls) != 0)
        {
            RequireTls = true;
            return default;
        }
        if (p.Is("RET"u8) && p.HasValue) return (features & EsmtpFeatures.Dsn) == 0 ? EsmtpErrors.DsnDisabled : TakeReturn(p);
        if (p.Is("ENVID"u8) && p.HasValue) return (features & EsmtpFeatures.Dsn) == 0 ? EsmtpErrors.DsnDisabled : TakeEnvelopeId(p);
        if (p.Is("XVERP"u8) && (features & EsmtpFeatures.Verp) != 0)
        {
            Verp = System.Text.Encoding.UTF8.GetString(p.Value);
            return default;
        }
        if (p.Is("AUTH"u8) && p.HasValue) return TakeSubmitter(p);
        return EsmtpErrors.Unsupported(p);
    }

    // RFC 1870 3: size-value ::= 1*20DIGIT
    private SmtpReply TakeSize(EsmtpParameter p)
    {
        if (p.Value.IsEmpty || p.Value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return EsmtpErrors.BadSize;
        return Utf8Parser.TryParse(p.Value, out Size, out int used) && used == p.Value.Length ? default : EsmtpErrors.HugeSize;
    }

    // RFC 4954 5: "AUTH=" ( "<>" / xtext ). Without a login it has no meaning, and is accepted nevertheless.
    private SmtpReply TakeSubmitter(EsmtpParameter p)
    {
        if (Submitter is not null) return EsmtpErrors.TwoSubmitters;
        if (p.Value.SequenceEqual("<>"u8))
        {
            Submitter = "";
            return default;
        }
        return Xtext.TryDecode(p.Value, out Submitter) && Submitter.Length > 0
            && !Submitter.Any(char.IsControl) ? default : EsmtpErrors.BadSubmitter;
    }

    private SmtpReply TakeReturn(EsmtpParameter p) =>
        Return == DsnReturn.Default && DsnParameters.TryParseReturn(p.Value, out Return) ? default : EsmtpErrors.BadReturn;

    private SmtpReply TakeEnvelopeId(EsmtpParameter p) =>
        EnvelopeId is null && DsnParameters.TryParseEnvelopeId(p.Value, out EnvelopeId) ? default : EsmtpErrors.BadEnvelopeId;
}

/// <summary>What RCPT's parameters said.</summary>
public struct RcptParameters
{
    public Notify Notify;
    /// <summary>ORCPT= as "type;address", the address decoded; null when none was given.</summary>
    public string? OriginalRecipient;

    /// <summary>Parses the parameters of RCPT; the reply is "none" when all are good.</summary>
    public static SmtpReply Parse(ReadOnlySpan<byte> text, EsmtpFeatures features, out RcptParameters parameters)
    {
        parameters = default;
        while (CommandLine.TakeWord(ref text) is { IsEmpty: false } word)
        {
            SmtpReply error = parameters.Take(new EsmtpParameter(word), features);
            if (!error.IsNone) return error;
        }
        return default;
    }

    private SmtpReply Take(EsmtpParameter p, EsmtpFeatures features)
    {
        bool notify = p.Is("NOTIFY"u8);
        if (!p.HasValue || (!notify && !p.Is("ORCPT"u8))) return EsmtpErrors.Unsupported(p);
        if ((features & EsmtpFeatures.Dsn) == 0) return EsmtpErrors.DsnDisabled;
        if (notify) return Notify == Notify.Default && DsnParameters.TryParseNotify(p.Value, out Notify) ? default : EsmtpErrors.BadNotify;
        bool unicode = (features & EsmtpFeatures.SmtpUtf8) != 0;
        return OriginalRecipient is null && DsnParameters.TryParseOriginalRecipient(p.Value, unicode, out OriginalRecipient)
            ? default
            : EsmtpErrors.BadOriginalRecipient;
    }
}

/// <summary>The replies to bad parameters.</summary>
internal static class EsmtpErrors
{
    public static readonly SmtpReply BadSize = SmtpReply.Parse("501 5.5.4 Bad message size syntax");
    public static readonly SmtpReply HugeSize = SmtpReply.Parse("552 5.3.4 Message size exceeds file system imposed limit");
    public static readonly SmtpReply TwoSubmitters = SmtpReply.Parse("503 5.5.4 Error: multiple AUTH= options");
    public static readonly SmtpReply BadSubmitter = SmtpReply.Parse("501 5.5.4 Bad AUTH parameter syntax");
    public static readonly SmtpReply BadReturn = SmtpReply.Parse("501 5.5.4 Bad RET parameter syntax");
    public static readonly SmtpReply BadEnvelopeId = SmtpReply.Parse("501 5.5.4 Bad ENVID parameter syntax");
    public static readonly SmtpReply BadNotify = SmtpReply.Parse("501 5.5.4 Error: Bad NOTIFY parameter syntax");
    public static readonly SmtpReply BadOriginalRecipient = SmtpReply.Parse("501 5.5.4 Error: Bad ORCPT parameter syntax");
    public static readonly SmtpReply DsnDisabled = SmtpReply.Parse("501 5.7.1 DSN support is disabled");

    public static SmtpReply Unsupported(EsmtpParameter p) =>
        new(555, new DsnStatus(5, 5, 4), "Unsupported option: " + System.Text.Encoding.UTF8.GetString(p.Text));
}
