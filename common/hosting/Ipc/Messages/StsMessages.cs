using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// Asks sts (private/sts) for the MTA-STS policy of a domain. Answered by an <see cref="StsReply"/>, as soon as it is known.
/// </summary>
public sealed class StsQuery : IMessage<StsQuery>
{
    public static ReadOnlySpan<byte> Protocol => "sts_query"u8;

    /// <summary>In ASCII.</summary>
    public string Domain = "";

    public static void Describe<C>(ref C c, StsQuery m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Text("domain"u8, ref m.Domain, Limits.Address);
}

/// <summary>The MTA-STS state of a domain; neither policy nor failure: the domain has no MTA-STS.</summary>
public sealed class StsReply : IMessage<StsReply>
{
    public static ReadOnlySpan<byte> Protocol => "sts_reply"u8;

    public StsMode Mode;
    /// <summary>The policy's hosts and lines; no lines: no policy.</summary>
    public List<string> Patterns = [];
    public List<string> Lines = [];
    public TlsResult Failure;
    public string Reason = "";

    public static void Describe<C>(ref C c, StsReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Enum("mode"u8, ref m.Mode);
        Texts(ref c, "patterns"u8, m.Patterns);
        Texts(ref c, "lines"u8, m.Lines);
        c.Enum("failure"u8, ref m.Failure);
        c.Text("reason"u8, ref m.Reason, Limits.Text);
    }

    private static void Texts<C>(ref C c, ReadOnlySpan<byte> name, List<string> list) where C : struct, IAttributeCodec, allows ref struct
    {
        int count = c.Count(name, list.Count, StsPolicyFile.MaxLines);
        if (c.Decoding) list.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            string text = c.Decoding ? "" : list[i];
            c.Text("line"u8, ref text, Limits.Address);
            if (c.Decoding) list.Add(text);
        }
    }
}
