using System.Buffers.Text;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>How mailboxes of many messages are locked (mailbox_delivery_lock).</summary>
[Flags]
public enum LockMethods { None = 0, Fcntl = 1, Flock = 2, DotLock = 4 }

/// <summary>Locking as configured: methods, number of attempts and delay between them.</summary>
/// <param name="Attempts">deliver_lock_attempts.</param>
/// <param name="Delay">deliver_lock_delay.</param>
/// <param name="StaleAfter">stale_lock_time: the age at which somebody's lock file is no lock any more.</param>
/// <param name="Clock">Says how old a lock file is.</param>
public sealed record MailboxLocking(LockMethods Methods, int Attempts, TimeSpan Delay, TimeSpan StaleAfter, TimeProvider Clock)
{
    /// <summary>
    /// Waits between attempts; tests replace it. The thread is one of the few that do nothing but deliver, so it may wait.
    /// </summary>
    public Action<TimeSpan> Pause { get; init; } = static delay => Poll.Wait([], (int)delay.TotalMilliseconds);

    /// <summary>
    /// Told true when a thread begins to wait for a mailbox, and false afterwards, so that another one may take its place. Called under the
    /// recipient's file identity: must not start a thread itself.
    /// </summary>
    public Action<bool> Waiting { get; init; } = static _ => { };

    /// <summary>Reads a list such as "fcntl, dotlock"; false when a word is not known or none is left.</summary>
    public static bool TryParseMethods(string text, out LockMethods methods)
    {
        methods = LockMethods.None;
        foreach (string word in text.Split([' ', ',', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            LockMethods one = word switch
            {
                "fcntl" => LockMethods.Fcntl,
                "flock" => LockMethods.Flock,
                "dotlock" => LockMethods.DotLock,
                _ => LockMethods.None
            };
            if (one == LockMethods.None) return false;
            methods |= one;
        }
        return methods != LockMethods.None;
    }

    /// <summary>
    /// Makes path.lock. 0, or errno: EEXIST when it stays somebody else's. Runs under the identity that may write to the folder. The file
    /// says who holds the lock ("process host"): one whose process was killed does not hold up mail until it is old.
    /// </summary>
    public int TakeDotLock(string path)
    {
        string name = path + ".lock";
        for (int attempt = 1; ; attempt++)
        {
            const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL;
            using (FileDescriptor? made = FileDescriptor.TryOpen(name, flags, FileModes.PrivateFile))
            {
                // on a full disk it stays empty, and is a lock all the same
                if (made != null) _ = FileIO.Write(made.Fd, s_holder);
                if (made != null) return 0;
            }
            int errno = Errno.Last;
            if (errno != Errno.EEXIST || attempt >= Attempts) return errno;
            if (IsAbandoned(name))
            {
                if (Paths.Unlink(name) == 0 || Errno.Last == Errno.ENOENT) continue;
                return Errno.Last;
            }
            Wait();
        }
    }

    private void Wait()
    {
        Waiting(true);
        Pause(Delay);
        Waiting(false);
    }

    /// <summary>Removes path.lock; tries again, for one that stays keeps everybody from the mailbox until it is stale.</summary>
    public static void ReleaseDotLock(string path)
    {
        for (int attempt = 1; Paths.Unlink(path + ".lock") != 0 && Errno.Last is Errno.EIO or Errno.ENOMEM
            && attempt < ReleaseAttempts; attempt++) { }
    }

    /// <summary>Takes the kernel's locks on an open file. 0 or errno.</summary>
    public int TakeKernelLocks(int fd)
    {
        for (int attempt = 1; ; attempt++)
        {
            int errno = TryKernelLocks(fd);
            if (errno is not (Errno.EAGAIN or Errno.EACCES) || attempt >= Attempts) return errno;
            Wait();
        }
    }

    /// <summary>
    /// The open-file-description kind of fcntl lock excludes the classic one that mail readers take, and also our own other threads; and it
    /// isn't lost when another thread closes the same file.
    /// </summary>
    private int TryKernelLocks(int fd)
    {
        if ((Methods & LockMethods.Flock) != 0 && FileLocks.Flock(fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) != 0) return Errno.Last;
        if ((Methods & LockMethods.Fcntl) == 0 || FileLocks.LockRange(fd, exclusive: true, 0, 0, wait: false) == 0) return 0;
        int errno = Errno.Last;
        if ((Methods & LockMethods.Flock) != 0) _ = FileLocks.Flock(fd, FileLocks.LOCK_UN);
        return errno;
    }

    /// <summary>The lock file is old, or its holder was a process of this machine that is gone.</summary>
    private bool IsAbandoned(string name)
    {
        if (!FileStatus.TryGet(name, out FileStatus status, follow: false)) return false;
        if (Clock.GetUtcNow() - status.Modified > StaleAfter) return true;
        if (!status.IsRegular || status.Size is 0 or > MaxHolder) return false;
        using FileDescriptor? file = FileDescriptor.TryOpen(name, FileIO.O_RDONLY | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK);
        if (file == null) return false;
        Span<byte> content = stackalloc byte[MaxHolder];
        int n = FileIO.ReadRetry(file.Fd, content);
        ReadOnlySpan<byte> holder = content[..Math.Max(n, 0)];
        int space = holder.IndexOf((byte)' ');
        return space > 0 && holder[space..].SequenceEqual(s_holder.AsSpan(s_holder.AsSpan().IndexOf((byte)' ')))
            && Utf8Parser.TryParse(holder[..space], out int pid, out int used) && used == space && pid > 1
            && Signals.Kill(pid, 0) != 0 && Errno.Last == Errno.ESRCH;
    }

    private const int MaxHolder = 128, ReleaseAttempts = 5;

    private static readonly byte[] s_holder = Encoding.UTF8.GetBytes($"{Environment.ProcessId} {LocalHost.Name()}\n");
}
