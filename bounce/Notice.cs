using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>
/// A notice ready to be submitted: its envelope, and its content in pieces. The content can be produced once or again; the log and the
/// original must stay open meanwhile.
/// </summary>
public sealed class Notice
{
    private readonly NoticeComposer _composer;
    internal readonly PlannedNotice Plan;
    internal readonly MessageFacts Message;
    internal readonly IEnumerable<DeliveryRecord> Records;
    internal readonly OriginalContent Original;
    internal readonly DateTimeOffset Now;
    internal readonly ContentScan Scan;
    internal readonly string Boundary;
    /// <summary>Some address of the records is not ASCII, or some text in them.</summary>
    internal readonly bool HasUtf8Address, HasUtf8Text;

    internal Notice(NoticeComposer composer, PlannedNotice plan, MessageFacts message, IEnumerable<DeliveryRecord> records,
        OriginalContent original, DateTimeOffset now)
    {
        (_composer, Plan, Message, Records, Original, Now) = (composer, plan, message, records, original, now);
        HasUtf8Address = !Ascii.IsValid(message.Sender);
        foreach (DeliveryRecord r in records)
        {
            if (!plan.Includes(r)) continue;
            HasUtf8Address |= !Ascii.IsValid(r.Recipient) || !Ascii.IsValid(r.Original) || !Ascii.IsValid(r.DsnOriginal);
            HasUtf8Text |= !Ascii.IsValid(r.Text) || !Ascii.IsValid(r.Diagnostic);
        }
        // RFC 2046 5.1.1: at most 70 characters; "=_" cannot be in quoted-printable or base64 text
        string boundary = Boundary = $"=_{message.QueueId}.{now.ToUnixTimeSeconds()}";
        for (int n = 1; ; n++)
        {
            Scan = plan.ReturnsOriginal ? ContentScan.Run(original, plan.ReturnsBody, composer.Settings.BounceSizeLimit, Boundary)
                : default;
            if (!Scan.HasBoundary) break;
            Boundary = $"{boundary}.{n}";
        }
    }

    public NoticeKind Kind => Plan.Kind;
    public NoticeAudience Audience => Plan.Audience;
    public string EnvelopeSender => Plan.EnvelopeSender;
    public string EnvelopeRecipient => Plan.EnvelopeRecipient;
    /// <summary>The notice can only travel with SMTPUTF8: its recipient's address needs it.</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(Plan.EnvelopeRecipient);
    public BodyType Body => _composer.IsEightBit(this) ? BodyType.EightBitMime : BodyType.SevenBit;

    /// <summary>
    /// The content from the first header field to the last boundary, in pieces of some 16 KiB. Each is valid until the next is asked for.
    /// </summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces() => _composer.Pieces(this);

    /// <summary>Writes the whole content.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (ReadOnlyMemory<byte> piece in Pieces()) output.Write(piece.Span);
    }
}
