namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.10: quit = "QUIT" CRLF.</summary>
internal static class QuitCommand
{
    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        s.Reply("221 2.0.0 Bye\r\n"u8);
        s.Close();
        return ValueTask.FromResult(true);
    }
}
