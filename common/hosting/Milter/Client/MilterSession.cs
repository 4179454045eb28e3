using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Milter.Client;

/// <summary>Where the conversation with a milter stands.</summary>
public enum MilterState : byte
{
    /// <summary>Not connected yet, or no more.</summary>
    Closed,
    /// <summary>It hears of the session.</summary>
    Session,
    /// <summary>It accepts this message and hears no more of it.</summary>
    MessageAccepted,
    /// <summary>It accepts everything of this session, or refuses it: it hears no more.</summary>
    SessionDecided,
    /// <summary>It cannot be used any more.</summary>
    Failed,
}

/// <summary>
/// The server's side of the conversation with one milter, about one SMTP session, on the event loop. Each event is written, its answer
/// awaited within the milter's time limit and turned into a verdict; one that is away, hangs, or says what it must not is given up for the
/// rest of the session, and the verdict is its default action. The connection goes to another process for the content of a message
/// (<see cref="HandOver"/>, <see cref="Resume"/>); whose turn it is follows from the protocol. Owns the connection.
/// </summary>
public sealed partial class MilterSession(EventLoop loop, MilterService service) : IDisposable
{
    /// <summary>So many packets in one go, then other sessions get their turn.</summary>
    private const int PacketsPerTurn = 64;
    /// <summary>Content that waits to be sent, bytes.</summary>
    private const int MaxUnsent = 2 * MilterPackets.ChunkSize;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private readonly MilterPackets _packets = new();
    private Connection? _connection;
    private MilterSteps _missing;
    private MilterCommand _skipped;
    private MilterVerdict _standing;
    private bool _inMessage, _holdsMessage;

    public MilterService Service => service;

    /// <summary>Why it failed; empty: it did not.</summary>
    public string Problem { get; private set; } = "";

    public MilterState State { get; private set; }

    /// <summary>What was agreed on; null before.</summary>
    public MilterOptions? Options { get; private set; }

    /// <summary>It wants to hear of recipients that were refused.</summary>
    public bool WantsRefusedRecipients => (Steps & MilterSteps.RefusedRecipients) != 0;

    private MilterSteps Steps => Options?.Steps ?? MilterSteps.None;

    /// <summary>What it said of the whole session, or its default action once it failed.</summary>
    public MilterVerdict Standing => _standing;

    // ---- events ----------------------------------------------------------------------------------------------------

    /// <summary>Connects and tells it of the client.</summary>
    /// <param name="macros">Macros for the event, once it is known which the milter wants.</param>
    public async ValueTask<MilterVerdict> ConnectAsync(ServiceConnector connector, MilterClient client,
        Func<MilterOptions, IReadOnlyList<string>?> macros)
    {
        if (service.Problem.Length > 0) return Fail(service.Problem, misconfigured: true);
        IsOutOfStep = false;
        if (!await NegotiateAsync(connector)) return _standing;
        State = MilterState.Session;
        return await EventAsync(MilterCommand.Connect, MilterSteps.NoConnect, macros(Options!),
            w => MilterWriter.WriteConnect(w, client.Name, client.Family, client.Port, client.Address));
    }

    /// <summary>Connects, agrees on the protocol and leaves: true when the milter can be used, else see <see cref="Problem"/>.</summary>
    public async ValueTask<bool> ProbeAsync(ServiceConnector connector)
    {
        if (service.Problem.Length > 0) Fail(service.Problem, misconfigured: true);
        else if (await NegotiateAsync(connector)) Quit();
        return State != MilterState.Failed;
    }

    public ValueTask<MilterVerdict> HeloAsync(string name, IReadOnlyList<string>? macros) => State == MilterState.Session
        ? EventAsync(MilterCommand.Helo, MilterSteps.NoHelo, macros,
            w => MilterWriter.Write(w, (byte)MilterCommand.Helo, name))
        : ValueTask.FromResult(_standing);

    /// <param name="arguments">The path with its brackets, then the parameters of ESMTP.</param>
    public ValueTask<MilterVerdict> MailAsync(string[] arguments, IReadOnlyList<string>? macros)
    {
        if (State != MilterState.Session) return ValueTask.FromResult(_standing);
        _inMessage = true;
        _skipped = 0;
        return EventAsync(MilterCommand.Mail, MilterSteps.NoMail, macros,
            w => MilterWriter.Write(w, (byte)MilterCommand.Mail, arguments));
    }

