using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Showq;

/// <summary>Collects what qmgr says of all its messages.</summary>
internal sealed class StatesOfQmgr : IStreamHandler
{
    private readonly Dictionary<string, QueueEntryState> _states = new(StringComparer.Ordinal);
    private readonly Promise<bool> _done = new();

    /// <summary>How long qmgr may say nothing. Whoever asks for a listing gets it without the states then, instead of none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>States by queue id; null when qmgr cannot be asked or does not answer.</summary>
    public static async Task<Dictionary<string, QueueEntryState>?> AskAsync(LinkClient qmgr)
    {
        StatesOfQmgr collector = new();
        if (!qmgr.TryOpen(new QmgrRequest { Command = QmgrRequest.List }, collector, out LinkStream stream)) return null;
        stream.Expect(Patience);
        return await collector._done ? collector._states : null;
    }

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type == FrameType.Reply)
        {
            QmgrReply reply = new();
            _done.TrySet(AttributeDecoder.TryDecode(payload, reply) && reply.Ok);
            return;
        }
        QueueStates part = new();
        if (type != FrameType.Progress || !AttributeDecoder.TryDecode(payload, part)) return;
        // the many that only wait are not kept: their files say when they are due
        foreach (QueueState state in part.Entries)
            if (state.State == "active" || state.Reason.Length > 0)
                _states[state.QueueId] = new QueueEntryState(state.State == "active", state.Reason);
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) => _done.TrySet(false);
}
