namespace MtaSuite.Common.Ipc.Messages;

/// <summary>What somebody asks of qmgr (public/qmgr). Anybody may ask for deliveries to be tried; the rest is for root and mail_owner.</summary>
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
    /// <summary>The state of every message, as <see cref="QueueStates"/> in Progress frames, then a <see cref="QmgrReply"/>.</summary>
    public const string List = "list";

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

/// <summary>Some of the messages that qmgr knows.</summary>
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
    /// <summary>Why it waits, in words.</summary>
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
