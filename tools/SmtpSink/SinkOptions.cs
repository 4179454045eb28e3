using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>What the sink is asked to be, as its options say.</summary>
internal sealed class SinkOptions
{
    /// <summary>Where it listens.</summary>
    public string Place = "";
    public int Backlog;
    public AddressFamily Family;
    /// <summary>Whom to become, and the root directory to change to; empty: neither.</summary>
    public string User = "", Root = "";
    public string HostName = "smtp-sink";
    public bool Lmtp, NoEsmtp, Pix;
    public bool No8BitMime, NoAuth, NoPipelining, NoXclient, NoXforward, NoStatusCodes, NoDsn;
    public string SoftReply = "450 4.3.0 Error: command failed", HardReply = "500 5.3.0 Error: command failed";
    public int MaxConnections = 256, MaxMessages, MaxSessions, WindowSize;
    public TimeSpan Timeout = TimeSpan.FromSeconds(100);
    /// <summary>Negative: not asked for.</summary>
    public TimeSpan AbortDelay = TimeSpan.FromSeconds(-1), ContentDelay;
    public bool Counters, Verbose, Json;
    /// <summary>Key and certificate for STARTTLS; empty: it is not offered.</summary>
    public string TlsChain = "";
    public bool TlsWrapped;
    public string DumpTemplate = "", DumpPrefix = "";
    public bool SingleMessageDumps;
    /// <summary>Steps whose commands go to syslog.</summary>
    public readonly bool[] Logged = new bool[SinkSteps.Count];
    public readonly List<Fault> Faults = [];

    /// <summary>Adds a fault for each of the commands that an option of the original names; an error text for an unknown one.</summary>
    public string? AddCommands(string list, Func<SinkStep, Fault?> make)
    {
        foreach (string name in list.Split([' ', '\t', '\n', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!SinkSteps.TryParse(name, out SinkStep step) || step is SinkStep.Content or SinkStep.Unknown)
                return $"unknown command: {name}";
            if (make(step) is { } fault) Faults.Add(fault);
        }
        return null;
    }

    /// <summary>A fault with its reply: that of -B or -b where it came from -f or -r.</summary>
    public Fault RefusalOf(Fault fault) => fault is { Kind: FaultKind.Reply, Reply.Length: 0 }
        ? fault with { Reply = Fault.ReplyBytes(fault.Number == 5 ? HardReply : SoftReply) } : fault;

    /// <summary>What is said at each step when nothing goes wrong.</summary>
    public byte[][] Replies()
    {
        byte[][] replies = new byte[SinkSteps.Count][];
        Array.Fill(replies, Fault.ReplyBytes("250 2.0.0 Ok"));
        replies[(int)SinkStep.Connect] = Fault.ReplyBytes(Pix ? "220 ********" : NoEsmtp ? $"220 {HostName}" : $"220 {HostName} ESMTP");
        replies[(int)SinkStep.Ehlo] = replies[(int)SinkStep.Lhlo] = Encoding.UTF8.GetBytes(Features(TlsChain.Length > 0 && !TlsWrapped));
        replies[(int)SinkStep.Helo] = Fault.ReplyBytes($"250 {HostName}");
        replies[(int)SinkStep.Mail] = replies[(int)SinkStep.Rset] = Fault.ReplyBytes("250 2.1.0 Ok");
        replies[(int)SinkStep.Rcpt] = Fault.ReplyBytes("250 2.1.5 Ok");
        replies[(int)SinkStep.Data] = Fault.ReplyBytes("354 End data with <CR><LF>.<CR><LF>");
        replies[(int)SinkStep.Dot] = Fault.ReplyBytes(Lmtp ? "250 2.2.0 Ok" : "250 2.0.0 Ok");
        replies[(int)SinkStep.Quit] = Fault.ReplyBytes("221 Bye");
        replies[(int)SinkStep.StartTls] = Fault.ReplyBytes("220 2.0.0 Ready to start TLS");
        replies[(int)SinkStep.Unknown] = Fault.ReplyBytes("500 5.5.1 Error: unknown command");
        return replies;
    }

    /// <summary>The reply to EHLO.</summary>
    public string Features(bool startTls)
    {
        StringBuilder text = new();
        void Line(string feature, bool off)
        {
            if (!off) text.Append("250-").Append(feature).Append("\r\n");
        }
        Line(HostName, false);
        Line("PIPELINING", NoPipelining);
        Line("8BITMIME", No8BitMime);
        Line("AUTH PLAIN LOGIN", NoAuth);
        Line("XCLIENT NAME HELO", NoXclient);
        Line("XFORWARD NAME ADDR PROTO HELO", NoXforward);
        Line("ENHANCEDSTATUSCODES", NoStatusCodes);
        Line("DSN", NoDsn);
        Line("STARTTLS", !startTls);
        return text.Append("250 \r\n").ToString();
    }
}
