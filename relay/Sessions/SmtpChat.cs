using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Commands and replies of one connection with a server. What cannot go on gives false, and <see cref="Failure"/> says why. It knows
/// nothing of what commands mean.
/// </summary>
internal sealed partial class SmtpChat(EventLoop loop, Target target, RelaySettings settings)
{
    private readonly ReplyParser _parser = new();
    private Connection? _connection;
    private ChatLog? _log;
    private Reply _reply;

    public Target Target { get; } = target;

    public RelaySettings Settings { get; } = settings;

    public EventLoop Loop { get; } = loop;

    public Connection Connection => _connection!;

    /// <summary>There was a connection.</summary>
    public bool IsConnected => _connection != null;

    public bool IsOpen => Failure == null && _connection is { IsOpen: true };

    /// <summary>When the connection was made, by the loop's clock.</summary>
    public long ConnectedMilliseconds { get; private set; }

    /// <summary>The newest reply.</summary>
    public Reply Reply => _reply;

    /// <summary>The lines of the newest reply that was read with them.</summary>
    public List<string> ReplyLines => _parser.Lines;

    public async Task<bool> ConnectAsync()
    {
        if (Log.Verbose || (Settings.DebugPeers is { } peers && await IsListedAsync(peers))) _log = new ChatLog(Target.NameAndPort);
        ConnectResult result = await TargetConnector.ConnectAsync(Loop, Target, Settings);
        if (!result.IsConnected)
            return Fail(FailureKind.Unreachable, "4.4.1", $"connect to {Target.NameAndPort}: {Errno.Text(result.Error)}");
        _connection = new Connection(Loop, result.Release(), Target.EndPoint);
        ConnectedMilliseconds = Loop.NowMilliseconds;
        return true;
    }

    private async ValueTask<bool> IsListedAsync(MatchList peers) =>
        await peers.MatchAsync(Target.Host, Target.EndPoint?.Address) == MatchResult.Yes
        || await peers.MatchAsync(Target.Nexthop) == MatchResult.Yes;

    /// <summary>Sends a command line and waits for its reply.</summary>
    public async ValueTask<bool> AskAsync(string command, SmtpStep step, TimeSpan timeout, bool keepLines = false)
    {
        if (!await HasNoInputAsync(step)) return false;
        if (_log != null) _log.IsHidden = step == SmtpStep.Auth;
        Write(command);
        Write("\r\n"u8);
        return await ReadReplyAsync(step, timeout, keepText: true, keepLines);
    }

    /// <summary>Puts a piece of a command into the output.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _log?.Out(bytes);
        _connection!.Write(bytes);
    }

    public void Write(string text)
    {
        Span<byte> span = _connection!.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, span);
        _log?.Out(span[..length]);
        _connection.Advance(length);
    }

    /// <summary>Waits for one reply.</summary>
    public async ValueTask<bool> ReadReplyAsync(SmtpStep step, TimeSpan timeout, bool keepText = false, bool keepLines = false)
    {
        Connection connection = _connection!;
        connection.SetDeadline(timeout);
        if (keepLines) _parser.Lines.Clear();
        keepText |= _log != null;
        while (true)
        {
            ReplyStatus status = await ParseAsync(keepText, keepLines);
            if (status == ReplyStatus.Complete)
            {
                _log?.In(_reply, keepLines ? ReplyLines : null);
                return true;
            }
            if (status == ReplyStatus.Garbage) return FailProtocol(step);
            if (!Settings.PerRequestDeadline) connection.SetDeadline(timeout);
            ReadStatus read = await connection.FillAsync();
            if (read != ReadStatus.Data) return FailConnection(step, read == ReadStatus.TimedOut || connection.Error == Errno.ETIMEDOUT);
        }
    }

    /// <summary>Takes one reply from what has come, without waiting. False: none that is complete.</summary>
    public async ValueTask<bool> TakeReplyAsync() => await ParseAsync(keepText: true, keepLines: false) == ReplyStatus.Complete;

    private ValueTask<ReplyStatus> ParseAsync(bool keepText, bool keepLines)
    {
        if (!Settings.ReplyFilter.IsEmpty) return ParseFilteredAsync(keepText, keepLines);
        ReplyStatus status = _parser.Next(_connection!.Input, keepText, keepLines, out _reply, out int consumed);
        _connection.Consume(consumed);
        return ValueTask.FromResult(status);
    }

    /// <summary>Takes it line by line, each after smtp_reply_filter.</summary>
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
    /// Before a command that is not pipelined nothing may have come. A server that says 421 unasked is gone; any other text would be taken
    /// for the reply to the command.
    /// </summary>
    public ValueTask<bool> HasNoInputAsync(SmtpStep step) =>
        _connection!.Input.IsEmpty ? ValueTask.FromResult(true) : FailUnexpectedAsync(step);

    private async ValueTask<bool> FailUnexpectedAsync(SmtpStep step) =>
        await TakeReplyAsync() && _reply.IsClosing ? FailClosed(_reply.Refusal(Target, step)) : FailProtocol(step);
}
