using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>Processes: started (posix_spawn(3)), replaced (execve(2)), and how they end (wait(2), pidfd_open(2)).</summary>
public static unsafe partial class Processes
{
    public const int PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38;

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int FileActionsDup2(byte* actions, int fd, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int FileActionsCloseFrom(byte* actions, int from);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileActionsChDir(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int SpawnAttrInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int SpawnAttrDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SpawnAttrSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SpawnAttrSetSigMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SpawnAttrSetSigDefault(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** environment);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExecVe(string path, byte** argv, byte** environment);

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
                int fd = FileIO.Fcntl(i < 3 ? stdio[i] : inherited[i - 3], FileIO.F_DUPFD_CLOEXEC, floor);
                if (fd < 0) return -Errno.Last;
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
            foreach (int fd in lifted) _ = FileIO.Close(fd);
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
        int error = Errno.Last;
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

    [LibraryImport("libc", EntryPoint = "getpid")]
    public static partial int GetPid();

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    /// <summary>Closes every descriptor from this one upwards at the next exec.</summary>
    public static void CloseOnExecFrom(int first)
    {
        const int sysCloseRange = 436, closeOnExec = 4;
        if (SystemCall.Invoke(sysCloseRange, first, int.MaxValue, closeOnExec) == 0) return;
        const int enough = 1024; // a kernel before 5.11; nothing of this process has higher numbers
        for (int fd = first; fd < enough; fd++) _ = FileIO.Fcntl(fd, FileIO.F_SETFD, FileIO.FD_CLOEXEC);
    }

    /// <summary>The first executable file of that name in the folders of a search path ("/usr/bin:/bin"), or the name itself.</summary>
    public static string FindProgram(string name, string searchPath)
    {
        if (name.Contains('/')) return name;
        foreach (string folder in searchPath.Split(':'))
        {
            string path = $"{folder}/{name}";
            if (FileStatus.TryGet(path, out FileStatus status) && status.IsRegular && (status.Permissions & FileModes.AnyExecute) != 0)
                return path;
        }
        // a name without a folder would be looked for in the working folder
        return $"{searchPath.Split(':')[0]}/{name}";
    }
}
