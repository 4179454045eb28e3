namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// How far a client insists on TLS; what each means stands in docs/TLS.md. The words are those of smtp_tls_security_level, but for sts:
/// that is what an MTA-STS policy makes of a lower level; it cannot be configured.
/// </summary>
public enum TlsLevel : byte { None, May, Encrypt, Fingerprint, Dane, DaneOnly, Verify, Secure, Sts }

/// <summary>Levels and their words.</summary>
public static class TlsLevels
{
    private static readonly string[] s_words = ["none", "may", "encrypt", "fingerprint", "dane", "dane-only", "verify", "secure", "sts"];

    public static string Word(this TlsLevel level) => s_words[(int)level];

    public static bool TryParse(string word, out TlsLevel level)
    {
        int index = Array.FindIndex(s_words, w => w.Equals(word, StringComparison.OrdinalIgnoreCase));
        level = index <= (int)TlsLevel.Secure ? (TlsLevel)Math.Max(0, index) : TlsLevel.None;
        return index is >= 0 and <= (int)TlsLevel.Secure;
    }

    /// <summary>Mail goes encrypted or not at all.</summary>
    public static bool MustEncrypt(this TlsLevel level) => level >= TlsLevel.Encrypt;

    /// <summary>The server must prove who it is.</summary>
    public static bool MustMatch(this TlsLevel level) => level >= TlsLevel.Fingerprint;
}
