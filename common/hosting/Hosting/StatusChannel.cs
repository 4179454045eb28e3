using System.Buffers.Binary;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Hosting;

/// <summary>Messages between a daemon and master, both ways: eight bytes each, {u8 kind, 3 zero, i32 value}.</summary>
public enum StatusKind : byte
{
    // from the daemon
    /// <summary>Initialised, serving.</summary>
    Ready = 1,
    /// <summary>Sessions or jobs under way (value); sent when it changes between none and some, and at most once a second.</summary>
    Busy = 2,
    /// <summary>The loop turns.</summary>
    Alive = 3,
    /// <summary>Takes nothing new and will exit when it is done.</summary>
    Leaving = 4,
    // from master
    Drain = 16,
    Wakeup = 17,
    ReopenLog = 18,
    /// <summary>Exit now.</summary>
    Abort = 19,
}

/// <summary>The socket between master and one daemon. Its end means that the other side died.</summary>
public sealed class StatusChannel
{
    private const int MessageSize = 8;
    private readonly Connection _connection;

    /// <param name="received">Gets each message.</param>
    /// <param name="lost">Called once when the other side is gone or talks nonsense.</param>
    public StatusChannel(EventLoop loop, int fd, Action<StatusKind, int> received, Action lost)
    {
        _connection = new Connection(loop, fd);
        ReceiveAsync(received, lost).Detach();
    }

    public void Send(StatusKind kind, int value = 0)
    {
        Span<byte> message = stackalloc byte[MessageSize];
        message.Clear();
        message[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], value);
        _connection.Write(message);
    }

    public void Close() => _connection.Dispose();

    private async Task ReceiveAsync(Action<StatusKind, int> received, Action lost)
    {
        while (await _connection.FillAsync() == ReadStatus.Data)
        {
            while (_connection.Input.Length >= MessageSize)
            {
                StatusKind kind = (StatusKind)_connection.Input[0];
                int value = BinaryPrimitives.ReadInt32LittleEndian(_connection.Input[4..]);
                _connection.Consume(MessageSize);
                received(kind, value);
            }
        }
        _connection.Dispose();
        lost();
    }
}
