using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Native;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>
/// A private key for signing: RSA (OpenSSL) or Ed25519 (BouncyCastle). PEM as "openssl genpkey" and opendkim-genkey make it (PKCS #8 or
/// PKCS #1), or the 32 bytes of an Ed25519 key in base64, as dkimpy's dknewkey makes them.
/// </summary>
public sealed class DkimPrivateKey : IDisposable
{
    private const int MaxFile = 65_536, SeedBytes = 32;
    // RFC 8301 3.2
    private const int MinBits = 1024;
    private readonly RSA? _rsa;
    private readonly Ed25519PrivateKeyParameters? _ed25519;

    private DkimPrivateKey(RSA rsa) => _rsa = rsa;

    private DkimPrivateKey(Ed25519PrivateKeyParameters key) => _ed25519 = key;

    /// <summary>a= of its signatures.</summary>
    public string Algorithm => _rsa != null ? "rsa-sha256" : "ed25519-sha256";

    public DkimKeyType KeyType => _rsa != null ? DkimKeyType.Rsa : DkimKeyType.Ed25519;

    public int Bits => _rsa?.KeySize ?? 256;

    /// <summary>p= of its record: SubjectPublicKeyInfo (RSA), or the 32 bytes of the key.</summary>
    public byte[] PublicKey => _rsa?.ExportSubjectPublicKeyInfo() ?? _ed25519!.GeneratePublicKey().GetEncoded();

    /// <summary>The text of its DNS record.</summary>
    public string RecordText => $"v=DKIM1; k={(_rsa != null ? "rsa" : "ed25519")}; p={Convert.ToBase64String(PublicKey)}";

    public static DkimPrivateKey GenerateRsa(int bits) => new(RSA.Create(bits));

    public static DkimPrivateKey GenerateEd25519() => new(new Ed25519PrivateKeyParameters(RandomNumberGenerator.GetBytes(SeedBytes)));

    /// <summary>Reads a key from a file that only its owner can read; null with what is wrong, the file's name in front.</summary>
    public static DkimPrivateKey? TryLoad(string path, out string problem)
    {
        DkimPrivateKey? key = TryLoad(path, null, out problem);
        if (key == null) problem = $"{path}: {problem}";
        return key;
    }

    /// <summary>The same, without the name.</summary>
    /// <param name="owner">The uid that the file may belong to beside root; null: anybody's.</param>
    public static DkimPrivateKey? TryLoad(string path, uint? owner, out string problem)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_NONBLOCK | FileIO.O_NOCTTY);
        if (file == null || !FileStatus.TryGet(file.Fd, out FileStatus status)) return Refuse(out problem, Errno.Text());
        problem = !status.IsRegular ? "it is no regular file"
            : (status.Permissions & FileModes.GroupAndOthers) != 0 ? "others than its owner can read or write it (chmod 600)"
            : owner != null && status.Uid != 0 && status.Uid != owner ? "it belongs neither to root nor to mail_owner"
            : status.Size > MaxFile ? "it is too large for a key" : "";
        if (problem.Length > 0) return null;
        byte[] bytes = new byte[status.Size];
        int have = 0;
        for (int n; have < bytes.Length; have += n)
        {
            n = FileIO.PRead(file.Fd, bytes.AsSpan(have), have);
            if (n <= 0) break;
        }
        return TryParse(Encoding.Latin1.GetString(bytes, 0, have), out problem);
    }

    /// <summary>Reads a key; null with what is wrong.</summary>
    public static DkimPrivateKey? TryParse(string text, out string problem)
    {
        problem = "";
        DkimPrivateKey? key = null;
        try
        {
            key = text.Contains("-----BEGIN ") ? FromPem(text, out problem) : FromSeed(text.Trim(), out problem);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            problem = "it is no private key that can be used";
        }
        if (key is not { Bits: < MinBits, KeyType: DkimKeyType.Rsa }) return key;
        int bits = key.Bits;
        key.Dispose();
        return Refuse(out problem, $"an RSA key of {bits} bits; receivers demand {MinBits}, and 2048 are recommended (RFC 8301)");
    }

    private static DkimPrivateKey? FromPem(string text, out string problem)
    {
        problem = "";
        if (!PemEncoding.TryFind(text, out PemFields pem)) return Refuse(out problem, "the PEM text is damaged");
        string label = text[pem.Label];
        if (label.StartsWith("ENCRYPTED", StringComparison.Ordinal) || text.Contains("Proc-Type: 4,ENCRYPTED"))
            return Refuse(out problem, "the key has a pass phrase; a daemon cannot ask for it");
        if (!label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)) return Refuse(out problem,
            $"a PEM text of \"{label}\", not a private key");
        byte[] bytes = Convert.FromBase64String(text[pem.Base64Data]);
        if (label == "PRIVATE KEY" && Ed25519Seed(bytes) is { } seed) return new DkimPrivateKey(new Ed25519PrivateKeyParameters(seed));
        RSA rsa = RSA.Create();
        bool done = false;
        try
        {
            if (label == "PRIVATE KEY") rsa.ImportPkcs8PrivateKey(bytes, out _);
            else rsa.ImportRSAPrivateKey(bytes, out _);
            done = true;
            return new DkimPrivateKey(rsa);
        }
        finally
        {
            if (!done) rsa.Dispose();
        }
    }

    /// <summary>
    /// PrivateKeyInfo ::= SEQUENCE { INTEGER, SEQUENCE { OBJECT IDENTIFIER id-Ed25519 }, OCTET STRING { OCTET STRING (32 bytes) }, ... }
    /// (RFC 8410 7); null: it is a key of another kind.
    /// </summary>
    private static byte[]? Ed25519Seed(byte[] bytes)
    {
        AsnReader key = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence();
        key.ReadInteger();
        if (key.ReadSequence().ReadObjectIdentifier() != "1.3.101.112") return null;
        byte[] seed = new AsnReader(key.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
        return seed.Length == SeedBytes ? seed : throw new CryptographicException();
    }

    private static DkimPrivateKey? FromSeed(string text, out string problem)
    {
        problem = "";
        byte[] seed = new byte[text.Length];
        return Convert.TryFromBase64String(text, seed, out int length) && length == SeedBytes
            ? new DkimPrivateKey(new Ed25519PrivateKeyParameters(seed[..length]))
                : Refuse(out problem, "neither a PEM text nor an Ed25519 key in base64");
    }

    private static DkimPrivateKey? Refuse(out string problem, string text)
    {
        problem = text;
        return null;
    }

    /// <summary>The key in PEM (PKCS #8), for its file.</summary>
    public string ToPem() => PemEncoding.WriteString("PRIVATE KEY",
        _rsa?.ExportPkcs8PrivateKey() ?? PrivateKeyInfoFactory.CreatePrivateKeyInfo(_ed25519).GetDerEncoded()) + "\n";

    /// <summary>Signs a SHA-256 hash.</summary>
    public byte[] Sign(ReadOnlySpan<byte> hash)
    {
        if (_rsa != null) return _rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Org.BouncyCastle.Crypto.Signers.Ed25519Signer signer = new();
        signer.Init(forSigning: true, _ed25519);
        signer.BlockUpdate(hash);
        return signer.GenerateSignature();
    }

    public void Dispose() => _rsa?.Dispose();
}
