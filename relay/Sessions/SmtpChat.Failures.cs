using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Relay.Sessions;

/// <summary>How a session ends. The methods named Fail give false, the result of the step that failed.</summary>
internal sealed partial class SmtpChat
{
    /// <summary>Why the session cannot go on; null while it can.</summary>
    public SessionFailure? Failure { get; private set; }

    /// <summary>The session cannot go on for this reason; the outcome is temporary.</summary>
    public bool Fail(FailureKind kind, string status, string text) =>
        Fail(new SessionFailure(kind, Outcome.Defer(status, text) with { Remote = kind == FailureKind.Unreachable ? "" : Target.Host }));

    public bool Fail(SessionFailure failure)
    {
        Failure = failure;
        return false;
    }

    /// <summary>The server refused what we need of it; it still answers.</summary>
    public bool FailRefused(Outcome outcome) => Fail(new SessionFailure(FailureKind.Refused, outcome));

    /// <summary>The server said 421.</summary>
    public bool FailClosed(Outcome outcome) => Fail(new SessionFailure(FailureKind.Lost, outcome));

    /// <summary>The connection was lost, or the server took too long.</summary>
    public bool FailConnection(SmtpStep step, bool timedOut) => timedOut
        ? Fail(FailureKind.TimedOut, "4.4.2", $"conversation with {Target.Name} timed out while {step.Doing()}")
        : Fail(FailureKind.Lost, "4.4.2", $"lost connection with {Target.Name} while {step.Doing()}");

    /// <summary>What the server said makes no sense.</summary>
    public bool FailProtocol(SmtpStep step) =>
        Fail(FailureKind.Protocol, "4.5.0", $"protocol error: unexpected response from {Target.Name} while {step.Doing()}");

    /// <summary>We end the session, whatever its state.</summary>
    public SessionFailure NoteClosed() => Failure ??= new SessionFailure(FailureKind.Closed, Outcome.Defer("4.4.2", "session closed"));

    /// <summary>Ends the session with QUIT when it is in order, else at once.</summary>
    public void Close()
    {
        if (_connection is not { IsOpen: true }) return;
        if (Failure is { Kind: not FailureKind.Refused }) _connection.Dispose();
        else QuitAsync(_connection).Detach();
    }

    private async Task QuitAsync(Connection connection)
    {
        NoteClosed();
        Write("QUIT\r\n"u8);
        if (Settings.SkipQuitReply)
        {
            connection.CloseAfterFlush(Settings.Timeouts.Quit);
            return;
        }
        connection.SetDeadline(Settings.Timeouts.Quit);
        ReadStatus status;
        do
        {
            connection.Consume(connection.Input.Length);
            status = await connection.FillAsync();
        }
        while (status == ReadStatus.Data && connection.Input.IndexOf((byte)'\n') < 0);
        connection.Dispose();
    }
}
