namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// Notice to tlsrpt (private/tlsrpt): one handshake, or one look at a policy, came out like this (RFC 8460 4). Values stand in it as they
/// will in the report; a lost one is one session not counted.
/// </summary>
public sealed class TlsReportNotice : IMessage<TlsReportNotice>
{
    public static ReadOnlySpan<byte> Protocol => "tls_report"u8;

    /// <summary>Most lines of a policy, and most patterns in it.</summary>
    public const int MaxLines = 100;

    /// <summary>The domain that mail is for, in ASCII: the one that may want a report.</summary>
    public string Domain = "";
    /// <summary>"tlsa", "sts" or "no-policy-found".</summary>
    public string PolicyType = "";
    /// <summary>The domain whose policy it is.</summary>
    public string PolicyDomain = "";
    /// <summary>The policy's lines, or the TLSA records in presentation form.</summary>
    public List<string> PolicyStrings = [];
    /// <summary>The hosts that an MTA-STS policy names.</summary>
    public List<string> MxPatterns = [];
    /// <summary>A result type of RFC 8460 4.3; empty: success.</summary>
    public string Result = "";
    /// <summary>Our address and the server's; empty where there was no connection.</summary>
    public string SendingAddress = "";
    public string ReceivingAddress = "";
    public string MxHost = "";
    /// <summary>The name by which the server answered EHLO.</summary>
    public string MxHelo = "";
    /// <summary>What the TLS library or the policy said to a failure.</summary>
    public string Reason = "";

    public static void Describe<C>(ref C c, TlsReportNotice m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("domain"u8, ref m.Domain, Limits.Address);
        c.Text("policy_type"u8, ref m.PolicyType, Limits.Name);
        c.Text("policy_domain"u8, ref m.PolicyDomain, Limits.Address);
        Texts(ref c, "policy_strings"u8, m.PolicyStrings);
        Texts(ref c, "mx_patterns"u8, m.MxPatterns);
        c.Text("result"u8, ref m.Result, Limits.Name);
        c.Text("sending_address"u8, ref m.SendingAddress, Limits.Name);
        c.Text("receiving_address"u8, ref m.ReceivingAddress, Limits.Name);
        c.Text("mx_host"u8, ref m.MxHost, Limits.Address);
        c.Text("mx_helo"u8, ref m.MxHelo, Limits.Address);
        c.Text("reason"u8, ref m.Reason, Limits.Text);
    }

    private static void Texts<C>(ref C c, ReadOnlySpan<byte> name, List<string> list) where C : struct, IAttributeCodec, allows ref struct
    {
        int count = c.Count(name, list.Count, MaxLines);
        if (c.Decoding) list.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            string text = c.Decoding ? "" : list[i];
            c.Text("line"u8, ref text, Limits.Address);
            if (c.Decoding) list.Add(text);
        }
    }
}

/// <summary>
/// Asks tlsrpt what it has collected. Answered by a <see cref="TlsReportState"/> as Progress for each domain, then a <see
/// cref="TlsReportReply"/>.
/// </summary>
public sealed class TlsReportQuery : IMessage<TlsReportQuery>
{
    public static ReadOnlySpan<byte> Protocol => "tls_report_query"u8;

    /// <summary>
    /// End the day for reports now and send them, without the random delay. What comes later today goes into a report of its own.
    /// </summary>
    public bool Send;

    public static void Describe<C>(ref C c, TlsReportQuery m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Bool("send"u8, ref m.Send);
}

/// <summary>What is collected for one domain.</summary>
public sealed class TlsReportState : IMessage<TlsReportState>
{
    public static ReadOnlySpan<byte> Protocol => "tls_report_state"u8;

    /// <summary>Kinds of failures told at most.</summary>
    public const int MaxFailures = 1000;

    public string Domain = "";
    /// <summary>Seconds since 1970; an end of 0: still collecting.</summary>
    public long Start;
    public long End;
    /// <summary>When the report is due; 0: not yet known.</summary>
    public long Due;
    /// <summary>Where the report goes, URIs separated by spaces; empty: that is not known yet.</summary>
    public string Addresses = "";
    public long Successes;
    public long Failures;
    public List<TlsFailureState> Details = [];

    public static void Describe<C>(ref C c, TlsReportState m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("domain"u8, ref m.Domain, Limits.Address);
        c.Long("start"u8, ref m.Start);
        c.Long("end"u8, ref m.End);
        c.Long("due"u8, ref m.Due);
        c.Text("addresses"u8, ref m.Addresses, Limits.Text);
        c.Long("successes"u8, ref m.Successes);
        c.Long("failures"u8, ref m.Failures);
        c.Items("details"u8, m.Details, MaxFailures);
    }
}

/// <summary>One kind of failure of a domain.</summary>
public sealed class TlsFailureState : IAttributes<TlsFailureState>
{
    public string PolicyType = "";
    public string Result = "";
    public string MxHost = "";
    public string Reason = "";
    public long Count;

    public static void Describe<C>(ref C c, TlsFailureState m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("policy_type"u8, ref m.PolicyType, Limits.Name);
        c.Text("result"u8, ref m.Result, Limits.Name);
        c.Text("mx_host"u8, ref m.MxHost, Limits.Address);
        c.Text("reason"u8, ref m.Reason, Limits.Text);
        c.Long("count"u8, ref m.Count);
    }
}

/// <summary>The end of an answer to a <see cref="TlsReportQuery"/>.</summary>
public sealed class TlsReportReply : IMessage<TlsReportReply>
{
    public static ReadOnlySpan<byte> Protocol => "tls_report_reply"u8;

    public int Domains;

    public static void Describe<C>(ref C c, TlsReportReply m) where C : struct, IAttributeCodec, allows ref struct =>
        c.Int("domains"u8, ref m.Domains);
}
