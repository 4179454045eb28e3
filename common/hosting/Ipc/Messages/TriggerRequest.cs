namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// Tells a service that there is something to look for (pickup: in maildrop). Answered by a <see cref="SubmitReply"/> that says nothing
/// more.
/// </summary>
public sealed class TriggerRequest : IMessage<TriggerRequest>
{
    public static ReadOnlySpan<byte> Protocol => "trigger"u8;

    public string Reason = "";

    public static void Describe<C>(ref C c, TriggerRequest m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Text("reason"u8, ref m.Reason, Limits.Name);
}
