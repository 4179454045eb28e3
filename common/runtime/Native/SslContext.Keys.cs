using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Keys and certificates that a context shows to peers.</summary>
public static unsafe partial class SslContext
{
    private static readonly nint s_freeCertificate = (nint)(delegate* unmanaged[Cdecl]<nint, void>)&FreeElement;

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "d2i_AutoPrivateKey")]
    private static partial nint D2iPrivateKey(nint reuse, byte** data, nint length);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_PKEY_free")]
    internal static partial void FreeKey(nint key);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "OPENSSL_sk_new_null")]
    private static partial nint SkNew();

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "OPENSSL_sk_push")]
    private static partial int SkPush(nint stack, nint element);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "OPENSSL_sk_pop_free")]
    private static partial void SkFree(nint stack, nint free);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_use_cert_and_key")]
    private static partial int UseCertificateAndKey(nint context, nint certificate, nint key, nint chain, int replace);

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void FreeElement(nint certificate) => SslCertificate.Free(certificate);

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
            nint certificate = SslCertificate.Parse(chain[i]);
            ok = certificate != 0;
            if (i == 0) leaf = certificate;
            else if (ok) _ = SkPush(stack, certificate);
        }
        ok = ok && pkey != 0 && leaf != 0 && UseCertificateAndKey(context, leaf, pkey, stack, 1) == 1;
        SkFree(stack, s_freeCertificate);
        if (leaf != 0) SslCertificate.Free(leaf);
        if (pkey != 0) FreeKey(pkey);
        return ok;
    }
}
