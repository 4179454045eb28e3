using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// Bytes in a descriptor that nobody can change any more (memfd_create(2) with seals): for a process of fewer rights to read what one of
/// more rights had written, without a file between them that a third could write.
/// </summary>
public static unsafe partial class SealedMemory
{
    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdCreate(string name, uint flags);

    /// <summary>A descriptor with these contents, closed on exec; null with errno.</summary>
    public static FileDescriptor? TryCreate(string name, ReadOnlySpan<byte> contents)
    {
        const int addSeals = 1033, allSeals = 0xF; // F_ADD_SEALS; SEAL, SHRINK, GROW, WRITE
        FileDescriptor? memory = TryCreateOpen(name, sealable: true);
        if (memory == null || (FileIO.WriteAll(memory.Fd, contents) && FileIO.Fcntl(memory.Fd, addSeals, allSeals) == 0)) return memory;
        memory.Dispose();
        return null;
    }

    /// <summary>An empty one that can be written, closed on exec; null with errno.</summary>
    public static FileDescriptor? TryCreateOpen(string name, bool sealable = false)
    {
        const uint closeOnExec = 1, allowSealing = 2, notExecutable = 8; // MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL
        uint flags = closeOnExec | (sealable ? allowSealing : 0);
        int fd = MemFdCreate(name, flags | notExecutable);
        // the last one is of Linux 6.3, which wants it
        return FileDescriptor.From(fd >= 0 || Errno.Last != Errno.EINVAL ? fd : MemFdCreate(name, flags));
    }

    /// <summary>
    /// All bytes behind a descriptor, wherever its offset is; null with errno, or when there are more than <paramref name="most"/>.
    /// </summary>
    public static byte[]? ReadAll(int fd, long most)
    {
        if (!FileStatus.TryGet(fd, out FileStatus status) || status.Size > most) return null;
        byte[] bytes = new byte[status.Size];
        for (int have = 0; have < bytes.Length;)
        {
            int n = FileIO.PRead(fd, bytes.AsSpan(have), have);
            if (n < 0 && Errno.Last == Errno.EINTR) continue;
            if (n <= 0) return null;
            have += n;
        }
        return bytes;
    }
}
