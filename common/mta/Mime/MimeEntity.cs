namespace MtaSuite.Common.Mime;

/// <summary>Where a header section stands.</summary>
public enum MimeSection : byte
{
    /// <summary>The message's own.</summary>
    Primary,
    /// <summary>Of a part of a multipart.</summary>
    Part,
    /// <summary>Of a message within the message (message/rfc822).</summary>
    Nested,
}

/// <summary>What an entity is made of.</summary>
public enum MimeKind : byte { Leaf, Multipart, Message }

/// <summary>One entity of a message (RFC 2045 2.4): a header section and a body.</summary>
public sealed class MimeEntity(int index, MimeSection section, bool isDigestPart, bool isDelimited)
{
    /// <summary>In the order of their header sections, from 0.</summary>
    public int Index { get; } = index;

    public MimeSection Section { get; } = section;

    /// <summary>It lies within a multipart: the last line break of its body belongs to the delimiter behind it.</summary>
    public bool IsDelimited { get; } = isDelimited;

    public bool HasVersion { get; set; }

    /// <summary>It has a Content-Type field.</summary>
    public bool HasType { get; set; }

    /// <summary>A part of a digest: a message unless it says otherwise (RFC 2046 5.1.5).</summary>
    public bool IsDigestPart => isDigestPart;

    /// <summary>Content-Transfer-Encoding in lower case; empty: none, which means 7bit.</summary>
    public string Encoding { get; set; } = "";

    /// <summary>Content-Type; the last one counts.</summary>
    public ContentType Type { get; set; }

    /// <summary>RFC 2046 5.1.5: parts of a digest are messages unless they say otherwise. What is encoded hides its structure.</summary>
    public MimeKind Kind => Type switch
    {
        { Type: "multipart", Boundary.Length: > 0 } => MimeKind.Multipart,
        { Type: "message", Subtype: "rfc822" or "global" } when !IsEncoded => MimeKind.Message,
        { Type: null } when isDigestPart && !IsEncoded => MimeKind.Message,
        _ => MimeKind.Leaf,
    };

    /// <summary>The body is encoded already.</summary>
    public bool IsEncoded => Encoding is "quoted-printable" or "base64";

    public bool IsDigest => Type is { Type: "multipart", Subtype: "digest" };
}
