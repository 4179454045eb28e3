using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Sasl.BackEnds;

/// <summary>
/// The value of a login in the table of passwords: one or more verifiers separated by white space; a password is right when any of them says so.
/// <code>
/// value    = verifier *( 1*SP verifier )
/// verifier = ScramVerifier / [ "{" scheme "}" ] "$" id "$" ...      what crypt(3) knows: $6$ $5$ $y$ $2y$ $2b$
/// scheme   = "CRYPT" / "SHA512-CRYPT" / "SHA256-CRYPT" / "BLF-CRYPT" / "YESCRYPT"      as Dovecot writes them
/// </code>
/// </summary>
public sealed class StoredPassword
{
    private readonly List<ScramVerifier> _scram = [];
    private readonly List<string> _crypt = [];

    /// <summary>What in the value is no verifier; null when all is well.</summary>
    public string? Problem { get; private set; }

    public static StoredPassword Parse(string value)
    {
        StoredPassword result = new();
        foreach (string word in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ScramVerifier.TryParse(word, out ScramVerifier verifier)) result._scram.Add(verifier);
            else if (CryptSetting(word) is { } setting) result._crypt.Add(setting);
            else result.Problem = "the table's value is no password hash that is known here";
        }
        if (result._scram.Count + result._crypt.Count == 0) result.Problem ??= "the table's value is empty";
        return result;
    }

    private static string? CryptSetting(string word)
    {
        int end = word.StartsWith('{') ? word.IndexOf('}') : -1;
        string scheme = end > 0 ? word[1..end].ToUpperInvariant() : "CRYPT", setting = word[(end + 1)..];
        if (scheme is not ("CRYPT" or "SHA512-CRYPT" or "SHA256-CRYPT" or "BLF-CRYPT" or "YESCRYPT")) return null;
        // the old DES and MD5 forms are no protection
        return setting.StartsWith("$6$", StringComparison.Ordinal) || setting.StartsWith("$5$", StringComparison.Ordinal)
            || setting.StartsWith("$y$", StringComparison.Ordinal) || setting.StartsWith("$2", StringComparison.Ordinal) ? setting : null;
    }

    public ScramVerifier? Find(ScramHash hash) => _scram.Find(v => v.Hash == hash);

    /// <summary>Checks a password; takes milliseconds.</summary>
    public bool Matches(string password)
    {
        // the newest kind of verifier alone: they were all made from one password
        if (_scram.Count > 0 && (Find(ScramHash.Sha256) ?? _scram[0]).Matches(password)) return true;
        foreach (string setting in _crypt)
        {
            if (Libc.Crypt(password, setting) is not { } hash) continue;
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hash), Encoding.UTF8.GetBytes(setting))) return true;
        }
        return false;
    }
}
