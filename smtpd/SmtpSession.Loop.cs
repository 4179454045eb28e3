using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Commands;

namespace MtaSuite.Smtpd;

/// <summary>Greeting, reading commands, executing them, and the session's end.</summary>
internal sealed partial class SmtpSession
{
    // Unsent replies above this make a session wait: a client that never reads must not fill the memory.
    private const int MaxUnsent = 32 * 1024;
    // So many commands in one go, then other sessions get their turn.
    private const int CommandsPerTurn = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_drainPatience = TimeSpan.FromSeconds(60);

    private LineSplitter _splitter;
    private bool _closing, _greet, _shuttingDown, _reported;

    /// <summary>Serves the client from greeting to end, then closes the connection.</summary>
    public async Task RunAsync()
    {
        if (await ProxyAsync())
        {
            LogConnect();
            Authorize();
            XforwardAllowed = Settings.XforwardHosts.Match(Client.Name, Client.Ip) == MatchResult.Yes;
            _greet = true;
            await CommandsAsync();
        }
        EndTransaction();
        LogDisconnect();
        Connection.CloseAfterFlush();
    }

    /// <summary>No more commands after this one.</summary>
    public void Close() => _closing = true;

    /// <summary>XCLIENT: the session starts again with the greeting.</summary>
    public void Restart() => _greet = true;

    /// <summary>Says goodbye as soon as the client has nothing under way.</summary>
    public void ShutDown()
    {
        _shuttingDown = true;
        if (Transaction is null) Connection.CancelRead();
    }

    private async ValueTask CommandsAsync()
    {
        int turn = 0;
        while (!_closing)
        {
            if (_greet && !await GreetAsync()) return;
            if (Errors >= Settings.HardErrorLimit)
            {
                Reply(421, "4.7.0", $"{Settings.MyHostname} Error: too many errors");
                Ended("too many errors");
                return;
            }
            if (_shuttingDown && Transaction is null)
            {
                Lost(ReadStatus.Canceled);
                return;
            }
            LineStatus status;
            ReadOnlyMemory<byte> line;
            bool bareLf, fresh = true;
            while ((status = TakeLine(out line, out bareLf)) == LineStatus.Incomplete)
            {
                turn = 0;
                ArmDeadline(fresh, Settings.Timeout);
                fresh = false;
                ReadStatus read = await Connection.FillAsync();
                if (read != ReadStatus.Data)
                {
                    Lost(read);
                    return;
                }
            }
            if (Errors >= Settings.SoftErrorLimit && Settings.ErrorSleepTime > TimeSpan.Zero) await Loop.Delay(Settings.ErrorSleepTime);
            if (status == LineStatus.Complete) await ExecuteAsync(line, bareLf);
            else LineTooLong(status);
            if (Connection.Unsent > MaxUnsent && !await DrainAsync()) return;
            // Not a yield: what is posted runs before the loop looks at other connections.
            if (++turn % CommandsPerTurn == 0) await Loop.Delay(s_pause);
        }
    }

    private async ValueTask<bool> GreetAsync()
    {
        _greet = false;
        Where = "CONNECT";
        if (!ImproperPipelining && TalksOutOfTurn() && Settings.ForbidUnauthPipelining)
        {
            Reply(554, "5.5.0", "Error: SMTP protocol synchronization");
            return false;
        }
        SmtpReply refusal = Settings.Access.DelayReject ? default : await Access.ClientAsync();
        AccessDenied = refusal;
        if (refusal.IsNone) Reply(220, "", Settings.Banner);
        else
        {
            Reply(refusal);
            Errors++;
        }
        return true;
    }

    /// <summary>Takes the header of smtpd_upstream_proxy_protocol; false when it is bad.</summary>
    private async ValueTask<bool> ProxyAsync()
    {
        if (Settings.UpstreamProxyProtocol.Length == 0) return true;
        Connection.SetDeadline(Settings.UpstreamProxyTimeout);
        while (true)
        {
            ProxyStatus status = ProxyHeader.TryParse(Connection.Input, out ProxyHeader header, out int consumed);
            if (status == ProxyStatus.Complete)
            {
                Connection.Consume(consumed);
                return TakeProxyHeader(header);
            }
            ReadStatus read = status == ProxyStatus.Incomplete ? await Connection.FillAsync() : ReadStatus.Failed;
            if (read == ReadStatus.Data) continue;
            LogProxyTrouble(status == ProxyStatus.Error ? "bad header" : read == ReadStatus.TimedOut ? "timeout" : "connection lost");
            if (read == ReadStatus.TimedOut || status == ProxyStatus.Error) Reply(421, "4.3.0", $"{Settings.MyHostname} Server local error");
            return false;
        }
    }

    private bool TakeProxyHeader(ProxyHeader header)
    {
        if (header.Source is not null) Client = ClientInfo.Of(header.Source, header.Destination, Server.PeerNames, Settings.ClientPortLogging);
        if (Server.CountProxied(this) is not { } refusal) return true;
        Reply(SmtpReply.Parse(refusal));
        return false;
    }

