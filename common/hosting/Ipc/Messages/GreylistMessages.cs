namespace MtaSuite.Common.Ipc.Messages;

/// <summary>What the greylist says of a client, a sender and a recipient.</summary>
public enum GreylistVerdict : byte
{
    /// <summary>They are not known, or not for long enough: the client has to come again.</summary>
    Wait,
    /// <summary>The client has come again for the first time.</summary>
    Retried,
    /// <summary>They have been let in before.</summary>
    Known,
    /// <summary>The client has delivered so much greylisted mail that all of its mail is let in.</summary>
    ClientAllowed,
}

/// <summary>Asks the greylist (private/greylist). Answered by a <see cref="GreylistReply"/>.</summary>
public sealed class GreylistQuery : IMessage<GreylistQuery>
{
    public static ReadOnlySpan<byte> Protocol => "greylist_query"u8;

    /// <summary>The client's network, "192.0.2.0/24".</summary>
    public string Client = "";
    public string Sender = "";
    public string Recipient = "";
    /// <summary>Only says what would be answered: the question does not count as an attempt.</summary>
    public bool Report;

    public static void Describe<C>(ref C c, GreylistQuery m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("client"u8, ref m.Client, Limits.Name);
        c.Text("sender"u8, ref m.Sender, Limits.Address);
        c.Text("recipient"u8, ref m.Recipient, Limits.Address);
        c.Bool("report"u8, ref m.Report);
    }
}

/// <summary>The greylist's answer.</summary>
public sealed class GreylistReply : IMessage<GreylistReply>
{
    public static ReadOnlySpan<byte> Protocol => "greylist_reply"u8;

    public GreylistVerdict Verdict;
    /// <summary>With Wait: how long from now. With Retried: since the first attempt.</summary>
    public long Seconds;

    public static void Describe<C>(ref C c, GreylistReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Enum("verdict"u8, ref m.Verdict);
        c.Long("seconds"u8, ref m.Seconds);
    }
}
