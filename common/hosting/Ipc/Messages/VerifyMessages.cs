namespace MtaSuite.Common.Ipc.Messages;

/// <summary>What is known of an address. Unknown: a probe is under way, or will be with the next question.</summary>
public enum ProbeStatus : byte { Deliverable, Deferred, Undeliverable, Unknown }

/// <summary>
/// Asks verify (private/verify) what is known of an address; a probe is sent when that is too little. Answered by a <see
/// cref="VerifyReply"/>.
/// </summary>
public sealed class VerifyQuery : IMessage<VerifyQuery>
{
    public static ReadOnlySpan<byte> Protocol => "verify_query"u8;

    /// <summary>In internal form, with a domain.</summary>
    public string Address = "";

    public static void Describe<C>(ref C c, VerifyQuery m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Text("address"u8, ref m.Address, Limits.Address);
}

/// <summary>verify's answer.</summary>
public sealed class VerifyReply : IMessage<VerifyReply>
{
    public static ReadOnlySpan<byte> Protocol => "verify_reply"u8;

    public ProbeStatus Status = ProbeStatus.Unknown;
    /// <summary>The outcome of the probe, with the text of the agent or server that decided it.</summary>
    public string Text = "";

    public static void Describe<C>(ref C c, VerifyReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Enum("status"u8, ref m.Status);
        c.Text("text"u8, ref m.Text, Limits.Text);
    }
}

/// <summary>Notice to verify: what became of a probe. A lost one costs another probe.</summary>
public sealed class VerifyUpdate : IMessage<VerifyUpdate>
{
    public static ReadOnlySpan<byte> Protocol => "verify_update"u8;

    /// <summary>The address as verify was asked for it, whatever it was rewritten to.</summary>
    public string Address = "";
    public ProbeStatus Status = ProbeStatus.Unknown;
    public string Text = "";

    public static void Describe<C>(ref C c, VerifyUpdate m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("address"u8, ref m.Address, Limits.Address);
        c.Enum("status"u8, ref m.Status);
        c.Text("text"u8, ref m.Text, Limits.Text);
    }
}
