using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tools.Postlock;

/// <summary>The locks that mail programs honour on a mailbox file: fcntl(2), flock(2), and a file with ".lock" behind the name.</summary>
internal sealed class MailboxLock(string path, List<string> styles, MailConfig config)
{
    private FileDescriptor? _file;
    private bool _dotLocked;
    /// <summary>The folder, which may be another user's: all goes by its descriptor.</summary>
    private PathWalk? _walk;

    private Folder Folder => _walk!.Folder;
    private string DotLock => $"{_walk!.Name}.lock";

    /// <summary>Tries deliver_lock_attempts times; what went wrong, or null.</summary>
    public string? Acquire()
    {
        _walk = PathWalk.To(Path.GetFullPath(path), Credentials.GetEUid(), out int errno);
        if (_walk == null) return $"open file {path}: {Errno.Text(errno)}";
        const int flags = FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_CLOEXEC | FileIO.O_NOCTTY | FileIO.O_NOFOLLOW;
        _file = FileDescriptor.From(FileIO.OpenAt(Folder.Fd, _walk.Name, flags, FileModes.PrivateFile));
        if (_file == null) return $"open file {path}: {Errno.Text()}";
        int attempts = config.Get(LocalParams.DeliverLockAttempts);
        int delay = (int)config.Get(LocalParams.DeliverLockDelay).TotalMilliseconds;
        for (int i = 0; ; i++)
        {
            string? trouble = TryAll();
            if (trouble == null) return null;
            ReleaseLocks();
            if (i + 1 >= attempts) return $"unable to lock {path}: {trouble}";
            Instance.Pause(delay);
        }
    }

    private string? TryAll()
    {
        foreach (string style in styles)
        {
            bool ok = style switch
            {
                "fcntl" => FileLocks.LockFileFcntl(_file!.Fd, exclusive: true, wait: false) == 0,
                "flock" => FileLocks.Flock(_file!.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) == 0,
                _ => TryDotLock(),
            };
            if (!ok) return Errno.Text();
        }
        return null;
    }

    private bool TryDotLock()
    {
        if (Folder.TryStat(DotLock, out FileStatus status)
            && DateTimeOffset.UtcNow - status.Modified > config.Get(LocalParams.StaleLockTime)) _ = Folder.TryRemove(DotLock);
        using FileDescriptor? file = Folder.TryOpenFile(DotLock, FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL, FileModes.ReadOnlyFile);
        return _dotLocked = file != null;
    }

    private void ReleaseLocks()
    {
        if (_dotLocked) _ = Folder.TryRemove(DotLock);
        _dotLocked = false;
        if (styles.Contains("flock")) _ = FileLocks.Flock(_file!.Fd, FileLocks.LOCK_UN);
    }

    /// <summary>Gives all locks back; closing gives the fcntl lock back.</summary>
    public void Release()
    {
        ReleaseLocks();
        _file?.Dispose();
        _walk?.Dispose();
    }
}
