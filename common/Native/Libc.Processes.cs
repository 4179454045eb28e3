using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport(Lib, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport(Lib, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int FileActionsDup2(byte* actions, int fd, int target);

    [LibraryImport(Lib, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int FileActionsCloseFrom(byte* actions, int from);

    [LibraryImport(Lib, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileActionsChDir(byte* actions, string path);

    [LibraryImport(Lib, EntryPoint = "posix_spawnattr_init")]
    private static partial int SpawnAttrInit(byte* attributes);

    [LibraryImport(Lib, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int SpawnAttrDestroy(byte* attributes);

    [LibraryImport(Lib, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SpawnAttrSetFlags(byte* attributes, short flags);

    [LibraryImport(Lib, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SpawnAttrSetSigMask(byte* attributes, byte* set);

    [LibraryImport(Lib, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SpawnAttrSetSigDefault(byte* attributes, byte* set);

    [LibraryImport(Lib, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** environment);

    [LibraryImport(Lib, EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExecVe(string path, byte** argv, byte** environment);

    [LibraryImport(Lib, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPidRaw(int pid, int* status, int options);

    [LibraryImport(Lib, EntryPoint = "prlimit", SetLastError = true)]
    private static partial int PrLimit(int pid, int resource, ulong* limit, ulong* old);

    /// <summary>Limits the size of files that a process may write, in bytes; -1 with errno set when it may not be limited.</summary>
    public static int LimitFileSize(int pid, long bytes)
    {
        const int fileSize = 1; // RLIMIT_FSIZE
        ulong* limit = stackalloc ulong[] { (ulong)bytes, (ulong)bytes };
        return PrLimit(pid, fileSize, limit, null);
    }

    /// <summary>waitpid(2): the pid that ended, 0 (WNOHANG: none yet) or -1.</summary>
    public static int WaitPid(int pid, out int status, int options)
    {
        int s = 0;
        int result = WaitPidRaw(pid, &s, options);
        status = s;
        return result;
    }

    /// <summary>Exit code of a wait status, or -1 when a signal ended the process.</summary>
    public static int ExitCode(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : -1;

    /// <summary>The signal that ended the process, or 0.</summary>
    public static int ExitSignal(int status) => (status & 0x7f) is var s && s != 0 ? s : 0;

    /// <summary>
    /// Starts a program. Its descriptors are exactly <paramref name="stdio"/> (three) as 0, 1, 2 and <paramref name="inherited"/> from 3
    /// upwards; every signal is at its default and unblocked. With <paramref name="session"/> it leads a session of its own, otherwise a
    /// process group. Returns the pid, or minus errno.
    /// </summary>
    public static int Spawn(string path, IReadOnlyList<string> argv, IReadOnlyList<string> environment, string? directory,
        ReadOnlySpan<int> stdio, ReadOnlySpan<int> inherited, bool session = false)
    {
        byte* actions = stackalloc byte[128];
        byte* attributes = stackalloc byte[512];
        byte* signals = stackalloc byte[128];
        _ = FileActionsInit(actions);
        _ = SpawnAttrInit(attributes);
        byte** argvBlock = Vector(argv);
        byte** environmentBlock = Vector(environment);
        List<int> lifted = [];
        try
        {
            // lift every source above all targets first, so that no dup2 overwrites a later source
            int floor = 3 + inherited.Length + 16;
            for (int i = 0; i < 3 + inherited.Length; i++)
            {
                int fd = Fcntl(i < 3 ? stdio[i] : inherited[i - 3], F_DUPFD_CLOEXEC, floor);
                if (fd < 0) return -Errno;
                lifted.Add(fd);
                _ = FileActionsDup2(actions, fd, i);
            }
            _ = FileActionsCloseFrom(actions, 3 + inherited.Length);
            if (directory != null) _ = FileActionsChDir(actions, directory);
            new Span<byte>(signals, 128).Clear();
            _ = SpawnAttrSetSigMask(attributes, signals);
            new Span<byte>(signals, 128).Fill(0xff); // .NET ignores SIGPIPE, and an ignored signal survives exec
            _ = SpawnAttrSetSigDefault(attributes, signals);
            const short setGroup = 0x02, setDefault = 0x04, setMask = 0x08, setSession = 0x80;
            _ = SpawnAttrSetFlags(attributes, (short)(setDefault | setMask | (session ? setSession : setGroup)));
            int pid;
            int error = PosixSpawn(&pid, path, actions, attributes, argvBlock, environmentBlock);
            return error != 0 ? -error : pid;
        }
        finally
        {
            foreach (int fd in lifted) _ = Close(fd);
            _ = FileActionsDestroy(actions);
            _ = SpawnAttrDestroy(attributes);
            FreeVector(argvBlock);
            FreeVector(environmentBlock);
        }
    }

    /// <summary>Replaces this program by another; returns only on failure, with minus errno.</summary>
    public static int Exec(string path, IReadOnlyList<string> argv, IReadOnlyList<string> environment)
    {
        byte** argvBlock = Vector(argv);
        byte** environmentBlock = Vector(environment);
        _ = ExecVe(path, argvBlock, environmentBlock);
        int error = Errno;
        FreeVector(argvBlock);
        FreeVector(environmentBlock);
        return -error;
    }

    private static byte** Vector(IReadOnlyList<string> values)
    {
        byte** block = (byte**)NativeMemory.Alloc((nuint)(values.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < values.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(values[i] + "\0");
            block[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>(block[i], bytes.Length));
        }
        block[values.Count] = null;
        return block;
    }

    private static void FreeVector(byte** block)
    {
        for (byte** p = block; *p != null; p++) NativeMemory.Free(*p);
        NativeMemory.Free(block);
    }
}
