using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Messages;

namespace MtaSuite.Relay.Deliveries;

/// <summary>Hands recipients to another delivery agent (best_mx_transport), which claims, logs and marks them itself.</summary>
internal sealed class TransportHandover(RelayContext context, DeliverRequest request)
{
    /// <param name="recipients">Those without a final outcome are handed over.</param>
    /// <param name="transport">"transport" or "transport:nexthop".</param>
    /// <param name="domain">The nexthop where the transport names none.</param>
    public async Task RunAsync(List<RelayRecipient> recipients, string transport, string domain)
    {
        int colon = transport.IndexOf(':');
        string name = colon < 0 ? transport : transport[..colon];
        DeliverRequest passed = request.For(name, colon < 0 || colon == transport.Length - 1 ? domain : transport[(colon + 1)..]);
        List<RelayRecipient> rest = recipients.FindAll(r => r.Final == null);
        passed.Recipients = [.. rest.Select(r => r.Recipient)];
        foreach (RelayRecipient recipient in rest) recipient.Claim!.Dispose();
        LinkClient agent = new(context.Loop, context.Spool.SocketPath(true, name));
        DeliverReply? reply = await agent.CallAsync<DeliverRequest, DeliverReply>(passed);
        agent.Close();
        for (int i = 0; i < rest.Count; i++)
        {
            if (reply?.Recipients.Count == rest.Count) rest[i].Final = reply.Recipients[i];
            else rest[i].NoteFailure(Outcome.Defer("4.3.0", $"mail transport {name} unavailable"), rest[i].LastServer);
        }
    }
}
