using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>A signature in a handshake: algorithm ("RSA-PSS", "RSA", "ECDSA", "ED25519"), curve or bits of the key, digest.</summary>
public readonly record struct SslSignature(string Algorithm, string Curve, int Bits, string Digest);

/// <summary>What a finished handshake agreed on. Names as OpenSSL has them; empty or 0 where there is none.</summary>
public sealed unsafe partial record SslAgreement
{
    private const int CtrlPeerSignatureNid = 108, CtrlPeerTemporaryKey = 109, CtrlSignatureNid = 132;

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

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_version")]
    private static partial nint Version(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_current_cipher")]
    private static partial nint CurrentCipher(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CIPHER_get_name")]
    private static partial nint CipherName(nint cipher);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CIPHER_get_bits")]
    private static partial int CipherBits(nint cipher, int* algorithm);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_session_reused")]
    private static partial int SessionReused(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_certificate")]
    internal static partial nint OwnCertificate(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_signature_type_nid")]
    private static partial int OwnSignatureType(nint ssl, int* nid);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_peer_signature_type_nid")]
    private static partial int PeerSignatureType(nint ssl, int* nid);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get0_pubkey")]
    private static partial nint PublicKey(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_PKEY_get0_type_name")]
    private static partial nint KeyTypeName(nint key);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_PKEY_get_bits")]
    private static partial int KeyBits(nint key);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_PKEY_get_group_name")]
    private static partial int KeyGroup(nint key, byte* name, nuint size, nuint* length);

    /// <summary>What a finished handshake agreed on.</summary>
    public static SslAgreement Of(SslConnection connection)
    {
        nint ssl = connection.Handle, cipher = CurrentCipher(ssl), key;
        bool resumed = SessionReused(ssl) == 1;
        int algorithmBits = 0, used = cipher == 0 ? 0 : CipherBits(cipher, &algorithmBits), exchangeBits = 0;
        string exchange = "", group = "";
        if (SslConnection.Control(ssl, CtrlPeerTemporaryKey, 0, (nint)(&key)) == 1)
        {
            (exchange, group, exchangeBits) = (Name(KeyTypeName(key)), Group(key), KeyBits(key));
            SslContext.FreeKey(key);
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
        SslErrors.Clear();
        return result;
    }

    private static SslSignature LocalSignature(nint ssl)
    {
        int type, digest;
        nint own = OwnSignatureType(ssl, &type) == 1 ? OwnCertificate(ssl) : 0;
        if (own == 0) return default;
        return Signature(type, SslConnection.Control(ssl, CtrlSignatureNid, 0, (nint)(&digest)) == 1 ? digest : 0, own);
    }

    private static SslSignature PeerSignature(nint ssl)
    {
        int type, digest;
        nint peer = PeerSignatureType(ssl, &type) == 1 ? SslPeer.GetPeerCertificate(ssl) : 0;
        if (peer == 0) return default;
        SslSignature result = Signature(type, SslConnection.Control(ssl, CtrlPeerSignatureNid, 0, (nint)(&digest)) == 1 ? digest : 0, peer);
        SslCertificate.Free(peer);
        return result;
    }

    private static SslSignature Signature(int type, int digest, nint certificate)
    {
        nint key = PublicKey(certificate);
        if (key == 0) return default;
        string digestName = digest == 0 ? "" : Name(OpenSsl.ShortName(digest));
        return type switch
        {
            912 => new("RSA-PSS", "", KeyBits(key), digestName),
            6 => new("RSA", "", KeyBits(key), digestName),
            408 => new("ECDSA", Group(key), 0, digestName),
            _ => new(Name(OpenSsl.ShortName(type)), "", 0, ""),
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
        string made = OpenSsl.Text(text);
        // another thread's addition may be lost: it is made again
        if (known.Length < 64) s_names = [.. known, made];
        return made;
    }
}
