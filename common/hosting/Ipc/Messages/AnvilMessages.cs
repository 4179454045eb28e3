namespace MtaSuite.Common.Ipc.Messages;

/// <summary>What a client does that is counted over all processes of a service.</summary>
public enum ClientEvent : byte { Connect, Message, Recipient, NewTls, Auth }

/// <summary>
/// Tells anvil (private/anvil) of an event of a client and asks how many there were. Answered by an <see cref="AnvilReply"/>.
/// </summary>
public sealed class AnvilRequest : IMessage<AnvilRequest>
{
    public static ReadOnlySpan<byte> Protocol => "client_event"u8;

    public ClientEvent Event;
    /// <summary>"service:client address or network".</summary>
    public string Ident = "";
    /// <summary>
    /// With <see cref="ClientEvent.Connect"/>: connections of this client that the asking process has now, the new one among them.
    /// </summary>
    public int Held;
    /// <summary>Only ask: the event did not happen (again).</summary>
    public bool Report;

    public static void Describe<C>(ref C c, AnvilRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Enum("event"u8, ref m.Event);
        c.Text("ident"u8, ref m.Ident, Limits.Address);
        c.Int("held"u8, ref m.Held);
        c.Bool("report"u8, ref m.Report);
    }
}

/// <summary>anvil's answer.</summary>
public sealed class AnvilReply : IMessage<AnvilReply>
{
    public static ReadOnlySpan<byte> Protocol => "client_counts"u8;

    /// <summary>Connections of the client now, over all processes.</summary>
    public int Count;
    /// <summary>Events of the kind asked about within anvil_rate_time_unit.</summary>
    public int Rate;

    public static void Describe<C>(ref C c, AnvilReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Int("count"u8, ref m.Count);
        c.Int("rate"u8, ref m.Rate);
    }
}

/// <summary>
/// Notice to anvil: how many connections of a client this process has. An absolute number, so that the counts are right again after either
/// side was replaced. What a link reported is dropped with the link.
/// </summary>
public sealed class AnvilHeld : IMessage<AnvilHeld>
{
    public static ReadOnlySpan<byte> Protocol => "client_held"u8;

    public string Ident = "";
    public int Held;

    public static void Describe<C>(ref C c, AnvilHeld m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("ident"u8, ref m.Ident, Limits.Address);
        c.Int("held"u8, ref m.Held);
    }
}
