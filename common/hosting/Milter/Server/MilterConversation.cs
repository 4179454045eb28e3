using System.Text;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Milter.Server;

/// <summary>
/// The milter's side of a connection: agrees on the protocol, tells a handler of the events, and writes its answers. Several messages may
/// come on one connection, and several sessions where the server reuses it. What is malformed or comes out of turn ends the connection;
/// the server then does what it is configured to do without a milter. Owns the connection.
/// </summary>
public sealed class MilterConversation(Connection connection, Func<MilterHandler> makeHandler)
{
    /// <summary>A server that has nothing to say for so long is gone (libmilter's limit).</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(7210);
    /// <summary>Servers negotiate at once.</summary>
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(1);
    /// <summary>So often the server hears that the milter is still at work; Postfix waits for 30 s at least.</summary>
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(10);
    /// <summary>After so many bytes in one go other sessions get their turn.</summary>
    private const int BytesPerTurn = 1024 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private enum Stage : byte { Session, Message, Header, Body }

    private readonly MilterPackets _packets = new();
    private MilterHandler _handler = makeHandler();
    private MilterOptions? _agreed;
    private Stage _stage;
    private bool _mayAgreeAgain, _isOver;

    /// <summary>Why it ended; empty: the server ended it in order.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>A message is under way.</summary>
    public bool IsInMessage => _stage != Stage.Session;

    /// <summary>Closes the connection, now or in the midst of something.</summary>
    public void Close() => connection.Dispose();

    public async Task RunAsync()
    {
        connection.SetDeadline(s_first);
        int bytes = 0;
        while (!_isOver)
        {
            PacketStatus status = _packets.TryTake(connection.Input, out byte code, out ReadOnlySpan<byte> data, out int consumed);
            if (status == PacketStatus.Error)
            {
                Fail("bad packet length");
                break;
            }
            ValueTask<MilterAnswer> answer = status == PacketStatus.Complete ? Begin(code, data) : default;
            connection.Consume(consumed);
            if (status == PacketStatus.Complete)
            {
                await AnswerAsync((MilterCommand)code, answer);
                bytes += consumed;
                if (bytes < BytesPerTurn) continue;
                bytes = 0;
                await connection.Loop.Delay(s_pause);
                continue;
            }
            _packets.Rest();
            if (_agreed is not null) connection.SetDeadline(s_idle);
            ReadStatus read = await connection.FillAsync();
            if (read == ReadStatus.Data) continue;
            if (IsInMessage || read == ReadStatus.Failed || !_packets.IsEmpty) Fail($"connection lost ({read})");
            break;
        }
        End();
    }

    private void Fail(string problem)
    {
        Problem = problem;
        _isOver = true;
    }

    private void End()
    {
        EndMessage();
        _handler.Closed();
        _packets.Dispose();
        connection.CloseAfterFlush();
    }

    // ---- events ----------------------------------------------------------------------------------------------------

    /// <summary>Reads a packet and begins with what it asks for: nothing of its data is used once this returns.</summary>
    private ValueTask<MilterAnswer> Begin(byte code, ReadOnlySpan<byte> data)
    {
        if (!MilterRequest.TryParse(code, data, out MilterRequest request, out string error)) Fail(error);
        else if (request.Command == MilterCommand.Negotiate) Negotiate(data);
        else if (_agreed is null) Fail($"{request.Command} before anything was agreed on");
        else if (!IsInTurn(request.Command)) Fail($"{request.Command} out of turn");
        else return Handle(request);
        return default;
    }

    /// <summary>Content belongs to a message, and its parts have an order.</summary>
    private bool IsInTurn(MilterCommand command) => command switch
    {
        MilterCommand.Rcpt or MilterCommand.Data => _stage == Stage.Message,
        MilterCommand.Header => _stage is Stage.Message or Stage.Header,
        MilterCommand.EndOfHeader => _stage is Stage.Message or Stage.Header,
        MilterCommand.Body or MilterCommand.EndOfMessage => IsInMessage,
        _ => true,
    };

    private void Negotiate(ReadOnlySpan<byte> data)
    {
        if (_agreed is not null && !_mayAgreeAgain)
        {
            Fail("a second negotiation");
            return;
        }
        if (MilterOptions.Parse(data, out string error) is not { } offer)
        {
            Fail(error);
            return;
        }
        if (offer.Version < 2)
        {
            Fail($"version {offer.Version} of the protocol");
            return;
        }
        MilterOptions wants = _handler.Wants;
        _agreed = new MilterOptions
        {
            Version = Math.Min(wants.Version, offer.Version),
            Actions = wants.Actions & offer.Actions,
            Steps = wants.Steps & offer.Steps,
        };
        _handler.Agreed = _agreed;
        _agreed.Write(connection);
    }

