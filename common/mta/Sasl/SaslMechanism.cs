namespace MtaSuite.Common.Sasl;

/// <summary>
/// What a mechanism promises, and what smtpd_sasl_security_options and smtp_sasl_security_options demand: a mechanism may be used when it
/// has all that is demanded.
/// </summary>
[Flags]
public enum SaslSecurity : byte
{
    None = 0,
    /// <summary>No password in clear, and nothing that is as good as one.</summary>
    NoPlaintext = 1,
    /// <summary>Withstands an attacker who changes what is sent.</summary>
    NoActive = 2,
    /// <summary>An eavesdropper cannot try passwords offline.</summary>
    NoDictionary = 4,
    /// <summary>The login is not anonymous.</summary>
    NoAnonymous = 8,
    /// <summary>The server proves itself too.</summary>
    MutualAuth = 16,
    /// <summary>Breaking one session does not open the ones before.</summary>
    ForwardSecrecy = 32,
}

/// <summary>A mechanism by its registered name, in capitals.</summary>
public sealed record SaslMechanism(string Name, SaslSecurity Security)
{
    private const SaslSecurity Scram = SaslSecurity.NoPlaintext | SaslSecurity.NoActive | SaslSecurity.NoAnonymous
        | SaslSecurity.MutualAuth;

    /// <summary>The mechanisms that are built in, the best first: the order in which a client chooses and a server announces.</summary>
    public static readonly SaslMechanism[] Known =
    [
        new("EXTERNAL", SaslSecurity.NoPlaintext | SaslSecurity.NoActive | SaslSecurity.NoDictionary | SaslSecurity.NoAnonymous),
        new("SCRAM-SHA-256-PLUS", Scram), new("SCRAM-SHA-1-PLUS", Scram), new("SCRAM-SHA-256", Scram), new("SCRAM-SHA-1", Scram),
        // a bearer token that is overheard is as good as a password
        new("OAUTHBEARER", SaslSecurity.NoAnonymous | SaslSecurity.NoDictionary),
            new("XOAUTH2", SaslSecurity.NoAnonymous | SaslSecurity.NoDictionary),
        new("CRAM-MD5", SaslSecurity.NoPlaintext | SaslSecurity.NoAnonymous),
        new("PLAIN", SaslSecurity.NoAnonymous), new("LOGIN", SaslSecurity.NoAnonymous),
    ];

    public static SaslMechanism? Find(string name) => Array.Find(Known, m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public bool Satisfies(SaslSecurity demanded) => (demanded & ~Security) == 0;

    /// <summary>Reads a list such as "noanonymous, noplaintext".</summary>
    /// <param name="problem">The first word that is none; null when all are known.</param>
    public static SaslSecurity ParseSecurity(IEnumerable<string> words, out string? problem)
    {
        problem = null;
        SaslSecurity result = SaslSecurity.None;
        foreach (string word in words)
        {
            SaslSecurity one = word.ToLowerInvariant() switch
            {
                "noplaintext" => SaslSecurity.NoPlaintext,
                "noactive" => SaslSecurity.NoActive,
                "nodictionary" => SaslSecurity.NoDictionary,
                "noanonymous" => SaslSecurity.NoAnonymous,
                "mutual_auth" => SaslSecurity.MutualAuth,
                "forward_secrecy" => SaslSecurity.ForwardSecrecy,
                _ => SaslSecurity.None,
            };
            if (one == SaslSecurity.None) problem ??= word;
            result |= one;
        }
        return result;
    }

    /// <summary>
    /// RFC 4422 3.1: sasl-mech = 1*20mech-char; mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE. Any case is accepted.
    /// </summary>
    public static bool IsName(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 1 or > 20) return false;
        foreach (byte b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_')) return false;
        return true;
    }
}
