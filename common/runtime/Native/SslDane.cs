using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Peers that TLSA records authenticate (DANE, RFC 6698, RFC 7672).</summary>
public static unsafe partial class SslDane
{
    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_dane_enable")]
    private static partial int DaneEnable(nint context);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_dane_enable", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DaneEnable(nint ssl, string? domain);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_dane_set_flags")]
    private static partial nuint DaneFlags(nint context, nuint flags);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_add1_host", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddHost(nint ssl, string name);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_hostflags")]
    private static partial void HostFlags(nint ssl, uint flags);

    /// <summary>Client: connections may use TLSA records.</summary>
    public static bool Enable(nint context)
    {
        if (DaneEnable(context) <= 0) return false;
        _ = DaneFlags(context, 1 /* RFC 7672 3.1.1: no names for DANE-EE */);
        return true;
    }

    /// <summary>Client: the peer is authenticated by TLSA records, for one of these names. False: the library refuses.</summary>
    public static bool Use(SslConnection connection, string? domain, IEnumerable<string> names, uint flags)
    {
        if (DaneEnable(connection.Handle, domain) <= 0) return false;
        HostFlags(connection.Handle, flags);
        foreach (string name in names)
            if (AddHost(connection.Handle, name) != 1) return false;
        return true;
    }

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_dane_tlsa_add")]
    private static partial int AddTlsa(nint ssl, byte usage, byte selector, byte match, byte* data, nuint length);

    /// <summary>Adds a TLSA record: 1 added, 0 not usable, -1 failure.</summary>
    public static int Add(SslConnection connection, byte usage, byte selector, byte match, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data) return AddTlsa(connection.Handle, usage, selector, match, p, (nuint)data.Length);
    }
}
