using System.Net;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Auth;

namespace MtaSuite.Smtpd;

/// <summary>What sessions share, and who may have one. Overload is answered before the banner, without a session.</summary>
internal sealed class SmtpServer(EventLoop loop, SettingsPair settings, Func<SubmitRequest, ISubmission> openMessage, IAddresses addresses,
    NameServices names, DiskSpace disk, int maxSessions, string spool = "") : IService
{
    // Less than the host waits before it ends the process.
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
    private readonly HashSet<SmtpSession> _sessions = [];
    private readonly ClientCounter _clients = new(settings.Normal.IPv4PrefixLength, settings.Normal.IPv6PrefixLength);
    private readonly Dictionary<(EhloKeywords, bool, bool, string), byte[]> _ehloReplies = [];
    private readonly MemoryPressure _memory = new(loop.Time);
    private readonly List<Listener> _listeners = [];
    private Action? _drained;
    private long _warned = long.MinValue, _shortened = long.MinValue;
    private const int MaxNotices = 100;
    private long _noticeMinute;
    private int _notices;

    public EventLoop Loop { get; } = loop;
    public SettingsPair Settings { get; } = settings;
    /// <summary>Opens a message at cleanup. When cleanup is away, the answer says so at once.</summary>
    public Func<SubmitRequest, ISubmission> OpenMessage { get; } = openMessage;
    /// <summary>Write and read what waits for filters before the queue (speed_adjust).</summary>
    public WorkerPool ProxyWorkers => field ??= new WorkerPool(Loop, "proxy", 2);
    /// <summary>Where what waits for them is kept.</summary>
    public string ProxyFolder { get; } = Path.Combine(spool, SpoolDirectory.Incoming);
    public IAddresses Addresses { get; } = addresses;
    public NameServices Names { get; } = names;
    public DiskSpace Disk { get; } = disk;
    public Authentication Authentication { get; } =
        new(settings.Normal.Auth, settings.Normal.Auth.MakeBackEnd(loop, new ServiceConnector(loop, names.Hosts, spool), names.Hosts),
            loop.Time);
    /// <summary>Who tries queued mail on request (ETRN); null: nobody.</summary>
    public LinkClient? Qmgr { get; init; }
    public int Active => _sessions.Count;
    /// <summary>Counts clients over all processes; null: nobody does.</summary>
    public AnvilClient? Anvil { get; set; }
    /// <summary>Knows who has written before; null: nobody does.</summary>
    public GreylistClient? Greylist { get; set; }
    /// <summary>Knows which addresses can be delivered to; null: nobody does.</summary>
    public VerifyClient? Probes { get; set; }

    /// <summary>What anvil calls a client.</summary>
    public string IdentOf(IPAddress client) => $"{Settings.Normal.ServiceName}:{_clients.Ident(client)}";
    /// <summary>Connects to milters and policy servers.</summary>
    public ServiceConnector Services { get; } = new(loop, names.Hosts, spool);

    /// <summary>How many connections the client of a session has here.</summary>
    public int ConnectionsOf(SmtpSession session) => session.CountedAs is { } ip ? _clients.CountOf(ip) : 1;

    /// <summary>The milters for a session: those that smtpd_milter_maps names for its client, else smtpd_milters.</summary>
    public async ValueTask<IReadOnlyList<MilterService>> MiltersOfAsync(SmtpSession session)
    {
        MilterSettings milters = session.Settings.Milters;
        if (!session.Settings.Cleanup.HasFlag(CleanupFlags.Milters)) return [];
        if (milters.SmtpdMaps.IsEmpty) return milters.Smtpd;
        LookupResult found = await milters.SmtpdMaps.LookupAsync(session.Client.Address);
        if (!found.IsError) return found.IsFound ? milters.Parse(found.Value) : milters.Smtpd;
        // no client goes past the milters because a table is away
        Log.Warning($"{SmtpdMilterMaps}: {found.ErrorText}");
        return [MilterSettings.Unavailable];
    }

    private const string SmtpdMilterMaps = "smtpd_milter_maps";

    /// <summary>Null: TLS is off, or cannot be served.</summary>
    public TlsServer? Tls { get; init; }

    /// <summary>Serves a listening socket; owns it.</summary>
    public void Listen(int fd)
    {
        // Accepted sockets inherit it. A batch's replies are one write: there is nothing to gather.
        _ = Sockets.SetSocketOption(fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
        TcpWindow.Apply(fd);
        IPEndPoint? local = null;
        Listener listener = new(Loop, fd, (peer, remote) => Accept(peer, remote, local));
        local = listener.Local;
        _listeners.Add(listener);
    }

    /// <summary>Takes an accepted connection: serves it, or refuses it and closes it.</summary>
    /// <param name="local">Where it was accepted; may be a wildcard address.</param>
    public void Accept(int fd, IPEndPoint? remote, IPEndPoint? local = null) => AcceptAsync(fd, remote, local).Detach();

    private async Task AcceptAsync(int fd, IPEndPoint? remote, IPEndPoint? local)
    {
        ClientInfo client = Names.NameAtOnce(ClientInfo.Of(remote, local, Settings.Normal.ClientPortLogging));
        string? refusal = Overload();
        // Behind a proxy all connections have the proxy's address; the client is counted once its header is there.
        bool counts = client.Ip is not null && Settings.Normal.UpstreamProxyProtocol.Length == 0;
        if (refusal is null && counts && !await CountInAsync(client)) refusal = TooMany(client);
        if (refusal is null && _drained is not null)
        {
            refusal = Overload();
            if (counts) _clients.Leave(client.Ip!);
        }
        if (refusal is not null)
        {
            Refuse(fd, refusal);
            return;
        }
        SmtpSession session = new(this, new Connection(Loop, fd, remote), client);
        _sessions.Add(session);
        NoteLoad();
        if (counts) session.CountedAs = client.Ip;
        ServeAsync(session).Detach();
    }

    // Nine of ten places are taken: the shorter limits hold, also for those who wait already; else whoever came before could keep all
    // places for long.
    private void NoteLoad()
    {
        bool stress = maxSessions > 0 && _sessions.Count * 10L >= maxSessions * 9L;
        bool begins = stress && !Settings.Stress;
        Settings.Stress = stress;
        if (!begins || (_shortened != long.MinValue && Loop.NowMilliseconds - _shortened < 1000)) return;
        _shortened = Loop.NowMilliseconds;
        foreach (SmtpSession session in _sessions) session.ShortenDeadline();
    }

    private async Task ServeAsync(SmtpSession session)
    {
        await session.RunAsync();
        if (session.CountedAs is { } counted) _clients.Leave(counted);
        _sessions.Remove(session);
        NoteLoad();
        if (_drained is not null && _sessions.Count == 0) _drained();
    }

    /// <summary>Why nobody gets a session now, as the whole reply; null when one may.</summary>
    private string? Overload()
    {
        SmtpdSettings s = Settings.Normal;
        if (_drained is not null) return $"421 4.3.2 {s.MyHostname} Service shutting down";
        if (maxSessions > 0 && _sessions.Count >= maxSessions) return Warn($"421 4.3.2 {s.MyHostname} All server ports are busy");
        if (Disk.IsExhausted) return Warn($"421 4.3.1 {s.MyHostname} Insufficient system storage");
        return _memory.IsHigh ? Warn($"421 4.3.2 {s.MyHostname} Server is short of memory") : null;
    }

    private async ValueTask<bool> CountInAsync(ClientInfo client)
    {
        SmtpdSettings s = Settings.Normal;
        int count = _clients.Enter(client.Ip!);
        if (s.ClientConnectionCountLimit == 0 || count <= s.ClientConnectionCountLimit) return true;
        if (await s.Tables.EventLimitExceptions.MatchAsync(client.Name, client.Ip) == MatchResult.Yes) return true;
        _clients.Leave(client.Ip!);
        Log.Warning($"Connection concurrency limit exceeded: {count} from {client.NameAddress} for service {s.ServiceName}");
        return false;
    }

    public string TooMany(ClientInfo client) => $"421 4.7.0 {Settings.Normal.MyHostname} Error: too many connections from {client.Address}";

    /// <summary>Counts the client that a PROXY header named; the refusal when it has too many connections, else null.</summary>
    public async ValueTask<string?> CountProxiedAsync(SmtpSession session)
    {
        if (session.Client.Ip is not { } ip) return null;
        if (!await CountInAsync(session.Client)) return TooMany(session.Client);
        session.CountedAs = ip;
        return null;
    }

    /// <summary>Notices about sessions come at a bearable rate, whatever clients do.</summary>
    public bool MayTellPostmaster()
    {
        long minute = Loop.NowMilliseconds / 60_000;
        if (minute != _noticeMinute) (_noticeMinute, _notices) = (minute, 0);
        if (++_notices == MaxNotices + 1)
            Log.Warning($"more than {MaxNotices} sessions with problems in a minute: no notices to the postmaster about further ones");
        return _notices <= MaxNotices;
    }

    private string Warn(string reply)
    {
        long now = Loop.NowMilliseconds;
        if (_warned == long.MinValue || now - _warned >= 1000) Log.Warning($"refusing connections: {reply}");
        _warned = now;
        return reply;
    }

    private void Refuse(int fd, string reply)
    {
        using FileDescriptor socket = new(fd);
        // Where TLS comes first a reply in clear would be no reply.
        if (!Settings.Normal.Tls.WrapperMode) _ = Sockets.Send(fd, Encoding.UTF8.GetBytes(reply + "\r\n"));
        _ = Sockets.Shutdown(fd, Sockets.SHUT_WR);
    }

    /// <summary>The answer to EHLO for what is announced to a client.</summary>
    public byte[] EhloReply(EhloKeywords discard, bool xclient, bool xforward, string auth)
    {
        if (_ehloReplies.TryGetValue((discard, xclient, xforward, auth), out byte[]? reply)) return reply;
        return _ehloReplies[(discard, xclient, xforward, auth)] = Ehlo.Reply(Settings.Normal, discard, xclient, xforward, auth);
    }

    /// <summary>Takes no more connections; sessions go on to their end, then <paramref name="done"/> is called.</summary>
    public void Drain(Action done)
    {
        _drained = done;
        foreach (Listener listener in _listeners) listener.Dispose();
        if (_sessions.Count == 0) done();
    }

    /// <summary>
    /// The suite stops: ends every session with a 421 as soon as it has no message under way, and the others after five seconds.
    /// </summary>
    public void Stop()
    {
        foreach (SmtpSession session in _sessions.ToArray()) session.ShutDown();
        Loop.After(s_stopTimeout, () =>
        {
            foreach (SmtpSession session in _sessions.ToArray()) session.Connection.CancelRead();
        });
    }
}
