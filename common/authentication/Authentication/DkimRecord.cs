using System.Security.Cryptography;
using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Common.Authentication;

/// <summary>Algorithms of DKIM keys.</summary>
public enum DkimKeyType : byte { Rsa, Ed25519, Unknown }

/// <summary>
/// A public key of DKIM as a TXT record of SELECTOR._domainkey.DOMAIN holds it. RFC 6376 3.6.1, Ed25519: RFC 8463. Tags: v (DKIM1, first
/// where it stands), h (hash algorithms), k (key type), n (notes), p (the key in base64; empty: revoked), s (services), t (flags y:
/// testing, s: strict).
/// </summary>
public sealed record DkimRecord
{
    public DkimKeyType KeyType { get; init; }
    /// <summary>SubjectPublicKeyInfo or RSAPublicKey (RSA), or the 32 bytes of the key (Ed25519); empty: the key is revoked.</summary>
    public byte[] Key { get; init; } = [];
    /// <summary>Bits of an RSA key's modulus; 256 for Ed25519; 0 when revoked or of unknown type.</summary>
    public int Bits { get; init; }
    /// <summary>Hash algorithms that may be used; empty: any.</summary>
    public IReadOnlyList<string> Hashes { get; init; } = [];
    /// <summary>"y": the domain tests; a failing signature is not to be held against a message.</summary>
    public bool IsTesting { get; init; }
    /// <summary>"s": the identity's domain must be the signing domain itself.</summary>
    public bool IsStrict { get; init; }

    public bool IsRevoked => Key.Length == 0;

    /// <summary>Reads a record's text; false with what is wrong. Unknown tags are ignored, as the RFC demands.</summary>
    public static bool TryParse(string text, out DkimRecord record, out string problem)
    {
        record = new DkimRecord();
        if (!TagList.TryParse(text, out TagList tags, out problem)) return false;
        if (tags["v"] is { } version && (version != "DKIM1" || tags.Tags[0].Key != "v"))
            return Fail(out problem, version != "DKIM1" ? $"v={TagList.Shown(version)} is not DKIM1" : "v= is not the first tag");
        if (tags["p"] is not { } key) return Fail(out problem, "p= is missing: there is no key");
        List<string> services = Items(tags["s"]), flags = Items(tags["t"]);
        if (services.Count > 0 && !services.Contains("*") && !services.Contains("email"))
            return Fail(out problem, $"s={TagList.Shown(tags["s"]!)}: the key is not for mail");
        record = new DkimRecord
        {
            KeyType = (tags["k"] ?? "rsa") switch { "rsa" => DkimKeyType.Rsa, "ed25519" => DkimKeyType.Ed25519, _ => DkimKeyType.Unknown },
            Hashes = Items(tags["h"]),
            IsTesting = flags.Contains("y"),
            IsStrict = flags.Contains("s"),
        };
        return TakeKey(ref record, string.Concat(key.Where(c => !char.IsWhiteSpace(c))), out problem);
    }

    private static bool TakeKey(ref DkimRecord record, string base64, out string problem)
    {
        problem = "";
        if (base64.Length == 0) return true;
        byte[] key = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, key, out int length))
            return Fail(out problem, "p= is not base64: a character is missing or too much");
        key = key[..length];
        if (record.KeyType == DkimKeyType.Ed25519 && length != 32)
            return Fail(out problem, $"p= has {length} bytes; an Ed25519 key has 32");
        int bits = record.KeyType switch { DkimKeyType.Rsa => RsaBits(key), DkimKeyType.Ed25519 => 256, _ => 0 };
        if (record.KeyType == DkimKeyType.Rsa && bits == 0)
            return Fail(out problem, "p= is not an RSA key (SubjectPublicKeyInfo in base64): it may be cut off");
        record = record with { Key = key, Bits = bits };
        return true;
    }

    /// <summary>The length of the modulus; 0: these bytes are no RSA key. The key is not loaded.</summary>
    private static int RsaBits(byte[] key) => RsaPublicKey.TryRead(key, out RSAParameters parameters) ? RsaPublicKey.Bits(parameters) : 0;

    private static List<string> Items(string? value) =>
        [.. (value ?? "").Split(':', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static bool Fail(out string problem, string text)
    {
        problem = text;
        return false;
    }
}
