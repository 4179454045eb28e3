using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Relay.Routing;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    private Reply _reply;
    private DialogLog? _dialog;

    private async ValueTask BeginDialogLogAsync()
    {
        if (Log.Verbose || (Settings.DebugPeers is { } peers && await IsListedAsync(peers))) _dialog = new DialogLog(Target.NameAndPort);
    }

    private async ValueTask<bool> IsListedAsync(MatchList peers) =>
        await peers.MatchAsync(Target.Host, Target.EndPoint?.Address) == MatchResult.Yes
        || await peers.MatchAsync(Target.Nexthop) == MatchResult.Yes;

    /// <summary>The lines of the last reply that was read with them.</summary>
    internal List<string> ReplyLines => _parser.Lines;

    /// <summary>The connection, for a layer on top (TLS).</summary>
    internal Connection Connection => _connection!;

    /// <summary>Sends a command line and waits for its reply. False: the session is over.</summary>
    internal async ValueTask<bool> AskAsync(string command, Step step, TimeSpan timeout, bool keepLines = false)
    {
        if (!await IsInStepAsync(step)) return false;
        if (_dialog != null) _dialog.IsHidden = step == Step.Auth;
        Put(command);
        Put("\r\n"u8);
        return await ReadReplyAsync(step, timeout, keepText: true, keepLines);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _dialog?.Out(bytes);
        _connection!.Write(bytes);
    }

    private void Put(string text)
    {
        Span<byte> span = _connection!.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, span);
        _dialog?.Out(span[..length]);
        _connection.Advance(length);
    }

    /// <summary>Waits for one reply. False: the session is over.</summary>
    internal async ValueTask<bool> ReadReplyAsync(Step step, TimeSpan timeout, bool keepText = false, bool keepLines = false)
    {
        Connection connection = _connection!;
        connection.SetDeadline(timeout);
        if (keepLines) _parser.Lines.Clear();
        keepText |= _dialog != null;
        while (true)
        {
            ReplyStatus status = await ParseAsync(keepText, keepLines);
            if (status == ReplyStatus.Complete)
            {
                _dialog?.In(_reply, keepLines ? ReplyLines : null);
                return true;
            }
            if (status == ReplyStatus.Garbage) return BreakGarbage(step);
            if (!Settings.PerRequestDeadline) connection.SetDeadline(timeout);
            ReadStatus read = await connection.FillAsync();
            if (read != ReadStatus.Data) return Break(step, read == ReadStatus.TimedOut || connection.Error == Errno.ETIMEDOUT);
        }
    }

    /// <summary>Takes one reply from what has come.</summary>
    private ValueTask<ReplyStatus> ParseAsync(bool keepText, bool keepLines)
    {
        if (!Settings.ReplyFilter.IsEmpty) return ParseFilteredAsync(keepText, keepLines);
        ReplyStatus status = _parser.Next(_connection!.Input, keepText, keepLines, out _reply, out int consumed);
        _connection.Consume(consumed);
        return ValueTask.FromResult(status);
    }

    /// <summary>Takes it line by line, each as the tables want it read.</summary>
    private async ValueTask<ReplyStatus> ParseFilteredAsync(bool keepText, bool keepLines)
    {
        while (ReplyParser.TryLine(_connection!.Input, out ReadOnlySpan<byte> line, out int consumed))
        {
            string text = Encoding.UTF8.GetString(line);
            _connection.Consume(consumed);
            byte[] filtered = Encoding.UTF8.GetBytes(await Settings.ReplyFilter.ApplyAsync(text));
            ReplyStatus status = _parser.NextLine(filtered, consumed, keepText, keepLines, out _reply);
            if (status != ReplyStatus.Incomplete) return status;
        }
        return _connection.Input.Length > ReplyParser.MaxUnfinished ? _parser.Reset(ReplyStatus.Garbage) : ReplyStatus.Incomplete;
    }

    /// <summary>
    /// Nothing was asked, so nothing may have been said. A server that says good-bye unasked is gone; any other words would be taken for
    /// the reply to what comes next.
    /// </summary>
    private ValueTask<bool> IsInStepAsync(Step step) => _connection!.Input.IsEmpty ? ValueTask.FromResult(true) : EndOutOfStepAsync(step);

    private async ValueTask<bool> EndOutOfStepAsync(Step step) =>
        await ParseAsync(keepText: true, keepLines: false) == ReplyStatus.Complete
        && _reply.IsGoodbye ? EndBy(_reply.Refusal(Target, step)) : BreakGarbage(step);

    /// <summary>The server said 421.</summary>
    private bool EndBy(Outcome outcome)
    {
        Failure = new SessionFailure(FailureKind.Lost, outcome);
        return false;
    }

    private bool Break(Step step, bool timedOut) => timedOut
        ? Refuse(FailureKind.TimedOut, "4.4.2", $"conversation with {Target.Name} timed out while {step.Doing()}")
        : Refuse(FailureKind.Lost, "4.4.2", $"lost connection with {Target.Name} while {step.Doing()}");

    private bool BreakGarbage(Step step) =>
        Refuse(FailureKind.Protocol, "4.5.0", $"protocol error: unexpected response from {Target.Name} while {step.Doing()}");

    /// <summary>The session cannot go on for this reason; the outcome is temporary.</summary>
    internal bool Refuse(FailureKind kind, string status, string text)
    {
        Failure =
            new SessionFailure(kind, Outcome.Defer(status, text) with { Remote = kind == FailureKind.Unreachable ? "" : Target.Host });
        return false;
    }

    /// <summary>The session cannot go on because of a reply.</summary>
    internal bool Refuse(Outcome outcome)
    {
        Failure = new SessionFailure(FailureKind.Refused, outcome);
        return false;
    }
}
