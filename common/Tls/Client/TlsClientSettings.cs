using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Tls.Client;

/// <summary>The <c>smtp_tls_*</c> parameters, or <c>lmtp_tls_*</c> where the client speaks LMTP.</summary>
public sealed class TlsClientSettings
{
    private readonly MailConfig _config;
    private readonly string _prefix;
    private readonly Dictionary<string, TrustAnchors> _anchors = [];

    public TlsClientSettings(MailConfig c, bool lmtp)
    {
        (_config, _prefix) = (c, lmtp ? "lmtp" : "smtp");
        Level = ReadLevel();
        WrapperMode = Flag("tls_wrappermode");
        PolicyMaps = Text("tls_policy_maps") is { Length: > 0 } maps ? Maps.Open(maps) : Maps.Empty;
        Problems.AddRange(PolicyMaps.OpenErrors);
        (Protocols, MandatoryProtocols) = (Text("tls_protocols"), Text("tls_mandatory_protocols"));
        (Ciphers, MandatoryCiphers) = (Text("tls_ciphers"), Text("tls_mandatory_ciphers"));
        foreach ((string name, string grade) in new[] { ("tls_ciphers", Ciphers), ("tls_mandatory_ciphers", MandatoryCiphers) })
            if (!TlsLibrary.IsGrade(grade)) Problems.Add($"{_prefix}_{name}: no grade {grade}; \"medium\" is used");
        (Exclude, MandatoryExclude) = (List("tls_exclude_ciphers"), List("tls_mandatory_exclude_ciphers"));
        (FingerprintMatch, VerifyMatch, SecureMatch) =
            (List("tls_fingerprint_cert_match"), Matches("tls_verify_cert_match"), Matches("tls_secure_cert_match"));
        (AuthorityFile, AuthorityPath) = (Text("tls_CAfile"), Text("tls_CApath"));
        TrustAnchorFiles = List("tls_trust_anchor_file");
        InsecureExchangers = ReadInsecureExchangers();
        VerifyDepth = c.Get((IntParam)Find("tls_scert_verifydepth"));
        FingerprintDigest = Text("tls_fingerprint_digest");
        ServerName = Text("tls_servername");
        LogLevel = int.TryParse(Text("tls_loglevel"), out int level) ? level : 0;
        NoteOffer = Flag("tls_note_starttls_offer");
        ForceInsecureTlsa = Flag("tls_force_insecure_host_tlsa_lookup");
        EnforceStsPatterns = Flag("tls_enforce_sts_mx_patterns");
        StartTimeout = c.Get((TimeParam)Find("starttls_timeout"));
        SessionLifetime = c.Get((TimeParam)Find("tls_session_cache_timeout"));
        LogFeatureStatus = c.Get(lmtp ? LmtpClientParams.LmtpLogTlsFeatureStatus : SmtpClientParams.SmtpLogTlsFeatureStatus);
        Library = new TlsLibrary(c);
        Problems.AddRange(Library.Problems);
        Files = ReadFiles();
        if (WrapperMode && !Level.MustEncrypt())
            Problems.Add($"{_prefix}_tls_wrappermode needs {_prefix}_tls_security_level = encrypt, or stronger");
        if (Level is TlsLevel.Dane or TlsLevel.DaneOnly && c.Get((TextParam)Find("dns_support_level")) != "dnssec")
            Problems.Add($"TLS security level {Level.Word()} needs {_prefix}_dns_support_level = dnssec");
    }

    /// <summary>The cipher lists that policies without wishes of their own lead to, by the parameter that names the grade.</summary>
    public IEnumerable<(string Parameter, string List)> CipherLists =>
    [
        ($"{_prefix}_tls_ciphers", Library.Ciphers(Ciphers, Exclude)),
            ($"{_prefix}_tls_mandatory_ciphers", Library.Ciphers(MandatoryCiphers, [.. Exclude, .. MandatoryExclude])),
    ];

    public TlsLevel Level { get; }
    public bool WrapperMode { get; }
    public Maps PolicyMaps { get; }
    public string Protocols { get; }
    public string MandatoryProtocols { get; }
    public string Ciphers { get; }
    public string MandatoryCiphers { get; }
    public IReadOnlyList<string> Exclude { get; }
    public IReadOnlyList<string> MandatoryExclude { get; }
    public IReadOnlyList<string> FingerprintMatch { get; }
    public IReadOnlyList<string> VerifyMatch { get; }
    public IReadOnlyList<string> SecureMatch { get; }
    public string AuthorityFile { get; }
    public string AuthorityPath { get; }
    public int VerifyDepth { get; }
    /// <summary>Trust anchors instead of the authorities; empty: the authorities.</summary>
    public IReadOnlyList<string> TrustAnchorFiles { get; }
    /// <summary>
    /// What TLSA records count for where the exchanger's name came by records that were not validated: May, Encrypt or Dane.
    /// </summary>
    public TlsLevel InsecureExchangers { get; }
    public string FingerprintDigest { get; }
    public string ServerName { get; }
    public int LogLevel { get; }
    public bool NoteOffer { get; }
    /// <summary>
    /// The hosts of a policy that a plugin found are held against mail exchangers, and certificates against the exchangers.
    /// </summary>
    public bool EnforceStsPatterns { get; }
    /// <summary>TLSA records are asked for although the host's addresses were not validated.</summary>
    public bool ForceInsecureTlsa { get; }
    public TimeSpan StartTimeout { get; }
    /// <summary>How long a session is kept for resumption.</summary>
    public TimeSpan SessionLifetime { get; }
    /// <summary>tls= in the delivery's log line.</summary>
    public bool LogFeatureStatus { get; }
    /// <summary>The client's own certificates.</summary>
    public KeyPairFiles Files { get; }
    public TlsLibrary Library { get; }
    public List<string> Problems { get; } = [];

