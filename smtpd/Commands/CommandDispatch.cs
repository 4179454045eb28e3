using System.Text;
using System.Text.Unicode;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Commands;

/// <summary>From a line to a row of the verb table: what makes a command acceptable at all, before its own code is asked.</summary>
internal static class CommandDispatch
{
    /// <summary>Executes a command and answers it.</summary>
    /// <param name="line">Without its end; valid until the next wait for input.</param>
    /// <param name="bareLf">It ended in LF without CR.</param>
    public static async ValueTask ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> line, bool bareLf)
    {
        s.Dialogue?.In(line.Span);
        if (bareLf && !AllowsBareLf(s)) return;
        if (s.Settings.SmtpUtf8 && !Utf8.IsValid(line.Span))
        {
            Malformed(s, "500 5.5.2 Error: bad UTF-8 syntax");
            return;
        }
        if (s.Settings.Tables.CommandFilter is { } filter)
        {
            if (await filter.ApplyAsync(line, s.Client.NameAddress) is not { } other)
            {
                s.Reply(421, "4.3.0", $"{s.Settings.MyHostname} Server local data error");
                return;
            }
            line = other;
        }
        CommandParts command = CommandParts.Of(line);
        VerbRow? row = await SelectAsync(s, command, line);
        if (row is null) return;
        s.BeginCommand();
        bool ok = await row.Execute(s, command.Arguments);
        if (ok) s.SessionLog.CountSucceeded(row.Verb);
        else s.Limits.CountError();
        if ((row.Flags & VerbFlags.Junk) != 0) s.Limits.CountJunk();
    }

    /// <summary>The row of the verb table to execute; null when the command was answered here already.</summary>
    private static async ValueTask<VerbRow?> SelectAsync(SmtpSession s, CommandParts command, ReadOnlyMemory<byte> line)
    {
        if (command.Word.IsEmpty) return Malformed(s, "500 5.5.2 Error: bad syntax");
        if (await s.Settings.Tables.NoopCommands.MatchesAsync(command.Word.Span))
        {
            s.Reply("250 2.0.0 Ok\r\n"u8);
            s.Limits.CountJunk();
            return null;
        }
        VerbRow? row = VerbTable.Find(command.Verb);
        s.SessionLog.CountReceived(row?.Verb ?? SmtpVerb.Unknown);
        if (row is null && (IsHeader(command.Word.Span) || await s.Settings.Tables.ForbiddenCommands.MatchesAsync(command.Word.Span)))
        {
            s.SessionLog.NonSmtp(line.Span);
            s.Reply(221, "2.7.0", "Error: I can break rules, too. Goodbye.");
            s.Close();
            s.Stage = SmtpVerb.Unknown;
            return null;
        }
        if (!s.AccessDenied.IsNone && row?.Verb != SmtpVerb.Quit)
        {
            s.Reply(503, "5.7.0", $"Error: access denied for {s.Client.NameAddress}");
            s.Limits.CountError();
            return null;
        }
        if (row is not null) return Permits(s, row) ? row : null;
        await AnswerUnknownAsync(s, line);
        return null;
    }

    /// <summary>Filters may have something to say about a command that is none.</summary>
    private static async ValueTask AnswerUnknownAsync(SmtpSession s, ReadOnlyMemory<byte> line)
    {
        s.Stage = SmtpVerb.Unknown;
        SmtpReply refusal = !s.Filters.HearUnknown ? default
            : await s.Filters.RunAsync(new FilterEvent(FilterPhase.Unknown, Encoding.UTF8.GetString(line.Span)));
        s.Reply(refusal.IsNone ? Replies.Unknown : refusal);
        s.Limits.CountError();
    }

    /// <summary>Pipelining, a missing HELO, and the order of commands.</summary>
    private static bool Permits(SmtpSession s, VerbRow row)
    {
        s.Stage = row.Verb;
        bool waits = !s.IsExtended || (row.Flags & VerbFlags.LastInGroup) != 0;
        if (waits && !s.Input.CheckPipelining())
        {
            s.Close();
            return false;
        }
        SmtpReply refusal = default;
        if (s.Encryption.IsRequired && (row.Flags & VerbFlags.BeforeTls) == 0) refusal = Replies.NeedTls;
        else if ((row.Flags & VerbFlags.NeedsHelo) != 0 && s.Settings.HeloRequired && s.Helo.Length == 0) refusal = Replies.HeloFirst;
        else if ((row.Allowed & s.State) == 0) refusal = row.WrongState!(s.State);
        else if ((row.Flags & VerbFlags.Filtered) != 0) refusal = s.Filters.Standing;
        if (refusal.IsNone) return true;
        s.Reply(refusal);
        s.Limits.CountError();
        return false;
    }

    private static VerbRow? Malformed(SmtpSession s, string reply)
    {
        s.Stage = SmtpVerb.Unknown;
        s.SessionLog.CountReceived(SmtpVerb.Unknown);
        s.Reply(SmtpReply.Parse(reply));
        s.Limits.CountError();
        return null;
    }

    private static bool AllowsBareLf(SmtpSession s)
    {
        if (s.Rights.BareNewline == BareNewlinePolicy.Note) s.SawBareLf = true;
        if (s.Rights.BareNewline != BareNewlinePolicy.Reject) return true;
        s.LogEvent("reject", "bare <LF> received");
        s.Reply(s.Settings.BareNewlineRejectCode, "5.5.2", $"{s.Settings.MyHostname} Error: bare <LF> received");
        s.Close();
        return false;
    }

    private static bool IsHeader(ReadOnlySpan<byte> word) =>
        word.IndexOf((byte)':') > 0 && !word[..word.IndexOf((byte)':')].ContainsAnyExceptInRange((byte)'!', (byte)'~');

    /// <summary>A <see cref="CommandLine"/> that lasts over a wait.</summary>
    private readonly record struct CommandParts(SmtpVerb Verb, ReadOnlyMemory<byte> Word, ReadOnlyMemory<byte> Arguments)
    {
        public static CommandParts Of(ReadOnlyMemory<byte> line)
        {
            CommandLine command = CommandLine.Parse(line.Span);
            return new CommandParts(command.Verb, Slice(line, command.Word), Slice(line, command.Arguments));
        }

        private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> line, ReadOnlySpan<byte> part) =>
            !part.IsEmpty && line.Span.Overlaps(part, out int at) ? line.Slice(at, part.Length) : default;
    }
}
