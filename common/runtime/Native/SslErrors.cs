using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>The error queue of this thread.</summary>
public static unsafe partial class SslErrors
{
    [LibraryImport(OpenSsl.Crypto, EntryPoint = "ERR_get_error_all")]
    private static partial nuint ErrGet(byte** file, int* line, byte** function, byte** data, int* flags);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "ERR_error_string_n")]
    private static partial void ErrText(nuint code, byte* buffer, nuint length);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "ERR_clear_error")]
    internal static partial void Clear();

    /// <summary>Empties this thread's error queue and returns its first entry as OpenSSL writes it; empty when there was none.</summary>
    public static string Take()
    {
        byte* file, function, data;
        int line, flags;
        nuint code = ErrGet(&file, &line, &function, &data, &flags);
        if (code == 0) return "";
        byte* buffer = stackalloc byte[256];
        ErrText(code, buffer, 256);
        string text = OpenSsl.Text(buffer);
        if ((flags & 2) != 0 && data != null && *data != 0) text += ":" + OpenSsl.Text(data);
        Clear();
        return text;
    }
}
