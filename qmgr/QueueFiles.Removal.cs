using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Qmgr;

/// <summary>Messages that are done: removed, or kept with dont_remove.</summary>
internal sealed partial class QueueFiles
{
    private readonly Stack<RemoveWork> _removers = new();
    /// <summary>Where finished messages are kept with dont_remove. No queue: nobody delivers from it.</summary>
    private const string Saved = "saved";
    private static readonly TimeSpan s_longestRemovalRetry = TimeSpan.FromHours(1);

    /// <summary>Until a file that could not be removed is tried again; doubled each time.</summary>
    public TimeSpan RemovalRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Removes a finished message and says so in the log.</summary>
    /// <param name="unsynced">Of its deliveries some are not on stable storage: see <see cref="Removals.AddUnsynced"/>.</param>
    public void Remove(string folder, string id, bool unsynced, Action removed)
    {
        RemoveWork work = _removers.TryPop(out RemoveWork? known) ? known : new RemoveWork(this);
        work.Set(folder, id, unsynced, removed);
        _workers.Submit(work);
    }

    private sealed class RemoveWork(QueueFiles files) : WorkItem
    {
        private string _folder = "", _id = "";
        private bool _unsynced;
        private Action? _removed;
        private int _error;

        public void Set(string folder, string id, bool unsynced, Action removed) =>
            (_folder, _id, _unsynced, _removed) = (folder, id, unsynced, removed);

        public override void Execute() => _error = files.RemoveFile(_folder, _id);

        protected override void OnDone()
        {
            if (_error is 0 or Errno.ENOENT) files.Removed(_id, _unsynced);
            else files.RemoveLater(_folder, _id, _unsynced, _error, files.RemovalRetry);
            Action? removed = _removed;
            _removed = null;
            files._removers.Push(this);
            removed?.Invoke();
        }
    }

    /// <summary>All its recipients are done; only the file is in the way.</summary>
    private void RemoveLater(string folder, string id, bool unsynced, int error, TimeSpan wait)
    {
        Log.Warning($"{id}: remove queue file: {Errno.Text(error)}; trying again in {wait.TotalSeconds:0} s");
        loop.After(wait, () => RemoveAgainAsync(folder, id, unsynced, wait).Detach());
    }

    private async Task RemoveAgainAsync(string folder, string id, bool unsynced, TimeSpan waited)
    {
        int error = await _workers.Run(() => RemoveFile(folder, id));
        TimeSpan longer = waited * 2 < s_longestRemovalRetry ? waited * 2 : s_longestRemovalRetry;
        if (error is 0 or Errno.ENOENT) Removed(id, unsynced);
        else RemoveLater(folder, id, unsynced, error, longer);
    }

    private void Removed(string id, bool unsynced)
    {
        LogLine.Info(id).Free("removed").Send();
        if (unsynced) removals?.AddUnsynced(id);
        else removals?.Add(id);
    }

    /// <summary>From its folder, or from where the process that took this one's place has moved it.</summary>
    private int RemoveFile(string folder, string id)
    {
        int error = spool.Remove(folder, id);
        for (int i = 0; error == Errno.ENOENT && i < s_folders.Length; i++) error = spool.Remove(s_folders[i], id);
        return error;
    }

    /// <summary>Keeps a finished message's file for people to look at, in place of removing it.</summary>
    public async Task SaveAsync(string folder, string id, bool unsynced)
    {
        int error = await _workers.Run(() =>
        {
            _ = Paths.MkDir($"{spool.Root}/{Saved}", FileModes.PrivateFolder);
            return spool.Move(id, folder, Saved);
        });
        if (error is 0 or Errno.ENOENT) Removed(id, unsynced);
        else Log.Warning($"{id}: move queue file to {Saved}: {Errno.Text(error)}");
    }
}