    public ValueTask<MilterVerdict> RcptAsync(string[] arguments, IReadOnlyList<string>? macros) => State == MilterState.Session
        ? EventAsync(MilterCommand.Rcpt, MilterSteps.NoRcpt, macros,
            w => MilterWriter.Write(w, (byte)MilterCommand.Rcpt, arguments))
        : ValueTask.FromResult(_standing);

    public ValueTask<MilterVerdict> DataAsync(IReadOnlyList<string>? macros) => State == MilterState.Session
        ? EventAsync(MilterCommand.Data, MilterSteps.NoData, macros,
            static w => MilterWriter.Write(w, (byte)MilterCommand.Data))
        : ValueTask.FromResult(_standing);

    /// <summary>A command that the server does not know.</summary>
    public ValueTask<MilterVerdict> UnknownAsync(string line, IReadOnlyList<string>? macros) => State == MilterState.Session
        ? EventAsync(MilterCommand.Unknown, MilterSteps.NoUnknown, macros,
            w => MilterWriter.Write(w, (byte)MilterCommand.Unknown, line))
        : ValueTask.FromResult(_standing);

    /// <summary>The message is given up; nothing is answered.</summary>
    public void Abort()
    {
        if (_inMessage && _connection is { IsOpen: true } connection)
        {
            connection.HoldsOutput = false;
            MilterWriter.Write(connection, (byte)MilterCommand.Abort);
        }
        MessageDone();
    }

    /// <summary>A message is over: the next one may follow.</summary>
    public void MessageDone()
    {
        _inMessage = false;
        _skipped = 0;
        if (_holdsMessage && _standing.Kind == MilterVerdictKind.Hold) _standing = default;
        _holdsMessage = false;
        if (State == MilterState.MessageAccepted) State = MilterState.Session;
    }

    /// <summary>The session is over.</summary>
    public void Quit()
    {
        if (_connection is { IsOpen: true })
        {
            MilterWriter.Write(_connection, (byte)MilterCommand.Quit);
            _connection.CloseAfterFlush();
        }
        _connection = null;
        State = MilterState.Closed;
        _packets.Dispose();
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
        _packets.Dispose();
    }

    // ---- failure ---------------------------------------------------------------------------------------------------

    /// <summary>It is of no more use: its default action stands for the rest of the session.</summary>
    private MilterVerdict Fail(string problem, bool misconfigured = false)
    {
        Problem = problem;
        if (problem.Length > 0) Log.Log.Warning($"{problem}");
        Dispose();
        State = MilterState.Failed;
        return _standing = misconfigured ? MilterVerdict.Misconfigured(service.DefaultAction)
            : MilterVerdict.Unavailable(service.DefaultAction);
    }

    private MilterVerdict FailReading(MilterCommand command, ReadStatus read)
    {
        string reason = read switch
        {
            ReadStatus.TimedOut => "Connection timed out",
            ReadStatus.Failed => Errno.Text(_connection?.Error ?? 0),
            _ => "Success", // the end of its output, as Postfix's log has it
        };
        return Fail($"milter {service.Name}: can't read {NameOf(command)} reply packet header: {reason}");
    }

    /// <summary>Whoever had the connection for a message lost it.</summary>
    public void Lost() => Fail("");

    /// <summary>The name of a command in the log.</summary>
    private static string NameOf(MilterCommand command) => command switch
    {
        MilterCommand.Negotiate => "SMFIC_OPTNEG",
        MilterCommand.EndOfHeader => "SMFIC_EOH",
        MilterCommand.EndOfMessage => "SMFIC_BODYEOB",
        _ => "SMFIC_" + command.ToString().ToUpperInvariant(),
    };
}

/// <summary>A client as milters see it.</summary>
/// <param name="Name">The verified host name, or the address in brackets.</param>
public readonly record struct MilterClient(string Name, MilterFamily Family, int Port, string Address)
{
    /// <summary>A client by what is known of it; "unknown" stands for what is not.</summary>
    public static MilterClient Of(string name, System.Net.IPAddress? ip, int port, string unknown)
    {
        if (ip is null) return new MilterClient(name, MilterFamily.Unknown, 0, "");
        string address = ip.ToString();
        bool v6 = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return new MilterClient(name == unknown ? $"[{address}]" : name, v6 ? MilterFamily.Inet6 : MilterFamily.Inet, port, address);
    }
}
