using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public sealed unsafe partial class SslConnection
{
    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_ctrl")]
    internal static partial nint Control(nint ssl, int command, nint number, nint pointer);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_new")]
    private static partial nint New(nint context);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_free")]
    private static partial void Free(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_bio")]
    private static partial void SetBio(nint ssl, nint read, nint write);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_accept_state")]
    private static partial void AcceptState(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_connect_state")]
    private static partial void ConnectState(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_do_handshake")]
    private static partial int DoHandshake(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_is_init_finished")]
    private static partial int IsInitFinished(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_version")]
    private static partial int ProtocolVersion(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_session_reused")]
    private static partial int IsReused(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_read")]
    private static partial int ReadRaw(nint ssl, byte* buffer, int length);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_write")]
    private static partial int WriteRaw(nint ssl, byte* data, int length);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_shutdown")]
    private static partial int ShutdownRaw(nint ssl);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_error")]
    private static partial int GetError(nint ssl, int result);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_get_new_index")]
    private static partial int BioNewIndex();

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_meth_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint BioMethodNew(int type, string name);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_meth_set_read")]
    private static partial int BioMethodRead(nint method, nint callback);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_meth_set_write")]
    private static partial int BioMethodWrite(nint method, nint callback);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_meth_set_ctrl")]
    private static partial int BioMethodControl(nint method, nint callback);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_new")]
    private static partial nint BioNew(nint method);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_set_data")]
    private static partial void BioSetData(nint bio, nint data);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_get_data")]
    private static partial nint BioGetData(nint bio);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_set_init")]
    private static partial void BioSetInit(nint bio, int done);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_set_flags")]
    private static partial void BioSetFlags(nint bio, int flags);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "BIO_clear_flags")]
    private static partial void BioClearFlags(nint bio, int flags);
}
