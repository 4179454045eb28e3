using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>One request to qmgr from a command or another daemon.</summary>
internal sealed class ControlStream(QmgrService service) : IStreamHandler
{
    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        QmgrRequest request = new();
        if (type != FrameType.Open || !AttributeDecoder.TryDecode(payload, request))
        {
            stream.Reset("bad request");
            return;
        }
        stream.Send(FrameType.Reply, Answer(stream, request));
    }

    private QmgrReply Answer(LinkStream stream, QmgrRequest request)
    {
        bool trusted = stream.Link.IsPeerTrusted;
        switch (request.Command)
        {
            case QmgrRequest.Flush:
                return new QmgrReply { Count = service.Flush(null) };
            case QmgrRequest.FlushId:
                if (!QueueId.IsValid(request.Argument)) return new QmgrReply { Ok = false, Text = "bad queue id" };
                return new QmgrReply { Count = service.Flush(request.Argument) };
            case QmgrRequest.FlushSite:
                // without an index by destination the whole queue is tried: right, if not yet cheap
                return new QmgrReply { Count = service.Flush(null) };
            case QmgrRequest.Rescan when trusted:
                service.Rescan();
                return new QmgrReply();
            case QmgrRequest.List when trusted:
                return List(stream);
            default:
                return new QmgrReply { Ok = false, Text = trusted ? "unknown command" : "permission denied" };
        }
    }

    private QmgrReply List(LinkStream stream)
    {
        QueueStates states = new();
        long count = 0;
        foreach (QueueState state in States())
        {
            states.Entries.Add(state);
            count++;
            if (states.Entries.Count < QueueStates.Max) continue;
            stream.Send(FrameType.Progress, states);
            states.Entries.Clear();
        }
        if (states.Entries.Count > 0) stream.Send(FrameType.Progress, states);
        return new QmgrReply { Count = count };
    }

    private IEnumerable<QueueState> States()
    {
        foreach (QueuedMessage message in service.ActiveMessages) yield return new QueueState { QueueId = message.Id, Folder = message.Folder, State = "active" };
        foreach ((QueueKey key, long next) in service.DeferredMessages.All)
            yield return new QueueState { QueueId = key.ToString(), Folder = SpoolDirectory.Deferred, State = "deferred", NextMicroseconds = next };
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) { }
}
