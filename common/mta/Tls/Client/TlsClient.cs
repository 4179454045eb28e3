using System.Security.Cryptography;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Tls.Client;

/// <summary>How TLS with a server began.</summary>
public enum TlsStartStatus : byte
{
    /// <summary>Established, and the server satisfies the policy.</summary>
    Established,
    /// <summary>There is no TLS here: the library, a certificate, the policy's ciphers.</summary>
    Unavailable,
    /// <summary>The handshake did not come to its end; the connection is of no more use.</summary>
    HandshakeFailed,
    /// <summary>Established, but the server's certificate is not trusted.</summary>
    NotTrusted,
    /// <summary>Established, but the certificate is not the one expected.</summary>
    NotVerified,
}

/// <summary>The outcome of <see cref="TlsClient.StartAsync"/>; facts where a session was established, an error's text otherwise.</summary>
public sealed record TlsStart(TlsStartStatus Status, TlsFacts? Facts, string Error, TlsSession? Session = null)
{
    /// <summary>
    /// What a report says of it; a failure where the session was established all the same is one that a policy in testing would not have
    /// let pass.
    /// </summary>
    public TlsResult Result { get; init; } = Status == TlsStartStatus.Established ? TlsResult.Success : TlsResult.ValidationFailure;
}

/// <summary>Begins TLS with servers: contexts by what policies ask for, sessions that are resumed. On one loop.</summary>
public sealed class TlsClient(TlsClientSettings settings, IReadOnlyList<KeyPair> keys, TimeProvider clock)
{
    private readonly Dictionary<string, TlsContext> _contexts = [];
    private readonly SessionCache _sessions = new(settings.SessionLifetime, clock);

    public TlsClientSettings Settings { get; } = settings;

    /// <summary>Starts TLS on a connection whose output is sent.</summary>
    /// <param name="nexthop">The domain or host that mail is for.</param>
    /// <param name="host">The server's name.</param>
    /// <param name="peer">How logs name the server: "host[address]:port".</param>
    public async Task<TlsStart> StartAsync(Connection connection, TlsPolicy policy, string nexthop, string host, string peer)
    {
        if (ContextFor(policy, out string key, out string error) is not { } context)
            return new TlsStart(TlsStartStatus.Unavailable, null, error);
        TlsSession? session = TlsSession.TryCreate(context, connection, server: false, out error);
        if (session == null) return new TlsStart(TlsStartStatus.Unavailable, null, error);
        string sni = ServerName(policy, nexthop, host);
        if (sni.Length > 0) SslServerName.Set(session.Ssl, sni);
        if (!UseTlsa(session, policy, nexthop)) return new TlsStart(TlsStartStatus.Unavailable, null, SslErrors.Take());
        string sessionKey = $"{peer} {nexthop} {sni} {key} {TlsaKey(policy)} {policy.Anchors?.Key}";
        nint resumed = _sessions.Find(sessionKey);
        if (resumed != 0) SslSessions.Resume(session.Ssl, resumed);
        if (Settings.LogLevel >= 2) Log.Log.Info($"setting up TLS connection to {peer}");
        TlsHandshake result = await session.HandshakeAsync(Settings.StartTimeout);
        if (result != TlsHandshake.Done) return Failed(result, session.Error, peer);
        TlsStart start = Evaluate(session, policy, nexthop, host);
        if (start.Status == TlsStartStatus.Established) session.Keep = () => _sessions.Add(sessionKey, SslSessions.Take(session.Ssl));
        if (Settings.LogLevel >= 1) Log.Log.Info($"{start.Facts!.Summary("to", peer)}");
        if (start.Facts!.Trust == TlsTrust.Untrusted && (Settings.LogLevel >= 1 || policy.Level.MustMatch())
            && start.Facts.VerifyError.Length > 0)
            Log.Log.Info($"server certificate verification failed for {peer}: {start.Facts.VerifyError}");
        return start;
    }

