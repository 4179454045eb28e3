using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd;

/// <summary>The course of a session: its commands one after the other, waiting, and its end.</summary>
internal sealed partial class SmtpSession
{
    // Unsent replies above this make a session wait: a client that never reads must not fill the memory.
    private const int MaxUnsent = 32 * 1024;
    // So many commands in one go, then other sessions get their turn.
    private const int CommandsPerTurn = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(60);

    private LineSplitter _splitter;
    private bool _closing, _greet, _shuttingDown, _reported;

    /// <summary>Serves the client from greeting to end, then closes the connection.</summary>
    public async Task RunAsync()
    {
        BeginTranscript();
        if (await ProxyAsync())
        {
            if (!Client.IsNamed) Client = await Server.Names.NameAsync(Client);
            LogConnect();
            await BeginForClientAsync();
            _greet = true;
            if (await CountConnectionAsync())
            {
                if (await WrapAsync()) await CommandsAsync();
                else EndedInHandshake();
            }
        }
        if (_refusals is not null) await SendRefusalsAsync();
        EndTransaction();
        _filters?.Quit();
        CountDisconnection();
        LogDisconnect();
        Connection.CloseAfterFlush();
        TellPostmaster();
    }

    /// <summary>What depends on who has connected.</summary>
    private async ValueTask BeginForClientAsync()
    {
        await BeginDialogLogAsync();
        await AuthorizeAsync();
        XforwardAllowed = await IsInAsync(Settings.XforwardHosts);
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
    public void Hurry()
    {
        if (Transaction is null) Connection.LimitDeadline(Settings.Timeout);
    }

    private async ValueTask CommandsAsync()
    {
        int turn = 0;
        while (!_closing)
        {
            if (_greet && !await GreetAsync()) return;
            if (_refusals is not null)
            {
                await SendRefusalsAsync();
                continue;
            }
            if (IsOver()) return;
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
            if (status == LineStatus.Complete && line.Length > Settings.LineLengthLimit
                && CommandLine.Parse(line.Span).Verb != SmtpVerb.Auth) status = LineStatus.TooLong;
            if (status == LineStatus.Complete) await ExecuteAsync(line, bareLf);
            else LineTooLong(status);
            if (Connection.Unsent > MaxUnsent && !await DrainAsync()) return;
            // Not a yield: what is posted runs before the loop looks at other connections.
            if (++turn % CommandsPerTurn == 0) await Loop.Delay(s_pause);
        }
    }

    /// <summary>No further command is waited for; the client was told.</summary>
    private bool IsOver()
    {
        if (Errors >= Settings.HardErrorLimit)
        {
            Reply(421, "4.7.0", $"{Settings.MyHostname} Error: too many errors");
            Ended("too many errors");
            return true;
        }
        if (!_shuttingDown || Transaction is not null) return false;
        Lost(ReadStatus.Canceled);
        return true;
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

    /// <summary>
    /// Sets the time limit of the wait that follows: for each read, or with smtpd_per_request_deadline for the whole request.
    /// </summary>
    public void ArmDeadline(bool fresh, TimeSpan limit)
    {
        if (fresh || !Settings.PerRequestDeadline) Connection.SetDeadline(limit);
    }

    private async ValueTask<bool> DrainAsync()
    {
        Connection.SetDeadline(s_drainTimeout);
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

    /// <summary>TLS did not come about: nothing that is sent now would be understood.</summary>
    public void EndedInHandshake() => Ended("lost connection");

    private void Ended(string reason)
    {
        _closing = true;
        if (_reported) return;
        _reported = true;
        LogEnd(reason);
    }
}
