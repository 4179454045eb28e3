using System.Text;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>One command as the scripted milter heard it.</summary>
internal sealed record Heard(int Session, MilterCommand Command, string[] Texts, string Content);

/// <summary>
/// A milter that answers by script, with the milter's side of the codec, on a Unix socket in this process. What it is not told to answer
/// otherwise it answers as a good one would, with Continue.
/// </summary>
internal sealed class ScriptedMilter : IDisposable
{
    /// <summary>Instead of an answer: closes the connection, or says nothing for ever.</summary>
    public static readonly byte[] Close = "close"u8.ToArray(), Hang = "hang"u8.ToArray();
    private readonly EventLoop _loop;
    private readonly Listener _listener;
    private readonly List<Connection> _connections = [];
    private int _sessions;

    public ScriptedMilter(EventLoop loop, string path)
    {
        _loop = loop;
        _listener = new Listener(loop, OnLoop.Listen(path), (fd, _) => ServeAsync(new Connection(loop, fd), ++_sessions).Detach());
    }

    /// <summary>What it wants of the offer.</summary>
    public MilterOptions Wants { get; set; } = new() { Actions = MilterActions.All };

    /// <summary>Raw bytes to answer with, <see cref="Close"/> or <see cref="Hang"/> behind other bytes; null: as a good one.</summary>
    public Func<Heard, byte[][]?> Script { get; set; } = _ => null;

    public List<Heard> Log { get; } = [];

    /// <summary>The commands of a session in a row, macros left out: "CHMRTLNBE".</summary>
    public string Commands(int session = 1) =>
        string.Concat(Log.Where(h => h.Session == session && h.Command != MilterCommand.Macro).Select(h => (char)h.Command));

    /// <summary>A packet.</summary>
    public static byte[] Packet(char code, string data = "")
    {
        System.Buffers.ArrayBufferWriter<byte> packet = new();
        MilterWriter.Write(packet, (byte)code, Encoding.Latin1.GetBytes(data));
        return packet.WrittenSpan.ToArray();
    }

    private async Task ServeAsync(Connection connection, int session)
    {
        _connections.Add(connection);
        using MilterPackets packets = new();
        bool hangs = false;
        while (true)
        {
            PacketStatus status = packets.TryTake(connection.Input, out byte code, out ReadOnlySpan<byte> data, out int consumed);
            bool goesOn = status != PacketStatus.Error;
            if (status == PacketStatus.Complete && !hangs) goesOn = Answer(connection, session, code, data, ref hangs);
            connection.Consume(consumed);
            if (!goesOn) break;
            if (status == PacketStatus.Complete) continue;
            if (await connection.FillAsync() != ReadStatus.Data) break;
        }
        connection.CloseAfterFlush();
    }

    private bool Answer(Connection connection, int session, byte code, ReadOnlySpan<byte> data, ref bool hangs)
    {
        if (!MilterRequest.TryParse(code, data, out MilterRequest request, out string error)) Assert.Fail($"the server says {error}");
        MilterCommand command = request.Command;
        bool isContent = command is MilterCommand.Body or MilterCommand.Negotiate;
        Heard heard = new(session, command, isContent ? [] : [.. request.Texts()], isContent ? Encoding.Latin1.GetString(data) : "");
        if (command == MilterCommand.Macro) heard = heard with { Texts = [((char)request.MacrosFor).ToString(), .. heard.Texts] };
        Log.Add(heard);
        foreach (byte[] answer in Script(heard) ?? Good(command))
        {
            if (answer == Close) return false;
            if (answer == Hang) return hangs = true;
            connection.Write(answer);
        }
        return command is not (MilterCommand.Quit or MilterCommand.QuitAndReuse);
    }

    private byte[][] Good(MilterCommand command)
    {
        if (command == MilterCommand.Negotiate)
        {
            System.Buffers.ArrayBufferWriter<byte> options = new();
            Wants.Write(options);
            return [options.WrittenSpan.ToArray()];
        }
        bool silent = command is MilterCommand.Macro or MilterCommand.Abort or MilterCommand.Quit or MilterCommand.QuitAndReuse
            || (Wants.Steps & command.SilentStep()) != 0;
        return silent ? [] : [Packet('c')];
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Connection connection in _connections) connection.Dispose();
    }
}
