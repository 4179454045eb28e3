using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Tls.Client;

/// <summary>The parameters that <see cref="TlsClientSettings"/> reads: <c>smtp_tls_*</c> and its like, or those of LMTP.</summary>
public sealed record TlsClientParams
{
    public required TextParam SecurityLevel { get; init; }
    public required BoolParam UseTls { get; init; }
    public required BoolParam EnforceTls { get; init; }
    public required BoolParam EnforcePeername { get; init; }
    public required BoolParam WrapperMode { get; init; }
    public required TextParam PolicyMaps { get; init; }
    public required TextParam Protocols { get; init; }
    public required TextParam MandatoryProtocols { get; init; }
    public required TextParam Ciphers { get; init; }
    public required TextParam MandatoryCiphers { get; init; }
    public required TextParam ExcludeCiphers { get; init; }
    public required TextParam MandatoryExcludeCiphers { get; init; }
    public required TextParam FingerprintCertMatch { get; init; }
    public required TextParam VerifyCertMatch { get; init; }
    public required TextParam SecureCertMatch { get; init; }
    public required TextParam AuthorityFile { get; init; }
    public required TextParam AuthorityPath { get; init; }
    public required TextParam TrustAnchorFile { get; init; }
    public required IntParam VerifyDepth { get; init; }
    public required TextParam FingerprintDigest { get; init; }
    public required TextParam ServerName { get; init; }
    public required TextParam LogLevel { get; init; }
    public required BoolParam NoteStartTlsOffer { get; init; }
    public required BoolParam ForceInsecureTlsa { get; init; }
    public required BoolParam EnforceStsPatterns { get; init; }
    public required TimeParam StartTlsTimeout { get; init; }
    public required TimeParam SessionCacheTimeout { get; init; }
    public required BoolParam LogFeatureStatus { get; init; }
    public required TextParam DnsSupportLevel { get; init; }
    public required TextParam ChainFiles { get; init; }
    public required TextParam CertFile { get; init; }
    public required TextParam KeyFile { get; init; }
    public required TextParam DcertFile { get; init; }
    public required TextParam DkeyFile { get; init; }
    public required TextParam EccertFile { get; init; }
    public required TextParam EckeyFile { get; init; }

    public static TlsClientParams Smtp { get; } = new()
    {
        SecurityLevel = TlsParams.SmtpTlsSecurityLevel,
        UseTls = TlsParams.SmtpUseTls,
        EnforceTls = TlsParams.SmtpEnforceTls,
        EnforcePeername = TlsParams.SmtpTlsEnforcePeername,
        WrapperMode = TlsParams.SmtpTlsWrappermode,
        PolicyMaps = TlsParams.SmtpTlsPolicyMaps,
        Protocols = TlsParams.SmtpTlsProtocols,
        MandatoryProtocols = TlsParams.SmtpTlsMandatoryProtocols,
        Ciphers = TlsParams.SmtpTlsCiphers,
        MandatoryCiphers = TlsParams.SmtpTlsMandatoryCiphers,
        ExcludeCiphers = TlsParams.SmtpTlsExcludeCiphers,
        MandatoryExcludeCiphers = TlsParams.SmtpTlsMandatoryExcludeCiphers,
        FingerprintCertMatch = TlsParams.SmtpTlsFingerprintCertMatch,
        VerifyCertMatch = TlsParams.SmtpTlsVerifyCertMatch,
        SecureCertMatch = TlsParams.SmtpTlsSecureCertMatch,
        AuthorityFile = TlsParams.SmtpTlsCAfile,
        AuthorityPath = TlsParams.SmtpTlsCApath,
        TrustAnchorFile = TlsParams.SmtpTlsTrustAnchorFile,
        VerifyDepth = TlsParams.SmtpTlsScertVerifydepth,
        FingerprintDigest = TlsParams.SmtpTlsFingerprintDigest,
        ServerName = TlsParams.SmtpTlsServername,
        LogLevel = TlsParams.SmtpTlsLoglevel,
        NoteStartTlsOffer = TlsParams.SmtpTlsNoteStarttlsOffer,
        ForceInsecureTlsa = TlsParams.SmtpTlsForceInsecureHostTlsaLookup,
        EnforceStsPatterns = TlsParams.SmtpTlsEnforceStsMxPatterns,
        StartTlsTimeout = TlsParams.SmtpStarttlsTimeout,
        SessionCacheTimeout = TlsParams.SmtpTlsSessionCacheTimeout,
        LogFeatureStatus = SmtpClientParams.SmtpLogTlsFeatureStatus,
        DnsSupportLevel = SmtpClientParams.SmtpDnsSupportLevel,
        ChainFiles = TlsParams.SmtpTlsChainFiles,
        CertFile = TlsParams.SmtpTlsCertFile,
        KeyFile = TlsParams.SmtpTlsKeyFile,
        DcertFile = TlsParams.SmtpTlsDcertFile,
        DkeyFile = TlsParams.SmtpTlsDkeyFile,
        EccertFile = TlsParams.SmtpTlsEccertFile,
        EckeyFile = TlsParams.SmtpTlsEckeyFile,
    };

