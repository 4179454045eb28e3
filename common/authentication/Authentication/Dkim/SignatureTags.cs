using System.Text;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>Algorithms of signatures (RFC 8301, RFC 8463).</summary>
public enum SignatureAlgorithm : byte { RsaSha256, Ed25519Sha256, RsaSha1, Unknown }

/// <summary>What the fields of DKIM and of ARC have in common: a list of tags with an algorithm, a domain, a selector and a signature.
/// Reading stops at the first problem.</summary>
internal abstract class SignatureTags
{
    private const int MaxSignatureBytes = 1024;   // an RSA key of 8192 bits makes as many
    private const long MaxTime = 999_999_999_999; // 12 digits (RFC 6376 3.5)

    protected SignatureTags(FieldBytes field)
    {
        Field = field;
        if (!TagList.TryParse(DecodeText(field.Value.Span), out TagList tags, out string problem, isInternational: true))
            Refuse(DkimVerdict.Neutral, $"the field cannot be read: {problem}");
        Tags = tags;
        AlgorithmName = tags["a"] ?? "";
        Domain = tags["d"] ?? "";
        Selector = tags["s"] ?? "";
        SignatureText = Squeeze(tags["b"] ?? "");
    }

    public FieldBytes Field { get; }
    public TagList Tags { get; }
    public string AlgorithmName { get; }
    public SignatureAlgorithm Algorithm { get; private set; }
    /// <summary>As in the field until it is read, then in ASCII.</summary>
    public string Domain { get; private set; }
    public string Selector { get; private set; }
    public string SignatureText { get; }
    public byte[] Signature { get; private set; } = [];

    /// <summary>None: nothing is wrong so far.</summary>
    public DkimVerdict Problem { get; private set; }
    public string Reason { get; private set; } = "";
    public bool IsGood => Problem == DkimVerdict.None;

    public string Prefix => TagList.Shown(SignatureText.Length > 8 ? SignatureText[..8] : SignatureText);

    protected bool Refuse(DkimVerdict verdict, string reason)
    {
        if (!IsGood) return false;
        (Problem, Reason) = (verdict, reason);
        return false;
    }

    /// <summary>False, with the reason kept: a tag is missing.</summary>
    protected bool Requires(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (string.IsNullOrEmpty(Tags[name])) return Refuse(DkimVerdict.PermError, $"{name}= is missing");
        return IsGood;
    }

    /// <summary>a=, d=, s= and b=, which must be there.</summary>
    protected bool ReadCommon() => IsGood && ReadAlgorithm() && ReadNames() && ReadSignature();

    private bool ReadAlgorithm()
    {
        Algorithm = AlgorithmName.ToLowerInvariant() switch
        {
            "rsa-sha256" => SignatureAlgorithm.RsaSha256,
            "ed25519-sha256" => SignatureAlgorithm.Ed25519Sha256,
            "rsa-sha1" => SignatureAlgorithm.RsaSha1,
            _ => SignatureAlgorithm.Unknown,
        };
        return Algorithm switch
        {
            SignatureAlgorithm.RsaSha1 => Refuse(DkimVerdict.PermError, "rsa-sha1 is no longer accepted (RFC 8301)"),
            SignatureAlgorithm.Unknown => Refuse(DkimVerdict.PermError, $"a={TagList.Shown(AlgorithmName)} is not known"),
            _ => true,
        };
    }

    private bool ReadNames()
    {
        if (ToName(Domain) is not { } domain || !domain.Contains('.'))
            return Refuse(DkimVerdict.PermError, $"d={TagList.Shown(Domain)} is not a domain");
        if (ToName(Selector) is not { } selector) return Refuse(DkimVerdict.PermError, $"s={TagList.Shown(Selector)} is not a selector");
        if (selector.Length + domain.Length + "._domainkey.".Length > HostName.MaxLength - 2)
            return Refuse(DkimVerdict.PermError, "s= and d= are too long together");
        (Domain, Selector) = (domain, selector);
        return true;
    }

    private bool ReadSignature()
    {
        if (FromBase64(SignatureText) is not { Length: > 0 } signature) return Refuse(DkimVerdict.PermError, "b= is not base64");
        Signature = signature;
        return true;
    }

    /// <summary>A name that the DNS can be asked for, in ASCII and lower case; null: it is none.</summary>
    protected static string? ToName(string text) =>
        text.Length is > 0 and <= HostName.MaxLength && DomainName.ToAscii(text) is { } name
        && HostName.HasValidLabels(name.Replace('_', 'x')) ? name.ToLowerInvariant() : null;

    /// <summary>Seconds since 1970 as t= and x= have them; null: there is no such tag.</summary>
    protected bool TryTime(string tag, out DateTimeOffset? time)
    {
        time = null;
        if (Tags[tag] is not { } text) return true;
        if (!long.TryParse(text, System.Globalization.NumberStyles.None, null, out long seconds) || seconds > MaxTime)
            return Refuse(DkimVerdict.PermError, $"{tag}={TagList.Shown(text)} is not a time");
        // such a year exists in the tag, but not in .NET
        time = DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        return true;
    }

    protected static byte[]? FromBase64(string text)
    {
        if (text.Length > MaxSignatureBytes * 4 / 3 + 4) return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }

    /// <summary>Without the white space that folding leaves in base64.</summary>
    protected static string Squeeze(string text) => string.Concat(text.Split((char[]?)[' ', '\t', '\r', '\n']));

    // RFC 8616: names may be UTF-8; what is not is kept byte by byte
    private static string DecodeText(ReadOnlySpan<byte> value) =>
        System.Text.Unicode.Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : Encoding.Latin1.GetString(value);
}
