using System.Text;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Commands;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd;

/// <summary>From a line to a row of the verb table: what makes a command acceptable at all, before its own code is asked.</summary>
internal sealed partial class SmtpSession
{
    private async ValueTask ExecuteAsync(ReadOnlyMemory<byte> line, bool bareLf)
    {
        _transcript?.In(line.Span);
        _dialog?.In(line.Span);
        if (bareLf && !AllowsBareLf()) return;
        if (Settings.SmtpUtf8 && !System.Text.Unicode.Utf8.IsValid(line.Span))
        {
            Malformed("500 5.5.2 Error: bad UTF-8 syntax");
            return;
        }
        if (Settings.Filter is { } filter)
        {
            if (await filter.ApplyAsync(line, Client.NameAddress) is not { } other)
            {
                Reply(421, "4.3.0", $"{Settings.MyHostname} Server local data error");
                return;
            }
            line = other;
        }
        CommandParts command = CommandParts.Of(line);
        CommandRow? row = await SelectAsync(command, line);
        if (row is null)
        {
            if (_isUnknown) await AnswerUnknownAsync(line);
            return;
        }
        _addresses?.Forget();
        bool ok = await row.Execute(this, command.Arguments);
        if (ok) CountSuccess(row.Verb);
        else Errors++;
        if ((row.Flags & CommandFlags.Junk) != 0) CountJunk();
    }

    private bool _isUnknown;

    /// <summary>A command that is none, where filters want to hear of it.</summary>
    private async ValueTask AnswerUnknownAsync(ReadOnlyMemory<byte> line)
    {
        _isUnknown = false;
        SmtpReply refusal = await Filters.RunAsync(new FilterEvent(FilterPhase.Unknown, Encoding.UTF8.GetString(line.Span)));
        Reply(refusal.IsNone ? Replies.Unknown : refusal);
        Errors++;
    }

    /// <summary>The row of the verb table to execute; null when the command was answered here already.</summary>
    private async ValueTask<CommandRow?> SelectAsync(CommandParts command, ReadOnlyMemory<byte> line)
    {
        if (command.Word.IsEmpty) return Malformed("500 5.5.2 Error: bad syntax");
        if (await Settings.NoopCommands.MatchesAsync(command.Word.Span))
        {
            Reply("250 2.0.0 Ok\r\n"u8);
            CountJunk();
            return null;
        }
        CommandRow? row = CommandTable.Find(command.Verb);
        Count(row?.Verb ?? SmtpVerb.Unknown);
        if (row is null && (IsHeader(command.Word.Span) || await Settings.ForbiddenCommands.MatchesAsync(command.Word.Span)))
        {
            LogNonSmtp(line.Span);
            Reply(221, "2.7.0", "Error: I can break rules, too. Goodbye.");
            Close();
            Where = "UNKNOWN";
            return null;
        }
        if (!AccessDenied.IsNone && row?.Verb != SmtpVerb.Quit)
        {
            Reply(503, "5.7.0", $"Error: access denied for {Client.NameAddress}");
            Errors++;
            return null;
        }
        if (row is null)
        {
            Where = "UNKNOWN";
            _isUnknown = Filters.HearUnknown;
            if (_isUnknown) return null;
            Reply(Replies.Unknown);
            Errors++;
            return null;
        }
        return Permits(row) ? row : null;
    }

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

    /// <summary>Pipelining, a missing HELO, and the order of commands.</summary>
    private bool Permits(CommandRow row)
    {
        Where = row.Verb.Name();
        bool waits = Protocol != "ESMTP" || (row.Flags & CommandFlags.LastInGroup) != 0;
        if (waits && !ImproperPipelining && TalksOutOfTurn() && Settings.ForbidUnauthPipelining)
        {
            Reply(554, "5.5.0", "Error: SMTP protocol synchronization");
            Close();
            return false;
        }
        SmtpReply refusal = default;
        if (MustStartTls && (row.Flags & CommandFlags.BeforeTls) == 0) refusal = Replies.NeedTls;
        else if ((row.Flags & CommandFlags.NeedsHelo) != 0 && Settings.HeloRequired && Helo.Length == 0) refusal = Replies.HeloFirst;
        else if ((row.Allowed & State) == 0) refusal = row.WrongState!(State);
        else if ((row.Flags & CommandFlags.Filtered) != 0) refusal = Filters.Standing;
        if (refusal.IsNone) return true;
        Reply(refusal);
        Errors++;
        return false;
    }

    private CommandRow? Malformed(string reply)
    {
        Where = "UNKNOWN";
        Count(SmtpVerb.Unknown);
        Reply(SmtpReply.Parse(reply));
        Errors++;
        return null;
    }

    private void CountJunk()
    {
        if (JunkCommands++ > Settings.JunkCommandLimit) Errors++;
    }

    private bool AllowsBareLf()
    {
        if (BareNewline == BareNewlinePolicy.Note) SawBareLf = true;
        if (BareNewline != BareNewlinePolicy.Reject) return true;
        LogEvent("reject", "bare <LF> received");
        Reply(Settings.BareNewlineRejectCode, "5.5.2", $"{Settings.MyHostname} Error: bare <LF> received");
        Close();
        return false;
    }

    private static bool IsHeader(ReadOnlySpan<byte> word) =>
        word.IndexOf((byte)':') > 0 && !word[..word.IndexOf((byte)':')].ContainsAnyExceptInRange((byte)'!', (byte)'~');

    /// <summary>Input is there that the client should have held back until our reply.</summary>
    private bool TalksOutOfTurn()
    {
        if (!HasInput()) return false;
        LogImproperPipelining(Connection.Input);
        ImproperPipelining = true;
        return true;
    }

    /// <summary>Something has come behind the command under way.</summary>
    public bool HasInput()
    {
        if (!Connection.Input.IsEmpty) return true;
        Connection.FillAwaiter fill = Connection.FillAsync();
        return fill.IsCompleted && fill.GetResult() == ReadStatus.Data;
    }
}
