using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    [LibraryImport("libcrypto.so.3", EntryPoint = "OpenSSL_version")]
    private static partial nint OpenSslVersionRaw(int type);

    /// <summary>The version of the OpenSSL library in use, as <c>openssl version</c> prints it; empty where there is none.</summary>
    public static string OpenSslVersion()
    {
        try { return Text(OpenSslVersionRaw(0)); }
        catch (DllNotFoundException) { return ""; }
        catch (EntryPointNotFoundException) { return ""; }
    }
}
