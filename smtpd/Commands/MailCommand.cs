using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;
using MtaSuite.Smtpd.Filters;
using MtaSuite.Smtpd.Proxy;

namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.2: mail = "MAIL FROM:" Reverse-path [ SP Mail-parameters ] CRLF. Begins a transaction.</summary>
internal static class MailCommand
{
    private static readonly SmtpReply s_nested = SmtpReply.Parse("503 5.5.1 Error: nested MAIL command");
    private static readonly SmtpReply s_afterBdat = SmtpReply.Parse("503 5.5.1 Error: MAIL after BDAT");
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: MAIL FROM:<address>");
    private static readonly SmtpReply s_tooBig = SmtpReply.Parse("552 5.3.4 Message size exceeds fixed limit");
    private static readonly SmtpReply s_verpNeedsSender = SmtpReply.Parse("503 5.5.4 Error: XVERP requires non-null sender");
    private static readonly SmtpReply s_lookupError = SmtpReply.Parse("451 4.3.0 Temporary lookup error");
    private static readonly SmtpReply s_noSpace = SmtpReply.Parse("452 4.3.1 Insufficient system storage");

    public static SmtpReply WrongState(SessionState state) => state == SessionState.Failed ? s_afterBdat : s_nested;

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        SmtpReply refusal = Parse(s, arguments, out string sender, out ReadOnlyMemory<byte> behind, out MailParameters parameters);
        if (refusal.IsNone) refusal = await s.Limits.CountMessageAsync();
        if (refusal.IsNone) refusal = CheckSize(s, sender, parameters.Size);
        if (!refusal.IsNone) return s.Refuse(refusal);
        s.Begin(new Transaction(sender, parameters, QueueId.Microseconds(s.Loop.Time)));
        refusal = await s.Filters.RunAsync(new FilterEvent(FilterPhase.Mail, sender, behind));
        if (refusal.IsNone) refusal = await FindLocalClientAsync(s, s.Transaction!);
        s.Transaction!.Proxy = ProxyTransaction.Begin(s, s.Transaction, behind);
        if (refusal.IsNone && !s.Server.Disk.HasRoom(s.Settings.QueueMinfree, s.Settings.MessageSizeLimit)) refusal = NoSpace(s);
        if (!refusal.IsNone)
        {
            s.EndTransaction();
            return s.Refuse(refusal);
        }
        s.Reply("250 2.1.0 Ok\r\n"u8);
        return true;
    }

    /// <param name="behind">The parameters as they came.</param>
    private static SmtpReply Parse(SmtpSession s, ReadOnlyMemory<byte> arguments, out string sender, out ReadOnlyMemory<byte> behind,
        out MailParameters parameters)
    {
        sender = "";
        behind = default;
        parameters = default;
        if (!CommandLine.TryKeyword(arguments.Span, "FROM"u8, out ReadOnlySpan<byte> path)) return s_syntax;
        SmtpPathOptions options = new(s.Settings.StrictEnvelopes, AllowUtf8: true, AllowEmpty: true);
        if (!PathArgument.TryParse(s, path, options, out sender, out ReadOnlySpan<byte> rest)) return Replies.BadSender;
        behind = arguments[^rest.Length..];
        SmtpReply error = PathArgument.CheckDomain(s, sender, Replies.BadSender);
        if (error.IsNone) error = MailParameters.Parse(rest, PathArgument.Features(s), out parameters);
        if (error.IsNone) error = CheckVerp(s, sender, ref parameters);
        return error.IsNone ? PathArgument.CheckUnicode(s, sender, parameters.SmtpUtf8, Replies.BadSender) : error;
    }

    private static SmtpReply CheckVerp(SmtpSession s, string sender, ref MailParameters parameters)
    {
        if (parameters.Verp is not { } delimiters) return default;
        if (delimiters.Length == 0) parameters.Verp = delimiters = s.Settings.VerpDelimiters;
        if (!Verp.IsValid(delimiters, s.Settings.VerpDelimiterFilter))
            return new SmtpReply(501, new DsnStatus(5, 5, 4), $"Error: XVERP needs two characters from {s.Settings.VerpDelimiterFilter}");
        return sender.Length > 0 ? default : s_verpNeedsSender;
    }

    private static SmtpReply CheckSize(SmtpSession s, string sender, long size)
    {
        if (s.Settings.MessageSizeLimit == 0 || size <= s.Settings.MessageSizeLimit) return default;
        s.SessionLog.Event("reject", s_tooBig.ToString(), sender, null, s.Helo);
        return s_tooBig;
    }

    /// <summary>
    /// Finds out whether the client is one of local_header_rewrite_clients, while MAIL can still be refused when nobody can tell.
    /// </summary>
    private static async ValueTask<SmtpReply> FindLocalClientAsync(SmtpSession s, Transaction t)
    {
        MatchResult match = s.Forwarded?.LocalDomain is { } local ? (local ? MatchResult.Yes : MatchResult.No)
            : await s.Settings.Tables.LocalRewriteClients.MatchAsync(s);
        t.LocalClient = match == MatchResult.Yes;
        if (match != MatchResult.Error) return default;
        s.LogEvent("reject", s_lookupError.ToString());
        return s_lookupError;
    }

    private static SmtpReply NoSpace(SmtpSession s)
    {
        s.LogEvent("reject", s_noSpace.ToString());
        Log.Warning($"not enough free space in mail queue: {s.Server.Disk.Bytes} bytes");
        return s_noSpace;
    }
}
