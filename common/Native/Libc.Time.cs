using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    // struct tm: nine ints, the offset and the zone's name; 56 bytes with 64-bit pointers
    private const int TmBytes = 64;

    [LibraryImport(Lib, EntryPoint = "localtime_r")]
    private static partial byte* LocalTime(long* seconds, byte* tm);

    [LibraryImport(Lib, EntryPoint = "strftime", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint StrFTime(byte* buffer, nuint size, string format, byte* tm);

    /// <summary>strftime(3) of a time in the machine's zone; null when the text has more than 1023 bytes.</summary>
    public static string? FormatTime(string format, long seconds)
    {
        byte* tm = stackalloc byte[TmBytes];
        byte* buffer = stackalloc byte[1024];
        if (format.Length == 0) return "";
        if (LocalTime(&seconds, tm) == null) return null;
        int length = (int)StrFTime(buffer, 1024, format, tm);
        return length == 0 ? null : Encoding.UTF8.GetString(buffer, length);
    }
}
