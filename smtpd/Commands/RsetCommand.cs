using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.5: rset = "RSET" CRLF. Ends the transaction; nothing of it remains.</summary>
internal static class RsetCommand
{
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: RSET");

    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.IsEmpty) return ValueTask.FromResult(s.Refuse(s_syntax));
        s.EndTransaction();
        s.SkippedChunks = 0;
        s.Reply("250 2.0.0 Ok\r\n"u8);
        return ValueTask.FromResult(true);
    }
}
