using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 5321 4.1.1.3: rcpt = "RCPT TO:" Forward-path [ SP Rcpt-parameters ] CRLF. Its 250 promises that the address is routable now.
/// </summary>
internal static class RcptCommand
{
    private static readonly SmtpReply s_afterBdat = SmtpReply.Parse("503 5.5.1 Error: RCPT after BDAT");
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: RCPT TO:<address>");
    private static readonly SmtpReply s_tooMany = SmtpReply.Parse("452 4.5.3 Error: too many recipients");

    public static SmtpReply WrongState(SessionState state) => state == SessionState.Idle ? Replies.NeedMail : s_afterBdat;

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        Transaction transaction = s.Transaction!;
        SmtpReply refusal = Parse(s, arguments, out string recipient, out ReadOnlyMemory<byte> behind, out RcptParameters parameters);
        if (!refusal.IsNone) return s.Refuse(refusal);
        if (transaction.Recipients.Count >= s.Settings.RecipientLimit)
        {
            // RFC 5321 4.5.3.1.10: the client sends the rest in another transaction. Only insisting is an error.
            s.Reply(s_tooMany);
            return transaction.Overshoot++ < s.Settings.RecipientOvershootLimit;
        }
        refusal = await s.Limits.CountRecipientAsync();
        if (refusal.IsNone) refusal = await s.Filters.RunAsync(new FilterEvent(FilterPhase.Rcpt, recipient, behind));
        if (refusal.IsNone && transaction is { Proxy: { } proxy, Discard: false }) refusal = await proxy.RcptAsync(recipient, behind);
        if (!refusal.IsNone) return s.Refuse(refusal);
        if (transaction.Recipients.Count == 0)
        {
            if (transaction.Proxy is null) transaction.QueueId = QueueId.Next(s.Loop.Time);
            s.SessionLog.Client(transaction);
        }
        transaction.Recipients.Add(new EnvelopeRecipient
        {
            Address = recipient,
            DsnOriginal = parameters.OriginalRecipient ?? "",
            Notify = parameters.Notify,
        });
        s.Reply("250 2.1.5 Ok\r\n"u8);
        return true;
    }

    /// <param name="behind">The parameters as they came.</param>
    private static SmtpReply Parse(SmtpSession s, ReadOnlyMemory<byte> arguments, out string recipient, out ReadOnlyMemory<byte> behind,
        out RcptParameters parameters)
    {
        recipient = "";
        behind = default;
        parameters = default;
        bool smtpUtf8 = s.Transaction!.Parameters.SmtpUtf8;
        if (!CommandLine.TryKeyword(arguments.Span, "TO"u8, out ReadOnlySpan<byte> path)) return s_syntax;
        SmtpPathOptions options = new(s.Settings.StrictEnvelopes, AllowUtf8: true, AllowEmpty: false);
        if (!PathArgument.TryParse(s, path, options, out recipient, out ReadOnlySpan<byte> rest)) return Replies.BadRecipient;
        behind = arguments[^rest.Length..];
        EsmtpFeatures features = PathArgument.Features(s) & ~EsmtpFeatures.SmtpUtf8;
        if (smtpUtf8) features |= EsmtpFeatures.SmtpUtf8;
        SmtpReply error = PathArgument.CheckDomain(s, recipient, Replies.BadRecipient);
        if (error.IsNone) error = RcptParameters.Parse(rest, features, out parameters);
        return error.IsNone ? PathArgument.CheckUnicode(s, recipient, smtpUtf8, Replies.BadRecipient) : error;
    }
}
