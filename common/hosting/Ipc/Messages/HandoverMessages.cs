namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// A qmgr process that was replaced reports to its successor (on public/qmgr) what it still has in delivery, and requests that
/// it has not tried. Sent in portions, again on each new link; what the portions do not name is the successor's. Followed by a <see
/// cref="DeliveryOverNotice"/> for each delivery that ends and a <see cref="ReleasedNotice"/> for each message. A link that breaks releases
/// everything that was named on it.
/// </summary>
public sealed class HandoverNotice : IMessage<HandoverNotice>
{
    public static ReadOnlySpan<byte> Protocol => "handover"u8;

    /// <summary>Most entries of a list in one message.</summary>
    public const int Max = 1000;

    /// <summary>
    /// One for each delivery that runs; a message whose deliveries are over and whose outcomes are being logged has one without a
    /// transport.
    /// </summary>
    public List<HandoverDelivery> Deliveries = [];
    /// <summary>Deferred messages that are to be tried now, by their ids; or all of them.</summary>
    public List<string> WantedIds = [];
    public bool WantsAll;
    /// <summary>Sites whose mail is to be tried now, as far as it is not among the ids.</summary>
    public List<string> WantedSites = [];
    /// <summary>The list of deliveries is complete.</summary>
    public bool IsComplete;

    public static void Describe<C>(ref C c, HandoverNotice m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Items("deliveries"u8, m.Deliveries, Max);
        c.Texts("wanted_ids"u8, m.WantedIds, Max, Limits.Name);
        c.Bool("wants_all"u8, ref m.WantsAll);
        c.Texts("wanted_sites"u8, m.WantedSites, Max, Limits.Address);
        c.Bool("complete"u8, ref m.IsComplete);
    }
}

/// <summary>A delivery of a message that a replaced qmgr process has under way.</summary>
public sealed class HandoverDelivery : IAttributes<HandoverDelivery>
{
    public string QueueId = "";
    /// <summary>The folder of the message's file.</summary>
    public string QueueName = "";
    /// <summary>Empty: no delivery runs any more.</summary>
    public string Transport = "";
    public string Nexthop = "";
    /// <summary>The first recipient: the destination where the transport delivers to one recipient at a time.</summary>
    public string Recipient = "";

    /// <summary>Of two deliveries of one message.</summary>
    public bool IsSameAs(HandoverDelivery other) => (Transport, Nexthop, Recipient) == (other.Transport, other.Nexthop, other.Recipient);

    public static void Describe<C>(ref C c, HandoverDelivery m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Text("transport"u8, ref m.Transport, Limits.Name);
        c.Text("nexthop"u8, ref m.Nexthop, Limits.Address);
        c.Text("recipient"u8, ref m.Recipient, Limits.Address);
    }
}

/// <summary>
/// A delivery that a <see cref="HandoverNotice"/> named has ended: its place at the destination and the transport is free.
/// </summary>
public sealed class DeliveryOverNotice : IMessage<DeliveryOverNotice>
{
    public static ReadOnlySpan<byte> Protocol => "delivery_over"u8;

    public HandoverDelivery Delivery = new();

    public static void Describe<C>(ref C c, DeliveryOverNotice m) where C : struct, IAttributeCodec, allows ref struct =>
        HandoverDelivery.Describe(ref c, m.Delivery);
}

/// <summary>A message that a <see cref="HandoverNotice"/> named is the successor's now.</summary>
public sealed class ReleasedNotice : IMessage<ReleasedNotice>
{
    public static ReadOnlySpan<byte> Protocol => "released"u8;

    public string QueueId = "";
    /// <summary>The folder of its file.</summary>
    public string QueueName = "";
    /// <summary>Done and removed: nothing is left to do.</summary>
    public bool IsGone;
    /// <summary>
    /// It was tried and lies in deferred until then, microseconds since 1970; 0: recipients are left that were not tried.
    /// </summary>
    public long NextMicroseconds;

    public static void Describe<C>(ref C c, ReleasedNotice m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Bool("gone"u8, ref m.IsGone);
        c.Long("next"u8, ref m.NextMicroseconds);
    }
}
