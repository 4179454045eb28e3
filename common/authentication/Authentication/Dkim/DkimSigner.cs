using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>How to sign.</summary>
public sealed record DkimSigningOptions
{
    /// <summary>RFC 6376 5.4.1, and what mail programs show or obey besides. Trace fields and those that mailing lists change are not
    /// signed.</summary>
    public static readonly IReadOnlyList<string> DefaultFields =
    [
        "From", "Reply-To", "Subject", "Date", "To", "Cc", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Content-Description", "Sender", "Resent-From", "Resent-Date",
        "Resent-To", "Resent-Cc", "Resent-Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Autocrypt",
    ];

    /// <summary>Named once more than they are there, so that nobody can add another one behind the signer (RFC 6376 8.15).</summary>
    public static readonly IReadOnlyList<string> DefaultOversigned =
        ["From", "Reply-To", "Subject", "Date", "To", "Cc", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    public required string Domain { get; init; }
    public required string Selector { get; init; }
    public required DkimPrivateKey Key { get; init; }
    public Canonicalization Header { get; init; } = Canonicalization.Relaxed;
    public Canonicalization Body { get; init; } = Canonicalization.Relaxed;
    /// <summary>Fields to sign where they are there, each as often as it is there. From is always signed.</summary>
    public IReadOnlyList<string> Fields { get; init; } = DefaultFields;
    public IReadOnlyList<string> Oversigned { get; init; } = DefaultOversigned;
    /// <summary>x= is so much later than t=; null: no x=.</summary>
    public TimeSpan? Lifetime { get; init; }
    /// <summary>i=: [LOCAL]@DOMAIN within the domain; empty: none.</summary>
    public string Identity { get; init; } = "";
}

/// <summary>
/// Makes one signature (RFC 6376 5). Made when the header is complete; <see cref="Sign"/> when the body is. Several for one message each
/// stand alone: none signs another.
/// </summary>
public sealed class DkimSigner
{
    public const string FieldName = "DKIM-Signature";

    private readonly DkimSigningOptions _options;
    private readonly HeaderFields _fields;
    private readonly BodyHash? _body;
    private readonly DateTimeOffset _now;

    public DkimSigner(DkimSigningOptions options, MessageHeader header, BodyHashes hashes, DateTimeOffset now)
    {
        _options = options;
        _now = now;
        _fields = header.ByName;
        if (header.IsTooLarge) Problem = $"the header has {header.Size} bytes; at most {header.MaxSize} can be signed";
        else _body = hashes.Request(options.Body);
    }

    /// <summary>Why the message cannot be signed; empty: it can.</summary>
    public string Problem { get; } = "";

    /// <summary>The value of the DKIM-Signature field, for one blank behind the colon: folded with CRLF and a tab, no line end behind it.
    /// The body hashes must be complete. A milter sends it with LF for CRLF, and the blank before it (SMFIP_HDR_LEADSPC).</summary>
    public string Sign()
    {
        DkimSigningOptions o = _options;
        FoldedTags tags = new(FieldName);
        tags.Add("v", "1").Add("a", o.Key.Algorithm).Add("c", $"{Name(o.Header)}/{Name(o.Body)}");
        tags.Add("d", DomainName.ToAscii(o.Domain) ?? o.Domain).Add("s", o.Selector).Add("t", Seconds(_now));
        if (o.Lifetime is { } lifetime) tags.Add("x", Seconds(_now + lifetime));
        if (o.Identity.Length > 0) tags.Add("i", o.Identity);
        List<string> names = SignedNames(_fields, o.Fields, o.Oversigned);
        tags.AddNames("h", names).AddBase64("bh", _body!.Value);
        return SignFields(tags, FieldName, _fields, names, o.Header, o.Key);
    }

    internal static string SignFields(FoldedTags tags, string name, HeaderFields fields, List<string> names, Canonicalization kind,
        DkimPrivateKey key)
    {
        string unsigned = tags.AddBase64("b", []).ToString();
        ArrayBufferWriter<byte> text = new(4096);
        fields.Write(text, kind, names, default);
        CanonicalField.Write(text, kind, FieldBytes.Make(name, unsigned).Bytes.Span, withLineEnd: false);
        return tags.AppendBase64(key.Sign(SHA256.HashData(text.WrittenSpan))).ToString();
    }

    /// <summary>h=: each field as often as it is there, those that are oversigned once more; From always.</summary>
    internal static List<string> SignedNames(HeaderFields fields, IReadOnlyList<string> chosen, IReadOnlyList<string> oversigned)
    {
        HashSet<string> more = new(oversigned, StringComparer.OrdinalIgnoreCase);
        List<string> names = [];
        foreach (string name in chosen.Prepend("From").Concat(oversigned).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            int count = fields.Count(name) + (more.Contains(name) ? 1 : 0);
            if (count == 0 && name == "From") count = 1;
            for (int i = 0; i < count; i++) names.Add(name.ToLowerInvariant());
        }
        return names;
    }

    internal static string Name(Canonicalization kind) => kind == Canonicalization.Simple ? "simple" : "relaxed";

    internal static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds()
        .ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Writes a list of tags in lines of at most 76 characters where it can be folded (RFC 5322 2.2.3).</summary>
internal sealed class FoldedTags(string fieldName)
{
    private const int MaxLine = 76;
    private readonly StringBuilder _text = new();
    private int _column = fieldName.Length + 2;

    public FoldedTags Add(string tag, string value)
    {
        if (_text.Length > 0) Append(";");
        Break($"{tag}={value};".Length, " ");
        Append($"{tag}={value}");
        return this;
    }

    public FoldedTags AddNames(string tag, IReadOnlyList<string> names)
    {
        Add(tag, names.Count > 0 ? names[0] : "");
        foreach (string name in names.Skip(1))
        {
            Append(":");
            Break(name.Length + 1, "");
            Append(name);
        }
        return this;
    }

    /// <summary>A tag whose value may be broken anywhere. It begins behind the equals sign, where nothing can be taken for white space
    /// around it.</summary>
    public FoldedTags AddBase64(string tag, byte[] value)
    {
        if (_text.Length > 0) Append(";");
        Break(tag.Length + 2 + Math.Min(value.Length, 40), " ");
        Append($"{tag}=");
        return AppendBase64(value);
    }

    public FoldedTags AppendBase64(byte[] value)
    {
        ReadOnlySpan<char> rest = Convert.ToBase64String(value);
        while (!rest.IsEmpty)
        {
            if (_column >= MaxLine) Break(MaxLine, "");
            int part = Math.Min(rest.Length, MaxLine - _column);
            Append(rest[..part]);
            rest = rest[part..];
        }
        return this;
    }

    public override string ToString() => _text.ToString();

    private void Break(int needed, string otherwise)
    {
        if (_text.Length == 0) return;
        if (_column + otherwise.Length + needed <= MaxLine)
        {
            Append(otherwise);
            return;
        }
        _text.Append("\r\n\t");
        _column = 1;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        _column += text.Length;
    }
}
