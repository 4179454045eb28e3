using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postsuper;

/// <summary>
/// What postsuper does to messages: finds their files and renames, removes or marks them. One rename or one removal each, so that nothing
/// is half done.
/// </summary>
internal sealed class QueueActions(MailConfig config, QueueFilter filter, List<string> queues)
{
    private const string All = "ALL";
    private static readonly string[] Anywhere =
        [SpoolDirectory.Hold, SpoolDirectory.Incoming, SpoolDirectory.Active, SpoolDirectory.Deferred];

    /// <summary>One kind of action: the word for its count, that for one message, where it looks by default, and what it does.</summary>
    private sealed record Kind(char Letter, string Total, string Single, string[] Queues, Func<QueueActions, string, string, int> Do)
    {
        public int Count;
    }

    // in this order, whatever the order on the command line
    private readonly Kind[] _kinds =
    [
        new('r', "Requeued", "requeued", Anywhere, static (a, folder, id) => a.Requeue(folder, id)),
        new('h', "Placed on hold", "placed on hold", [SpoolDirectory.Incoming, SpoolDirectory.Active, SpoolDirectory.Deferred],
            static (a, folder, id) => a.Hold(folder, id)),
        new('e', "Force-expired", "expired", Anywhere, static (a, folder, id) => a.Expire(folder, id)),
        new('f', "Force-expired", "expired", Anywhere, static (a, folder, id) => a.ExpireAndRelease(folder, id)),
        new('H', "Released from hold", "released from hold", [SpoolDirectory.Hold], static (a, folder, id) => a.Release(folder, id)),
        new('d', "Deleted", "removed", Anywhere, static (a, folder, id) => a.Delete(folder, id)),
    ];

    private readonly SpoolDirectory _spool = new(config.Get(CommonParams.QueueDirectory));
    private readonly List<(char Action, string Id)> _asked = [];
    private HashSet<string>? _active;
    private QueueListing? _listing;
    private int _failures;

    /// <summary>Something was done.</summary>
    public bool Changed => _kinds.Any(k => k.Count > 0);

    /// <summary>Messages wait in maildrop for pickup.</summary>
    public bool Requeued => _kinds[0].Count > 0;

    public void Add(char action, string id) => _asked.Add((action, id));

    /// <summary>Does it all; how many messages gave trouble.</summary>
    public int Run()
    {
        foreach (Kind kind in _kinds)
        {
            if (!_asked.Exists(a => a.Action == kind.Letter)) continue;
            foreach ((_, string id) in _asked.Where(a => a.Action == kind.Letter))
            {
                if (id == All) Everything(kind);
                else if (id == "-") FromInput(kind);
                else One(kind, id);
            }
            Report($"{kind.Total}: {kind.Count} message{(kind.Count == 1 ? "" : "s")}");
        }
        return _failures;
    }

    private static void Report(string text)
    {
        Tool.Complain(text);
        Log.Info($"{text}");
    }

    private void FromInput(Kind kind)
    {
        while (Console.In.ReadLine() is { } line)
            if (line.Trim() is { Length: > 0 } id) One(kind, id);
    }

    private void One(Kind kind, string id)
    {
        if (!QueueId.IsValid(id))
        {
            Tool.Warning($"invalid mail queue id: {id}");
            return;
        }
        HashSet<string> seen = [];
        foreach (string queue in QueuesFor(kind))
            foreach (string folder in FoldersOf(queue))
                if (Fits(folder, id, queue) && seen.Add(folder) && Do(kind, folder, id)) Report($"{id}: {kind.Single}");
    }

    private void Everything(Kind kind)
    {
        HashSet<(string, string)> seen = [];
        foreach (string queue in QueuesFor(kind))
            foreach (string folder in FoldersOf(queue))
                // listed before the first is touched: a rename within a hashed folder could be met again
                foreach (string id in _spool.Ids(folder).ToArray())
                    if (Fits(folder, id, queue) && seen.Add((folder, id))) Do(kind, folder, id);
    }

    private IEnumerable<string> QueuesFor(Kind kind) => queues.Count > 0 ? queues : kind.Queues;

    /// <summary>Messages under delivery stay in the folder where they were found; which they are, only qmgr knows.</summary>
    private static string[] FoldersOf(string queue) =>
        queue == SpoolDirectory.Active ? [SpoolDirectory.Active, SpoolDirectory.Incoming, SpoolDirectory.Deferred] : [queue];

    private bool Fits(string folder, string id, string queue)
    {
        if (queue == SpoolDirectory.Active && folder != SpoolDirectory.Active && queues.Count > 0 && !Active.Contains(id)) return false;
        if (filter.IsEmpty) return true;
        _listing ??= new QueueListing(_spool, filter, i => new QueueEntryState(Active.Contains(i), ""));
        return _listing.ReadOne(folder, id, QueueId.Microseconds()) != null;
    }

    private HashSet<string> Active
    {
        get
        {
            if (_active != null) return _active;
            using QmgrClient? qmgr = QmgrClient.Connect(config, out _);
            return _active = qmgr?.ActiveIds() ?? [];
        }
    }

    private bool Do(Kind kind, string folder, string id)
    {
        int error = kind.Do(this, folder, id);
        if (error == 0) kind.Count++;
        // gone, or never there: delivered meanwhile, or in another queue
        else if (error != Errno.ENOENT)
        {
            _failures++;
            Tool.Warning($"{folder}/{id}: {Errno.Text(error)}");
        }
        return error == 0;
    }

    // ---- the actions: 0 or errno -----------------------------------------------------------------------------------

    private int Delete(string folder, string id)
    {
        int error = _spool.Remove(folder, id);
        if (error != 0) return error;
        foreach (string log in (string[])[SpoolDirectory.Bounce, SpoolDirectory.Defer, SpoolDirectory.Trace]) _ = _spool.Remove(log, id);
        return 0;
    }

    private int Hold(string folder, string id) =>
        folder == SpoolDirectory.Hold ? Errno.ENOENT : _spool.Move(id, folder, SpoolDirectory.Hold);

    /// <summary>Back among the deferred, due at once.</summary>
    private int Release(string folder, string id) =>
        folder != SpoolDirectory.Hold ? Errno.ENOENT : Touch(folder, id) is var error and not 0 ? error
        : _spool.Move(id, SpoolDirectory.Hold, SpoolDirectory.Deferred);

    /// <summary>pickup takes the modification time for the arrival.</summary>
    private int Requeue(string folder, string id) =>
        folder == SpoolDirectory.Maildrop ? Errno.ENOENT : Touch(folder, id) is var error and not 0 ? error
        : _spool.Move(id, folder, SpoolDirectory.Maildrop);

    private int Touch(string folder, string id) =>
        FileIO.SetModified(_spool.PathOf(folder, id), QueueId.Microseconds()) == 0 ? 0 : Errno.Last;

    private int Expire(string folder, string id)
    {
        string path = _spool.PathOf(folder, id);
        if (!FileStatus.TryGet(path, out FileStatus status, follow: false)) return Errno.Last;
        return Paths.ChMod(path, status.Permissions | SpoolDirectory.ForceExpireMode) == 0 ? 0 : Errno.Last;
    }

    private int ExpireAndRelease(string folder, string id)
    {
        int error = Expire(folder, id);
        return error != 0 || folder != SpoolDirectory.Hold ? error : Release(folder, id);
    }
}
