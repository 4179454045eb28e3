using System.Buffers;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Common.Milter.Client;

public sealed partial class MilterSession
{
    private enum Step : byte { NeedInput, Again, Edit, Done }

    // ---- connecting ------------------------------------------------------------------------------------------------

    private async ValueTask<bool> NegotiateAsync(ServiceConnector connector)
    {
        ServiceConnector.Result opened = await connector.ConnectAsync(service.Address!, service.ConnectTimeout);
        if (opened.Connection is not { } connection)
        {
            Fail($"connect to Milter service {service.Name}: {opened.Problem}");
            return false;
        }
        _connection = connection;
        MilterOptions offer = new() { Version = service.Version, Actions = MilterActions.All, Steps = service.Steps };
        offer.Write(connection);
        connection.SetDeadline(service.CommandTimeout);
        while (true)
        {
            PacketStatus status = _packets.TryTake(connection.Input, out byte code, out ReadOnlySpan<byte> data, out int consumed);
            if (status == PacketStatus.Complete) TakeOptions(offer, code, data);
            else if (status == PacketStatus.Error) Fail($"milter {service.Name}: bad packet length in initial handshake");
            connection.Consume(consumed);
            if (status != PacketStatus.Incomplete) return State != MilterState.Failed;
            ReadStatus read = await connection.FillAsync();
            if (read == ReadStatus.Data) continue;
            FailReading(MilterCommand.Negotiate, read);
            return false;
        }
    }

    /// <summary>Takes the milter's answer to the offer.</summary>
    private void TakeOptions(MilterOptions offer, byte code, ReadOnlySpan<byte> data)
    {
        MilterOptions? options = null;
        string error = $"unexpected reply {MilterResponse.Describe(code)} in initial handshake";
        if (code == (byte)MilterCommand.Negotiate) options = MilterOptions.Parse(data, out error);
        if (options is not null && offer.Conflict(options) is { } conflict) (options, error) = (null, conflict);
        if (options is null)
        {
            Fail($"milter {service.Name}: {error}");
            return;
        }
        _missing = MilterSteps.NoEvents & ~(service.Steps & MilterOptions.StepsOf(options.Version));
        Options = options;
    }

    // ---- one event -------------------------------------------------------------------------------------------------

    /// <summary>Tells it of an event and waits for the answer, where the milter wants the one and gives the other.</summary>
    /// <param name="none">The step that says that the milter does not want the event.</param>
    /// <param name="goesAhead">The answer may be read together with that to a later event.</param>
    private async ValueTask<MilterVerdict> EventAsync(MilterCommand command, MilterSteps none, IReadOnlyList<string>? macros,
        Action<IBufferWriter<byte>> write, IMilterEdits? edits = null, bool goesAhead = false)
    {
        if (State == MilterState.Failed || _connection is not { } connection) return _standing;
        if ((none & _missing) != 0) return _standing;
        if (_skipped == command) return _standing;
        _skipped = 0;
        if (_ahead.Count == 0 && (!connection.Input.IsEmpty || !_packets.IsEmpty))
            return Fail($"milter {service.Name}: unexpected filter response before event {NameOf(command)}");
        bool isWanted = (none & Steps) == 0;
        // macros alone do not wake the milter: they go out with the next event that it wants
        connection.HoldsOutput = !isWanted && connection.Unsent < MilterHandover.MaxUnsent / 2;
        if (macros is not null) MilterWriter.WriteMacros(connection, command, macros);
        if (!isWanted) return _standing;
        int before = connection.Unsent;
        write(connection);
        int bytes = connection.Unsent - before;
        TimeSpan limit = IsContent(command) ? service.ContentTimeout : service.CommandTimeout;
        if (connection.Unsent > MaxUnsent)
        {
            connection.SetDeadline(limit);
            if (!await connection.DrainAsync(MaxUnsent / 2)) return FailWriting(connection);
        }
        if ((Steps & command.SilentStep()) != 0) return _standing;
        if (goesAhead && TryGoAhead(command, bytes)) return _standing;
        return await AnswersAsync(command, limit, edits);
    }

    private static bool IsContent(MilterCommand command) => command is MilterCommand.Header or MilterCommand.EndOfHeader
        or MilterCommand.Body or MilterCommand.EndOfMessage;

    private MilterVerdict FailWriting(Connection connection) =>
        Fail($"milter {service.Name}: error writing command: {Errno.Text(connection.Error)}");

    private async ValueTask<MilterVerdict> AnswerAsync(MilterCommand command, TimeSpan limit, IMilterEdits? edits)
    {
        Connection connection = _connection!;
        bool held = false;
        connection.SetDeadline(limit);
        for (int packets = 1; ; packets++)
        {
            switch (Next(connection, command, edits, ref held, out MilterVerdict verdict))
            {
                case Step.NeedInput:
                    ReadStatus read = await connection.FillAsync();
                    if (read != ReadStatus.Data) verdict = FailReading(command, read);
                    if (read != ReadStatus.Data) return await EndAsync(verdict, edits);
                    break;
                case Step.Edit:
                    await edits!.ApplyAsync();
                    connection.SetDeadline(limit);
                    break;
                case Step.Again:
                    connection.SetDeadline(limit);
                    break;
                default:
                    return await EndAsync(verdict, edits);
            }
            if (packets % PacketsPerTurn == 0) await loop.Delay(s_pause);
        }
    }

