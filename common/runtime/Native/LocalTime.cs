using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>Times in the machine's zone (strftime(3)).</summary>
public static unsafe partial class LocalTime
{
    // struct tm: nine ints, the offset and the zone's name; 56 bytes with 64-bit pointers
    private const int TmBytes = 64;

    [LibraryImport("libc", EntryPoint = "localtime_r")]
    private static partial byte* LocalTimeR(long* seconds, byte* tm);

    [LibraryImport("libc", EntryPoint = "strftime", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint StrFTime(byte* buffer, nuint size, string format, byte* tm);

    /// <summary>strftime(3) of a time in the machine's zone; null when the text has more than 1023 bytes.</summary>
    public static string? Format(string format, long seconds)
    {
        byte* tm = stackalloc byte[TmBytes];
        byte* buffer = stackalloc byte[1024];
        if (format.Length == 0) return "";
        if (LocalTimeR(&seconds, tm) == null) return null;
        int length = (int)StrFTime(buffer, 1024, format, tm);
        return length == 0 ? null : Encoding.UTF8.GetString(buffer, length);
    }
}
