using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>The slow functions themselves. Takes milliseconds; safe on several threads. Tests count the calls.</summary>
public class PasswordHasher
{
    public static readonly PasswordHasher Default = new();

    /// <summary>crypt(3); null when it does not take the setting, or the password, and did no work.</summary>
    public virtual string? Hash(string password, string setting) => Crypt.Hash(password, setting);

    /// <summary>PBKDF2, as SCRAM uses it.</summary>
    public virtual byte[] Pbkdf2(ScramHash hash, string password, byte[] salt, int iterations) =>
        hash.SaltedPassword(password, salt, iterations);
}

/// <summary>
/// One password on trial: counts the work that the checks take, by kind, so that a refusal can be made to take as much as any other
/// (<see cref="FillUp"/>).
/// Without that the time would show which logins exist, and how their passwords are stored.
/// </summary>
public sealed class PasswordCheck(PasswordHasher hasher, string password)
{
    private static readonly byte[] s_salt = new byte[16];
    private readonly long[] _spent = new long[PasswordCost.Kinds];

    public bool Matches(ScramVerifier verifier)
    {
        byte[] salted = hasher.Pbkdf2(verifier.Hash, password, verifier.Salt, verifier.Iterations);
        Count(PasswordCost.Of(verifier));
        return verifier.MatchesSalted(salted);
    }

    /// <param name="cost">What the hash costs.</param>
    public bool Matches(string hash, PasswordCost cost)
    {
        if (hasher.Hash(password, hash) is not { } result) return false;
        Count(cost);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(result), Encoding.UTF8.GetBytes(hash));
    }

    private void Count(PasswordCost cost) => _spent[(int)cost.Kind] += cost.Units;

    /// <summary>Does, for nothing, the work that is missing.</summary>
    /// <param name="costs">What a check may take at most, a kind once.</param>
    public void FillUp(IEnumerable<PasswordCost> costs)
    {
        foreach (PasswordCost most in costs)
        {
            PasswordCost missing = most with { Units = most.Units - _spent[(int)most.Kind] };
            if (missing.Units <= 0) continue;
            if (missing.Kind is HashKind.ScramSha256 or HashKind.ScramSha1)
            {
                ScramHash hash = missing.Kind == HashKind.ScramSha256 ? ScramHash.Sha256 : ScramHash.Sha1;
                hasher.Pbkdf2(hash, password, s_salt, (int)missing.Units);
            }
            foreach (string setting in missing.Settings()) hasher.Hash(password, setting);
        }
    }
}
