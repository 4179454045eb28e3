namespace MtaSuite.Common.Mail;

/// <summary>The header fields that some part of the suite treats by name.</summary>
public enum HeaderName : byte
{
    Other = 0,
    From, To, Cc, Bcc, Sender, ReplyTo, Date, Subject, MessageId, InReplyTo, References, Comments, Keywords,
    ResentFrom, ResentTo, ResentCc, ResentBcc, ResentSender, ResentReplyTo, ResentDate, ResentMessageId,
    Received, ReturnPath, DeliveredTo, XOriginalTo, ErrorsTo, ReturnReceiptTo, DispositionNotificationTo, ApparentlyTo, MailFollowupTo,
    MimeVersion, ContentType, ContentTransferEncoding, ContentDescription, ContentDisposition, ContentId, ContentLength, ContentLocation,
    ListId, ListUnsubscribe, ListUnsubscribePost, ListPost, ListHelp, ListSubscribe, ListArchive, ListOwner, Precedence, AutoSubmitted,
    DkimSignature, AuthenticationResults, ReceivedSpf, ArcSeal, ArcMessageSignature, ArcAuthenticationResults,
    TlsRequired, RequireTlsEsmtp, Status, XStatus, XMailer, UserAgent,
}

/// <summary>What a header field is for.</summary>
[Flags]
public enum HeaderTraits : byte
{
    None = 0,
    /// <summary>Holds addresses of senders: rewritten as header_sender.</summary>
    Sender = 1,
    /// <summary>Holds addresses of recipients: rewritten as header_recipient.</summary>
    Recipient = 2,
    /// <summary>Its addresses are the recipients of sendmail -t.</summary>
    Extract = 4,
    Resent = 8,
    Mime = 16,
}

/// <summary>Header names by their bytes, and what each is for. Names compare without regard to case.</summary>
public static class HeaderNames
{
    private const HeaderTraits S = HeaderTraits.Sender, R = HeaderTraits.Recipient, X = R | HeaderTraits.Extract, Rr = HeaderTraits.Resent,
        M = HeaderTraits.Mime;

    // In the order of the enum.
    private static readonly (string Name, HeaderTraits Traits)[] s_rows =
    [
        ("", 0),
        ("From", S), ("To", X), ("Cc", X), ("Bcc", X), ("Sender", S), ("Reply-To", S), ("Date", 0), ("Subject", 0), ("Message-ID", 0),
        ("In-Reply-To", 0), ("References", 0), ("Comments", 0), ("Keywords", 0),
        ("Resent-From", S | Rr), ("Resent-To", X | Rr), ("Resent-Cc", X | Rr), ("Resent-Bcc", X | Rr), ("Resent-Sender", S | Rr),
        ("Resent-Reply-To", R | Rr), ("Resent-Date", Rr), ("Resent-Message-ID", Rr),
        ("Received", 0), ("Return-Path", S), ("Delivered-To", 0), ("X-Original-To", 0), ("Errors-To", S), ("Return-Receipt-To", S),
        ("Disposition-Notification-To", S), ("Apparently-To", R), ("Mail-Followup-To", S),
        ("MIME-Version", M), ("Content-Type", M), ("Content-Transfer-Encoding", M), ("Content-Description", M), ("Content-Disposition", M),
        ("Content-ID", M), ("Content-Length", 0), ("Content-Location", 0),
        ("List-Id", 0), ("List-Unsubscribe", 0), ("List-Unsubscribe-Post", 0), ("List-Post", 0), ("List-Help", 0), ("List-Subscribe", 0),
        ("List-Archive", 0), ("List-Owner", 0), ("Precedence", 0), ("Auto-Submitted", 0),
        ("DKIM-Signature", 0), ("Authentication-Results", 0), ("Received-SPF", 0), ("ARC-Seal", 0), ("ARC-Message-Signature", 0),
        ("ARC-Authentication-Results", 0),
        ("TLS-Required", 0), ("Require-TLS-ESMTP", 0), ("Status", 0), ("X-Status", 0), ("X-Mailer", 0), ("User-Agent", 0),
    ];

    private static readonly byte[] s_slots = new byte[256];
    private static readonly byte[][] s_lower = new byte[s_rows.Length][];

    static HeaderNames()
    {
        for (int i = 1; i < s_rows.Length; i++)
        {
            s_lower[i] = System.Text.Encoding.ASCII.GetBytes(s_rows[i].Name.ToLowerInvariant());
            int slot = Slot(s_lower[i]);
            if (s_slots[slot] != 0) throw new InvalidOperationException($"header names {s_rows[i].Name} and {s_rows[s_slots[slot]].Name} "
                + $"share a slot: choose other factors");
            s_slots[slot] = (byte)i;
        }
    }

    /// <summary>The name as it is usually written.</summary>
    public static string Text(this HeaderName name) => s_rows[(int)name].Name;

    public static HeaderTraits Traits(this HeaderName name) => s_rows[(int)name].Traits;

    /// <summary>The name of a field, without white space before its colon; empty where there is no colon.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> field)
    {
        int colon = field.IndexOf((byte)':');
        return colon < 0 ? default : field[..colon].TrimEnd(" \t"u8);
    }

    /// <summary>Recognises a name without its colon; <see cref="HeaderName.Other"/> when it is none of ours.</summary>
    public static HeaderName Recognize(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 2 or > 27) return HeaderName.Other;
        byte candidate = s_slots[Slot(name)];
        if (candidate == 0) return HeaderName.Other;
        byte[] lower = s_lower[candidate];
        if (lower.Length != name.Length) return HeaderName.Other;
        for (int i = 0; i < lower.Length; i++)
            if (Lower(name[i]) != lower[i]) return HeaderName.Other;
        return (HeaderName)candidate;
    }

    // The factors make every name above have a slot of its own; the constructor checks it.
    private static int Slot(ReadOnlySpan<byte> name) =>
        (name.Length * 39 + Lower(name[0]) * 81 + Lower(name[^1]) * 46 + Lower(name[name.Length / 2]) * 42) & 255;

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
