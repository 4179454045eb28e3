using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

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
        ReplyAsync(stream, request).Detach();
    }

    private async Task ReplyAsync(LinkStream stream, QmgrRequest request) =>
        stream.Send(FrameType.Reply, await AnswerAsync(stream, request));

    private async ValueTask<QmgrReply> AnswerAsync(LinkStream stream, QmgrRequest request)
    {
        bool trusted = stream.Link.IsPeerTrusted;
        bool flush = request.Command is QmgrRequest.Flush or QmgrRequest.FlushId or QmgrRequest.FlushSite;
        if (flush && !trusted && await RefusalAsync(stream.Link.PeerUid) is { } refusal)
        {
            Log.Warning($"{refusal}");
            return No(refusal);
        }
        if (flush && service.IsLeaving) return No("queue manager: leaving, try again");
        switch (request.Command)
        {
            case QmgrRequest.Flush:
                return new QmgrReply { Count = service.FlushAll() };
            case QmgrRequest.FlushId:
                return QueueId.IsValid(request.Argument) ? new QmgrReply { Count = service.FlushOne(request.Argument) }
                    : No("bad queue id");
            case QmgrRequest.FlushSite:
                return await FlushSiteAsync(request.Argument);
            case QmgrRequest.Rescan when trusted:
                service.Rescan();
                return new QmgrReply();
            case QmgrRequest.List when trusted:
                return SendAll(stream, States(), QueueStates.Max, part => new QueueStates { Entries = part });
            case QmgrRequest.Destinations when trusted:
                return SendAll(stream, Destinations(), DestinationStates.Max, part => new DestinationStates { Entries = part });
            default:
                return No(trusted ? "unknown command" : "permission denied");
        }
    }

    private static QmgrReply No(string text) => new() { Ok = false, Text = text };

    /// <summary>An error text for a user who may not ask for deliveries (authorized_flush_users).</summary>
    private async ValueTask<string?> RefusalAsync(uint uid) => await service.FlushUsers.MatchAsync(uid) switch
    {
        (MatchResult.Yes, _) => null,
        (MatchResult.Error, _) => "authorized_flush_users: table lookup problem",
        (_, string name) => $"User {name}({uid}) is not allowed to flush the mail queue",
    };

    private async ValueTask<QmgrReply> FlushSiteAsync(string site) => await service.FlushSiteAsync(site) switch
    {
        (MatchResult.Yes, int count) => new QmgrReply { Count = count },
        (MatchResult.Error, _) => No("fast_flush_domains: table lookup problem"),
        _ => No($"Flush service is not configured for destination \"{site}\""),
    };

    private static QmgrReply SendAll<TItem,
        TMessage>(LinkStream stream, IEnumerable<TItem> items, int portion, Func<List<TItem>, TMessage> make)
        where TMessage : IMessage<TMessage>
    {
        long count = 0;
        foreach (TItem[] part in items.Chunk(portion))
        {
            stream.Send(FrameType.Progress, make([.. part]));
            count += part.Length;
        }
        return new QmgrReply { Count = count };
    }

    private IEnumerable<QueueState> States()
    {
        foreach (QueuedMessage message in service.ActiveMessages)
            yield return new QueueState
            {
                QueueId = message.Id,
                Folder = message.Folder,
                State = "active",
                Reason = WaitReason.Of(message, service.Clock)
            };
        foreach ((string id, string folder) in service.DeliveredElsewhere)
            yield return new QueueState { QueueId = id, Folder = folder, State = "active", Reason = "in delivery since before the reload" };
    }

    private IEnumerable<DestinationState> Destinations()
    {
        long now = service.Clock;
        foreach (Transport transport in service.Transports)
            foreach (Destination destination in transport.Destinations)
                yield return WaitReason.StateOf(destination, now, service.NowMicroseconds);
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) { }
}