    private static TlsStart Failed(TlsHandshake result, string error, string peer)
    {
        string what = result switch
        {
            TlsHandshake.TimedOut => "Connection timed out",
            TlsHandshake.Lost or TlsHandshake.Canceled => error.Length > 0 ? error : "lost connection",
            _ => "-1",
        };
        Log.Log.Info($"SSL_connect error to {peer}: {what}");
        if (result == TlsHandshake.Failed) Log.Log.Warning($"TLS library problem: {error}:");
        return new TlsStart(TlsStartStatus.HandshakeFailed, null, error.Length > 0 ? error : what) { Result = TlsResult.ValidationFailure };
    }

    /// <summary>Who the server turned out to be, by the policy's way to tell.</summary>
    private TlsStart Evaluate(TlsSession session, TlsPolicy policy, string nexthop, string host)
    {
        TlsFacts facts = TlsFacts.Of(session, Settings.FingerprintDigest);
        TlsResult result = policy.Level switch
        {
            TlsLevel.Fingerprint => IsListed(facts, policy) ? TlsResult.Success : TlsResult.ValidationFailure,
            TlsLevel.Dane or TlsLevel.DaneOnly => facts.Trust == TlsTrust.Trusted ? TlsResult.Success : TlsResult.ValidationFailure,
            TlsLevel.Verify or TlsLevel.Secure or TlsLevel.Sts => Examine(session, facts, policy.Names(nexthop, host), policy.Level),
            _ => TlsResult.Success,
        };
        if (result == TlsResult.Success && policy.Level.MustMatch() && !policy.HasForgeableName)
            facts = facts with { Trust = TlsTrust.Verified };
        if (policy is { Level: TlsLevel.May or TlsLevel.Encrypt, Sts: { Mode: StsMode.Testing, HasPolicy: true, Patterns.Count: > 0 } sts })
            result = Note(session, facts, policy, sts, host);
        TlsStartStatus status = result == TlsResult.Success || !policy.Level.MustMatch() ? TlsStartStatus.Established
            : policy.Level is TlsLevel.Verify or TlsLevel.Secure or TlsLevel.Sts
            && facts.Trust < TlsTrust.Trusted ? TlsStartStatus.NotTrusted
            : TlsStartStatus.NotVerified;
        return new TlsStart(status, facts, facts.VerifyError, session) { Result = result };
    }

    private static bool IsListed(TlsFacts facts, TlsPolicy policy) => facts.CertificateFingerprint.Length > 0
        && policy.Match.Any(m => m.Equals(facts.CertificateFingerprint, StringComparison.OrdinalIgnoreCase)
        || m.Equals(facts.KeyFingerprint, StringComparison.OrdinalIgnoreCase));

    private TlsResult Examine(TlsSession session, TlsFacts facts, IEnumerable<string> names, TlsLevel level)
    {
        if (facts.Trust < TlsTrust.Trusted)
            return SslVerification.Result(session.Ssl) is SslVerification.Expired or SslVerification.NotYetValid
                ? TlsResult.CertificateExpired
                : TlsResult.CertificateNotTrusted;
        // RFC 8461 4.2: a name among the DNS-IDs, where "*" stands for one label; the subject's common name does not count
        uint flags = level == TlsLevel.Sts ? SslCertificate.CheckNoPartialWildcards | SslCertificate.CheckNeverSubject
            : Settings.Library.HostFlags;
        return TlsFacts.Matches(session, names, flags, out _) ? TlsResult.Success : TlsResult.CertificateHostMismatch;
    }

    /// <summary>What a policy in testing would have refused (RFC 8461 5).</summary>
    private TlsResult Note(TlsSession session, TlsFacts facts, TlsPolicy policy, StsFinding sts, string host)
    {
        TlsResult result = sts.Allows(policy.Match.FirstOrDefault(host)) ? Examine(session, facts, policy.Match, TlsLevel.Sts)
            : TlsResult.ValidationFailure;
        if (result != TlsResult.Success)
            Log.Log.Info($"MTA-STS policy of {sts.Domain} in testing: host {host} would be refused: "
                + $"{(result == TlsResult.ValidationFailure ? "not named by the policy" : result.Word())}");
        return result;
    }

