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
    private const string Usage = "usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (expire and/or un-hold)] "
        + "[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] "
        + "[-S (redundant structure fix)][-v (verbose)] [queue...]";

    public const string Manual = $$"""
        postsuper - manage messages in the queue

        usage: postsuper [-psSv] [-c DIR] [-d ID] [-e ID] [-f ID] [-h ID] [-H ID] [-r ID] [SELECTOR...] [QUEUE...]

          -d ID   delete
          -h ID   put on hold (from incoming, active, deferred)
          -H ID   release from hold
          -r ID   requeue: the message is submitted anew, its addresses are rewritten and routed again
          -e ID   expire: returned to its sender when it is next looked at
          -f ID   expire, and release from hold
          -p      purge temporary files that a crash left behind
          -s, -S  make folders that are missing, put files where they belong

        ID is a queue id, "-" for ids on standard input, or ALL. An option may come several times. QUEUE names where to look:
        maildrop, incoming, active, deferred, hold, corrupt. Without -d to -r: -p and -s.

        {{QueueSelection.Manual}}
        With selectors, of the ids that are named only the messages that fit (postsuper -d ALL --from spammer@example.com).

        Exit status: 0 done; 1 trouble, wrong usage included.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:d:e:f:h:H:pr:sSv", QueueSelection.LongOptions);
        QueueFilter filter = new();
        List<(char Action, string Id)> asked = [];
        (string? directory, bool purge, bool fix) = (null, false, false);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'v': break;
                case 'p': purge = true; break;
                case 's' or 'S': fix = true; break;
                case '-':
                    if (QueueSelection.Take(filter, options) is { } problem) return Tool.Fatal(1, problem);
                    break;
                case '?': return Tool.Fatal(1, Usage);
                default: asked.Add((c, options.Value)); break;
            }
        }
        foreach (string queue in options.Operands)
            if (!SpoolDirectory.Folders.Any(f => f.Name == queue)) return Tool.Fatal(1, $"invalid directory name: {queue}");
        MailConfig? config = Tool.LoadConfig(directory, "postsuper");
        if (config == null) return 1;
        Account? owner = Permissions.Owner(new Instance(config));
        if (owner == null) return 1;
        if (Libc.GetEUid() != 0 && Libc.GetEUid() != owner.Uid) return Tool.Fatal(1, "use of this command is reserved for the superuser");
        Logging.StartCommand(config, "postsuper");
        if (asked.Count == 0 && !purge && !fix) purge = fix = true;
        SpoolRepair repair = new(config);
        if (fix) repair.FixStructure();
        // everything else as mail_owner: folders made on the way are the daemons' to write
        if (Libc.GetEUid() == 0 && !Libc.DropPrivileges(owner.Name, owner.Uid, owner.Gid)) return Tool.Fatal(1, $"become {owner.Name}: {Libc.ErrorText()}");
        if (purge) repair.PurgeTemporary();
        QueueActions actions = new(config, filter, options.Operands);
        foreach ((char action, string id) in asked) actions.Add(action, id);
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
