using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postqueue;

/// <summary>postqueue: lists the queue, and asks for messages to be tried now.</summary>
internal static class PostqueueCommand
{
    private const string Usage = "usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site";

    public const string Manual = $$"""
        postqueue - list and flush the queue

        usage: postqueue [-v] [-c DIR] -p|-j [SELECTOR...]   list, as text or as JSON, one object a line
               postqueue [-v] [-c DIR] -f [SELECTOR...]      try all messages now, or those that match the selectors
               postqueue [-v] [-c DIR] -i ID                 try one message now
               postqueue [-v] [-c DIR] -s SITE               try what is queued for a site now

        {{QueueSelection.Manual}}
        Marks after a queue id: * being delivered, ! on hold, # will expire (postsuper -e).
        Root and the mail owner see the queue even while the mail system is down; active messages are not marked then.

        Exit status: 0 done; 64 wrong usage; 69 not available; 75 try again later; 77 not allowed.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:fi:jps:v", QueueSelection.LongOptions);
        QueueFilter filter = new();
        (char mode, string argument, string? directory) = ('\0', "", null);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'v': break;
                case '-':
                    if (QueueSelection.Take(filter, options) is { } problem) return Tool.Fatal(ExitCode.Usage, problem);
                    break;
                case '?': return Tool.Fatal(ExitCode.Unavailable, Usage);
                default:
                    if (mode != '\0') return Tool.Fatal(ExitCode.Unavailable, Usage);
                    (mode, argument) = (c, options.Value);
                    break;
            }
        }
        if (mode == '\0' || options.Operands.Count > 0) return Tool.Fatal(ExitCode.Unavailable, Usage);
        MailConfig? config = Tool.LoadConfig(directory, "postqueue");
        if (config == null) return ExitCode.Unavailable;
        return mode switch
        {
            'p' => List(config, filter),
            'j' => QueueSource.Read(config, filter, QueueJson.Take),
            'f' when filter.IsEmpty => Ask(config, QmgrRequest.Flush, ""),
            'f' => FlushSelected(config, filter),
            'i' when !QueueId.IsValid(argument) => Tool.Fatal(ExitCode.Usage, $"Cannot flush queue ID - invalid name: \"{argument}\""),
            'i' => Ask(config, QmgrRequest.FlushId, argument),
            _ => Ask(config, QmgrRequest.FlushSite, argument),
        };
    }

    private static int List(MailConfig config, QueueFilter filter)
    {
        QueueReport report = new();
        int status = QueueSource.Read(config, filter, report.Take);
        if (status == ExitCode.Ok) report.Finish();
        return status;
    }

    private static int Ask(MailConfig config, string command, string argument)
    {
        using QmgrClient? qmgr = QmgrClient.Connect(config, out string error);
        if (qmgr == null) return Tool.Fatal(ExitCode.Unavailable, $"Cannot flush mail queue - mail system is down ({error})");
        QmgrReply reply = qmgr.Ask(command, argument);
        return reply.Ok ? ExitCode.Ok : Tool.Fatal(ExitCode.Unavailable, reply.Text);
    }

    private static int FlushSelected(MailConfig config, QueueFilter filter)
    {
        List<string> ids = [];
        int status = QueueSource.Read(config, filter, entry =>
        {
            ids.Add(entry.QueueId);
            return true;
        });
        if (status != ExitCode.Ok) return status;
        using QmgrClient? qmgr = QmgrClient.Connect(config, out string error);
        if (qmgr == null) return Tool.Fatal(ExitCode.Unavailable, $"Cannot flush mail queue - mail system is down ({error})");
        foreach (string id in ids)
            if (qmgr.Ask(QmgrRequest.FlushId, id) is { Ok: false } refusal) return Tool.Fatal(ExitCode.Unavailable, refusal.Text);
        return ExitCode.Ok;
    }
}
