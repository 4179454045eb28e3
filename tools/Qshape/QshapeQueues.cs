using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Qshape;

/// <summary>
/// The envelopes of queues. A message that is being delivered counts as active, wherever its file is; qmgr is asked which they are.
/// </summary>
internal static class QshapeQueues
{
    public static IEnumerable<Envelope> Read(MailConfig? config, string[] queues)
    {
        HashSet<string> seen = [], active = config == null ? [] : ActiveIds(config);
        foreach (string queue in queues)
            foreach ((string id, string path) in Files(config, queue, active))
                if (seen.Add(id) && Open(path, id) is { } envelope) yield return envelope;
    }

    private static IEnumerable<(string Id, string Path)> Files(MailConfig? config, string queue, HashSet<string> active)
    {
        if (queue.StartsWith('/'))
        {
            EnumerationOptions all =
                new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
            foreach (string path in Directory.EnumerateFiles(queue, "*", all))
                if (QueueId.IsValid(Path.GetFileName(path))) yield return (Path.GetFileName(path), path);
            yield break;
        }
        SpoolDirectory spool = new(config!.Get(CommonParams.QueueDirectory));
        bool wantsActive = queue == SpoolDirectory.Active;
        foreach (string folder in wantsActive ? [SpoolDirectory.Active, SpoolDirectory.Incoming, SpoolDirectory.Deferred]
            : (string[])[queue])
            foreach (string id in spool.Ids(folder))
                if (folder is SpoolDirectory.Active || !MayBeActive(folder) || active.Contains(id) == wantsActive)
                    yield return (id, spool.PathOf(folder, id));
    }

    private static bool MayBeActive(string folder) => folder is SpoolDirectory.Incoming or SpoolDirectory.Deferred;

    private static Envelope? Open(string path, string id)
    {
        using FileDescriptor? opened = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK);
        if (opened == null) return null;
        return SpoolDirectory.TryRead(opened.Fd, id, out QueueFile? file) == QueueFileStatus.Ok ? file!.Envelope : null;
    }

    private static HashSet<string> ActiveIds(MailConfig config)
    {
        using QmgrClient? qmgr = QmgrClient.Connect(config, out _);
        return qmgr?.ActiveIds() ?? [];
    }
}
