using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// Executes a command and answers it; false counts as an error of the client. The arguments are valid until the first wait for input.
/// </summary>
internal delegate ValueTask<bool> VerbHandler(SmtpSession session, ReadOnlyMemory<byte> arguments);

[Flags]
internal enum VerbFlags : byte
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
internal sealed record VerbRow(SmtpVerb Verb, SessionState Allowed, VerbFlags Flags, VerbHandler Execute, Func<SessionState,
    SmtpReply>? WrongState = null);

/// <summary>The verbs. A new one is a row here and a file beside this one.</summary>
internal static class VerbTable
{
    private static readonly VerbRow?[] s_rows = Make(
    [
        new(SmtpVerb.Helo, SessionState.Any, VerbFlags.LastInGroup | VerbFlags.Junk | VerbFlags.BeforeTls,
            HeloCommand.ExecuteHeloAsync),
        new(SmtpVerb.Ehlo, SessionState.Any, VerbFlags.LastInGroup | VerbFlags.Junk | VerbFlags.BeforeTls,
            HeloCommand.ExecuteEhloAsync),
        new(SmtpVerb.Xclient, SessionState.Idle, VerbFlags.BeforeTls, XclientCommand.ExecuteAsync, static _ => Replies.InTransaction),
        new(SmtpVerb.Xforward, SessionState.Idle, VerbFlags.BeforeTls, XforwardCommand.ExecuteAsync, static _ => Replies.InTransaction),
        new(SmtpVerb.StartTls, SessionState.Any, VerbFlags.LastInGroup | VerbFlags.BeforeTls | VerbFlags.Filtered,
            StartTlsCommand.ExecuteAsync),
        new(SmtpVerb.Auth, SessionState.Idle, VerbFlags.LastInGroup | VerbFlags.NeedsHelo | VerbFlags.Filtered,
            AuthCommand.ExecuteAsync,
            static _ => Replies.InTransaction),
        new(SmtpVerb.Mail, SessionState.Idle, VerbFlags.NeedsHelo | VerbFlags.Filtered, MailCommand.ExecuteAsync,
            MailCommand.WrongState),
        new(SmtpVerb.Rcpt, SessionState.Mail | SessionState.Rcpt, VerbFlags.None, RcptCommand.ExecuteAsync, RcptCommand.WrongState),
        new(SmtpVerb.Data, SessionState.Rcpt, VerbFlags.LastInGroup, DataCommand.ExecuteAsync, DataCommand.WrongState),
        new(SmtpVerb.Bdat, SessionState.Any, VerbFlags.None, BdatCommand.ExecuteAsync),
        new(SmtpVerb.Rset, SessionState.Any, VerbFlags.Junk, RsetCommand.ExecuteAsync),
        new(SmtpVerb.Noop, SessionState.Any, VerbFlags.LastInGroup | VerbFlags.Junk | VerbFlags.BeforeTls,
            NoopCommand.ExecuteAsync),
        new(SmtpVerb.Vrfy, SessionState.Any, VerbFlags.LastInGroup | VerbFlags.Junk | VerbFlags.Filtered,
            VrfyCommand.ExecuteAsync),
        new(SmtpVerb.Etrn, SessionState.Idle,
            VerbFlags.LastInGroup | VerbFlags.Junk | VerbFlags.NeedsHelo | VerbFlags.Filtered, EtrnCommand.ExecuteAsync,
            static _ => Replies.InTransaction),
        new(SmtpVerb.Quit, SessionState.Any, VerbFlags.BeforeTls, QuitCommand.ExecuteAsync),
        new(SmtpVerb.Help, SessionState.Any, VerbFlags.BeforeTls, HelpCommand.ExecuteAsync),
    ]);

    /// <summary>The verb's row; null for what the server does not know.</summary>
    public static VerbRow? Find(SmtpVerb verb) => s_rows[(int)verb];

    public static IEnumerable<VerbRow> Rows => s_rows.OfType<VerbRow>();

    private static VerbRow?[] Make(VerbRow[] rows)
    {
        VerbRow?[] table = new VerbRow?[(int)SmtpVerb.Unknown + 1];
        foreach (VerbRow row in rows) table[(int)row.Verb] = row;
        return table;
    }
}
