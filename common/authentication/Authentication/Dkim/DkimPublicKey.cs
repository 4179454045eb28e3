using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>A public key that is ready to verify: RSA by OpenSSL, Ed25519 by BouncyCastle.</summary>
public sealed class DkimPublicKey
{
    private readonly RSA? _rsa;
    private readonly byte[] _ed25519 = [];

    private DkimPublicKey(RSA rsa) => _rsa = rsa;

    private DkimPublicKey(byte[] ed25519) => _ed25519 = ed25519;

    /// <summary>Makes a key of a record whose size was checked; false with what is wrong with it.</summary>
    public static bool TryCreate(DkimRecord record, out DkimPublicKey? key, out string problem)
    {
        problem = "";
        key = null;
        if (record.KeyType == DkimKeyType.Ed25519)
        {
            key = new DkimPublicKey(record.Key);
            return true;
        }
        if (!RsaPublicKey.TryRead(record.Key, out RSAParameters parameters))
        {
            problem = "p= of the key's record is not an RSA key";
            return false;
        }
        // a long exponent makes each verification as dear as a signature; everybody uses 65537
        if (parameters.Exponent!.Length > RsaPublicKey.MaxExponentBytes || (parameters.Exponent[^1] & 1) == 0
            || (parameters.Modulus![^1] & 1) == 0)
        {
            problem = "the RSA key in p= has an exponent or a modulus that cannot be used";
            return false;
        }
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(parameters);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            problem = "the RSA key in p= cannot be used";
            return false;
        }
        key = new DkimPublicKey(rsa);
        return true;
    }

    /// <summary>Whether a signature of a SHA-256 hash is by this key. For Ed25519 the hash is the message (RFC 8463 3).</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (_rsa == null)
            return signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature.ToArray(), 0, _ed25519, 0, hash.ToArray(), 0,
                hash.Length);
        try
        {
            return _rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
