using System.Security.Cryptography;
using System.Text;

namespace MtaSuite.Common.Sasl;

/// <summary>The functions of SCRAM (RFC 5802 2.2, 3) with one hash.</summary>
public sealed class ScramHash
{
    public static readonly ScramHash Sha1 = new("SCRAM-SHA-1", HashAlgorithmName.SHA1, 20);
    public static readonly ScramHash Sha256 = new("SCRAM-SHA-256", HashAlgorithmName.SHA256, 32);

    private readonly HashAlgorithmName _name;

    private ScramHash(string mechanism, HashAlgorithmName name, int size) => (Mechanism, _name, Size) = (mechanism, name, size);

    /// <summary>The mechanism without "-PLUS".</summary>
    public string Mechanism { get; }

    /// <summary>Bytes of a hash.</summary>
    public int Size { get; }

    public static ScramHash? Of(string mechanism)
    {
        string plain = mechanism.EndsWith("-PLUS", StringComparison.OrdinalIgnoreCase) ? mechanism[..^5] : mechanism;
        return plain.ToUpperInvariant() switch { "SCRAM-SHA-256" => Sha256, "SCRAM-SHA-1" => Sha1, _ => null };
    }

    public byte[] Hash(ReadOnlySpan<byte> data) => CryptographicOperations.HashData(_name, data);

    public byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(_name, key, data);

    /// <summary>SaltedPassword := Hi(Normalize(password), salt, i). Hi is PBKDF2.</summary>
    public byte[] SaltedPassword(string password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(SaslPrep.PrepareOrSame(password)), salt, iterations, _name, Size);

    public byte[] ClientKey(ReadOnlySpan<byte> saltedPassword) => Hmac(saltedPassword, "Client Key"u8);

    public byte[] ServerKey(ReadOnlySpan<byte> saltedPassword) => Hmac(saltedPassword, "Server Key"u8);

    public static byte[] Xor(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        byte[] result = new byte[a.Length];
        for (int i = 0; i < result.Length; i++) result[i] = (byte)(a[i] ^ b[i]);
        return result;
    }
}
