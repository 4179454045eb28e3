using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// Owns an open file, folder, pipe end or socket, and closes it once: by <see cref="Dispose"/>, unless <see cref="Release"/> has handed it
/// to another owner. A number (<see cref="Fd"/>) that is passed on is lent for the call. Closing leaves errno as it was, so that the reason
/// of a failure can be told afterwards. There is no finalizer: who loses one leaks it.
/// </summary>
public sealed class FileDescriptor : IDisposable
{
    private int _fd;

    /// <summary>Takes over a descriptor that is open.</summary>
    public FileDescriptor(int fd) => _fd = fd;

    /// <summary>Takes over what a call returned; null when it failed (negative).</summary>
    public static FileDescriptor? From(int fd) => fd < 0 ? null : new FileDescriptor(fd);

    /// <summary>open(2), closed on exec; null with <see cref="Errno.Last"/> set.</summary>
    public static FileDescriptor? TryOpen(string path, int flags, uint mode = 0) => From(FileIO.Open(path, flags | FileIO.O_CLOEXEC, mode));

    /// <summary>socket(2), closed on exec; null with <see cref="Errno.Last"/> set.</summary>
    public static FileDescriptor? TrySocket(int domain, int type) => From(Sockets.Create(domain, type | Sockets.SOCK_CLOEXEC, 0));

    /// <summary>pipe(2), both ends closed on exec; false with <see cref="Errno.Last"/> set.</summary>
    public static bool TryPipe([NotNullWhen(true)] out FileDescriptor? readEnd, [NotNullWhen(true)] out FileDescriptor? writeEnd)
    {
        bool ok = FileIO.Pipe(out int read, out int write) == 0;
        (readEnd, writeEnd) = ok ? (new FileDescriptor(read), new FileDescriptor(write)) : (null, null);
        return ok;
    }

    /// <summary>Two connected Unix stream sockets, closed on exec; false with <see cref="Errno.Last"/> set.</summary>
    public static bool TrySocketPair([NotNullWhen(true)] out FileDescriptor? one, [NotNullWhen(true)] out FileDescriptor? other)
    {
        bool ok = Sockets.TrySocketPair(out int a, out int b);
        (one, other) = ok ? (new FileDescriptor(a), new FileDescriptor(b)) : (null, null);
        return ok;
    }

    /// <summary>The number, which stays this object's; -1 once it is closed or released.</summary>
    public int Fd => Volatile.Read(ref _fd);

    public bool IsOpen => Fd >= 0;

    /// <summary>Hands the descriptor to the caller, who has to close it.</summary>
    public int Release() => Interlocked.Exchange(ref _fd, -1);

    public static void DisposeAll(ReadOnlySpan<FileDescriptor> descriptors)
    {
        foreach (FileDescriptor descriptor in descriptors) descriptor.Dispose();
    }

    public void Dispose()
    {
        int fd = Release();
        if (fd < 0) return;
        int errno = Errno.Last;
        _ = FileIO.Close(fd);
        Marshal.SetLastPInvokeError(errno);
    }
}
