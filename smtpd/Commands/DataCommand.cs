using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.4: data = "DATA" CRLF, then the content up to CRLF "." CRLF.</summary>
internal static class DataCommand
{
    private static readonly SmtpReply s_afterBdat = SmtpReply.Parse("503 5.5.1 Error: DATA after BDAT");
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: DATA");

    /// <summary>A client that pipelines sends DATA before it knows that no recipient was accepted.</summary>
    public static SmtpReply WrongState(SessionState state) => state switch
    {
        SessionState.Idle => Replies.NeedRcpt,
        SessionState.Mail => Replies.NoRecipients,
        _ => s_afterBdat,
    };

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.IsEmpty) return s.Refuse(s_syntax);
        SmtpReply refusal = await ContentTransfer.AskAsync(s);
        if (!refusal.IsNone) return s.Refuse(refusal);
        ContentTransfer.Open(s, DotDecoder.ForData(s.Rights.BareNewline, s.Settings.ReplaceStrayCr));
        s.Reply("354 End data with <CR><LF>.<CR><LF>\r\n"u8);
        return await ContentTransfer.ReceiveAsync(s, long.MaxValue) && await ContentTransfer.FinishAsync(s, chunked: false);
    }
}
