using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>
/// Writes notices: multipart/report (RFC 6522) of a text for people, message/delivery-status (RFC 3464) and the original or its header;
/// the "global" media types of RFC 6533 where an SMTPUTF8 message brought UTF-8. Lines end with LF, as cleanup wants them, and Message-ID
/// and Received are left to it.
/// </summary>
public sealed partial class NoticeComposer(NoticeSettings settings, BounceTemplates templates)
{
    private const int PieceSize = 16 * 1024;

    internal NoticeSettings Settings => settings;

    /// <summary>Prepares a notice. Reads the log and the original once, to know what its header must say.</summary>
    /// <param name="records">The log; enumerated several times.</param>
    public Notice Compose(PlannedNotice plan, MessageFacts message, IEnumerable<DeliveryRecord> records, OriginalContent original,
        DateTimeOffset now) =>
        new(this, plan, message, records, original, now);

    internal IEnumerable<ReadOnlyMemory<byte>> Pieces(Notice notice)
    {
        NoticeWriter output = new();
        WriteHeader(notice, output);
        WriteExplanation(notice, output);
        foreach (DeliveryRecord record in notice.Records)
        {
            if (!notice.Plan.Includes(record)) continue;
            WriteReason(record, notice, output);
            if (output.Length < PieceSize) continue;
            yield return output.Written;
            output.Reset();
        }
        WriteStatusHeader(notice, output);
        foreach (DeliveryRecord record in notice.Records)
        {
            if (!notice.Plan.Includes(record)) continue;
            WriteRecipientStatus(record, notice, output);
            if (output.Length < PieceSize) continue;
            yield return output.Written;
            output.Reset();
        }
        if (notice.Plan.ReturnsOriginal)
        {
            WriteOriginalHeader(notice, output);
            OriginalCopier copier = new(output);
            byte[] buffer = new byte[PieceSize];
            for (long at = 0; at < notice.Scan.Length;)
            {
                int n = notice.Original.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, notice.Scan.Length - at)));
                if (n <= 0) break;
                at += n;
                copier.Copy(buffer.AsSpan(0, n));
                yield return output.Written;
                output.Reset();
            }
            copier.Finish();
        }
        output.Line();
        output.Line($"--{notice.Boundary}--");
        yield return output.Written;
    }

    private string Date(DateTimeOffset time) => MailDate.Format(time, settings.Zone);

    internal bool IsEightBit(Notice notice) => IsTextEightBit(notice) || IsGlobalStatus(notice) || notice.Scan.HasEightBit;

    /// <summary>RFC 6533 4: the new types only for a message that came by SMTPUTF8, whose sender can read them.</summary>
    private static bool IsGlobalStatus(Notice notice) => notice.Message.SmtpUtf8 && notice.HasUtf8Address;

    private static bool IsGlobalOriginal(Notice notice) => notice.Message.SmtpUtf8 && notice.Scan.HasEightBitHeader;

    private void WriteHeader(Notice notice, NoticeWriter output)
    {
        BounceTemplate template = templates[notice.Kind];
        bool isPostmaster = notice.Audience != NoticeAudience.Sender;
        string subject = isPostmaster && template.PostmasterSubject.Length > 0 ? template.PostmasterSubject : template.Subject;
        output.Field("Date", Date(notice.Now));
        output.Field("From", QualifyFrom(template.From));
        output.Field("Subject", subject);
        output.AddressField("To", Address.Quote822(notice.EnvelopeRecipient));
        // RFC 3834 5: keeps vacation programs and lists quiet
        output.Line("Auto-Submitted: auto-replied");
        if (settings.PassOnTlsRequired
            && (notice.Message.Flags & (MessageFlags.TlsOptional | MessageFlags.RequireTls)) == MessageFlags.TlsOptional)
            output.Line("TLS-Required: no");
        if (settings.EnableThreadedBounces && !isPostmaster && notice.Scan.MessageId.Length > 0)
        {
            output.Line($"References: {notice.Scan.MessageId}");
            output.Line($"In-Reply-To: {notice.Scan.MessageId}");
        }
        output.Line("MIME-Version: 1.0");
        output.Line("Content-Type: multipart/report; report-type=delivery-status;");
        output.Line($"    boundary=\"{notice.Boundary}\"");
        if (IsEightBit(notice)) output.Line("Content-Transfer-Encoding: 8bit");
        output.Line();
        output.Line("This is a delivery status notification in MIME format.");
        output.Line();
    }

    /// <summary>A template's sender usually has no domain.</summary>
    private string QualifyFrom(string from)
    {
        if (from.Contains('@', StringComparison.Ordinal)) return from;
        int end = from.LastIndexOf('>');
        if (end < 0) end = from.IndexOf(' ', StringComparison.Ordinal);
        return from.Insert(end < 0 ? from.Length : end, "@" + settings.MyOrigin);
    }

    // ---- the part for people ----------------------------------------------------------------------------------------

    private bool UsesTemplateText(Notice notice) => notice.Audience == NoticeAudience.Sender;

    /// <summary>ASCII or UTF-8 text of ours can follow a template in one of these; after any other charset only ASCII can.</summary>
    private bool IsReasonAscii(Notice notice)
    {
        if (!UsesTemplateText(notice)) return false;
        string charset = templates[notice.Kind].Charset;
        return !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
    }

    private bool IsTextEightBit(Notice notice) =>
        (UsesTemplateText(notice) && !templates[notice.Kind].IsAscii)
        || (!IsReasonAscii(notice) && (notice.HasUtf8Address || notice.HasUtf8Text));

    private void WriteExplanation(Notice notice, NoticeWriter output)
    {
        bool eightBit = IsTextEightBit(notice);
        string charset = UsesTemplateText(notice) ? templates[notice.Kind].Charset : "us-ascii";
        if (eightBit && charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)) charset = "utf-8";
        output.Line($"--{notice.Boundary}");
        output.Line("Content-Description: Explanation");
        output.Line($"Content-Type: text/plain; charset={charset}");
        if (eightBit) output.Line("Content-Transfer-Encoding: 8bit");
        output.Line();
        if (UsesTemplateText(notice))
        {
            OriginalCopier copier = new(output);
            copier.Copy(templates.Text(notice.Kind));
            copier.Finish();
        }
        else output.Line(notice.Audience == NoticeAudience.DoubleBounce
            ? "The mail below could not be delivered, and has no sender who could be told."
            : "The sender of the mail below has been told, unless no notice was wanted.");
        output.Line();
        if (!notice.Records.Any())
            output.Line("The record of the reasons has been lost.");
    }

    private void WriteReason(DeliveryRecord record, Notice notice, NoticeWriter output)
    {
        string expanded = record.Original.Length == 0
            || record.Original == record.Recipient ? "" : $" (expanded from <{Address.Quote822(record.Original)}>)";
        string text = record.Text.Length == 0 && record.Diagnostic.Length > 0 ? record.Diagnostic : record.Text;
        output.Paragraph($"<{Address.Quote822(record.Recipient)}>{expanded}: {text}", IsReasonAscii(notice));
        output.Line();
    }
}
