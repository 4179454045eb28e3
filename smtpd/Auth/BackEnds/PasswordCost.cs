using System.Globalization;
using System.Text;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// The functions that make checking a password slow. Work of one kind adds up; work of two kinds is never compared but for the limits.
/// </summary>
public enum HashKind : byte { ScramSha256, ScramSha1, Bcrypt, Sha512Crypt, Sha256Crypt, Yescrypt }

/// <summary>
/// The work that one check of a verifier takes.
/// </summary>
/// <param name="Units">PBKDF2 iterations; 2^cost of bcrypt; rounds of SHA-crypt; N * r of yescrypt.</param>
public readonly record struct PasswordCost(HashKind Kind, long Units)
{
    public const int Kinds = 6;

    /// <summary>
    /// The most work for one login, in milliseconds of an ordinary processor: what 5,000,000 iterations of SCRAM take, the most that we
    /// take.
    /// bcrypt up to cost 14, yescrypt up to cost 9 of crypt_gensalt(3).
    /// </summary>
    public const int MaxMilliseconds = 2000;

    private const int MinBcryptCost = 4, MaxBcryptCost = 31, MaxLog = 40, DefaultShaRounds = 5000, MinShaRounds = 1000;
    // r of the settings that crypt_gensalt(3) makes, and the least N that is worth a call
    private const int YescryptR = 32, MinYescryptLog = 5;
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string BcryptSalt = "......................", ShaSalt = "nobodynobodynobo", YescryptSalt = "nobodynobodynobodynob.";

    /// <summary>About how long a check takes; measured once, and good enough to distinguish a second from an hour.</summary>
    public double Milliseconds => Units / Kind switch
    {
        HashKind.Bcrypt => 14.0,
        HashKind.Sha512Crypt or HashKind.Sha256Crypt => 1500.0,
        HashKind.Yescrypt => 1120.0,
        _ => 2500.0,
    };

    public static PasswordCost Of(ScramVerifier verifier) => new(KindOf(verifier.Hash), verifier.Iterations);

    public static HashKind KindOf(ScramHash hash) => hash == ScramHash.Sha256 ? HashKind.ScramSha256 : HashKind.ScramSha1;

    /// <summary>
    /// Reads what a hash of crypt(3) costs to check. The old DES and MD5 forms are no protection, and none of these:
    /// <code>
    /// bcrypt    = "$2" ("a" / "b" / "x" / "y") "$" 2DIGIT "$" 53CHAR
    /// SHA-crypt = ("$5$" / "$6$") ["rounds=" 1*DIGIT "$"] salt "$" hash
    /// yescrypt  = "$y$" flavor N r [...] "$" salt "$" hash         numbers of a variable length
    /// </code>
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> hash, out PasswordCost cost)
    {
        cost = default;
        if (hash.StartsWith("$2")) return TryBcrypt(hash, out cost);
        if (hash.StartsWith("$5$") || hash.StartsWith("$6$")) return TrySha(hash, out cost);
        return hash.StartsWith("$y$") && TryYescrypt(hash[3..], out cost);
    }

    private static bool TryBcrypt(ReadOnlySpan<char> hash, out PasswordCost cost)
    {
        cost = default;
        if (hash.Length != 60 || hash[2] is not ('a' or 'b' or 'x' or 'y') || hash[3] != '$' || hash[6] != '$') return false;
        if (!int.TryParse(hash[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out int log)) return false;
        if (log is < MinBcryptCost or > MaxBcryptCost) return false;
        cost = new PasswordCost(HashKind.Bcrypt, 1L << log);
        return true;
    }

    private static bool TrySha(ReadOnlySpan<char> hash, out PasswordCost cost)
    {
        HashKind kind = hash[1] == '5' ? HashKind.Sha256Crypt : HashKind.Sha512Crypt;
        ReadOnlySpan<char> rest = hash[3..];
        long rounds = DefaultShaRounds;
        if (rest.StartsWith("rounds="))
        {
            rest = rest["rounds=".Length..];
            int end = rest.IndexOf('$');
            cost = default;
            if (end < 0 || !long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out rounds)) return false;
            rest = rest[(end + 1)..];
        }
        cost = new PasswordCost(kind, Math.Max(rounds, MinShaRounds));
        return rest.Contains('$');
    }

    private static bool TryYescrypt(ReadOnlySpan<char> parameters, out PasswordCost cost)
    {
        cost = default;
        int end = parameters.IndexOf('$');
        if (end < 0 || !parameters[(end + 1)..].Contains('$')) return false;
        parameters = parameters[..end];
        if (!TryNumber(ref parameters, 0, out _) || !TryNumber(ref parameters, 1, out long log) || log > MaxLog) return false;
        if (!TryNumber(ref parameters, 1, out long r)) return false;
        // p, t, g and the size of a ROM: not in use anywhere, and each may multiply the work
        if (!parameters.IsEmpty || r > 1 << 20) return false;
        cost = new PasswordCost(HashKind.Yescrypt, r << (int)log);
        return true;
    }

    /// <summary>
    /// A number as yescrypt writes it: the first character says how many follow; each length begins where the one before ends.
    /// </summary>
    private static bool TryNumber(ref ReadOnlySpan<char> text, int least, out long number)
    {
        number = least;
        int start = 0, end = 47, bits = 0, more = 0, first = text.IsEmpty ? -1 : Alphabet.IndexOf(text[0]);
        if (first < 0) return false;
        while (first > end)
        {
            if (end == 62) return false;
            number += (long)(end + 1 - start) << bits;
            (start, end) = (end + 1, end + 1 + (62 - end) / 2);
            bits += 6;
            more++;
        }
        if (text.Length <= more) return false;
        number += (long)(first - start) << bits;
        for (int i = 1; i <= more; i++)
        {
            if (Alphabet.IndexOf(text[i]) is not (>= 0 and var digit)) return false;
            bits -= 6;
            number += (long)digit << bits;
        }
        text = text[(more + 1)..];
        return true;
    }

    /// <summary>
    /// Settings for crypt(3) that take these units of work together: one where there is such a setting, otherwise halves, quarters and
    /// so on. What is less
    /// than the least setting takes is left out. None for SCRAM.
    /// </summary>
    public IEnumerable<string> Settings() => Kind switch
    {
        HashKind.Bcrypt => Powers(MinBcryptCost).Select(log => string.Create(CultureInfo.InvariantCulture, $"$2b${log:00}${BcryptSalt}")),
        HashKind.Sha512Crypt => ShaSettings('6'),
        HashKind.Sha256Crypt => ShaSettings('5'),
        HashKind.Yescrypt => new PasswordCost(Kind, Units / YescryptR).Powers(MinYescryptLog)
            .Select(log => $"$y$j{Alphabet[log - 1]}T${YescryptSalt}"),
        _ => [],
    };

    private IEnumerable<string> ShaSettings(char digit) => Units < MinShaRounds / 2 ? []
        : [string.Create(CultureInfo.InvariantCulture, $"${digit}$rounds={Math.Max(Units, MinShaRounds)}${ShaSalt}$")];

    /// <summary>The binary logarithms that the units consist of, the greatest first.</summary>
    private IEnumerable<int> Powers(int least)
    {
        for (int log = MaxLog; log >= least; log--)
            if ((Units >> log & 1) != 0) yield return log;
    }
}
