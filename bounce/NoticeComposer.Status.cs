using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <content>The parts for programs: the delivery status and the returned original.</content>
public sealed partial class NoticeComposer
{
    // RFC 3464 2.1: delivery-status-content = per-message-fields 1*( CRLF per-recipient-fields )

    private void WriteStatusHeader(Notice notice, NoticeWriter output)
    {
        bool global = IsGlobalStatus(notice);
        output.Line($"--{notice.Boundary}");
        output.Line("Content-Description: Delivery status");
        output.Line($"Content-Type: message/{(global ? "global-" : "")}delivery-status");
        if (global) output.Line("Content-Transfer-Encoding: 8bit");
        output.Line();
        // per-message-fields, in the order of RFC 3464 2.2
        if (notice.Message.EnvelopeId.Length > 0) output.Field("Original-Envelope-Id", notice.Message.EnvelopeId);
        output.Field("Reporting-MTA", $"dns; {settings.MyHostname}");
        if (notice.Message.Arrival > DateTimeOffset.UnixEpoch) output.Field("Arrival-Date", Date(notice.Message.Arrival));
        output.Field("X-MtaSuite-Queue-ID", notice.Message.QueueId);
        if (notice.Message.Sender.Length > 0) output.AddressField("X-MtaSuite-Sender", TypedAddress(notice.Message.Sender, global));
    }

    private void WriteRecipientStatus(DeliveryRecord record, Notice notice, NoticeWriter output)
    {
        bool global = IsGlobalStatus(notice);
        output.Line();
        // per-recipient-fields, in the order of RFC 3464 2.3
        string original = OriginalRecipient(record, global);
        if (original.Length > 0) output.AddressField("Original-Recipient", original);
        output.AddressField("Final-Recipient", TypedAddress(record.Recipient, global));
        output.Field("Action", NotifyRules.Name(ActionOf(notice, record.Action)));
        output.Field("Status", record.Status.IsEmpty ? "5.0.0" : record.Status.ToString());
        if (record.RemoteMta.Length > 0) output.Field("Remote-MTA", $"dns; {record.RemoteMta}", ascii: !global);
        string diagnostic = record.Diagnostic.Length > 0 ? record.Diagnostic : record.Text;
        string type = record.Diagnostic.Length > 0 && IsAtom(record.DiagnosticType) ? record.DiagnosticType : "x-mtasuite";
        if (diagnostic.Length > 0) output.Field("Diagnostic-Code", $"{type}; {diagnostic}", ascii: !global);
        if (record.Time > DateTimeOffset.UnixEpoch) output.Field("Last-Attempt-Date", Date(record.Time));
        if (notice.Kind == NoticeKind.Delay && notice.Message.Arrival > DateTimeOffset.UnixEpoch)
            output.Field("Will-Retry-Until", Date(notice.Message.Arrival + settings.MaximalQueueLifetime));
    }

    /// <summary>
    /// A notice of failure may be made from the defer log, when the message has become too old: what was delayed has failed then. A report
    /// for "-bv" says what would happen.
    /// </summary>
    private static DeliveryAction ActionOf(Notice notice, DeliveryAction action) => notice.Kind switch
    {
        NoticeKind.Failure => DeliveryAction.Failed,
        NoticeKind.Delay => DeliveryAction.Delayed,
        _ when !notice.Message.Flags.HasFlag(MessageFlags.VerifyOnly) => action,
        _ => action switch
        {
            DeliveryAction.Failed => DeliveryAction.Undeliverable,
            DeliveryAction.Delivered or DeliveryAction.Relayed or DeliveryAction.Expanded => DeliveryAction.Deliverable,
            _ => action,
        },
    };

    /// <summary>
    /// RFC 3464 2.3.1: what the sender wrote. ORCPT if there was one; else the address as it arrived, so that the sender can tell
    /// which one failed when an alias turned it into another.
    /// </summary>
    private static string OriginalRecipient(DeliveryRecord record, bool global)
    {
        int semicolon = record.DsnOriginal.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0) return record.Original.Length == 0 ? "" : TypedAddress(record.Original, global);
        string type = record.DsnOriginal[..semicolon];
        string address = record.DsnOriginal[(semicolon + 1)..];
        if (!IsAtom(type)) return "";
        return Ascii.IsValid(address) ? $"{type}; {address}" : $"utf-8; {(global ? address : Xtext.EncodeUtf8Address(address))}";
    }

    /// <summary>
    /// address-type ";" generic-address; RFC 6533 3: type utf-8 for an address beyond ASCII, as xtext where the part is 7-bit.
    /// </summary>
    private static string TypedAddress(string address, bool global)
    {
        if (address.Length == 0) return "rfc822; <>";
        address = Address.Quote822(address);
        if (Ascii.IsValid(address)) return $"rfc822; {address}";
        return $"utf-8; {(global ? address : Xtext.EncodeUtf8Address(address))}";
    }

    private static bool IsAtom(string text)
    {
        if (text.Length is 0 or > 40) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '+')) return false;
        }
        return true;
    }

    private static void WriteOriginalHeader(Notice notice, NoticeWriter output)
    {
        bool global = IsGlobalOriginal(notice);
        output.Line();
        output.Line($"--{notice.Boundary}");
        string what = notice.Kind switch
        {
            NoticeKind.Failure => "Undelivered message",
            NoticeKind.Delay => "Delayed message",
            NoticeKind.Success => "Delivered message",
            _ => "Message",
        };
        if (notice.Scan.IsWhole)
        {
            output.Line($"Content-Description: {what}");
            output.Line(global ? "Content-Type: message/global" : "Content-Type: message/rfc822");
        }
        else
        {
            output.Line($"Content-Description: {what}: its header");
            output.Line(global ? "Content-Type: message/global-headers" : "Content-Type: text/rfc822-headers");
        }
        if (notice.Scan.HasEightBit) output.Line("Content-Transfer-Encoding: 8bit");
        output.Line();
    }
}
