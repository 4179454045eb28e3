using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Is it running, and what is in the queue; and the wish to deliver it now.</summary>
internal static class StatusCommand
{
    public static int Run(Instance instance)
    {
        int pid = instance.FindMaster();
        if (pid < 0) return Tool.Fatal(1, Instance.Unknown(pid));
        Tool.Print(pid > 0 ? $"the mail system is running: PID: {pid}\n" : "the mail system is not running\n");
        if (Paths.Access($"{instance.Spool.Root}/{SpoolDirectory.Incoming}", Paths.R_OK | Paths.X_OK) == 0)
            Tool.Print(string.Join(", ", SpoolDirectory.Queues.Select(q => $"{q} {instance.Spool.Ids(q).Count()}")) + "\n");
        return pid > 0 ? ExitCode.Ok : 1;
    }

    public static int Flush(Instance instance)
    {
        using QmgrClient? qmgr = QmgrClient.Connect(instance.Config, out string error);
        if (qmgr == null) return Tool.Fatal(ExitCode.TryLater, error);
        QmgrReply reply = qmgr.Ask(QmgrRequest.Flush);
        return reply.Ok ? ExitCode.Ok : Tool.Fatal(ExitCode.NoPermission, reply.Text);
    }
}
