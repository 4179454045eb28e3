using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>The delivery agents behind their sockets, one link to each transport.</summary>
internal sealed class AgentLinks(EventLoop loop, SpoolDirectory spool, TimeSpan timeout) : ISchedulerHost
{
    private readonly Dictionary<string, LinkClient> _links = new(StringComparer.Ordinal);

    public long NowMilliseconds => loop.NowMilliseconds;

    public void After(TimeSpan delay, Action action) => loop.After(delay, action);

    public bool TryDeliver(Delivery delivery, IDeliverySink sink, out string error)
    {
        string transport = delivery.Destination.Transport.Name;
        if (!_links.TryGetValue(transport, out LinkClient? link))
            _links[transport] = link = new LinkClient(loop, spool.SocketPath(true, transport));
        DeliverRequest request = delivery.Message.MakeRequest(transport, delivery.Destination.Nexthop);
        request.Recipients = delivery.Recipients;
        request.Sender = delivery.Message.SenderFor(delivery.Recipients[0]);
        bool ok = link.TryOpen(request, new Call(sink, delivery), out LinkStream stream);
        if (ok) stream.SetTimeout(timeout);
        error = ok ? "" : link.LastError;
        return ok;
    }

    public void Close()
    {
        foreach (LinkClient link in _links.Values) link.Close();
    }

    private sealed class Call(IDeliverySink sink, Delivery delivery) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type == FrameType.Progress) return;
            DeliverReply reply = new();
            if (type == FrameType.Reply && AttributeDecoder.TryDecode(payload, reply)
                && reply.Recipients.Count == delivery.Recipients.Count)
                sink.Answered(delivery, reply);
            else sink.Lost(delivery, "bad answer");
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        // an agent that was silent for too long may be about to deliver all the same: not at once again
        public void OnReset(LinkStream stream, string reason) => sink.Lost(delivery, reason, again: reason != LinkStream.NoAnswer);
    }
}
