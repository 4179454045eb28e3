using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 1985: asks for the mail queued for a domain to be tried now. For domains in fast_flush_domains; an address literal is allowed as
/// well.
/// </summary>
internal static class EtrnCommand
{
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("500 Syntax: ETRN domain");
    private static readonly SmtpReply s_invalid = SmtpReply.Parse("501 Error: invalid parameter syntax");
    private static readonly SmtpReply s_unable = SmtpReply.Parse("458 Unable to queue messages");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (arguments.IsEmpty || arguments.Span.IndexOfAny((byte)' ', (byte)'\t') >= 0) return s.Refuse(s_syntax);
        string domain = Encoding.UTF8.GetString(arguments.Span);
        if (domain[0] is '@' or '#') domain = domain[1..];
        if (!HostName.IsValid(domain) && !HostName.TryParseLiteral(domain, out _)) return s.Refuse(s_invalid);
        SmtpReply refusal = await s.Access.EtrnAsync(domain);
        if (!refusal.IsNone) return s.Refuse(refusal);
        switch (await s.Settings.Tables.FlushDomains.MatchAsync(domain))
        {
            case MatchResult.No:
                Log.Warning($"reject: ETRN {domain}... from {s.Client.NameAddress}");
                return s.Refuse(new SmtpReply(459, default, $"<{domain}>: service unavailable"));
            case MatchResult.Error:
                Log.Warning($"fast_flush_domains lookup problem for {domain}");
                return s.Refuse(s_unable);
        }
        return await FlushAsync(s, domain);
    }

    private static async ValueTask<bool> FlushAsync(SmtpSession s, string domain)
    {
        QmgrReply? reply = null;
        if (s.Server.Qmgr is { } qmgr)
            reply = await qmgr.CallAsync<QmgrRequest, QmgrReply>(new QmgrRequest { Command = QmgrRequest.FlushSite, Argument = domain });
        if (reply is not { Ok: true })
        {
            Log.Warning($"cannot request delivery of mail for {domain} from the queue manager: {reply?.Text ?? "no answer"}");
            return s.Refuse(s_unable);
        }
        s.Reply(250, "", "Queuing started");
        return true;
    }
}
