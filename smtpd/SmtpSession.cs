using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Commands;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd;

/// <summary>Where a session stands, as far as commands depend on it.</summary>
[Flags]
internal enum SessionState : byte
{
    /// <summary>No mail transaction.</summary>
    Idle = 1,
    /// <summary>MAIL was accepted, no recipient yet.</summary>
    Mail = 2,
    /// <summary>At least one recipient.</summary>
    Rcpt = 4,
    /// <summary>Between the chunks of BDAT.</summary>
    Receiving = 8,
    /// <summary>A chunk was refused: more are skipped until the last one, or RSET.</summary>
    Failed = 16,

    Any = Idle | Mail | Rcpt | Receiving | Failed,
}

/// <summary>
/// One SMTP session: the facts of the connection. Owns the connection and the transaction that is under way. Everything runs on the loop.
/// An idle session holds no buffer.
/// </summary>
internal sealed partial class SmtpSession
{
    private readonly ushort[] _succeeded = new ushort[(int)SmtpVerb.Unknown + 1];
    private readonly ushort[] _received = new ushort[(int)SmtpVerb.Unknown + 1];
    private static long s_instances;
    private AccessStages? _access;
    private string? _instance;
    private IAddresses? _addresses;
    private SessionFilters? _filters;

    public SmtpSession(SmtpServer server, Connection connection, ClientInfo client)
    {
        Server = server;
        Connection = connection;
        Client = client;
        // RFC 4954 4.1: AUTH with an initial response may be longer than other commands
        SmtpdSettings s = server.Settings.Normal;
        _splitter = new LineSplitter(s.Auth.Enabled ? Math.Max(s.LineLengthLimit, s.Auth.ResponseLimit) : s.LineLengthLimit);
    }

    public SmtpServer Server { get; }
    public Connection Connection { get; }
    public EventLoop Loop => Server.Loop;
    public SmtpdSettings Settings => Server.Settings.Now;
    public IAddresses Addresses => _addresses ??= Server.Addresses.ForSession();
    public AccessStages Access => _access ??= new AccessStages(this);
    /// <summary>Whatever has a say in the session, in order.</summary>
    public SessionFilters Filters => _filters ??= new SessionFilters(this);

    public ClientInfo Client { get; set; }
    /// <summary>The address under which the server counts this connection, if it does.</summary>
    public System.Net.IPAddress? CountedAs { get; set; }
    public ForwardedClient? Forwarded { get; set; }
    /// <summary>The name in HELO or EHLO, made harmless; empty before.</summary>
    public string Helo { get; set; } = "";
    /// <summary>"SMTP", or "ESMTP" after EHLO.</summary>
    public string Protocol { get; set; } = "SMTP";
    /// <summary>The connection is within TLS.</summary>
    public bool IsEncrypted { get; set; }
    public EhloKeywords Discarded { get; set; }
    public bool XclientAllowed { get; set; }
    public bool XforwardAllowed { get; set; }
    public bool VerpAllowed { get; private set; }
    public BareNewlinePolicy BareNewline { get; private set; }
    public bool SawBareLf { get; set; }
    /// <summary>The client talked out of turn.</summary>
    public bool ImproperPipelining { get; private set; }

    public Transaction? Transaction { get; private set; }
    /// <summary>What the log calls what is under way: the queue id, or "NOQUEUE".</summary>
    public string LogId => Transaction?.LogId ?? "NOQUEUE";
    /// <summary>A chunk was refused and the last one has not come yet.</summary>
    public bool ChunkFailed { get; set; }
    /// <summary>Bytes of refused chunks of one message.</summary>
    public long SkippedChunks { get; set; }
    /// <summary>What is under way, for the log: a verb, "CONNECT", "END-OF-MESSAGE" ...</summary>
    public string Where { get; set; } = "CONNECT";
    public int Errors { get; set; }
    public int JunkCommands { get; set; }
    /// <summary>The client was refused at connect time; it may only QUIT.</summary>
    public SmtpReply AccessDenied { get; private set; }

    public SessionState State
    {
        get
        {
            if (ChunkFailed) return SessionState.Failed;
            if (Transaction is null) return SessionState.Idle;
            if (Transaction.Content is not null) return SessionState.Receiving;
            return Transaction.Recipients.Count == 0 ? SessionState.Mail : SessionState.Rcpt;
        }
    }

    public void Begin(Transaction transaction) => Transaction = transaction;

    /// <summary>What policy servers know a message by, and the time between two messages of a session.</summary>
    public string Instance => _instance ??=
        $"{Environment.ProcessId:x}.{Interlocked.Increment(ref s_instances):x}.{Loop.NowMilliseconds:x}";

    /// <summary>Ends the transaction, if any; what was not committed is given up.</summary>
    public void EndTransaction()
    {
        Transaction?.Rollback();
        if (Transaction is not null) _filters?.EndTransaction();
        Transaction = null;
        _instance = null;
        Forwarded = null;
        ChunkFailed = false;
    }

    /// <summary>What depends on who the client is; again after XCLIENT.</summary>
    public async ValueTask AuthorizeAsync()
    {
        SmtpdSettings s = Settings;
        XclientAllowed = await IsInAsync(s.XclientHosts);
        VerpAllowed = await IsInAsync(s.VerpClients);
        BareNewline = s.BareNewline == BareNewlinePolicy.No || await IsInAsync(s.BareNewlineExclusions)
            ? BareNewlinePolicy.No : s.BareNewline;
        Discarded = await s.DiscardEhloMaps.LookupAsync(Client.Address) is { IsFound: true } found
            ? Ehlo.ParseKeywords(found.Value) : s.DiscardEhloKeywords;
    }

    /// <summary>The client is in a list.</summary>
    private async ValueTask<bool> IsInAsync(MatchList list) => await list.MatchAsync(Client.Name, Client.Ip) == MatchResult.Yes;

    public void Count(SmtpVerb verb) => Add(_received, verb);

    public void CountSuccess(SmtpVerb verb) => Add(_succeeded, verb);

    private static void Add(ushort[] counts, SmtpVerb verb)
    {
        if (counts[(int)verb] < ushort.MaxValue) counts[(int)verb]++;
    }
}
