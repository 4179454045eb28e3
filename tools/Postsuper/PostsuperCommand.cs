using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Postkick;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postsuper;

/// <summary>postsuper: removes, holds, releases, requeues and expires messages, and repairs the spool. For root and mail_owner.</summary>
internal static class PostsuperCommand
{
    private const string Usage = "usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (expire "
        + "and/or un-hold)] "
        + "[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] "
        + "[-S (redundant structure fix)][-v (verbose)] [queue...]";

    public const string Manual = $$"""
        postsuper - manage messages in the queue

        usage: postsuper [-psSv] [-c DIR] [-d ID] [-e ID] [-f ID] [-h ID] [-H ID] [-r ID] [SELECTOR...] [QUEUE...]

          -d ID   delete
          -h ID   put on hold (from incoming, active, deferred)
          -H ID   release from hold
          -r ID   requeue: the message is submitted again, so that its addresses are rewritten and routed again
          -e ID   expire: the message is returned to its sender at its next attempt
          -f ID   expire, and release from hold
          -p      purge temporary files that a crash left behind
          -s, -S  create missing folders, move files to the right folder

        ID is a queue id, "-" for ids on standard input, or ALL. An option may be given several times. QUEUE says where to look:
        maildrop, incoming, active, deferred, hold, corrupt. Without -d to -r: -p and -s.

        {{QueueSelection.Manual}}
        With selectors an option applies only to messages that match them (postsuper -d ALL --from spammer@example.com).

        Exit status: 0 done; 1 error, or wrong usage.

        """;

    /// <summary>What the options ask for.</summary>
    private sealed class Work
    {
        public string? Directory;
        public bool Purge, Fix;
        public readonly QueueFilter Filter = new();
        public readonly List<(char Action, string Id)> Asked = [];
        public List<string> Queues = [];
    }

    /// <summary>Reads the options; what is wrong with them, or null.</summary>
    private static string? Parse(string[] args, Work work)
    {
        GetOpt options = new(args, "c:d:e:f:h:H:pr:sSv", QueueSelection.LongOptions);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': work.Directory = options.Value; break;
                case 'v': break;
                case 'p': work.Purge = true; break;
                case 's' or 'S': work.Fix = true; break;
                case '-':
                    if (QueueSelection.Take(work.Filter, options) is { } problem) return problem;
                    break;
                case '?': return Usage;
                default: work.Asked.Add((c, options.Value)); break;
            }
        }
        work.Queues = options.Operands;
        if (work is { Asked.Count: 0, Purge: false, Fix: false }) work.Purge = work.Fix = true;
        return work.Queues.Find(q => !SpoolDirectory.Folders.Any(f => f.Name == q)) is { } unknown ? $"invalid directory name: {unknown}"
            : null;
    }

    public static int Run(string[] args)
    {
        Work work = new();
        if (Parse(args, work) is { } problem) return Tool.Fatal(1, problem);
        MailConfig? config = Tool.LoadConfig(work.Directory, "postsuper");
        if (config == null) return 1;
        Account? owner = Permissions.Owner(new Instance(config));
        if (owner == null) return 1;
        if (Credentials.GetEUid() != 0 && Credentials.GetEUid() != owner.Uid) return Tool.Fatal(1,
            "use of this command is reserved for the superuser");
        Logging.StartCommand(config, "postsuper");
        SpoolRepair repair = new(config);
        if (work.Fix) repair.MakeFolders(owner);
        // Everything else as mail_owner, who writes these folders: with root's rights a link in them would lead anywhere. And what is
        // made is the daemons' to write.
        if (Credentials.GetEUid() == 0 && !Credentials.DropPrivileges(owner.Name, owner.Uid, owner.Gid))
            return Tool.Fatal(1, $"become {owner.Name}: {Errno.Text()}");
        if (work.Fix) repair.FixStructure();
        if (work.Purge) repair.PurgeTemporary();
        QueueActions actions = new(config, work.Filter, work.Queues);
        foreach ((char action, string id) in work.Asked) actions.Add(action, id);
        int failures = repair.Failures + actions.Run();
        if (actions.Changed || repair.Moved) TellQmgr(config);
        if (actions.Requeued) PostkickCommand.TriggerPickup(config);
        Common.Log.Log.Flush();
        return failures == 0 ? ExitCode.Ok : 1;
    }

    /// <summary>qmgr looks again; when it does not run, it will at its start.</summary>
    private static void TellQmgr(MailConfig config)
    {
        using QmgrClient? qmgr = QmgrClient.Connect(config, out _);
        if (qmgr?.Ask(QmgrRequest.Rescan) is { Ok: false } refusal) Tool.Warning(refusal.Text);
    }
}
