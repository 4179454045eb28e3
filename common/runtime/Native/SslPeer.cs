using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>The certificates that the peer of a connection sent.</summary>
public static unsafe partial class SslPeer
{
    [LibraryImport(OpenSsl.Crypto, EntryPoint = "OPENSSL_sk_num")]
    private static partial int SkCount(nint stack);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "OPENSSL_sk_value")]
    private static partial nint SkItem(nint stack, int index);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get1_peer_certificate")]
    internal static partial nint GetPeerCertificate(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_peer_cert_chain")]
    private static partial nint PeerChain(nint ssl);

    /// <summary>The peer's certificate, for the caller to free; 0 when it showed none.</summary>
    public static nint Certificate(SslConnection connection) => GetPeerCertificate(connection.Handle);

    /// <summary>The certificates that the peer sent, as DER, leaf first.</summary>
    public static List<byte[]> Certificates(SslConnection connection)
    {
        List<byte[]> result = [];
        nint chain = PeerChain(connection.Handle);
        for (int i = 0; chain != 0 && i < SkCount(chain); i++)
        {
            byte* data = null;
            int length = SslCertificate.I2dX509(SkItem(chain, i), &data);
            if (length <= 0) continue;
            result.Add(new ReadOnlySpan<byte>(data, length).ToArray());
            SslCertificate.FreeText((nint)data, 0, 0);
        }
        return result;
    }
}
