using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Commands;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>The course of a session: the greeting, its commands one after the other, and its end.</summary>
internal sealed partial class SmtpSession
{
    // Unsent replies above this make a session wait: a client that never reads must not fill the memory.
    private const int MaxUnsent = 32 * 1024;
    // So many commands in one go, then other sessions get their turn.
    private const int CommandsPerTurn = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(60);

    private bool _closing, _greet, _shuttingDown;

    /// <summary>Serves the client from greeting to end, then closes the connection.</summary>
    public async Task RunAsync()
    {
        if (PostmasterNotice.NeedsTranscript(Settings.NotifyClasses)) Dialogue = new Dialogue { Transcript = new Transcript() };
        if (await ProxyHeaderReader.ReadAsync(this))
        {
            if (!Client.IsNamed) Client = await Server.Names.NameAsync(Client);
            SessionLog.Connect();
            if (Log.Verbose || await Client.IsInAsync(Settings.Tables.DebugPeers)) (Dialogue ??= new Dialogue()).LogAs(Client.NameAddress);
            await Rights.FindAsync(Settings, Client);
            _greet = true;
            if (await Limits.CountConnectionAsync())
            {
                if (await Encryption.WrapAsync()) await CommandsAsync();
                else EndAfterHandshake();
            }
        }
        if (_replies.HasPending) await _replies.SendPendingAsync();
        EndTransaction();
        _filters?.Quit();
        Limits.CountDisconnection();
        SessionLog.Disconnect();
        Connection.CloseAfterFlush();
        _notice.SendIfNeeded();
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

    /// <summary>
    /// The limits have become shorter: a client without a message under way does not keep its place longer than they allow.
    /// </summary>
    public void ShortenDeadline()
    {
        if (Transaction is null) Connection.LimitDeadline(Settings.Timeout);
    }

    /// <summary>False when the session ends here.</summary>
    private async ValueTask<bool> GreetAsync()
    {
        _greet = false;
        Stage = SessionStage.Connect;
        if (!Input.CheckPipelining()) return false;
        await Filters.BeginAsync();
        SmtpReply refusal = await Filters.RunAsync(new FilterEvent(FilterPhase.Connect));
        AccessDenied = refusal;
        if (refusal.IsNone) Reply(220, "", Settings.Banner);
        else
        {
            Reply(refusal);
            Limits.CountError();
        }
        return refusal.Code != 421; // no command is taken after it
    }

    private async ValueTask CommandsAsync()
    {
        int turn = 0;
        while (!_closing)
        {
            if (_greet && !await GreetAsync()) return;
            if (_replies.HasPending)
            {
                await _replies.SendPendingAsync();
                continue;
            }
            if (IsOver()) return;
            LineStatus status;
            ReadOnlyMemory<byte> line;
            bool bareLf, fresh = true;
            while ((status = Input.TakeCommand(out line, out bareLf)) == LineStatus.Incomplete)
            {
                turn = 0;
                Input.SetDeadline(fresh);
                fresh = false;
                ReadStatus read = await Connection.FillAsync();
                if (read != ReadStatus.Data)
                {
                    Lost(read);
                    return;
                }
            }
            if (Limits.HasManyErrors && Settings.ErrorSleepTime > TimeSpan.Zero) await Loop.Delay(Settings.ErrorSleepTime);
            if (status == LineStatus.Complete) await CommandDispatch.ExecuteAsync(this, line, bareLf);
            else RefuseLongLine(status);
            if (Connection.Unsent > MaxUnsent && !await DrainAsync()) return;
            // Not a yield: what is posted runs before the loop looks at other connections.
            if (++turn % CommandsPerTurn == 0) await Loop.Delay(s_pause);
        }
    }

    /// <summary>No further command is waited for; the client was told.</summary>
    private bool IsOver()
    {
        if (Limits.HasTooManyErrors)
        {
            Reply(421, "4.7.0", $"{Settings.MyHostname} Error: too many errors");
            End(SessionEnd.TooManyErrors);
            return true;
        }
        if (!_shuttingDown || Transaction is not null) return false;
        Lost(ReadStatus.Canceled);
        return true;
    }

    private void RefuseLongLine(LineStatus status)
    {
        SessionLog.LongLine();
        Reply(500, "5.5.2", $"{Settings.MyHostname} Error: command too long");
        Limits.CountError();
        if (status == LineStatus.Endless) Close();
    }

    private async ValueTask<bool> DrainAsync()
    {
        Connection.SetDeadline(s_drainTimeout);
        if (await Connection.DrainAsync(MaxUnsent / 2)) return true;
        End(SessionEnd.LostConnection);
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
                End(SessionEnd.TimedOut);
                break;
            default:
                End(SessionEnd.LostConnection);
                break;
        }
    }

    /// <summary>TLS did not come about: nothing that is sent now would be understood.</summary>
    public void EndAfterHandshake() => End(SessionEnd.LostConnection);

    private void End(SessionEnd why)
    {
        _closing = true;
        SessionLog.End(why);
    }
}
