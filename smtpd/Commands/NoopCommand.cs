namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.9: noop = "NOOP" [ SP String ] CRLF. The string means nothing.</summary>
internal static class NoopCommand
{
    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        s.Reply("250 2.0.0 Ok\r\n"u8);
        return ValueTask.FromResult(true);
    }
}
