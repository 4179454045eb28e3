using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Pipe;
using MtaSuite.Local.Rights;
using MtaSuite.Local.Virtual;

namespace MtaSuite.Local.Service;

/// <summary>Delivers one job: all outcomes, in the order of the request's recipients. Runs on a delivery thread.</summary>
internal delegate List<RecipientOutcome> Deliverer(DeliverRequest request, int queueFile, DeliverySync sync);

/// <summary>The delivery daemon: takes jobs from qmgr (and from local, which passes recipients on), runs them on a few threads, answers.</summary>
internal sealed class DeliveryService : LinkService
{
    /// <summary>They write; what waits (syncs, locks, commands) does not count as one of them. More would only fight for folders.</summary>
    private const int MailboxThreads = 2;
    /// <summary>Commands may run for minutes; more threads than processors so that they do not hold up the mailboxes.</summary>
    private const int CommandThreads = 20;

    public DeliveryService(ServiceContext context) : base(context)
    {
        Workers = new WorkerPool(context.Loop, "delivery", context.Command == "pipe" ? CommandThreads : MailboxThreads) { Patience = context.Command == "pipe" ? 0 : 2 };
        Syncs = new FileSyncStage(context.Loop, context.Config.Get(CommonParams.FileSyncMethod) != "fsync");
        Journal = new JournalCover(context.Spool);
        string mailOwner = context.Config.Get(CommonParams.MailOwner);
        _spoolOwner = FileIdentity.IsPrivileged && Libc.FindAccount(mailOwner, out Account? owner) == 0 ? owner?.Uid : null;
        Deliver = MakeDeliverer(context);
        Serve(_ => new DeliveryStream(this));
    }

    /// <summary>Who writes queue files; null: this process has nobody's rights but its own.</summary>
    private readonly uint? _spoolOwner;

    /// <summary>mail_owner's, and nobody else's under another name.</summary>
    public bool IsSpoolFile(Libc.FileStatus status) => _spoolOwner == null || status.Uid == _spoolOwner;

    public WorkerPool Workers { get; }
    public SyncStage Syncs { get; }
    public JournalCover Journal { get; }
    public Deliverer Deliver { get; }

    private Deliverer MakeDeliverer(ServiceContext context)
    {
        List<string> problems = [];
        static void Warn(string text) => Log.Warning($"{text}");
        Deliverer? deliver = null;
        switch (context.Command)
        {
            case "virtual":
                VirtualSettings boxes = VirtualSettings.From(context.Config, problems);
                VirtualDelivery mailboxes = new(boxes with { Locking = boxes.Locking with { Waiting = OnSlowWork } }, Warn);
                deliver = (request, file, sync) => QueueFileJob.ForEach(request, file, context.Command, mailboxes.Deliver, sync);
                break;
            case "pipe":
                PipeSettings? settings = PipeSettings.From(context.Config, context.ServiceName, context.Attributes, out string problem);
                if (settings == null) problems.Add(problem);
                else
                {
                    PipeDelivery command = new(settings, Warn);
                    deliver = (request, file, _) => QueueFileJob.All(request, file, command.Deliver);
                }
                break;
            default:
                LocalSettings users = LocalSettings.From(context.Config, problems);
                LocalDelivery local = new(users with { Locking = users.Locking with { Waiting = OnSlowWork } }, new SuiteServices(context, OnSlowWork), context.ServiceName);
                deliver = (request, file, sync) => QueueFileJob.ForEach(request, file, context.ServiceName, local.Deliver, sync);
                break;
        }
        foreach (string problem in problems) Warn(problem);
        return deliver ?? ((request, _, _) => QueueFileJob.Refuse(request, "4.3.5", "mail system configuration error"));
    }

    /// <summary>A worker begins or ends to wait for a command, a lock or another process.</summary>
    private void OnSlowWork(bool begins)
    {
        if (begins) Workers.BeginWait();
        else Workers.EndWait();
    }
}
