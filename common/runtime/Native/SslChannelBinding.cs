using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Channel bindings: bytes that both ends of a connection know, and nobody in between.</summary>
public static unsafe partial class SslChannelBinding
{
    private const int BindingLength = 32;

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_export_keying_material")]
    private static partial int ExportKeyingMaterial(nint ssl, byte* output, nuint outputLength, byte* label, nuint labelLength,
        byte* context, nuint contextLength, int useContext);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get_signature_info")]
    private static partial int SignatureInfo(nint certificate, int* digest, int* key, int* bits, uint* flags);

    /// <summary>
    /// RFC 9266 2, "tls-exporter": label "EXPORTER-Channel-Binding", an empty context, 32 bytes; null when the connection has none. For TLS
    /// 1.3.
    /// </summary>
    public static byte[]? Exporter(SslConnection connection)
    {
        byte[] result = new byte[BindingLength];
        ReadOnlySpan<byte> label = "EXPORTER-Channel-Binding"u8;
        byte nothing = 0;
        fixed (byte* output = result, name = label)
            return ExportKeyingMaterial(connection.Handle, output, BindingLength, name, (nuint)label.Length, &nothing, 0, 1) == 1 ? result
                : null;
    }

    /// <summary>
    /// RFC 5929 4.1, "tls-server-end-point", at the server: its certificate hashed with the digest of its signature, SHA-256 in place of
    /// weaker ones.
    /// </summary>
    public static byte[]? ServerEndPoint(SslConnection connection)
    {
        nint certificate = SslAgreement.OwnCertificate(connection.Handle);
        if (certificate == 0) return null;
        int digest, key, bits;
        uint flags;
        bool isKnown = SignatureInfo(certificate, &digest, &key, &bits, &flags) == 1;
        string name = isKnown ? OpenSsl.Text(OpenSsl.ShortName(digest)).ToLowerInvariant() : "";
        return SslCertificate.Fingerprint(certificate, name is "sha384" or "sha512" ? name : "sha256", publicKey: false);
    }
}
