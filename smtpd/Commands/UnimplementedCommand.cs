namespace MtaSuite.Smtpd.Commands;

/// <summary>A verb that is known and not offered.</summary>
internal static class UnimplementedCommand
{
    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments) => ValueTask.FromResult(s.Refuse(Replies.NotImplemented));
}