    private static string ServerName(TlsPolicy policy, string nexthop, string host)
    {
        string name = policy.Tlsa.Count > 0 ? policy.TlsaBase : policy.ServerName.ToLowerInvariant() switch
        {
            "hostname" => host,
            "nexthop" => nexthop,
            _ => policy.ServerName,
        };
        return Mail.HostName.IsValid(name) && !Mail.HostName.TryParseAddress(name, out _) ? name : "";
    }

    private bool UseTlsa(TlsSession session, TlsPolicy policy, string nexthop)
    {
        if (policy.Tlsa.Count == 0)
            return policy.Anchors is not { } anchors
                || (SslDane.Use(session.Ssl, null, [], Settings.Library.HostFlags) && Add(session, anchors.Records));
        // RFC 7672 3.2.3: the TLSA base domain and the destination are names that a trust anchor's certificate may have
        IEnumerable<string> names = Mail.HostName.IsValid(nexthop)
            && !nexthop.Equals(policy.TlsaBase, StringComparison.OrdinalIgnoreCase) ? [nexthop] : [];
        if (!SslDane.Use(session.Ssl, policy.TlsaBase, names, Settings.Library.HostFlags)) return false;
        return Add(session, policy.Tlsa);
    }

    private static bool Add(TlsSession session, IReadOnlyList<TlsaRecord> records)
    {
        bool any = false;
        foreach (TlsaRecord r in records) any |= SslDane.Add(session.Ssl, r.Usage, r.Selector, r.MatchingType, r.Data.Span) == 1;
        return any;
    }

    private static string TlsaKey(TlsPolicy policy)
    {
        if (policy.Tlsa.Count == 0) return "";
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TlsaRecord r in policy.Tlsa)
        {
            hash.AppendData([r.Usage, r.Selector, r.MatchingType]);
            hash.AppendData(r.Data.Span);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private TlsContext? ContextFor(TlsPolicy policy, out string key, out string error)
    {
        error = "";
        bool verified = policy.Level.MustMatch(), dane = policy.Tlsa.Count > 0 || policy.Anchors is not null;
        // what a domain asks of everybody needs authorities that everybody has, unless the administrator chose some
        bool common = policy.Sts is { HasPolicy: true } && Settings.AuthorityFile.Length + Settings.AuthorityPath.Length == 0;
        string ciphers = Settings.Library.Ciphers(policy.Ciphers, verified ? ["aNULL", .. policy.Exclude] : policy.Exclude);
        key = $"{policy.Protocols} {ciphers} {verified} {dane} {common}";
        if (_contexts.TryGetValue(key, out TlsContext? context)) return context;
        if (!TlsProtocols.TryParse(policy.Protocols, out TlsProtocols protocols, out string bad)) error = $"unknown TLS protocol {bad}";
        else context = TlsContext.TryCreate(ContextSettings(protocols, ciphers, verified, dane, common), keys, out error);
        if (context != null) _contexts[key] = context;
        else Log.Log.Warning($"TLS client: {error}");
        return context;
    }

    private TlsContextSettings ContextSettings(TlsProtocols protocols, string ciphers, bool verified, bool dane, bool common) => new()
    {
        Server = false,
        Protocols = protocols,
        Ciphers = ciphers,
        Groups = Settings.Library.Groups,
        Options = Settings.Library.Options,
        Disabled = Settings.Library.Disabled,
        SecurityLevel = verified ? 1 : 0,
        AuthorityFile = dane ? "" : Settings.AuthorityFile,
        AuthorityPath = dane ? "" : Settings.AuthorityPath,
        DefaultAuthorities = !dane && (common || Settings.Library.AppendDefaultAuthorities),
        VerifyDepth = Settings.VerifyDepth,
        Dane = dane,
    };
}
