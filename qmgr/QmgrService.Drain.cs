using MtaSuite.Common.Ipc;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>The end of the process, which another one follows at once (reload) or later: what is not done stays in the folders for it, and so do wishes.</summary>
internal sealed partial class QmgrService
{
    private Action? _drained;
    private bool _leftWishes;
    /// <summary>Asked for, and read when nothing was started any more.</summary>
    private readonly List<string> _readInVain = [];

    /// <summary>Too late for wishes: the next process is the one to ask.</summary>
    public bool IsLeaving => _leftWishes;

    /// <summary>Starts no more deliveries; leaves when those that run have their outcomes.</summary>
    public void Drain(Action done)
    {
        _draining = true;
        _drained = done;
        _active.Stop();
        foreach (LinkServer server in _servers) server.Leave();
        _loop.Every(TimeSpan.FromMilliseconds(50), DrainedIfDone);
    }

    private void DrainedIfDone()
    {
        if (_drained == null || _active.Running > 0 || _files.Pending > 0) return;
        if (!_leftWishes && LeaveWishes()) return;
        Action done = _drained;
        _drained = null;
        _agents.Close();
        _notices.Close();
        _verify.Close();
        _loop.After(TimeSpan.FromMilliseconds(20), done);
    }

    /// <summary>
    /// What somebody asked for, and was not tried any more, must not wait for its time in the next process: that goes by the files' times. True: that takes a moment.
    /// </summary>
    private bool LeaveWishes()
    {
        _leftWishes = true;
        bool everything = _flushWhatIsFound && _scanner.IsReadingDeferred;
        List<string> ids =
        [
            .. _deferred.All.Where(d => d.Value == DeferredIndex.Forced).Select(d => d.Key.ToString()), .. _waiting.Forced, .. _readInVain,
            .. _active.Messages.Where(m => m.Forced && m.Folder == SpoolDirectory.Deferred).Select(m => m.Id),
        ];
        if (!everything && ids.Count == 0) return false;
        _files.MakeDue(everything ? null : ids, NowMicroseconds);
        return true;
    }
}