    private ValueTask<MilterAnswer> Handle(MilterRequest request)
    {
        _mayAgreeAgain &= request.Command == MilterCommand.Macro;
        // as libmilter: whoever begins anew has given up what was there
        MilterCommand about = request.Command == MilterCommand.Macro ? request.MacrosFor : request.Command;
        if (IsInMessage && about is MilterCommand.Connect or MilterCommand.Helo or MilterCommand.Mail) EndMessage();
        switch (request.Command)
        {
            case MilterCommand.Macro:
                _handler.Macros.Take(request.MacrosFor, request.Data);
                return default;
            case MilterCommand.Connect:
                return _handler.ConnectAsync(new MilterClient(request.Texts()[0], request.Family, request.Port, request.ClientAddress));
            case MilterCommand.Helo:
                return _handler.HeloAsync(request.Texts()[0]);
            case MilterCommand.Mail:
                _stage = Stage.Message;
                List<string> mail = request.Texts();
                return _handler.MailAsync(mail[0], mail[1..]);
            case MilterCommand.Rcpt:
                List<string> rcpt = request.Texts();
                return _handler.RcptAsync(rcpt[0], rcpt[1..]);
            case MilterCommand.Data:
                return _handler.DataAsync();
            case MilterCommand.Unknown:
                return _handler.UnknownAsync(request.Texts()[0]);
            case MilterCommand.Header:
                _stage = Stage.Header;
                int end = request.Data.IndexOf((byte)0);
                return new(_handler.Header(request.Data[..end], request.Data[(end + 1)..^1]));
            default:
                return Content(request);
        }
    }

    private ValueTask<MilterAnswer> Content(MilterRequest request)
    {
        switch (request.Command)
        {
            case MilterCommand.EndOfHeader:
                _stage = Stage.Body;
                return _handler.EndOfHeaderAsync();
            case MilterCommand.Body:
                return _stage == Stage.Body ? new(_handler.Body(request.Data)) : BodyAsync(request.Data.ToArray());
            case MilterCommand.EndOfMessage:
                return EndOfMessageAsync(request.Data.IsEmpty ? [] : request.Data.ToArray());
            default:
                EndMessage();
                _isOver = request.Command == MilterCommand.Quit;
                if (request.Command == MilterCommand.QuitAndReuse) Reuse();
                return default;
        }
    }

    /// <summary>A server that does not tell of the end of the header.</summary>
    private async ValueTask<MilterAnswer> BodyAsync(byte[] piece)
    {
        _stage = Stage.Body;
        MilterAnswer answer = await _handler.EndOfHeaderAsync();
        return answer.IsFinal ? answer : _handler.Body(piece);
    }

    /// <param name="rest">The last piece of the body, which servers may send along.</param>
    private async ValueTask<MilterAnswer> EndOfMessageAsync(byte[] rest)
    {
        if (_stage != Stage.Body || rest.Length > 0)
        {
            MilterAnswer early = _stage == Stage.Body ? _handler.Body(rest) : await BodyAsync(rest);
            if (early.IsFinal) return early;
        }
        return await _handler.EndOfMessageAsync(new MilterChanges(connection, _agreed!));
    }

    /// <summary>The session is over, and another one follows on the connection; libmilter lets servers negotiate anew, or not.</summary>
    private void Reuse()
    {
        _handler.Closed();
        _handler = makeHandler();
        _handler.Agreed = _agreed!;
        _mayAgreeAgain = true;
    }

    private void EndMessage()
    {
        if (!IsInMessage) return;
        _stage = Stage.Session;
        _handler.Macros.EndMessage();
        _handler.MessageDone();
    }

    // ---- answers ---------------------------------------------------------------------------------------------------

    private async ValueTask AnswerAsync(MilterCommand command, ValueTask<MilterAnswer> pending)
    {
        MilterAnswer answer = pending.IsCompletedSuccessfully ? pending.Result : await WithProgressAsync(pending.AsTask());
        if (_isOver || IsUnanswered(command)) return;
        if (answer.Kind == 0) answer = MilterAnswer.Continue;
        // libmilter doubles each "%", since sendmail took the text for a format
        if (answer.Kind == MilterReply.ReplyCode)
            MilterWriter.Write(connection, (byte)answer.Kind, answer.Text.Replace("%", "%%", StringComparison.Ordinal));
        else MilterWriter.Write(connection, (byte)answer.Kind);
        if (command == MilterCommand.EndOfMessage || (answer.IsFinal && EndsMessage(command))) EndMessage();
    }

    /// <summary>A final answer to these ends the message; a refused recipient does not.</summary>
    private static bool EndsMessage(MilterCommand command) => command is MilterCommand.Mail or MilterCommand.Data or MilterCommand.Header
        or MilterCommand.EndOfHeader or MilterCommand.Body;

    private async ValueTask<MilterAnswer> WithProgressAsync(Task<MilterAnswer> pending)
    {
        LoopTimer timer = connection.Loop.Every(s_progress, () => MilterWriter.Write(connection, (byte)MilterReply.Progress));
        MilterAnswer answer = await pending;
        timer.Cancel();
        return answer;
    }

    private bool IsUnanswered(MilterCommand command) => command is MilterCommand.Negotiate or MilterCommand.Macro or MilterCommand.Abort
        or MilterCommand.Quit or MilterCommand.QuitAndReuse || (command.SilentStep() & _agreed!.Steps) != 0;
}
