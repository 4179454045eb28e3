using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Cleanup;

/// <summary>
/// cleanup as a daemon: takes submissions on its links, writes them on a few threads, syncs them together (that is the group commit), and
/// tells qmgr of each message that is durable.
/// </summary>
internal sealed class CleanupService : LinkService
{
    /// <summary>They only write; the syncs are a stage of their own. More would fight for the lock of the folder.</summary>
    private const int WriterThreads = 2;
    private readonly Stack<MessageBuffers> _buffers = new();
    private readonly LinkClient _qmgr;

    public CleanupService(ServiceContext context) : base(context)
    {
        Settings = new CleanupSettings(context.Config);
        Checks = CheckSettings.From(context.Config);
        Milters = new MilterSettings(context.Config);
        foreach (MilterProblem problem in Milters.Problems) Log.Warning($"{problem}");
        if (Milters.NonSmtpd.Count > 0) Services = ConnectorOf(context.Config);
        Rewriting = new AddressRewriting(context.Config);
        foreach (string problem in Rewriting.Problems) Log.Warning($"{problem}");
        string method = context.Config.Get(CommonParams.FileSyncMethod);
        Syncs = new FileSyncStage(Loop, method != "fsync");
        if (method == "journal" && FileSyncStage.IsSupported) Journal = new QueueJournal(Loop, Spool);
        Writers = new WorkerPool(Loop, "writer", WriterThreads) { InPlaceWhenAlone = true, Backlog = 8 };
        _qmgr = new LinkClient(Loop, Spool.SocketPath(false, "qmgr")) { Noticed = Told, Connected = () => IsQueueBehind = false };
        // qmgr scans incoming for each new link, so that no notice lost with an old one matters
        _qmgr.KeepConnected();
        Serve(_ => new IncomingMessage(this), trustedOnly: true);
    }

    /// <summary>qmgr has more new mail than it can work on: submitters get their answers later (in_flow_delay).</summary>
    public bool IsQueueBehind { get; private set; }

    private bool Told(Link link, ReadOnlySpan<byte> payload)
    {
        InFlowNotice notice = new();
        if (!AttributeDecoder.TryDecode(payload, notice)) return false;
        IsQueueBehind = notice.Slow;
        return true;
    }

    private ServiceConnector ConnectorOf(MailConfig config) => new(Loop,
        new HostLookup(new DnsResolver(Loop, DnsOptions.Of(config, "")),
            HostLookupOptions.Of(config, HostSources.Native, DnsQueryFlags.Search)),
        Spool.Root);

    /// <summary>smtpd hands milters over with their connections.</summary>
    protected override void Accepted(Link link) => link.TakeDescriptors();

    /// <summary>non_smtpd_milters, and what milters are told.</summary>
    public MilterSettings Milters { get; }

    /// <summary>Connects to non_smtpd_milters; null: there are none.</summary>
    public ServiceConnector? Services { get; }

    public CleanupSettings Settings { get; }

    /// <summary>What is looked for in content; null: nothing.</summary>
    public CheckSettings? Checks { get; }
    public WorkerPool Writers { get; }
    public SyncStage Syncs { get; }

    /// <summary>Where small files are made durable; null: by themselves, as the large ones.</summary>
    public QueueJournal? Journal { get; }

    public AddressRewriting Rewriting { get; }

    /// <summary>Who has a say in a message once it has come, in this order.</summary>
    public List<IContentFilter> Filters { get; } = [];

    public MessageBuffers Begin()
    {
        Began();
        return _buffers.TryPop(out MessageBuffers? buffers) ? buffers : new MessageBuffers(Settings.HeaderSizeLimit);
    }

    public void End(MessageBuffers buffers)
    {
        if (buffers.TryReset()) _buffers.Push(buffers);
        Ended();
    }

    /// <summary>Tells qmgr of a message: with the envelope, or where that is too large, only that it is there.</summary>
    public void Notify(QueuedNotice notice)
    {
        if (_qmgr.TryNotify(notice) || notice.ReadFile) return;
        _qmgr.TryNotify(new QueuedNotice { ReadFile = true, Envelope = new Envelope { QueueId = notice.Envelope.QueueId } });
    }

    protected override void Close()
    {
        _qmgr.Close();
        Journal?.Close();
    }
}
