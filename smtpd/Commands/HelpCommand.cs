using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>RFC 5321 4.1.1.8: help = "HELP" [ SP String ] CRLF. Names the commands, and nothing about the software.</summary>
internal static class HelpCommand
{
    private static readonly Lazy<string> s_text = new(() => "Commands: " + string.Join(' ', VerbTable.Rows
        .Where(r => r.Verb is not (SmtpVerb.StartTls or SmtpVerb.Auth)).Select(r => r.Verb.Name()).Order(StringComparer.Ordinal)));

    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        s.Reply(214, "2.0.0", s_text.Value);
        return ValueTask.FromResult(true);
    }
}
