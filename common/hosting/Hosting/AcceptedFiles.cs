using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// A configuration's files on their way from one process to another: in a sealed descriptor, which no other process can change
/// but its parent.
/// </summary>
public static class AcceptedFiles
{
    private const long MostBytes = 64 * 1024 * 1024; // main.cf and master.cf have some kilobytes

    /// <summary>A descriptor with a snapshot, closed on exec; null with errno.</summary>
    public static FileDescriptor? TryWrite(ConfigSnapshot files) => SealedMemory.TryCreate("configuration", files.Encode());

    /// <summary>The snapshot behind a descriptor, which stays open; null with errno where it is none.</summary>
    public static ConfigSnapshot? TryRead(int fd) =>
        SealedMemory.ReadAll(fd, MostBytes) is { } bytes ? ConfigSnapshot.TryDecode(bytes) : null;

    /// <summary>
    /// Makes a snapshot what this process reads its configuration from, and closes the descriptor; -1: there is none, the files are read.
    /// </summary>
    public static bool TryUse(int fd)
    {
        if (fd < 0) return true;
        using FileDescriptor inherited = new(fd);
        ConfigSnapshot.OfProcess = TryRead(fd);
        return ConfigSnapshot.OfProcess != null;
    }
}