    public static TlsClientParams Lmtp { get; } = new()
    {
        SecurityLevel = LmtpClientParams.LmtpTlsSecurityLevel,
        UseTls = LmtpClientParams.LmtpUseTls,
        EnforceTls = LmtpClientParams.LmtpEnforceTls,
        EnforcePeername = LmtpClientParams.LmtpTlsEnforcePeername,
        WrapperMode = LmtpClientParams.LmtpTlsWrappermode,
        PolicyMaps = LmtpClientParams.LmtpTlsPolicyMaps,
        Protocols = LmtpClientParams.LmtpTlsProtocols,
        MandatoryProtocols = LmtpClientParams.LmtpTlsMandatoryProtocols,
        Ciphers = LmtpClientParams.LmtpTlsCiphers,
        MandatoryCiphers = LmtpClientParams.LmtpTlsMandatoryCiphers,
        ExcludeCiphers = LmtpClientParams.LmtpTlsExcludeCiphers,
        MandatoryExcludeCiphers = LmtpClientParams.LmtpTlsMandatoryExcludeCiphers,
        FingerprintCertMatch = LmtpClientParams.LmtpTlsFingerprintCertMatch,
        VerifyCertMatch = LmtpClientParams.LmtpTlsVerifyCertMatch,
        SecureCertMatch = LmtpClientParams.LmtpTlsSecureCertMatch,
        AuthorityFile = LmtpClientParams.LmtpTlsCAfile,
        AuthorityPath = LmtpClientParams.LmtpTlsCApath,
        TrustAnchorFile = LmtpClientParams.LmtpTlsTrustAnchorFile,
        VerifyDepth = LmtpClientParams.LmtpTlsScertVerifydepth,
        FingerprintDigest = LmtpClientParams.LmtpTlsFingerprintDigest,
        ServerName = LmtpClientParams.LmtpTlsServername,
        LogLevel = LmtpClientParams.LmtpTlsLoglevel,
        NoteStartTlsOffer = LmtpClientParams.LmtpTlsNoteStarttlsOffer,
        ForceInsecureTlsa = LmtpClientParams.LmtpTlsForceInsecureHostTlsaLookup,
        EnforceStsPatterns = LmtpClientParams.LmtpTlsEnforceStsMxPatterns,
        StartTlsTimeout = LmtpClientParams.LmtpStarttlsTimeout,
        SessionCacheTimeout = LmtpClientParams.LmtpTlsSessionCacheTimeout,
        LogFeatureStatus = LmtpClientParams.LmtpLogTlsFeatureStatus,
        DnsSupportLevel = LmtpClientParams.LmtpDnsSupportLevel,
        ChainFiles = LmtpClientParams.LmtpTlsChainFiles,
        CertFile = LmtpClientParams.LmtpTlsCertFile,
        KeyFile = LmtpClientParams.LmtpTlsKeyFile,
        DcertFile = LmtpClientParams.LmtpTlsDcertFile,
        DkeyFile = LmtpClientParams.LmtpTlsDkeyFile,
        EccertFile = LmtpClientParams.LmtpTlsEccertFile,
        EckeyFile = LmtpClientParams.LmtpTlsEckeyFile,
    };
}
