using System.Net;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// One SMTP session: what is known of the client, and the transaction that is under way. Owns the connection, the transaction and the parts
/// that have a job of their own: input (<see cref="CommandReader"/>), replies (<see cref="ReplyWriter"/>), TLS, rights, limits, the log
/// and what the postmaster is told. Everything runs on the loop. An idle session holds no buffer.
/// </summary>
internal sealed partial class SmtpSession
{
    private static long s_instances;
    private readonly ReplyWriter _replies;
    private readonly PostmasterNotice _notice;
    private AccessStages? _access;
    private string? _instance;
    private IAddresses? _addresses;
    private SessionFilters? _filters;

    public SmtpSession(SmtpServer server, Connection connection, ClientInfo client)
    {
        Server = server;
        Connection = connection;
        Client = client;
        Input = new CommandReader(this);
        Encryption = new SessionTls(this);
        Limits = new ClientLimits(this);
        SessionLog = new SessionLog(this);
        _notice = new PostmasterNotice(this);
        _replies = new ReplyWriter(this, _notice);
    }

    // ---- parts -------------------------------------------------------------------------------------------------------

    public SmtpServer Server { get; }
    public Connection Connection { get; }
    public EventLoop Loop => Server.Loop;
    public SmtpdSettings Settings => Server.Settings.Now;
    public IAddresses Addresses => _addresses ??= Server.Addresses.ForSession();
    public AccessStages Access => _access ??= new AccessStages(this);
    /// <summary>Restrictions and milters, in order.</summary>
    public SessionFilters Filters => _filters ??= new SessionFilters(this);
    public CommandReader Input { get; }
    public SessionTls Encryption { get; }
    public ClientRights Rights { get; } = new();
    public ClientLimits Limits { get; }
    public SessionLog SessionLog { get; }
    /// <summary>Keeps or logs what is said; null in most sessions.</summary>
    public Dialogue? Dialogue { get; private set; }

    // ---- the client --------------------------------------------------------------------------------------------------

    public ClientInfo Client { get; set; }
    /// <summary>The address under which the server counts this connection, if it does.</summary>
    public IPAddress? CountedAs { get; set; }
    /// <summary>What XFORWARD said, for the next message.</summary>
    public ForwardedClient? Forwarded { get; set; }
    /// <summary>The name in HELO or EHLO, made harmless; empty before.</summary>
    public string Helo { get; set; } = "";
    /// <summary>The session has begun with EHLO.</summary>
    public bool IsExtended { get; set; }
    /// <summary>"SMTP", or "ESMTP" after EHLO.</summary>
    public string Protocol => IsExtended ? "ESMTP" : "SMTP";
    /// <summary>Who logged in, by AUTH or as XCLIENT says; empty when nobody did.</summary>
    public string SaslLogin { get; private set; } = "";
    /// <summary>The mechanism, or "XCLIENT"; empty when nobody logged in.</summary>
    public string SaslMethod { get; private set; } = "";
    public bool IsAuthenticated => SaslLogin.Length > 0;
    /// <summary>What the session's TLS agreed on; null in clear.</summary>
    public TlsFacts? Tls => Encryption.Facts;
    public bool SawBareLf { get; set; }
    /// <summary>The client was refused at connect time; it may only QUIT.</summary>
    public SmtpReply AccessDenied { get; private set; }

    public void LoggedIn(string method, string login) => (SaslMethod, SaslLogin) = login.Length > 0 ? (method, login) : ("", "");

    /// <summary>RFC 3207 4.2: what the client said of itself is forgotten.</summary>
    public void Forget()
    {
        EndTransaction();
        Helo = "";
        IsExtended = false;
        LoggedIn("", "");
    }

    // ---- the transaction ---------------------------------------------------------------------------------------------

    public Transaction? Transaction { get; private set; }
    /// <summary>What the log calls what is under way: the queue id, or "NOQUEUE".</summary>
    public string LogId => Transaction?.LogId ?? "NOQUEUE";
    /// <summary>What is under way.</summary>
    public SessionStage Stage { get; set; }
    /// <summary>A chunk was refused and the last one has not come yet.</summary>
    public bool ChunkFailed { get; set; }
    /// <summary>Bytes of refused chunks of one message.</summary>
    public long SkippedChunks { get; set; }

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

    /// <summary>What policy servers know a message by, and the time between two messages of a session.</summary>
    public string Instance => _instance ??=
        $"{Environment.ProcessId:x}.{Interlocked.Increment(ref s_instances):x}.{Loop.NowMilliseconds:x}";

    public void Begin(Transaction transaction) => Transaction = transaction;

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

    /// <summary>A new command begins: tables that routing has asked for the last one may have changed.</summary>
    public void BeginCommand() => _addresses?.Forget();

    // ---- replies -----------------------------------------------------------------------------------------------------

    /// <summary>A positive reply as it goes over the wire.</summary>
    public void Reply(ReadOnlySpan<byte> wire) => _replies.Write(wire);

    public void Reply(int code, string status, string text) => _replies.Write(ReplyWriter.Make(code, status, text));

    public void Reply(SmtpReply reply) => _replies.Write(reply);

    /// <summary>A refusal, as handlers return it.</summary>
    public bool Refuse(SmtpReply reply)
    {
        _replies.Write(reply);
        return false;
    }

    /// <summary>A line of the log about what is under way, see <see cref="SessionLog.Event"/>.</summary>
    public void LogEvent(string what, string text) => SessionLog.Event(what, text);
}
