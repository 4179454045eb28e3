using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// Executes a command and answers it; false counts as an error of the client. The arguments are valid until the first wait for input.
/// </summary>
internal delegate ValueTask<bool> CommandHandler(SmtpSession session, ReadOnlyMemory<byte> arguments);

[Flags]
internal enum CommandFlags : byte
{
    None = 0,
    /// <summary>RFC 2920 3.1: nothing may be sent behind it before its reply.</summary>
    LastInGroup = 1,
    /// <summary>Does not bring mail any further: counts against smtpd_junk_command_limit.</summary>
    Junk = 2,
    /// <summary>With smtpd_helo_required, not before HELO or EHLO.</summary>
    NeedsHelo = 4,
    /// <summary>Allowed before STARTTLS where TLS is demanded (RFC 3207 4).</summary>
    BeforeTls = 8,
    /// <summary>Answered with what filters said of the session, where that was a refusal.</summary>
    Filtered = 16,
}

/// <summary>All there is to say of a verb: where it is allowed, what it does, and what it is told elsewhere.</summary>
internal sealed record CommandRow(SmtpVerb Verb, SessionState Allowed, CommandFlags Flags, CommandHandler Execute, Func<SessionState,
    SmtpReply>? WrongState = null);

/// <summary>The verbs. A new one is a row here and a file beside this one.</summary>
internal static class CommandTable
{
    private static readonly CommandRow?[] s_rows = Make(
    [
        new(SmtpVerb.Helo, SessionState.Any, CommandFlags.LastInGroup | CommandFlags.Junk | CommandFlags.BeforeTls,
            HeloCommand.ExecuteHeloAsync),
        new(SmtpVerb.Ehlo, SessionState.Any, CommandFlags.LastInGroup | CommandFlags.Junk | CommandFlags.BeforeTls,
            HeloCommand.ExecuteEhloAsync),
        new(SmtpVerb.Xclient, SessionState.Idle, CommandFlags.BeforeTls, XclientCommand.ExecuteAsync, static _ => Replies.InTransaction),
        new(SmtpVerb.Xforward, SessionState.Idle, CommandFlags.BeforeTls, XforwardCommand.ExecuteAsync, static _ => Replies.InTransaction),
        new(SmtpVerb.StartTls, SessionState.Any, CommandFlags.LastInGroup | CommandFlags.BeforeTls | CommandFlags.Filtered,
            StartTlsCommand.ExecuteAsync),
        new(SmtpVerb.Auth, SessionState.Idle, CommandFlags.LastInGroup | CommandFlags.NeedsHelo | CommandFlags.Filtered,
            AuthCommand.ExecuteAsync,
            static _ => Replies.InTransaction),
        new(SmtpVerb.Mail, SessionState.Idle, CommandFlags.NeedsHelo | CommandFlags.Filtered, MailCommand.ExecuteAsync,
            MailCommand.WrongState),
        new(SmtpVerb.Rcpt, SessionState.Mail | SessionState.Rcpt, CommandFlags.None, RcptCommand.ExecuteAsync, RcptCommand.WrongState),
        new(SmtpVerb.Data, SessionState.Rcpt, CommandFlags.LastInGroup, DataCommand.ExecuteAsync, DataCommand.WrongState),
        new(SmtpVerb.Bdat, SessionState.Any, CommandFlags.None, BdatCommand.ExecuteAsync),
        new(SmtpVerb.Rset, SessionState.Any, CommandFlags.Junk, RsetCommand.ExecuteAsync),
        new(SmtpVerb.Noop, SessionState.Any, CommandFlags.LastInGroup | CommandFlags.Junk | CommandFlags.BeforeTls,
            NoopCommand.ExecuteAsync),
        new(SmtpVerb.Vrfy, SessionState.Any, CommandFlags.LastInGroup | CommandFlags.Junk | CommandFlags.Filtered,
            VrfyCommand.ExecuteAsync),
        new(SmtpVerb.Etrn, SessionState.Idle,
            CommandFlags.LastInGroup | CommandFlags.Junk | CommandFlags.NeedsHelo | CommandFlags.Filtered, EtrnCommand.ExecuteAsync,
            static _ => Replies.InTransaction),
        new(SmtpVerb.Quit, SessionState.Any, CommandFlags.BeforeTls, QuitCommand.ExecuteAsync),
        new(SmtpVerb.Help, SessionState.Any, CommandFlags.BeforeTls, HelpCommand.ExecuteAsync),
    ]);

    /// <summary>The verb's row; null for what the server does not know.</summary>
    public static CommandRow? Find(SmtpVerb verb) => s_rows[(int)verb];

    public static IEnumerable<CommandRow> Rows => s_rows.OfType<CommandRow>();

    private static CommandRow?[] Make(CommandRow[] rows)
    {
        CommandRow?[] table = new CommandRow?[(int)SmtpVerb.Unknown + 1];
        foreach (CommandRow row in rows) table[(int)row.Verb] = row;
        return table;
    }
}
