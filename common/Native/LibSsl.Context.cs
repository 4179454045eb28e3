using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Contexts: what connections of one configuration share.</summary>
public static unsafe partial class LibSsl
{
    [LibraryImport(Ssl, EntryPoint = "TLS_server_method")]
    private static partial nint ServerMethod();

    [LibraryImport(Ssl, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_new")]
    private static partial nint ContextNew(nint method);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint ContextControl(nint context, int command, nint number, nint pointer);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_callback_ctrl")]
    private static partial nint ContextCallback(nint context, int command, nint callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong SetOptions(nint context, ulong options);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_clear_options")]
    public static partial ulong ClearOptions(nint context, ulong options);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_security_level")]
    public static partial void SetSecurityLevel(nint context, int level);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_cipher_list", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CipherList(nint context, string list);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_verify")]
    private static partial void SetVerify(nint context, int mode, nint callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_cert_verify_callback")]
    private static partial void SetVerifyCallback(nint context, nint callback, nint argument);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_verify_depth")]
    public static partial void SetVerifyDepth(nint context, int depth);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_load_verify_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LoadVerifyFile(nint context, string file);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_load_verify_dir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LoadVerifyDirectory(nint context, string directory);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_default_verify_paths")]
    private static partial int DefaultVerifyPaths(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_load_client_CA_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LoadClientAuthorities(string file);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_client_CA_list")]
    private static partial void SetClientAuthorities(nint context, nint list);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_cert_and_key")]
    private static partial int UseCertificateAndKey(nint context, nint certificate, nint key, nint chain, int replace);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_session_id_context")]
    private static partial int SessionIdContext(nint context, byte* id, uint length);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_timeout")]
    private static partial nint SetTimeout(nint context, nint seconds);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_num_tickets")]
    private static partial int SetTickets(nint context, nuint count);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_default_read_buffer_len")]
    private static partial void ReadBufferLength(nint context, nuint length);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_dane_enable")]
    private static partial int DaneEnable(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_dane_set_flags")]
    private static partial nuint DaneFlags(nint context, nuint flags);

    /// <summary>
    /// A context, 0 on failure: buffers are freed when idle, reads are as large as they come, no compression, no renegotiation.
    /// </summary>
    public static nint NewContext(bool server)
    {
        nint context = ContextNew(server ? ServerMethod() : ClientMethod());
        if (context == 0) return 0;
        _ = ContextControl(context, CtrlMode, (nint)(ModePartialWrite | ModeMovingBuffer | ModeReleaseBuffers), 0);
        _ = ContextControl(context, CtrlReadAhead, 1, 0);
        ReadBufferLength(context, 32 * 1024);
        _ = SetOptions(context, OpAll | OpNoCompression | OpNoRenegotiation);
        _ = ContextControl(context, CtrlDhAuto, 1, 0);
        return context;
    }

    /// <summary>
    /// The chain that is sent is what came with the key: none is looked for among the authorities, which would be done in each handshake.
    /// </summary>
    public static void SendChainAsGiven(nint context) => _ = ContextControl(context, CtrlMode, (nint)ModeNoAutoChain, 0);

    /// <summary>Lowest and highest version, as on the wire (0x0303 is TLS 1.2); 0: what the library has.</summary>
    public static bool SetProtocols(nint context, int lowest, int highest) =>
        ContextControl(context, CtrlMinProtocol, lowest, 0) == 1 && ContextControl(context, CtrlMaxProtocol, highest, 0) == 1;

    /// <summary>Ciphers up to TLS 1.2, in OpenSSL's cipher list format.</summary>
    public static bool SetCiphers(nint context, string list) => CipherList(context, list) == 1;

    /// <summary>Groups for key exchange, "X25519:P-256"; false when one is unknown or none is left.</summary>
    public static bool SetGroups(nint context, string list)
    {
        fixed (byte* text = Terminated(list)) return ContextControl(context, CtrlGroupsList, 0, (nint)text) == 1;
    }

    /// <summary>
    /// What is asked of the peer (Verify...). A handshake does not fail because the chain does not verify: the result says that,
    /// and the caller decides.
    /// </summary>
    public static void SetPeerVerification(nint context, int mode) =>
        SetVerify(context, mode, mode == VerifyNone ? 0 : (nint)(delegate* unmanaged[Cdecl]<int, nint, int>)&GoOn);

    /// <summary>Client: every certificate passes, and no time is spent on it.</summary>
    public static void VerifyNothing(nint context) =>
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

    /// <summary>
    /// Server: tickets as the process's ticket keys make them, and session ids without any store; lifetime 0 turns resumption off.
    /// </summary>
    public static void ServeSessions(nint context, ReadOnlySpan<byte> idContext, TimeSpan lifetime, bool issueIds)
    {
        fixed (byte* id = idContext) _ = SessionIdContext(context, id, (uint)Math.Min(idContext.Length, 32));
        // SERVER | NO_INTERNAL: ids are given out and nothing is kept.
        _ = ContextControl(context, CtrlSessionCacheMode, issueIds ? 0x0302 : 0, 0);
        bool tickets = lifetime > TimeSpan.Zero;
        _ = SetTickets(context, tickets ? 1u : 0u);
        if (!tickets)
        {
            _ = SetOptions(context, OpNoTicket);
            return;
        }
        _ = SetTimeout(context, (nint)lifetime.TotalSeconds);
        UseTicketKeys(context);
    }

    /// <summary>
    /// Client: the library keeps no sessions, and lets the caller use one of TLS 1.3 more than once (several connections begin at a time).
    /// </summary>
    public static void KeepNoSessions(nint context) => _ = ContextControl(context, CtrlSessionCacheMode, 0, 0);

    /// <summary>Client: connections may use TLSA records.</summary>
    public static bool EnableDane(nint context)
    {
        if (DaneEnable(context) <= 0) return false;
        _ = DaneFlags(context, 1 /* RFC 7672 3.1.1: no names for DANE-EE */);
        return true;
    }

    /// <summary>
    /// A key with its certificate and the certificates behind it (DER). A second one of another kind stands beside the first, one of the
    /// same kind replaces it. False with the reason in the error queue, also when key and certificate do not belong together.
    /// </summary>
    public static bool UseKeyPair(nint context, ReadOnlySpan<byte> key, IReadOnlyList<byte[]> chain)
    {
        nint pkey, leaf = 0, stack = SkNew();
        bool ok = true;
        fixed (byte* data = key)
        {
            byte* at = data;
            pkey = D2iPrivateKey(0, &at, key.Length);
        }
        for (int i = 0; i < chain.Count && ok; i++)
        {
            nint certificate = ParseCertificate(chain[i]);
            ok = certificate != 0;
            if (i == 0) leaf = certificate;
            else if (ok) _ = SkPush(stack, certificate);
        }
        ok = ok && pkey != 0 && leaf != 0 && UseCertificateAndKey(context, leaf, pkey, stack, 1) == 1;
        SkFree(stack, s_freeCertificate);
        if (leaf != 0) FreeCertificate(leaf);
        if (pkey != 0) FreeKey(pkey);
        return ok;
    }

    /// <summary>Finds the context for the name that a client asks for: (id given to <see cref="ServeNames"/>, name); 0: stay.</summary>
    public static Func<nint, string, nint>? ContextForName { get; set; }

    /// <summary>Server: asks <see cref="ContextForName"/> for each client that sends a name (SNI, RFC 6066).</summary>
    public static void ServeNames(nint context, nint id)
    {
        _ = ContextCallback(context, CtrlServerNameCallback, (nint)(delegate* unmanaged[Cdecl]<nint, int*, nint, int>)&OnServerName);
        _ = ContextControl(context, CtrlServerNameArgument, 0, id);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int OnServerName(nint ssl, int* alert, nint id)
    {
        const int Ok = 0, NoAcknowledgement = 3;
        string name = Text(ServerName(ssl, 0));
        if (name.Length == 0) return NoAcknowledgement;
        nint context = ContextForName?.Invoke(id, name) ?? 0;
        if (context != 0) _ = SwitchContext(ssl, context);
        return context != 0 ? Ok : NoAcknowledgement;
    }
}
