using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Certificates (X509). A certificate's handle is freed by <see cref="Free"/>.</summary>
public static unsafe partial class SslCertificate
{
    private const int NidCommonName = 13, NidOrganization = 17;
    /// <summary>How names are compared (X509_CHECK_FLAG_...).</summary>
    public const uint CheckNeverSubject = 0x20, CheckNoPartialWildcards = 4, CheckMultiLabelWildcards = 8;

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "d2i_X509")]
    private static partial nint D2iX509(nint reuse, byte** data, nint length);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "i2d_X509")]
    internal static partial int I2dX509(nint certificate, byte** data);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_free")]
    public static partial void Free(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get_subject_name")]
    private static partial nint SubjectName(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get_issuer_name")]
    private static partial nint IssuerName(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_NAME_get_index_by_NID")]
    private static partial int NameIndex(nint name, int nid, int last);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_NAME_get_entry")]
    private static partial nint NameEntry(nint name, int index);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_NAME_ENTRY_get_data")]
    private static partial nint NameValue(nint entry);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "ASN1_STRING_to_UTF8")]
    private static partial int StringToUtf8(byte** text, nint value);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "CRYPTO_free")]
    internal static partial void FreeText(nint text, nint file, int line);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get0_notAfter")]
    private static partial nint NotAfter(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "ASN1_TIME_diff")]
    private static partial int TimeDifference(int* days, int* seconds, nint from, nint to);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_get_X509_PUBKEY")]
    private static partial nint PublicKeyInfo(nint certificate);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "i2d_X509_PUBKEY")]
    private static partial int I2dPublicKey(nint key, byte** data);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_get_digestbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint DigestByName(string name);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "EVP_Digest")]
    private static partial int Digest(byte* data, nuint length, byte* digest, uint* size, nint kind, nint engine);

    [LibraryImport(OpenSsl.Crypto, EntryPoint = "X509_check_host", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CheckHost(nint certificate, string name, nuint length, uint flags, nint found);

    /// <summary>A certificate from DER; 0 when it is none.</summary>
    public static nint Parse(ReadOnlySpan<byte> der)
    {
        fixed (byte* data = der)
        {
            byte* at = data;
            return D2iX509(0, &at, der.Length);
        }
    }

    /// <summary>The subject's common name; empty when there is none.</summary>
    public static string SubjectCommonName(nint certificate) => NamePart(SubjectName(certificate), NidCommonName);

    /// <summary>The issuer's common name, else its organization.</summary>
    public static string IssuerCommonName(nint certificate) => NamePart(IssuerName(certificate), NidCommonName) is { Length: > 0 } name
        ? name : NamePart(IssuerName(certificate), NidOrganization);

    private static string NamePart(nint name, int nid)
    {
        int index = NameIndex(name, nid, -1);
        nint entry = index < 0 ? 0 : NameEntry(name, index);
        if (entry == 0) return "";
        byte* text;
        int length = StringToUtf8(&text, NameValue(entry));
        if (length < 0) return "";
        string result = System.Text.Encoding.UTF8.GetString(text, length);
        FreeText((nint)text, 0, 0);
        return result;
    }

    /// <summary>Time left until the certificate expires; negative afterwards.</summary>
    public static TimeSpan TimeLeft(nint certificate)
    {
        int days, seconds;
        return TimeDifference(&days, &seconds, 0, NotAfter(certificate)) == 1 ? new TimeSpan(days, 0, 0, seconds) : TimeSpan.MaxValue;
    }

    /// <summary>The digest's name is known to the library.</summary>
    public static bool IsDigest(string name) => DigestByName(name) != 0;

    /// <summary>The digest of a certificate or of its public key (the whole SubjectPublicKeyInfo); empty on failure.</summary>
    public static byte[] Fingerprint(nint certificate, string digest, bool publicKey)
    {
        nint kind = DigestByName(digest);
        byte* data = null;
        int length = kind == 0 ? -1 : publicKey ? I2dPublicKey(PublicKeyInfo(certificate), &data) : I2dX509(certificate, &data);
        if (length <= 0) return [];
        byte* result = stackalloc byte[64];
        uint size;
        bool ok = Digest(data, (nuint)length, result, &size, kind, 0) == 1;
        FreeText((nint)data, 0, 0);
        return ok ? new ReadOnlySpan<byte>(result, (int)size).ToArray() : [];
    }

    /// <summary>
    /// The certificate is for this DNS name; a name that begins with a dot stands for all names below it. Flags: Check...
    /// </summary>
    public static bool MatchesHost(nint certificate, string name, uint flags) => CheckHost(certificate, name, 0, flags, 0) == 1;
}
