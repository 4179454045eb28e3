using System.Globalization;
using System.Security.Cryptography;

namespace MtaSuite.Common.Sasl;

/// <summary>
/// What a server keeps of a password for SCRAM (RFC 5802 3): it checks both SCRAM and a password in clear, and is of no use to log in
/// elsewhere. As text, the form that Dovecot has too:
/// <code>
/// verifier = "{SCRAM-SHA-256}" iterations "," salt "," StoredKey "," ServerKey      the last three in base64
/// </code>
/// </summary>
public sealed record ScramVerifier(ScramHash Hash, int Iterations, byte[] Salt, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>RFC 7677 4 asks for as many as take a tenth of a second; this is what it names.</summary>
    public const int DefaultIterations = 15_000;
    /// <summary>Fewer are refused by good clients (RFC 7677 4); more than the most would let one login stop a server.</summary>
    public const int MinIterations = 4096, MaxIterations = 5_000_000;
    /// <summary>Bytes of a salt that we make.</summary>
    public const int SaltBytes = 16;

    public static ScramVerifier Make(ScramHash hash, string password, int iterations = DefaultIterations, byte[]? salt = null)
    {
        salt ??= RandomNumberGenerator.GetBytes(SaltBytes);
        byte[] salted = hash.SaltedPassword(password, salt, iterations);
        return new ScramVerifier(hash, iterations, salt, hash.Hash(hash.ClientKey(salted)), hash.ServerKey(salted));
    }

    public static bool TryParse(ReadOnlySpan<char> text, out ScramVerifier verifier)
    {
        verifier = null!;
        int end = text.IndexOf('}');
        if (end < 0 || text[0] != '{' || ScramHash.Of(text[1..end].ToString()) is not { } hash) return false;
        string[] parts = text[(end + 1)..].ToString().Split(',');
        if (parts.Length != 4 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)) return false;
        if (iterations is < 1 or > MaxIterations) return false;
        if (!TryBase64(parts[1], out byte[] salt) || !TryBase64(parts[2], out byte[] stored) || !TryBase64(parts[3], out byte[] server))
            return false;
        if (salt.Length == 0 || stored.Length != hash.Size || server.Length != hash.Size) return false;
        verifier = new ScramVerifier(hash, iterations, salt, stored, server);
        return true;
    }

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        bool ok = Convert.TryFromBase64String(text, bytes, out int length);
        bytes = bytes[..length];
        return ok;
    }

    /// <summary>Checks a password; in the same time whether it is right or not.</summary>
    public bool Matches(string password) => MatchesSalted(Hash.SaltedPassword(password, Salt, Iterations));

    /// <summary>As <see cref="Matches"/>, when the slow part is done.</summary>
    public bool MatchesSalted(ReadOnlySpan<byte> saltedPassword) =>
        CryptographicOperations.FixedTimeEquals(Hash.Hash(Hash.ClientKey(saltedPassword)), StoredKey);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{{{Hash.Mechanism}}}{Iterations},{Convert.ToBase64String(Salt)},{Convert.ToBase64String(StoredKey)}"
        + $",{Convert.ToBase64String(ServerKey)}");
}
