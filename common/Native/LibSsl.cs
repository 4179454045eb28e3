using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>
/// OpenSSL 3, bound by soname and looked for at run time: <see cref="TryLoad"/> comes before everything else. Handles are the library's;
/// pointers stay in this folder. Not one call here throws for what a peer does: trouble is a result, and its text is <see
/// cref="TakeError"/>.
/// </summary>
public static unsafe partial class LibSsl
{
    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    public const ulong OpNoTicket = 1ul << 14, OpNoCompression = 1ul << 17, OpCipherServerPreference = 1ul << 22,
        OpNoRenegotiation = 1ul << 30,
        OpNoSslV3 = 1ul << 25, OpNoTls1 = 1ul << 26, OpNoTls1_2 = 1ul << 27, OpNoTls1_1 = 1ul << 28, OpNoTls1_3 = 1ul << 29,
        OpLegacyServerConnect = 1ul << 2, OpAll = (1ul << 31) | (1ul << 11) | (1ul << 4) | (1ul << 6);
    public const int VerifyNone = 0, VerifyPeer = 1;
    /// <summary>Results of certificate verification (X509_V_...).</summary>
    public const int VerifyOk = 0, VerifyNotYetValid = 9, VerifyExpired = 10;
    /// <summary>How names are compared (X509_CHECK_FLAG_...).</summary>
    public const uint CheckNeverSubject = 0x20, CheckNoPartialWildcards = 4, CheckMultiLabelWildcards = 8;

    private const int CtrlMode = 33, CtrlReadAhead = 41, CtrlSessionCacheMode = 44, CtrlServerNameCallback = 53,
        CtrlServerNameArgument = 54,
        CtrlHostName = 55, CtrlGroupsList = 92, CtrlPeerSignatureNid = 108, CtrlPeerTemporaryKey = 109, CtrlDhAuto = 118,
            CtrlMinProtocol = 123,
        CtrlMaxProtocol = 124, CtrlSignatureNid = 132;
    private const long ModePartialWrite = 1, ModeMovingBuffer = 2, ModeReleaseBuffers = 0x10, ModeNoAutoChain = 8;

    private static readonly Lock Gate = new();
    private static bool s_loaded;
    private static string? s_problem;

    [LibraryImport(Ssl, EntryPoint = "OPENSSL_init_ssl")]
    private static partial int InitSsl(ulong options, nint settings);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_version_major")]
    private static partial uint VersionMajor();

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_version_minor")]
    private static partial uint VersionMinor();

    [LibraryImport(Crypto, EntryPoint = "ERR_get_error_all")]
    private static partial nuint ErrGet(byte** file, int* line, byte** function, byte** data, int* flags);

    [LibraryImport(Crypto, EntryPoint = "ERR_error_string_n")]
    private static partial void ErrText(nuint code, byte* buffer, nuint length);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    private static partial void ErrClear();

    [LibraryImport(Crypto, EntryPoint = "OBJ_nid2sn")]
    private static partial nint ShortName(int nid);

    /// <summary>Loads the library, once. False, with the reason, where it is not installed or not version 3.</summary>
    public static bool TryLoad(out string error)
    {
        lock (Gate)
        {
            if (!s_loaded) s_problem = Load();
            s_loaded = true;
            error = s_problem ?? "";
            return s_problem == null;
        }
    }

    private static string? Load()
    {
        try
        {
            if (VersionMajor() != 3) return $"OpenSSL 3 is needed, found {Libc.OpenSslVersion()}";
            if (s_file != DefaultFile || s_section.Length > 0) return LoadAs();
            return InitSsl(0, 0) == 1 ? null : TakeError();
        }
        catch (DllNotFoundException) { return $"OpenSSL 3 is not installed ({Ssl}, {Crypto})"; }
        catch (EntryPointNotFoundException e) { return e.Message; }
    }

    /// <summary>The minor version of the library in use.</summary>
    public static int MinorVersion => (int)VersionMinor();

    /// <summary>Empties this thread's error queue and returns its first entry as OpenSSL writes it; empty when there was none.</summary>
    public static string TakeError()
    {
        byte* file, function, data;
        int line, flags;
        nuint code = ErrGet(&file, &line, &function, &data, &flags);
        if (code == 0) return "";
        byte* buffer = stackalloc byte[256];
        ErrText(code, buffer, 256);
        string text = Text(buffer);
        if ((flags & 2) != 0 && data != null && *data != 0) text += ":" + Text(data);
        ErrClear();
        return text;
    }

    private static string Text(byte* text) => text == null ? "" : Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static string Text(nint text) => Text((byte*)text);

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
