using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 1985: asks for the mail queued for a domain. There is none for others here, so the answer is a polite no.</summary>
internal static class EtrnCommand
{
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("500 Syntax: ETRN domain");
    private static readonly SmtpReply s_invalid = SmtpReply.Parse("501 Error: invalid parameter syntax");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (arguments.IsEmpty || arguments.Span.IndexOfAny((byte)' ', (byte)'\t') >= 0) return s.Refuse(s_syntax);
        string domain = Encoding.UTF8.GetString(arguments.Span);
        if (domain[0] is '@' or '#') domain = domain[1..];
        if (!HostName.IsValid(domain) && !HostName.TryParseLiteral(domain, out _)) return s.Refuse(s_invalid);
        SmtpReply refusal = await s.Access.EtrnAsync(domain);
        // RFC 1985 5.3: 459 when the node is not allowed to ask.
        return s.Refuse(refusal.IsNone ? new SmtpReply(459, default, $"<{domain}>: service unavailable") : refusal);
    }
}