    private LineStatus TakeLine(out ReadOnlyMemory<byte> line, out bool bareLf)
    {
        ReadOnlyMemory<byte> input = Connection.InputMemory;
        LineStatus status = _splitter.Next(input.Span, out ReadOnlySpan<byte> text, out int consumed, out bareLf);
        // The line stays valid until the next wait for input.
        line = input[..text.Length];
        Connection.Consume(consumed);
        return status;
    }

    private void LineTooLong(LineStatus status)
    {
        LogLongLine();
        Reply(500, "5.5.2", $"{Settings.MyHostname} Error: command too long");
        Errors++;
        if (status == LineStatus.Endless) Close();
    }

    private async ValueTask ExecuteAsync(ReadOnlyMemory<byte> line, bool bareLf)
    {
        CommandRow? row = Select(line.Span, bareLf, out int argumentsAt, out int argumentsLength);
        if (row is null) return;
        Addresses.Forget();
        bool ok = await row.Execute(this, line.Slice(argumentsAt, argumentsLength));
        if (ok) CountSuccess(row.Verb);
        else Errors++;
        if ((row.Flags & CommandFlags.Junk) != 0) CountJunk();
    }

    /// <summary>The row of the verb table to execute; null when the command was answered here already.</summary>
    private CommandRow? Select(ReadOnlySpan<byte> line, bool bareLf, out int argumentsAt, out int argumentsLength)
    {
        argumentsAt = argumentsLength = 0;
        if (bareLf && !AllowsBareLf()) return null;
        if (Settings.SmtpUtf8 && !System.Text.Unicode.Utf8.IsValid(line)) return Malformed("500 5.5.2 Error: bad UTF-8 syntax");
        CommandLine command = CommandLine.Parse(line);
        if (command.Word.IsEmpty) return Malformed("500 5.5.2 Error: bad syntax");
        if (Settings.NoopCommands.Matches(command.Word))
        {
            Reply("250 2.0.0 Ok\r\n"u8);
            CountJunk();
            return null;
        }
        CommandRow? row = CommandTable.Find(command.Verb);
        Count(row?.Verb ?? SmtpVerb.Unknown);
        if (row is null && IsForbidden(command.Word))
        {
            LogNonSmtp(line);
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
            Reply(500, "5.5.2", "Error: command not recognized");
            Errors++;
            return null;
        }
        argumentsLength = command.Arguments.Length;
        if (argumentsLength > 0) line.Overlaps(command.Arguments, out argumentsAt);
        return Permits(row) ? row : null;
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
        if ((row.Flags & CommandFlags.NeedsHelo) != 0 && Settings.HeloRequired && Helo.Length == 0) refusal = Replies.HeloFirst;
        else if ((row.Allowed & State) == 0) refusal = row.WrongState!(State);
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

    private bool IsForbidden(ReadOnlySpan<byte> word) =>
        (word.IndexOf((byte)':') > 0 && !word[..word.IndexOf((byte)':')].ContainsAnyExceptInRange((byte)'!', (byte)'~')) || Settings.ForbiddenCommands.Matches(word);

    /// <summary>Input is there that the client should have held back until our reply.</summary>
    private bool TalksOutOfTurn()
    {
        if (Connection.Input.IsEmpty)
        {
            Connection.FillAwaiter fill = Connection.FillAsync();
            if (!fill.IsCompleted || fill.GetResult() != ReadStatus.Data) return false;
        }
        LogImproperPipelining(Connection.Input);
        ImproperPipelining = true;
        return true;
    }

    // ---- waiting and the end ---------------------------------------------------------------------------------------

    /// <summary>
    /// Sets the time limit of the wait that follows: for each read, or with smtpd_per_request_deadline for the whole request.
    /// </summary>
    public void ArmDeadline(bool fresh, TimeSpan limit)
    {
        if (fresh || !Settings.PerRequestDeadline) Connection.SetDeadline(limit);
    }

    private async ValueTask<bool> DrainAsync()
    {
        Connection.SetDeadline(s_drainPatience);
        if (await Connection.DrainAsync(MaxUnsent / 2)) return true;
        Ended("lost connection");
        return false;
    }

    /// <summary>Input ended: logs why, answers if somebody may still listen, and ends the session.</summary>
    public void Lost(ReadStatus read)
    {
        _closing = true;
        switch (read)
        {
            case ReadStatus.Canceled:
                Reply(421, "4.3.2", $"{Settings.MyHostname} Service shutting down");
                break;
            case ReadStatus.TimedOut:
                Reply(421, "4.4.2", $"{Settings.MyHostname} Error: timeout exceeded");
                Ended("timeout");
                break;
            default:
                Ended("lost connection");
                break;
        }
    }

    private void Ended(string reason)
    {
        _closing = true;
        if (_reported) return;
        _reported = true;
        LogEnd(reason);
    }
}
