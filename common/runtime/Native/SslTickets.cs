using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>A key for session tickets: a name of 16 bytes that a ticket carries, a cipher key and a MAC key of 32 bytes each.</summary>
public sealed record TicketKey(byte[] Name, byte[] CipherKey, byte[] MacKey);

/// <summary>Finds a ticket's key by its name of 16 bytes.</summary>
public delegate TicketKey? TicketKeyFinder(ReadOnlySpan<byte> name);

/// <summary>Session tickets (RFC 5077; in TLS 1.3 RFC 8446 4.6.1) under keys of our own.</summary>
public static unsafe partial class SslTickets
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Parameter
    {
        public byte* Key;
        public uint Type;
        public void* Data;
        public nuint Size, ReturnSize;
    }

    private const uint TypeText = 4, TypeBytes = 5;

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_set_tlsext_ticket_key_evp_cb")]
    private static partial int SetTicketCallback(nint context, nint callback);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint CipherFetch(nint library, string name, string? properties);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_CIPHER_free")]
    private static partial void CipherFree(nint cipher);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_CIPHER_get_key_length")]
    private static partial int CipherKeyLength(nint cipher);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_CIPHER_get_iv_length")]
    private static partial int CipherIvLength(nint cipher);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_EncryptInit_ex")]
    private static partial int EncryptInit(nint state, nint cipher, nint engine, byte* key, byte* iv);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_DecryptInit_ex")]
    private static partial int DecryptInit(nint state, nint cipher, nint engine, byte* key, byte* iv);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_MAC_CTX_set_params")]
    private static partial int MacParameters(nint mac, Parameter* parameters);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "RAND_bytes")]
    private static partial int RandomBytes(byte* buffer, int length);

    private static nint s_ticketCipher;

    /// <summary>The key for new tickets, or null: no ticket is given.</summary>
    public static Func<TicketKey?>? NewKey { get; set; }

    /// <summary>The key of a ticket by its name, or null: a full handshake follows.</summary>
    public static TicketKeyFinder? FindKey { get; set; }

    /// <summary>
    /// Chooses the cipher of tickets; false when the library has none of that name or it needs a longer key than there is.
    /// </summary>
    public static bool SetCipher(string name)
    {
        // fetched once, so that no ticket has to look it up
        nint cipher = CipherFetch(0, name, null);
        bool fits = cipher != 0 && CipherKeyLength(cipher) <= 32 && CipherIvLength(cipher) <= 16;
        (nint old, s_ticketCipher) = fits ? (s_ticketCipher, cipher) : (cipher, s_ticketCipher);
        if (old != 0) CipherFree(old);
        return fits;
    }

    internal static void Use(nint context) =>
        _ = SetTicketCallback(context, (nint)(delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int>)&OnTicket);

    // 1: go on; 2: go on and give a new ticket; 0: no ticket, or not one of ours; -1: failure
    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int OnTicket(nint ssl, byte* name, byte* iv, nint cipherState, nint macState, int encrypt)
    {
        TicketKey? newest = NewKey?.Invoke();
        if (newest == null || s_ticketCipher == 0) return 0;
        if (encrypt != 0)
        {
            newest.Name.CopyTo(new Span<byte>(name, 16));
            return RandomBytes(iv, CipherIvLength(s_ticketCipher)) == 1 && Prepare(newest, iv, cipherState, macState, true) ? 1 : -1;
        }
        TicketKey? key = FindKey?.Invoke(new ReadOnlySpan<byte>(name, 16));
        if (key == null) return 0;
        if (!Prepare(key, iv, cipherState, macState, false)) return -1;
        return ReferenceEquals(key, newest) ? 1 : 2;
    }

    private static bool Prepare(TicketKey key, byte* iv, nint cipherState, nint macState, bool encrypt)
    {
        fixed (byte* cipherKey = key.CipherKey, macKey = key.MacKey, keyName = "key\0"u8, digestName = "digest\0"u8, digest = "SHA256\0"u8)
        {
            Parameter* parameters = stackalloc Parameter[3];
            parameters[0] = new Parameter { Key = keyName, Type = TypeBytes, Data = macKey, Size = 32, ReturnSize = nuint.MaxValue };
            parameters[1] = new Parameter { Key = digestName, Type = TypeText, Data = digest, Size = 6, ReturnSize = nuint.MaxValue };
            parameters[2] = default;
            int ok = encrypt ? EncryptInit(cipherState, s_ticketCipher, 0, cipherKey, iv)
                : DecryptInit(cipherState, s_ticketCipher, 0, cipherKey, iv);
            return ok == 1 && MacParameters(macState, parameters) == 1;
        }
    }
}
