using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Milter.Client;

public sealed partial class MilterSession
{
    /// <summary>Bytes of events whose answers were not read yet; beyond them the answers are awaited.</summary>
    private const int MaxAhead = MilterPackets.ChunkSize;
    private readonly Queue<MilterCommand> _ahead = new();
    private int _aheadBytes;
    private bool _hasHeaderMacros, _hasBodyMacros;

    /// <summary>
    /// It said its last word on the message amid events that were sent ahead. Some milters answer what follows, others do not: the
    /// connection was closed, and the session goes on over another one (<see cref="Reopen"/>).
    /// </summary>
    public bool IsOutOfStep { get; private set; }

    // ---- content ---------------------------------------------------------------------------------------------------

    /// <summary>It wants the fields of the header; it is left out of the events otherwise.</summary>
    public bool WantsHeaders => IsWanted(MilterSteps.NoHeaders, MilterCommand.Header);

    /// <summary>It wants the body, or more of it.</summary>
    public bool WantsBody => IsWanted(MilterSteps.NoBody, MilterCommand.Body);

    private bool IsWanted(MilterSteps none, MilterCommand command) =>
        State == MilterState.Session && ((Steps | _missing) & none) == 0 && _skipped != command;

    /// <summary>One field. With pipelining the answer is read later: the verdict may come with a later event.</summary>
    /// <param name="value">Behind the colon, without the last line end.</param>
    public ValueTask<MilterVerdict> HeaderAsync(byte[] name, ReadOnlyMemory<byte> value, IReadOnlyList<string>? macros)
    {
        if ((Steps & MilterSteps.HeaderLeadingSpace) == 0 && value.Length > 0 && value.Span[0] == ' ') value = value[1..];
        ReadOnlyMemory<byte> text = value;
        IReadOnlyList<string>? once = _hasHeaderMacros ? null : macros;
        _hasHeaderMacros = true;
        return EventAsync(MilterCommand.Header, MilterSteps.NoHeaders, once,
            w => MilterWriter.Write(w, (byte)MilterCommand.Header, name, text.Span), goesAhead: true);
    }

    public ValueTask<MilterVerdict> EndOfHeaderAsync(IReadOnlyList<string>? macros) =>
        EventAsync(MilterCommand.EndOfHeader, MilterSteps.NoEndOfHeader, macros,
            static w => MilterWriter.Write(w, (byte)MilterCommand.EndOfHeader));

    /// <summary>
    /// At most <see cref="MilterPackets.ChunkSize"/> bytes of the body, lines ending in CR LF. With pipelining the answer is read later.
    /// </summary>
    public ValueTask<MilterVerdict> BodyAsync(ReadOnlyMemory<byte> chunk, IReadOnlyList<string>? macros)
    {
        IReadOnlyList<string>? once = _hasBodyMacros ? null : macros;
        _hasBodyMacros = true;
        return EventAsync(MilterCommand.Body, MilterSteps.NoBody, once,
            w => MilterWriter.Write(w, (byte)MilterCommand.Body, chunk.Span), goesAhead: true);
    }

    /// <summary>The end of the message: the milter changes it and says its last word.</summary>
    public ValueTask<MilterVerdict> EndOfMessageAsync(IMilterEdits edits, IReadOnlyList<string>? macros) =>
        EventAsync(MilterCommand.EndOfMessage, MilterSteps.None, macros,
            static w => MilterWriter.Write(w, (byte)MilterCommand.EndOfMessage), edits);

    /// <summary>An event was written whose answer is to be read later; false: it is to be read now.</summary>
    private bool TryGoAhead(MilterCommand command, int bytes)
    {
        if (!service.Pipelining || _aheadBytes + bytes > MaxAhead) return false;
        _ahead.Enqueue(command);
        _aheadBytes += bytes;
        return true;
    }

