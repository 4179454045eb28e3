using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// The keys that sign tokens, from a file: a JSON Web Key Set (RFC 7517; kty RSA, EC and oct), or public keys in PEM. Read again when the
/// file changes. RS256, RS384, RS512, PS256, PS384, PS512 with RSA keys of 2048 bits and more, ES256, ES384, ES512 with the curve of each,
/// HS256, HS384, HS512 with secrets at least as long as the hash (RFC 7518 3). Safe on several threads.
/// </summary>
public sealed class TokenKeys(string path)
{
    private const int MaxFile = 1024 * 1024;
    private readonly Lock _gate = new();
    private (long, long, int, ulong) _seen;
    private long _checkedAt;
    private List<TokenKey>? _keys;

    /// <summary>Reads the file if it is new; what is wrong with it, or null. When a changed file is bad the keys of before stay.</summary>
    public string? Load()
    {
        lock (_gate)
        {
            if (_keys is not null && TimeProvider.System.GetElapsedTime(_checkedAt) < TimeSpan.FromSeconds(1)) return null;
            _checkedAt = TimeProvider.System.GetTimestamp();
            if (!FileStatus.TryGet(path, out FileStatus status)) return _keys is null ? $"{path}: {Errno.Text()}" : null;
            (long, long, int, ulong) identity = (status.Size, status.ModifiedSeconds, status.ModifiedNanoseconds, status.Inode);
            if (_keys is not null && identity == _seen) return null;
            string? problem = Read(status.Size, out List<TokenKey> keys);
            if (problem is not null && _keys is null) return problem;
            if (problem is not null) Log.Warning($"{problem}; the keys of before stay in use");
            else _keys = keys;
            _seen = identity;
            return null;
        }
    }

    private string? Read(long size, out List<TokenKey> keys)
    {
        keys = [];
        if (size > MaxFile) return $"{path}: too large";
        if (!ConfigFile.TryRead(path, out string text, out string reason)) return $"{path}: {reason}";
        try
        {
            keys = text.Contains("-----BEGIN ", StringComparison.Ordinal) ? TokenKey.FromPem(text)
                : TokenKey.FromJson(text.TrimStart('\uFEFF'));
        }
        catch (JsonException e) { reason = e.Message; }
        catch (InvalidOperationException e) { reason = e.Message; } // JSON of another shape
        catch (CryptographicException e) { reason = e.Message; }
        catch (FormatException e) { reason = e.Message; }
        if (reason.Length > 0) return $"{path}: {reason}";
        return keys.Count == 0 ? $"{path}: no usable keys" : null;
    }

    /// <summary>A key that is for this algorithm, and has this id where both have one, verifies the signature.</summary>
    public bool Verify(string algorithm, string kid, byte[] data, byte[] signature)
    {
        lock (_gate)
            return _keys?.Exists(k => (kid.Length == 0 || k.Id.Length == 0 || k.Id == kid) && k.Verify(algorithm, data, signature))
                ?? false;
    }
}

/// <summary>One key: RSA, elliptic curve or secret.</summary>
internal sealed class TokenKey
{
    private const int MinRsaBits = 2048;
    private RSA? _rsa;
    private ECDsa? _ec;
    private byte[]? _secret;

    public string Id { get; private init; } = "";
    /// <summary>The one algorithm the key is for; empty: any of its kind.</summary>
    private string Algorithm { get; init; } = "";

    public static List<TokenKey> FromPem(string text)
    {
        List<TokenKey> keys = [];
        string rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label] == "PUBLIC KEY")
            {
                byte[] der = Convert.FromBase64String(rest[fields.Base64Data]);
                keys.Add(FromInfo(der));
            }
            rest = rest[fields.Location.End..];
        }
        return keys;
    }

    private static TokenKey FromInfo(byte[] der)
    {
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(der, out _);
            return new TokenKey { _rsa = rsa };
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            ECDsa ec = ECDsa.Create();
            ec.ImportSubjectPublicKeyInfo(der, out _);
            return new TokenKey { _ec = ec };
        }
    }

    public static List<TokenKey> FromJson(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        List<TokenKey> keys = [];
        foreach (JsonElement key in document.RootElement.TryGetProperty("keys", out JsonElement set) ? set.EnumerateArray().ToArray()
            : [document.RootElement])
            if (FromJson(key) is { } one) keys.Add(one);
        return keys;
    }

    private static TokenKey? FromJson(JsonElement key)
    {
        string Text(string name) =>
            key.TryGetProperty(name, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() ?? "" : "";
        byte[] Bytes(string name) => TokenChecker.Decode(Text(name)) ?? throw new FormatException($"key without {name}");
        // RFC 7517 4.2: keys for encryption stand in sets too
        if (Text("use") is not ("" or "sig")) return null;
        switch (Text("kty"))
        {
            case "RSA":
                return new TokenKey
                {
                    Id = Text("kid"),
                    Algorithm = Text("alg"),
                    _rsa = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") })
                };
            case "EC" when Curve(Text("crv")) is { } curve:
                return new TokenKey
                {
                    Id = Text("kid"),
                    Algorithm = Text("alg"),
                    _ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } })
                };
            case "oct": return new TokenKey { Id = Text("kid"), Algorithm = Text("alg"), _secret = Bytes("k") };
            default: return null;
        }
    }

    private static ECCurve? Curve(string name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };

    public bool Verify(string algorithm, byte[] data, byte[] signature)
    {
        if (algorithm.Length != 5 || (Algorithm.Length > 0 && Algorithm != algorithm)) return false;
        (HashAlgorithmName hash, int bits) = algorithm[2..] switch
        {
            "256" => (HashAlgorithmName.SHA256, 256),
            "384" => (HashAlgorithmName.SHA384, 384),
            "512" => (HashAlgorithmName.SHA512, 512),
            _ => (default, 0),
        };
        if (bits == 0) return false;
        return algorithm[..2] switch
        {
            "RS" => _rsa is { KeySize: >= MinRsaBits } && _rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1),
            "PS" => _rsa is { KeySize: >= MinRsaBits } && _rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pss),
            "ES" => _ec is not null && _ec.KeySize == (bits == 512 ? 521 : bits)
                && _ec.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            "HS" => _secret is not null && _secret.Length * 8 >= bits
                && CryptographicOperations.FixedTimeEquals(CryptographicOperations.HmacData(hash, _secret, data), signature),
            _ => false,
        };
    }
}
