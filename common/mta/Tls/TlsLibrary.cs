using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>The <c>tls_*</c> parameters, which server and client share.</summary>
public sealed class TlsLibrary
{
    private static readonly Dictionary<string, ulong> s_features = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ENABLE_MIDDLEBOX_COMPAT"] = 1ul << 20,
        ["LEGACY_SERVER_CONNECT"] = SslContext.OpLegacyServerConnect,
        ["NO_TICKET"] = SslContext.OpNoTicket,
        ["NO_COMPRESSION"] = SslContext.OpNoCompression,
        ["NO_RENEGOTIATION"] = SslContext.OpNoRenegotiation,
        ["NO_SESSION_RESUMPTION_ON_RENEGOTIATION"] = 1ul << 16,
        ["PRIORITIZE_CHACHA"] = 1ul << 21,
    };

    // Those of value 0 are history: their names are accepted.
    private static readonly Dictionary<string, ulong> s_workarounds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CRYPTOPRO_TLSEXT_BUG"] = 1ul << 31,
        ["DONT_INSERT_EMPTY_FRAGMENTS"] = 1ul << 11,
        ["LEGACY_SERVER_CONNECT"] = SslContext.OpLegacyServerConnect,
        ["TLSEXT_PADDING"] = 1ul << 4,
        ["SAFARI_ECDHE_ECDSA_BUG"] = 1ul << 6,
        ["MICROSOFT_BIG_SSLV3_BUFFER"] = 0,
        ["MICROSOFT_SESS_ID_BUG"] = 0,
        ["MSIE_SSLV2_RSA_PADDING"] = 0,
        ["CVE-2005-2969"] = 0,
        ["NETSCAPE_CHALLENGE_BUG"] = 0,
        ["NETSCAPE_REUSE_CIPHER_CHANGE_BUG"] = 0,
        ["CVE-2010-4180"] = 0,
        ["SSLEAY_080_CLIENT_DH_BUG"] = 0,
        ["SSLREF2_REUSE_CERT_TYPE_BUG"] = 0,
        ["TLS_BLOCK_PADDING_BUG"] = 0,
        ["TLS_D5_BUG"] = 0,
        ["TLS_ROLLBACK_BUG"] = 0,
    };

    private readonly string _high, _medium, _null;

    public TlsLibrary(MailConfig c)
    {
        Choose(c);
        _high = c.Get(TlsParams.TlsHighCipherlist);
        _medium = c.Get(TlsParams.TlsMediumCipherlist);
        _null = c.Get(TlsParams.TlsNullCipherlist);
        Groups = string.Join(':', c.GetList(TlsParams.TlsEecdhAutoCurves).Concat(c.GetList(TlsParams.TlsFfdheAutoGroups)));
        Options = Bits(c.Get(TlsParams.TlsSslOptions), s_features, TlsParams.TlsSslOptions.Name);
        Disabled = Bits(c.Get(TlsParams.TlsDisableWorkarounds), s_workarounds, TlsParams.TlsDisableWorkarounds.Name);
        AppendDefaultAuthorities = c.Get(TlsParams.TlsAppendDefaultCA);
        PreemptCiphers = c.Get(TlsParams.TlsPreemptCipherlist);
        HostFlags = SslCertificate.CheckNoPartialWildcards
            | (c.Get(TlsParams.TlsWildcardMatchesMultipleLabels) ? SslCertificate.CheckMultiLabelWildcards : 0);
    }

    /// <summary>tls_config_file and tls_config_name: with what OpenSSL is set up when this process first needs it. Loads nothing.</summary>
    public static void Choose(MailConfig c) => OpenSsl.Choose(c.Get(TlsParams.TlsConfigFile), c.Get(TlsParams.TlsConfigName));

    /// <summary>What could not be understood, by parameter.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Key exchange groups, best first, apart by colons.</summary>
    public string Groups { get; }

    /// <summary>OpenSSL options to switch on, and those to switch off.</summary>
    public ulong Options { get; }

    public ulong Disabled { get; }

    public bool AppendDefaultAuthorities { get; }

    public bool PreemptCiphers { get; }

    /// <summary>How names in certificates are compared.</summary>
    public uint HostFlags { get; }

    /// <summary>The cipher list of a grade without what is excluded, as OpenSSL reads it; grades that are gone are "medium".</summary>
    public string Ciphers(string grade, IEnumerable<string> exclude)
    {
        string list = grade.ToLowerInvariant() switch { "high" => _high, "null" => _null, _ => _medium };
        foreach (string word in exclude) list += ":!" + word;
        return list;
    }

    /// <summary>A known grade of ciphers.</summary>
    public static bool IsGrade(string grade) => grade.ToLowerInvariant() is "high" or "medium" or "low" or "export" or "null";

    private ulong Bits(string text, Dictionary<string, ulong> names, string parameter)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask)) return mask;
        ulong bits = 0;
        foreach (string word in ConfigList.Split(text))
        {
            if (names.TryGetValue(word, out ulong bit)) bits |= bit;
            else Problems.Add($"{parameter}: unknown option {word}");
        }
        return bits;
    }
}