    /// <summary>Reads the answers to the events that were sent ahead, and then the one to the last event.</summary>
    private async ValueTask<MilterVerdict> AnswersAsync(MilterCommand last, TimeSpan limit, IMilterEdits? edits)
    {
        _aheadBytes = 0;
        for (bool isFirst = true; _ahead.TryDequeue(out MilterCommand command); isFirst = false)
        {
            MilterVerdict verdict = await AnswerAsync(command, limit, null);
            if (isFirst) _connection?.AcknowledgeAtOnce(); // small answers, one by one
            if (State == MilterState.Session && !verdict.IsFinal) continue;
            _ahead.Clear();
            if (State is not (MilterState.Session or MilterState.MessageAccepted)) return verdict;
            IsOutOfStep = true;
            service.Pipelining = false;
            Dispose();
            return verdict;
        }
        return await AnswerAsync(last, limit, edits);
    }

    /// <summary>
    /// The connection is gone, and the session goes on: it is told of again over a new connection, and waits for each answer from then on.
    /// </summary>
    public void Reopen()
    {
        service.Pipelining = false;
        Dispose();
        MessageDone();
        State = MilterState.Closed;
        IsOutOfStep = true;
    }

    // ---- from one process to another -------------------------------------------------------------------------------

    /// <summary>
    /// What another process needs to go on with the content of the message; null when this milter has no say in it. Its connection is
    /// <see cref="Descriptor"/>, and is not to be used here before <see cref="MessageDone"/> or <see cref="Lost"/>.
    /// </summary>
    public async ValueTask<MilterHandover?> HandOverAsync(List<string> endOfHeader, List<string> endOfMessage)
    {
        if (State != MilterState.Session || _connection is not { } connection) return null;
        connection.SetDeadline(service.CommandTimeout);
        if (!connection.Input.IsEmpty || !_packets.IsEmpty) Fail($"milter {service.Name}: unexpected filter response before content");
        else if (!connection.IsOpen || (connection.Unsent > MilterHandover.MaxUnsent && !await connection.DrainAsync()))
            FailWriting(connection);
        if (State != MilterState.Session) return null;
        return new MilterHandover
        {
            Name = service.Name,
            Steps = (uint)Steps,
            MissingSteps = (uint)_missing,
            CommandSeconds = (long)service.CommandTimeout.TotalSeconds,
            ContentSeconds = (long)service.ContentTimeout.TotalSeconds,
            DefaultAction = service.DefaultAction.ToString(),
            Pipelining = service.Pipelining,
            Unsent = Encoding.Latin1.GetString(connection.TakeUnsent()),
            EndOfHeaderMacros = endOfHeader,
            EndOfMessageMacros = endOfMessage,
        };
    }

    /// <summary>The socket, for whoever goes on with the content.</summary>
    public int Descriptor => _connection?.Descriptor ?? -1;

    /// <summary>Goes on where another process stands.</summary>
    /// <param name="fd">The connection; owned from here on.</param>
    public static MilterSession Resume(EventLoop loop, MilterHandover from, int fd)
    {
        MilterService service = new()
        {
            Name = from.Name,
            CommandTimeout = TimeSpan.FromSeconds(Math.Clamp(from.CommandSeconds, 1, int.MaxValue)),
            ContentTimeout = TimeSpan.FromSeconds(Math.Clamp(from.ContentSeconds, 1, int.MaxValue)),
            DefaultAction = Enum.TryParse(from.DefaultAction, out MilterDefaultAction action) ? action
                : MilterDefaultAction.TemporaryFailure,
            Pipelining = from.Pipelining,
        };
        Connection connection = new(loop, fd) { HoldsOutput = true };
        connection.Write(Encoding.Latin1.GetBytes(from.Unsent));
        connection.HoldsOutput = false;
        return new MilterSession(loop, service)
        {
            State = MilterState.Session,
            _inMessage = true,
            Options = new MilterOptions { Steps = (MilterSteps)from.Steps },
            _missing = (MilterSteps)from.MissingSteps,
            _connection = connection,
        };
    }

    /// <summary>
    /// Closes this process's copy of the connection. True: the conversation ended in order, and the other process can go on with it.
    /// </summary>
    public async ValueTask<bool> GiveBackAsync()
    {
        bool good = State is MilterState.Session or MilterState.MessageAccepted && _connection is { IsOpen: true };
        if (good)
        {
            _connection!.SetDeadline(service.CommandTimeout);
            good = await _connection.DrainAsync() && _connection.Input.IsEmpty && _packets.IsEmpty;
        }
        Dispose();
        return good;
    }
}
