using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Pipe;
using MtaSuite.Local.Rights;
using MtaSuite.Local.Virtual;

namespace MtaSuite.Local.Service;

/// <summary>Carries out one request: outcomes in the order of its recipients. Begins on a delivery thread.</summary>
/// <param name="sync">Syncs a file together with those of other requests, and gives errno or 0; what follows runs on the loop.</param>
internal delegate ValueTask<DeliverReply> Deliverer(DeliverRequest request, DeliveryFile file, Func<WrittenFile, Promise<int>> sync);

/// <summary>
/// The delivery daemon: takes jobs from qmgr (and from local, which passes recipients on), runs them on a few threads, answers.
/// </summary>
internal sealed class DeliveryService : LinkService
{
    /// <summary>They write; what waits (syncs, locks, commands) does not count as one of them. More would only fight for folders.</summary>
    private const int MailboxThreads = 2;
    /// <summary>Commands may run for minutes; more threads than processors so that they do not hold up the mailboxes.</summary>
    private const int CommandThreads = 20;

    public DeliveryService(ServiceContext context) : base(context)
    {
        Workers = new WorkerPool(context.Loop, "delivery",
            context.Command == "pipe" ? CommandThreads : MailboxThreads)
        { Backlog = context.Command == "pipe" ? 0 : 2 };
        Syncs = new FileSyncStage(context.Loop, context.Config.Get(CommonParams.FileSyncMethod) != "fsync");
        Journal = new JournalCover(context.Spool);
        string mailOwner = context.Config.Get(CommonParams.MailOwner);
        SpoolOwner = FileIdentity.IsPrivileged && UserDatabase.Find(mailOwner, out Account? owner) == 0 ? owner?.Uid : null;
        Deliver = MakeDeliverer(context);
        Serve(_ => new DeliveryWork(this));
    }

    /// <summary>Who writes queue files; null: this process has nobody's rights but its own.</summary>
    public uint? SpoolOwner { get; }

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
                VirtualSettings boxes = new(context.Config, problems);
                VirtualDelivery mailboxes = new(boxes with { Locking = boxes.Locking with { Waiting = OnSlowWork } }, Warn);
                deliver = new SeparateDeliveries(context.Command, mailboxes.Deliver, Journal).DeliverAsync;
                break;
            case "pipe":
                PipeSettings? settings = PipeSettings.From(context.Config, context.ServiceName, context.Attributes, out string problem);
                if (settings == null) problems.Add(problem);
                else
                {
                    JointDelivery joint = new(new PipeDelivery(settings, Warn).Deliver);
                    deliver = (request, file, _) => ValueTask.FromResult(joint.Deliver(request, file));
                }
                break;
            default:
                LocalSettings users = new(context.Config, problems);
                LocalDelivery local = new(users with { Locking = users.Locking with { Waiting = OnSlowWork } },
                    new SuiteServices(context, OnSlowWork), context.ServiceName);
                deliver = new SeparateDeliveries(context.ServiceName, local.Deliver, Journal).DeliverAsync;
                break;
        }
        foreach (string problem in problems) Warn(problem);
        return deliver ?? ((request, _, _) => ValueTask.FromResult(Refuse(request, "4.3.5", "mail system configuration error")));
    }

    /// <summary>The same temporary failure for all recipients.</summary>
    public static DeliverReply Refuse(DeliverRequest request, string status, string text)
    {
        long now = QueueId.Microseconds();
        Outcome outcome = Outcome.Defer(status, text);
        DeliverReply reply = new() { QueueId = request.QueueId };
        foreach (DeliverRecipient recipient in request.Recipients)
        {
            DeliveryLog.Write(request, recipient, outcome, request.Transport, now, now, now);
            reply.Recipients.Add(new RecipientOutcome { Offset = recipient.Offset, Outcome = outcome });
        }
        return reply;
    }

    /// <summary>A worker begins or ends to wait for a command, a lock or another process.</summary>
    private void OnSlowWork(bool begins)
    {
        if (begins) Workers.BeginWait();
        else Workers.EndWait();
    }
}
