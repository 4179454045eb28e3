using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>struct iovec: a piece of memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary>read(2) and write(2), at the file offset or at one that is given.</summary>
public static unsafe partial class FileIO
{
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadRaw(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteRaw(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint PReadRaw(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint PWriteRaw(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwritev", SetLastError = true)]
    private static partial nint PWriteVRaw(int fd, IoVector* vectors, int count, long offset);

    /// <summary>read(2); bytes read, 0 at the end, -1 on failure.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* p = buffer) return (int)ReadRaw(fd, p, (nuint)buffer.Length);
    }

    /// <summary>read(2), again when a signal interrupts it.</summary>
    public static int ReadRetry(int fd, Span<byte> buffer)
    {
        while (true)
        {
            int n = Read(fd, buffer);
            if (n >= 0 || Errno.Last != Errno.EINTR) return n;
        }
    }

    /// <summary>write(2), once; bytes written, -1 on failure.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data) return (int)WriteRaw(fd, p, (nuint)data.Length);
    }

    /// <summary>write(2) until all is written or one call fails; false with <see cref="Errno.Last"/> set.</summary>
    public static bool WriteAll(int fd, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int n = Write(fd, data);
            if (n < 0)
            {
                if (Errno.Last == Errno.EINTR) continue;
                return false;
            }
            data = data[n..];
        }
        return true;
    }

    /// <summary>pread(2); bytes read, 0 at the end, -1 on failure.</summary>
    public static int PRead(int fd, Span<byte> buffer, long offset)
    {
        nint n;
        fixed (byte* p = buffer)
        {
            do n = PReadRaw(fd, p, (nuint)buffer.Length, offset);
            while (Errno.Interrupted(n));
        }
        return (int)n;
    }

    /// <summary>pwrite(2), once; bytes written, -1 on failure.</summary>
    public static int PWrite(int fd, ReadOnlySpan<byte> data, long offset)
    {
        nint n;
        fixed (byte* p = data)
        {
            do n = PWriteRaw(fd, p, (nuint)data.Length, offset);
            while (Errno.Interrupted(n));
        }
        return (int)n;
    }

    /// <summary>pwrite(2) until all is written or one call fails; false with <see cref="Errno.Last"/> set.</summary>
    public static bool PWriteAll(int fd, ReadOnlySpan<byte> data, long offset)
    {
        while (data.Length > 0)
        {
            int n = PWrite(fd, data, offset);
            if (n < 0) return false;
            data = data[n..];
            offset += n;
        }
        return true;
    }

    /// <summary>pwritev(2) of two pieces until all is written or one call fails; false with <see cref="Errno.Last"/> set.</summary>
    public static bool PWriteAll(int fd, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, long offset)
    {
        nint n;
        fixed (byte* a = first, b = second)
        {
            IoVector* vectors = stackalloc IoVector[] { new() { Base = a, Length = (nuint)first.Length },
                new() { Base = b, Length = (nuint)second.Length } };
            n = PWriteVRaw(fd, vectors, 2, offset);
        }
        if (n == first.Length + second.Length) return true;
        if (n < 0 && Errno.Last != Errno.EINTR) return false;
        int done = Math.Max(0, (int)n), ofFirst = Math.Min(done, first.Length);
        return PWriteAll(fd, first[ofFirst..], offset + ofFirst)
            && PWriteAll(fd, second[(done - ofFirst)..], offset + first.Length + done - ofFirst);
    }
}
