using System.Globalization;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Memory of this process that is given back to the system (malloc_trim(3), madvise(2)).</summary>
public static unsafe partial class ProcessMemory
{
    private const int MADV_DONTNEED = 4;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(nint address, nint length, int advice);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrimRaw(nint pad);

    /// <summary>malloc_trim(3): gives freed memory of the C library back to the system.</summary>
    public static void MallocTrim() => _ = MallocTrimRaw(0);

    /// <summary>
    /// Forgets which pages of program and libraries this process has used; what is used again is mapped again, from the page cache.
    /// Mappings that may be written to, or of which a page was changed (relocations), stay as they are. Source: /proc/self/smaps, see
    /// proc(5).
    /// </summary>
    public static void ForgetImagePages()
    {
        using FileDescriptor? maps = FileDescriptor.TryOpen("/proc/self/smaps", FileIO.O_RDONLY);
        if (maps == null) return;
        Mapping image = default;
        Span<byte> buffer = stackalloc byte[4096];
        int have = 0;
        while (FileIO.Read(maps.Fd, buffer[have..]) is > 0 and int n)
        {
            have += n;
            int start = 0;
            for (int end; (end = buffer[start..have].IndexOf((byte)'\n')) >= 0; start += end + 1)
                ForgetIfImage(buffer.Slice(start, end), ref image);
            buffer[start..have].CopyTo(buffer);
            have -= start;
        }
    }

    /// <summary>Takes a line: the head of a mapping, or one of the fields below it.</summary>
    private static void ForgetIfImage(ReadOnlySpan<byte> line, ref Mapping image)
    {
        if (TryParseMapping(line, out Mapping next)) image = next;
        else if (image.Length > 0 && line.StartsWith("Anonymous:"u8) && line.EndsWith(" 0 kB"u8))
            _ = MAdvise(image.Start, image.Length, MADV_DONTNEED);
    }

    /// <summary>
    /// mapping = start "-" behind SP mode SP offset SP device SP inode [SP path]; without length when it is none of a file, or may be
    /// written to.
    /// </summary>
    private static bool TryParseMapping(ReadOnlySpan<byte> line, out Mapping mapping)
    {
        mapping = default;
        int dash = line.IndexOf((byte)'-'), space = line.IndexOf((byte)' ');
        if (dash <= 0 || space < dash || line.Length < space + 5) return false;
        if (!nint.TryParse(line[..dash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint start)
            || !nint.TryParse(line[(dash + 1)..space], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out nint behind)) return false;
        ReadOnlySpan<byte> mode = line.Slice(space + 1, 4);
        if (mode[1] == '-' && mode[3] == 'p' && line.Contains((byte)'/')) mapping = new Mapping(start, behind - start);
        return true;
    }

    private readonly record struct Mapping(nint Start, nint Length);
}
