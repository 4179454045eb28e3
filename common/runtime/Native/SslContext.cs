using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Contexts (SSL_CTX): what connections of one configuration share.</summary>
public static unsafe partial class SslContext
{
    public const ulong OpNoTicket = 1ul << 14, OpNoCompression = 1ul << 17, OpCipherServerPreference = 1ul << 22,
        OpNoRenegotiation = 1ul << 30, OpLegacyServerConnect = 1ul << 2,
        OpNoSslV3 = 1ul << 25, OpNoTls1 = 1ul << 26, OpNoTls1_2 = 1ul << 27, OpNoTls1_1 = 1ul << 28, OpNoTls1_3 = 1ul << 29,
        OpAll = (1ul << 31) | (1ul << 11) | (1ul << 4) | (1ul << 6);
    internal const int CtrlMode = 33, CtrlReadAhead = 41, CtrlSessionCacheMode = 44, CtrlGroupsList = 92, CtrlDhAuto = 118,
        CtrlMinProtocol = 123, CtrlMaxProtocol = 124;
    private const long ModePartialWrite = 1, ModeMovingBuffer = 2, ModeReleaseBuffers = 0x10, ModeNoAutoChain = 8;

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "TLS_server_method")]
    private static partial nint ServerMethod();

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_new")]
    private static partial nint ContextNew(nint method);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void Free(nint context);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_ctrl")]
    internal static partial nint Control(nint context, int command, nint number, nint pointer);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong SetOptions(nint context, ulong options);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_clear_options")]
    public static partial ulong ClearOptions(nint context, ulong options);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_security_level")]
    public static partial void SetSecurityLevel(nint context, int level);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_cipher_list", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CipherList(nint context, string list);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_default_read_buffer_len")]
    private static partial void ReadBufferLength(nint context, nuint length);

    /// <summary>
    /// A context, 0 on failure: buffers are freed when idle, reads are as large as they come, no compression, no renegotiation.
    /// </summary>
    public static nint Create(bool server)
    {
        nint context = ContextNew(server ? ServerMethod() : ClientMethod());
        if (context == 0) return 0;
        _ = Control(context, CtrlMode, (nint)(ModePartialWrite | ModeMovingBuffer | ModeReleaseBuffers), 0);
        _ = Control(context, CtrlReadAhead, 1, 0);
        ReadBufferLength(context, 32 * 1024);
        _ = SetOptions(context, OpAll | OpNoCompression | OpNoRenegotiation);
        _ = Control(context, CtrlDhAuto, 1, 0);
        return context;
    }

    /// <summary>
    /// The chain that is sent is what came with the key: none is looked for among the authorities, which would be done in each handshake.
    /// </summary>
    public static void SendChainAsGiven(nint context) => _ = Control(context, CtrlMode, (nint)ModeNoAutoChain, 0);

    /// <summary>Lowest and highest version, as on the wire (0x0303 is TLS 1.2); 0: what the library has.</summary>
    public static bool SetProtocols(nint context, int lowest, int highest) =>
        Control(context, CtrlMinProtocol, lowest, 0) == 1 && Control(context, CtrlMaxProtocol, highest, 0) == 1;

    /// <summary>Ciphers up to TLS 1.2, in OpenSSL's cipher list format.</summary>
    public static bool SetCiphers(nint context, string list) => CipherList(context, list) == 1;

    /// <summary>Groups for key exchange, "X25519:P-256"; false when one is unknown or none is left.</summary>
    public static bool SetGroups(nint context, string list)
    {
        fixed (byte* text = OpenSsl.Terminated(list)) return Control(context, CtrlGroupsList, 0, (nint)text) == 1;
    }
}
