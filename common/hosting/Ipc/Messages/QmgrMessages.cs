namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// A request to qmgr (public/qmgr). Every user may ask for deliveries to be tried; the rest is for root and mail_owner.
/// </summary>
public sealed class QmgrRequest : IMessage<QmgrRequest>
{
    public static ReadOnlySpan<byte> Protocol => "qmgr"u8;

    /// <summary>Try everything deferred now.</summary>
    public const string Flush = "flush";
    /// <summary>Try one message now; <see cref="Argument"/> is its queue id.</summary>
    public const string FlushId = "flush-id";
    /// <summary>Try what is queued for a destination domain; <see cref="Argument"/> is the domain.</summary>
    public const string FlushSite = "flush-site";
    /// <summary>Files were moved, added or removed by hand: look at the folders again.</summary>
    public const string Rescan = "rescan";
    /// <summary>
    /// The state of every active message, as <see cref="QueueStates"/> in Progress frames, then a <see cref="QmgrReply"/>.
    /// </summary>
    public const string List = "list";

    /// <summary>
    /// The state of every destination that has work or a memory, as <see cref="DestinationStates"/> in Progress frames, then a <see
    /// cref="QmgrReply"/>.
    /// </summary>
    public const string Destinations = "destinations";

    public string Command = "";
    public string Argument = "";

    public static void Describe<C>(ref C c, QmgrRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("command"u8, ref m.Command, Limits.Name);
        c.Text("argument"u8, ref m.Argument, Limits.Address);
    }
}

/// <summary>The end of every answer of qmgr.</summary>
public sealed class QmgrReply : IMessage<QmgrReply>
{
    public static ReadOnlySpan<byte> Protocol => "qmgr_reply"u8;

    public bool Ok = true;
    /// <summary>How many messages it concerned.</summary>
    public long Count;
    public string Text = "";

    public static void Describe<C>(ref C c, QmgrReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Bool("ok"u8, ref m.Ok);
        c.Long("count"u8, ref m.Count);
        c.Text("text"u8, ref m.Text, Limits.Text);
    }
}

/// <summary>Some of the messages in the queue.</summary>
public sealed class QueueStates : IMessage<QueueStates>
{
    public static ReadOnlySpan<byte> Protocol => "queue_states"u8;

    /// <summary>Most entries in one message.</summary>
    public const int Max = 1000;
    public List<QueueState> Entries = [];

    public static void Describe<C>(ref C c, QueueStates m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Items("entries"u8, m.Entries, Max);
}

/// <summary>What qmgr does with one message.</summary>
public sealed class QueueState : IAttributes<QueueState>
{
    public string QueueId = "";
    /// <summary>The folder its file is in.</summary>
    public string Folder = "";
    /// <summary>"active" or "deferred".</summary>
    public string State = "";
    /// <summary>When it is tried next, microseconds since 1970; 0 while it is active.</summary>
    public long NextMicroseconds;
    /// <summary>Why it waits, as text.</summary>
    public string Reason = "";

    public static void Describe<C>(ref C c, QueueState m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("folder"u8, ref m.Folder, Limits.Name);
        c.Text("state"u8, ref m.State, Limits.Name);
        c.Long("next"u8, ref m.NextMicroseconds);
        c.Text("reason"u8, ref m.Reason, Limits.Text);
    }
}

/// <summary>Some of the destinations.</summary>
public sealed class DestinationStates : IMessage<DestinationStates>
{
    public static ReadOnlySpan<byte> Protocol => "destination_states"u8;

    /// <summary>Most entries in one message.</summary>
    public const int Max = 1000;
    public List<DestinationState> Entries = [];

    public static void Describe<C>(ref C c, DestinationStates m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Items("entries"u8, m.Entries, Max);
}

/// <summary>What qmgr does with one destination of a transport.</summary>
public sealed class DestinationState : IAttributes<DestinationState>
{
    public string Transport = "";
    /// <summary>Next hop, or the recipient where the transport delivers to one at a time.</summary>
    public string Name = "";
    /// <summary>Deliveries at once that it has earned; 0: dead.</summary>
    public int Window;
    /// <summary>Deliveries under way and waiting.</summary>
    public int Running;
    public int Waiting;
    /// <summary>Until when nothing is tried, microseconds since 1970; 0: it is served.</summary>
    public long UntilMicroseconds;
    /// <summary>Why its mail waits, as text; empty when it does not.</summary>
    public string Reason = "";

    public static void Describe<C>(ref C c, DestinationState m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("transport"u8, ref m.Transport, Limits.Name);
        c.Text("name"u8, ref m.Name, Limits.Address);
        c.Int("window"u8, ref m.Window);
        c.Int("running"u8, ref m.Running);
        c.Int("waiting"u8, ref m.Waiting);
        c.Long("until"u8, ref m.UntilMicroseconds);
        c.Text("reason"u8, ref m.Reason, Limits.Text);
    }
}

/// <summary>
/// qmgr tells those that bring new mail (on the links that carry their <see cref="QueuedNotice"/>s) that more waits than it can work on, or
/// no longer: while it does, they answer later by in_flow_delay.
/// </summary>
public sealed class InFlowNotice : IMessage<InFlowNotice>
{
    public static ReadOnlySpan<byte> Protocol => "in_flow"u8;

    public bool Slow;

    public static void Describe<C>(ref C c, InFlowNotice m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Bool("slow"u8, ref m.Slow);
}