    /// <summary>
    /// The policy of a destination: by its name as it stands in the request, with brackets and port; a plain domain also by its parents
    /// (".example.com").
    /// </summary>
    public async ValueTask<TlsPolicy> PolicyForAsync(string destination)
    {
        if (PolicyMaps.IsEmpty) return OfLevel();
        bool isDomain = !destination.StartsWith('[') && !destination.Contains(':') && !destination.StartsWith('/');
        for (string key = destination; key.Length > 0;)
        {
            LookupResult found = await PolicyMaps.LookupAsync(key);
            if (found.IsError)
            {
                Log.Log.Warning($"{found.ErrorText}");
                return TlsPolicy.Of(TlsLevel.Encrypt, this) with { Problem = $"TLS policy lookup error for {destination}" };
            }
            if (found.IsFound) return Parse(key, found.Value);
            int dot = isDomain ? key.IndexOf('.', 1) : -1;
            if (dot < 0) break;
            key = key[dot..];
        }
        return OfLevel();
    }

    private TlsPolicy OfLevel()
    {
        TlsPolicy policy = TlsPolicy.Of(Level, this).Trusting([], this);
        if (policy.Problem.Length > 0) Log.Log.Warning($"{_prefix}_tls_trust_anchor_file: {policy.Problem}");
        return policy;
    }

    /// <summary>The trust anchors of files, read again when a file changes; null with what is wrong.</summary>
    internal TrustAnchors? AnchorsOf(IReadOnlyList<string> files, out string error)
    {
        error = "";
        string key = TrustAnchors.KeyOf(files), names = string.Join(' ', files);
        if (_anchors.TryGetValue(names, out TrustAnchors? known) && known.Key == key) return known;
        if (TrustAnchors.Load(files, out error) is { } anchors) return _anchors[names] = anchors;
        return null;
    }

    private TlsLevel ReadInsecureExchangers()
    {
        string word = _config.Get(TlsParams.SmtpTlsDaneInsecureMxPolicy);
        if (TlsLevels.TryParse(word, out TlsLevel level) && level is TlsLevel.May or TlsLevel.Encrypt or TlsLevel.Dane) return level;
        Problems.Add($"{TlsParams.SmtpTlsDaneInsecureMxPolicy.Name}: unknown policy {word}; \"dane\" is used");
        return TlsLevel.Dane;
    }

    private TlsPolicy Parse(string key, string value)
    {
        TlsPolicy policy = TlsPolicy.Parse(value, this);
        if (policy.Problem.Length > 0) Log.Log.Warning($"{_prefix}_tls_policy_maps, {key}: {policy.Problem}");
        return policy with { IsFromTable = true };
    }

    private TlsLevel ReadLevel()
    {
        string word = Text("tls_security_level");
        if (word.Length == 0)
            return Flag("enforce_tls") ? (Flag("tls_enforce_peername") ? TlsLevel.Verify : TlsLevel.Encrypt) : Flag("use_tls")
                ? TlsLevel.May : TlsLevel.None;
        if (TlsLevels.TryParse(word, out TlsLevel level)) return level;
        Problems.Add($"{_prefix}_tls_security_level: unknown level {word}; \"secure\" is used");
        return TlsLevel.Secure;
    }

    private KeyPairFiles ReadFiles()
    {
        List<string> chain = List("tls_chain_files");
        List<(string, string)> pairs = [];
        if (chain.Count == 0)
        {
            foreach (string kind in new[] { "", "d", "ec" })
                if (Text($"tls_{kind}cert_file") is { Length: > 0 } file) pairs.Add((file, Text($"tls_{kind}key_file")));
        }
        return new KeyPairFiles(chain, pairs);
    }

    private Param Find(string name) =>
        ParamRegistry.Find($"{_prefix}_{name}") ?? throw new InvalidOperationException($"{_prefix}_{name} is not declared");

    private string Text(string name) => _config.Get((TextParam)Find(name));

    private bool Flag(string name) => _config.Get((BoolParam)Find(name));

    private List<string> List(string name) => ConfigList.Split(Text(name));

    private List<string> Matches(string name) => [.. Text(name).Split([' ', ',', ':', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)];
}
