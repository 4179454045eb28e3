using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>What a finished handshake agreed on. Names as OpenSSL has them; empty or 0 where there is none.</summary>
public sealed record SslAgreement
{
    public string Protocol { get; init; } = "";
    public string Cipher { get; init; } = "";
    /// <summary>Bits of the cipher that protect, and bits of its key.</summary>
    public int UsedBits { get; init; }
    public int AlgorithmBits { get; init; }
    public bool Resumed { get; init; }
    /// <summary>"X25519", "EC", "DH" ..., with curve or bits.</summary>
    public string KeyExchange { get; init; } = "";
    public string KeyExchangeGroup { get; init; } = "";
    public int KeyExchangeBits { get; init; }
    public SslSignature Local { get; init; }
    public SslSignature Peer { get; init; }
}

/// <summary>A signature in a handshake: algorithm ("RSA-PSS", "RSA", "ECDSA", "ED25519"), curve or bits of the key, digest.</summary>
public readonly record struct SslSignature(string Algorithm, string Curve, int Bits, string Digest);

/// <summary>A connection before and after its handshake: names, sessions, what was agreed, who the peer is.</summary>
public static unsafe partial class LibSsl
{
    [LibraryImport(Ssl, EntryPoint = "SSL_ctrl")]
    private static partial nint Control(nint ssl, int command, nint number, nint pointer);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_servername")]
    private static partial nint ServerName(nint ssl, int type);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_SSL_CTX")]
    private static partial nint SwitchContext(nint ssl, nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_version")]
    private static partial nint Version(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_current_cipher")]
    private static partial nint CurrentCipher(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_CIPHER_get_name")]
    private static partial nint CipherName(nint cipher);

    [LibraryImport(Ssl, EntryPoint = "SSL_CIPHER_get_bits")]
    private static partial int CipherBits(nint cipher, int* algorithm);

    [LibraryImport(Ssl, EntryPoint = "SSL_session_reused")]
    private static partial int SessionReused(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get1_session")]
    private static partial nint GetSession(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_session")]
    private static partial int SetSession(nint ssl, nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_SESSION_is_resumable")]
    private static partial int IsResumable(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_SESSION_free")]
    public static partial void FreeSession(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_get1_peer_certificate")]
    private static partial nint GetPeerCertificate(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_peer_cert_chain")]
    private static partial nint PeerChain(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_verify_result")]
    private static partial nint GetVerifyResult(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_certificate")]
    private static partial nint OwnCertificate(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_signature_type_nid")]
    private static partial int OwnSignatureType(nint ssl, int* nid);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_peer_signature_type_nid")]
    private static partial int PeerSignatureType(nint ssl, int* nid);

    [LibraryImport(Ssl, EntryPoint = "SSL_add1_host", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddHost(nint ssl, string name);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_hostflags")]
    private static partial void HostFlags(nint ssl, uint flags);

    [LibraryImport(Ssl, EntryPoint = "SSL_dane_enable", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DaneEnable(nint ssl, string? domain);

    [LibraryImport(Ssl, EntryPoint = "SSL_dane_tlsa_add")]
    private static partial int AddTlsa(nint ssl, byte usage, byte selector, byte match, byte* data, nuint length);

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_get0_type_name")]
    private static partial nint KeyTypeName(nint key);

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_get_bits")]
    private static partial int KeyBits(nint key);

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_get_group_name")]
    private static partial int KeyGroup(nint key, byte* name, nuint size, nuint* length);

    internal static void ClearErrors() => ErrClear();

    /// <summary>Client: the name to ask for (SNI).</summary>
    public static bool SetServerName(SslConnection connection, string name)
    {
        fixed (byte* text = Terminated(name)) return Control(connection.Handle, CtrlHostName, 0, (nint)text) == 1;
    }

    /// <summary>Server: the name the client asked for, or empty.</summary>
    public static string AskedName(SslConnection connection) => Text(ServerName(connection.Handle, 0));

    /// <summary>Client: tries to resume a session; the handle stays the caller's.</summary>
    public static void Resume(SslConnection connection, nint session) => _ = SetSession(connection.Handle, session);

    /// <summary>A session that can be resumed, for the caller to free; 0 when there is none.</summary>
    public static nint TakeSession(SslConnection connection)
    {
        nint session = GetSession(connection.Handle);
        if (session == 0 || IsResumable(session) == 1) return session;
        FreeSession(session);
        return 0;
    }

    /// <summary>The peer's certificate, for the caller to free; 0 when it showed none.</summary>
    public static nint PeerCertificate(SslConnection connection) => GetPeerCertificate(connection.Handle);

    /// <summary>What the verification of the peer's chain ended in.</summary>
    public static int VerifyResult(SslConnection connection) => (int)GetVerifyResult(connection.Handle);

    /// <summary>Client: the peer is authenticated by TLSA records, for one of these names. False: the library refuses.</summary>
    public static bool UseDane(SslConnection connection, string? domain, IEnumerable<string> names, uint flags)
    {
        if (DaneEnable(connection.Handle, domain) <= 0) return false;
        HostFlags(connection.Handle, flags);
        foreach (string name in names)
            if (AddHost(connection.Handle, name) != 1) return false;
        return true;
    }

    /// <summary>Adds a TLSA record: 1 added, 0 not usable, -1 failure.</summary>
    public static int AddTlsa(SslConnection connection, byte usage, byte selector, byte match, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data) return AddTlsa(connection.Handle, usage, selector, match, p, (nuint)data.Length);
    }

    /// <summary>The certificates that the peer sent, as DER, leaf first.</summary>
    public static List<byte[]> PeerCertificates(SslConnection connection)
    {
        List<byte[]> result = [];
        nint chain = PeerChain(connection.Handle);
        for (int i = 0; chain != 0 && i < SkCount(chain); i++)
        {
            byte* data = null;
            int length = I2dX509(SkItem(chain, i), &data);
            if (length <= 0) continue;
            result.Add(new ReadOnlySpan<byte>(data, length).ToArray());
            FreeText((nint)data, 0, 0);
        }
        return result;
    }

    /// <summary>What a finished handshake agreed on.</summary>
    public static SslAgreement Agreement(SslConnection connection)
    {
        nint ssl = connection.Handle, cipher = CurrentCipher(ssl), key;
        bool resumed = SessionReused(ssl) == 1;
        int algorithmBits = 0, used = cipher == 0 ? 0 : CipherBits(cipher, &algorithmBits), exchangeBits = 0;
        string exchange = "", group = "";
        if (Control(ssl, CtrlPeerTemporaryKey, 0, (nint)(&key)) == 1)
        {
            (exchange, group, exchangeBits) = (Name(KeyTypeName(key)), Group(key), KeyBits(key));
            FreeKey(key);
        }
        SslAgreement result = new()
        {
            Protocol = Name(Version(ssl)),
            Cipher = cipher == 0 ? "" : Name(CipherName(cipher)),
            UsedBits = used,
            AlgorithmBits = algorithmBits,
            Resumed = resumed,
            KeyExchange = exchange,
            KeyExchangeGroup = group,
            KeyExchangeBits = exchangeBits,
            Local = resumed ? default : LocalSignature(ssl),
            Peer = resumed ? default : PeerSignature(ssl),
        };
        ErrClear();
        return result;
    }

    private static SslSignature LocalSignature(nint ssl)
    {
        int type, digest;
        nint own = OwnSignatureType(ssl, &type) == 1 ? OwnCertificate(ssl) : 0;
        return own == 0 ? default : Signature(type, Control(ssl, CtrlSignatureNid, 0, (nint)(&digest)) == 1 ? digest : 0, own);
    }

    private static SslSignature PeerSignature(nint ssl)
    {
        int type, digest;
        nint peer = PeerSignatureType(ssl, &type) == 1 ? GetPeerCertificate(ssl) : 0;
        if (peer == 0) return default;
        SslSignature result = Signature(type, Control(ssl, CtrlPeerSignatureNid, 0, (nint)(&digest)) == 1 ? digest : 0, peer);
        FreeCertificate(peer);
        return result;
    }

    private static SslSignature Signature(int type, int digest, nint certificate)
    {
        nint key = PublicKey(certificate);
        if (key == 0) return default;
        string digestName = digest == 0 ? "" : Name(ShortName(digest));
        return type switch
        {
            912 => new("RSA-PSS", "", KeyBits(key), digestName),
            6 => new("RSA", "", KeyBits(key), digestName),
            408 => new("ECDSA", Group(key), 0, digestName),
            _ => new(Name(ShortName(type)), "", 0, ""),
        };
    }

    private static string Group(nint key)
    {
        byte* name = stackalloc byte[80];
        nuint length;
        return KeyGroup(key, name, 80, &length) == 1 ? Name((nint)name) : "";
    }

    // Names of protocols, ciphers, groups and digests: a few, for each session the same.
    private static volatile string[] s_names = [];

    /// <summary>The text, without a new string where it was seen before.</summary>
    private static string Name(nint text)
    {
        if (text == 0) return "";
        ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text);
        string[] known = s_names;
        foreach (string name in known)
            if (System.Text.Ascii.Equals(bytes, name)) return name;
        string made = Text(text);
        // another thread's addition may be lost: it is made again
        if (known.Length < 64) s_names = [.. known, made];
        return made;
    }
}