    /// <summary>
    /// A message whose change was broken off is not what the milter wanted and not what the client sent: whatever the default action is, it
    /// must come again.
    /// </summary>
    private async ValueTask<MilterVerdict> EndAsync(MilterVerdict verdict, IMilterEdits? edits)
    {
        if (edits is null) return verdict;
        bool broken = State == MilterState.Failed ? edits.IsDamaged : !await edits.FinishAsync();
        return broken && !verdict.IsFinal ? MilterVerdict.Damaged : verdict;
    }

    /// <summary>Takes one packet of the input.</summary>
    private Step Next(Connection connection, MilterCommand command, IMilterEdits? edits, ref bool held, out MilterVerdict verdict)
    {
        PacketStatus status = _packets.TryTake(connection.Input, out byte code, out ReadOnlySpan<byte> data, out int consumed);
        verdict = default;
        Step step = Step.NeedInput;
        if (status == PacketStatus.Error)
        {
            verdict = Fail($"milter {service.Name}: bad packet length in reply to {NameOf(command)}");
            step = Step.Done;
        }
        else if (status == PacketStatus.Complete) step = Take(command, code, data, edits, ref held, out verdict);
        connection.Consume(consumed);
        return step;
    }

    private Step Take(MilterCommand command, byte code, ReadOnlySpan<byte> data, IMilterEdits? edits, ref bool held,
        out MilterVerdict verdict)
    {
        verdict = default;
        if (!MilterResponse.TryParse(code, data, out MilterResponse response, out string error))
        {
            verdict = Fail($"milter {service.Name}: {error} after event {NameOf(command)}");
            return Step.Done;
        }
        if (response.IsEdit)
        {
            if (edits is null) verdict = Unexpected(command, code);
            else if (!edits.TryTake(response)) verdict = Fail($"milter {service.Name}: bad {response.Kind} request", misconfigured: true);
            else return Step.Edit;
            return Step.Done;
        }
        switch (response.Kind)
        {
            case MilterReply.Progress:
                return Step.Again;
            case MilterReply.Quarantine:
                held = true;
                if (command != MilterCommand.EndOfMessage) HoldFromHere(command is MilterCommand.Connect or MilterCommand.Helo);
                return Step.Again;
            default:
                verdict = Decide(command, response);
                if (held && verdict.IsContinue) verdict = MilterVerdict.Hold;
                return Step.Done;
        }
    }

    /// <summary>
    /// It wants the message held before its end, or all messages of the session: the answers to further events do not take that back.
    /// </summary>
    private void HoldFromHere(bool ofSession)
    {
        if (!_standing.IsContinue) return;
        _standing = MilterVerdict.Hold;
        _holdsMessage = !ofSession;
    }

    private MilterVerdict Unexpected(MilterCommand command, byte code) =>
        Fail($"milter {service.Name}: unexpected filter response {MilterResponse.Describe(code)} after event {NameOf(command)}");

    /// <summary>A last word on an event: on connect and HELO it is one on the whole session.</summary>
    private MilterVerdict Decide(MilterCommand command, in MilterResponse response)
    {
        bool ofSession = command is MilterCommand.Connect or MilterCommand.Helo;
        switch (response.Kind)
        {
            case MilterReply.Continue:
                return _standing;
            case MilterReply.Skip:
                _skipped = command;
                return _standing;
            case MilterReply.Accept:
                if (!ofSession) State = MilterState.MessageAccepted;
                return ofSession ? DecideSession(MilterVerdict.Continue) : _standing;
            case MilterReply.Discard when ofSession:
                Log.Log.Warning($"milter {service.Name}: DISCARD action is not allowed for connect or helo");
                return _standing;
            case MilterReply.Discard:
                State = MilterState.MessageAccepted;
                return MilterVerdict.Discard;
            case MilterReply.Reject:
                return ofSession ? DecideSession(MilterVerdict.Reject) : MilterVerdict.Reject;
            case MilterReply.TemporaryFailure:
                return ofSession ? DecideSession(MilterVerdict.TemporaryFailure) : MilterVerdict.TemporaryFailure;
            case MilterReply.Shutdown:
                return DecideSession(MilterVerdict.Shutdown);
            case MilterReply.ReplyCode:
                if (!ReplyText.TryParse(response.Name, out SmtpReply reply))
                    return Fail($"milter {service.Name}: malformed reply: {LogText(response.Name)}", misconfigured: true);
                MilterVerdict refusal = new(reply.Code == 421 ? MilterVerdictKind.Shutdown : MilterVerdictKind.Refuse, reply);
                return ofSession ? DecideSession(refusal) : refusal;
            default:
                return Unexpected(command, (byte)response.Kind);
        }
    }

    private static string LogText(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 100)]);

    /// <summary>It hears no more of this session.</summary>
    private MilterVerdict DecideSession(MilterVerdict verdict)
    {
        Quit();
        State = MilterState.SessionDecided;
        return _standing = verdict;
    }
}
