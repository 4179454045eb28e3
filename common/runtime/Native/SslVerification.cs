using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Verification of the peer's certificate chain: whom a context trusts, and the result of a handshake.</summary>
public static unsafe partial class SslVerification
{
    public const int VerifyNone = 0, VerifyPeer = 1;
    /// <summary>Results of certificate verification (X509_V_...).</summary>
    public const int Ok = 0, NotYetValid = 9, Expired = 10;

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_verify")]
    private static partial void SetVerify(nint context, int mode, nint callback);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_cert_verify_callback")]
    private static partial void SetVerifyCallback(nint context, nint callback, nint argument);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_verify_depth")]
    public static partial void SetDepth(nint context, int depth);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_load_verify_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LoadVerifyFile(nint context, string file);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_load_verify_dir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LoadVerifyDirectory(nint context, string directory);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_default_verify_paths")]
    private static partial int DefaultVerifyPaths(nint context);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_load_client_CA_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LoadClientAuthorities(string file);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_client_CA_list")]
    private static partial void SetClientAuthorities(nint context, nint list);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_verify_result")]
    private static partial nint GetVerifyResult(nint ssl);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_verify_cert_error_string")]
    private static partial nint VerifyErrorText(nint code);

    /// <summary>
    /// What is asked of the peer (Verify...). A handshake does not fail because the chain does not verify: the result says that,
    /// and the caller decides.
    /// </summary>
    public static void SetMode(nint context, int mode) =>
        SetVerify(context, mode, mode == VerifyNone ? 0 : (nint)(delegate* unmanaged[Cdecl]<int, nint, int>)&GoOn);

    /// <summary>Client: every certificate passes, and no time is spent on it.</summary>
    public static void AcceptAll(nint context) =>
        SetVerifyCallback(context, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int>)&Pass, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int Pass(nint store, nint argument) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int GoOn(int ok, nint store) => 1;

    /// <summary>
    /// Trusted authorities from a file and a hashed directory (empty: none); with <paramref name="system"/> the system's too.
    /// </summary>
    public static bool TrustAuthorities(nint context, string file, string directory, bool system) =>
        (file.Length == 0 || LoadVerifyFile(context, file) == 1) && (directory.Length == 0 || LoadVerifyDirectory(context, directory) == 1)
        && (!system || DefaultVerifyPaths(context) == 1);

    /// <summary>The authorities whose names a server sends when it asks for a certificate.</summary>
    public static bool NameAuthorities(nint context, string file)
    {
        nint list = LoadClientAuthorities(file);
        if (list != 0) SetClientAuthorities(context, list);
        return list != 0;
    }

    /// <summary>What the verification of the peer's chain ended in.</summary>
    public static int Result(SslConnection connection) => (int)GetVerifyResult(connection.Handle);

    /// <summary>The text of a verification result.</summary>
    public static string ResultText(int code) => OpenSsl.Text(VerifyErrorText(code));
}
