using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Tls.Client;

/// <summary>The <c>smtp_tls_*</c> parameters, or <c>lmtp_tls_*</c> where the client speaks LMTP.</summary>
public sealed class TlsClientSettings
{
    private readonly MailConfig _config;
    private readonly TlsClientParams _params;
    private readonly Dictionary<string, TrustAnchors> _anchors = [];

    public TlsClientSettings(MailConfig c, bool lmtp)
    {
        TlsClientParams p = lmtp ? TlsClientParams.Lmtp : TlsClientParams.Smtp;
        (_config, _params) = (c, p);
        Level = ReadLevel();
        WrapperMode = c.Get(p.WrapperMode);
        PolicyMaps = c.Get(p.PolicyMaps) is { Length: > 0 } maps ? Maps.Open(maps) : Maps.Empty;
        Problems.AddRange(PolicyMaps.OpenErrors);
        (Protocols, MandatoryProtocols) = (c.Get(p.Protocols), c.Get(p.MandatoryProtocols));
        (Ciphers, MandatoryCiphers) = (c.Get(p.Ciphers), c.Get(p.MandatoryCiphers));
        foreach ((TextParam param, string grade) in new[] { (p.Ciphers, Ciphers), (p.MandatoryCiphers, MandatoryCiphers) })
            if (!TlsLibrary.IsGrade(grade)) Problems.Add($"{param.Name}: no grade {grade}; \"medium\" is used");
        (Exclude, MandatoryExclude) = (List(p.ExcludeCiphers), List(p.MandatoryExcludeCiphers));
        (FingerprintMatch, VerifyMatch, SecureMatch) =
            (List(p.FingerprintCertMatch), Matches(p.VerifyCertMatch), Matches(p.SecureCertMatch));
        (AuthorityFile, AuthorityPath) = (c.Get(p.AuthorityFile), c.Get(p.AuthorityPath));
        TrustAnchorFiles = List(p.TrustAnchorFile);
        InsecureExchangers = ReadInsecureExchangers();
        VerifyDepth = c.Get(p.VerifyDepth);
        FingerprintDigest = c.Get(p.FingerprintDigest);
        ServerName = c.Get(p.ServerName);
        LogLevel = int.TryParse(c.Get(p.LogLevel), out int level) ? level : 0;
        NoteOffer = c.Get(p.NoteStartTlsOffer);
        ForceInsecureTlsa = c.Get(p.ForceInsecureTlsa);
        EnforceStsPatterns = c.Get(p.EnforceStsPatterns);
        StartTimeout = c.Get(p.StartTlsTimeout);
        SessionLifetime = c.Get(p.SessionCacheTimeout);
        LogFeatureStatus = c.Get(p.LogFeatureStatus);
        Library = new TlsLibrary(c);
        Problems.AddRange(Library.Problems);
        Files = ReadFiles();
        if (WrapperMode && !Level.MustEncrypt())
            Problems.Add($"{p.WrapperMode.Name} needs {p.SecurityLevel.Name} = encrypt, or stronger");
        if (Level is TlsLevel.Dane or TlsLevel.DaneOnly && c.Get(p.DnsSupportLevel) != "dnssec")
            Problems.Add($"TLS security level {Level.Word()} needs {p.DnsSupportLevel.Name} = dnssec");
    }

    /// <summary>The cipher lists that policies without wishes of their own lead to, by the parameter that names the grade.</summary>
    public IEnumerable<(string Parameter, string List)> CipherLists =>
    [
        (_params.Ciphers.Name, Library.Ciphers(Ciphers, Exclude)),
        (_params.MandatoryCiphers.Name, Library.Ciphers(MandatoryCiphers, [.. Exclude, .. MandatoryExclude])),
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
        if (policy.Problem.Length > 0) Log.Log.Warning($"{_params.TrustAnchorFile.Name}: {policy.Problem}");
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
        if (policy.Problem.Length > 0) Log.Log.Warning($"{_params.PolicyMaps.Name}, {key}: {policy.Problem}");
        return policy with { IsFromTable = true };
    }

    private TlsLevel ReadLevel()
    {
        string word = _config.Get(_params.SecurityLevel);
        if (word.Length == 0)
        {
            if (!_config.Get(_params.EnforceTls)) return _config.Get(_params.UseTls) ? TlsLevel.May : TlsLevel.None;
            return _config.Get(_params.EnforcePeername) ? TlsLevel.Verify : TlsLevel.Encrypt;
        }
        if (TlsLevels.TryParse(word, out TlsLevel level)) return level;
        Problems.Add($"{_params.SecurityLevel.Name}: unknown level {word}; \"secure\" is used");
        return TlsLevel.Secure;
    }

    private KeyPairFiles ReadFiles()
    {
        List<string> chain = List(_params.ChainFiles);
        List<(string, string)> pairs = [];
        if (chain.Count == 0)
        {
            (TextParam, TextParam)[] kinds = [(_params.CertFile, _params.KeyFile), (_params.DcertFile, _params.DkeyFile),
                (_params.EccertFile, _params.EckeyFile)];
            foreach ((TextParam certificate, TextParam key) in kinds)
                if (_config.Get(certificate) is { Length: > 0 } file) pairs.Add((file, _config.Get(key)));
        }
        return new KeyPairFiles(chain, pairs);
    }

    private List<string> List(TextParam param) => ConfigList.Split(_config.Get(param));

    private List<string> Matches(TextParam param) =>
        [.. _config.Get(param).Split([' ', ',', ':', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)];
}
