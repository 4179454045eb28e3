using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Relay.Service;

/// <summary>One job from its request to its reply.</summary>
internal sealed class RelayStream(RelayService service) : IStreamHandler
{
    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        DeliverRequest request = new();
        if (type != FrameType.Open || !AttributeDecoder.TryDecode(payload, request) || !QueueId.IsValid(request.QueueId)
            || Array.IndexOf(SpoolDirectory.Queues, request.QueueName) < 0)
            stream.Reset("bad deliver request");
        else service.DeliverAsync(request, stream).Detach();
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) { }
}
