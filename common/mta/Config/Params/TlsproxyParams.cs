namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the TLS proxy of Postfix.</summary>
public static class TlsproxyParams
{
    public static readonly TextParam TlsproxyClientCAfile = new("tlsproxy_client_CAfile", "$smtp_tls_CAfile", effective: false,
        doc: "As smtp_tls_CAfile, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientCApath = new("tlsproxy_client_CApath", "$smtp_tls_CApath", effective: false,
        doc: "As smtp_tls_CApath, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientCertFile = new("tlsproxy_client_cert_file", "$smtp_tls_cert_file", effective: false,
        doc: "As smtp_tls_cert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientChainFiles = new("tlsproxy_client_chain_files",
        "$smtp_tls_chain_files", effective: false,
        doc: "As smtp_tls_chain_files, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientDcertFile = new("tlsproxy_client_dcert_file", "$smtp_tls_dcert_file", effective: false,
        doc: "As smtp_tls_dcert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientDkeyFile = new("tlsproxy_client_dkey_file", "$smtp_tls_dkey_file", effective: false,
        doc: "As smtp_tls_dkey_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientEccertFile = new("tlsproxy_client_eccert_file",
        "$smtp_tls_eccert_file", effective: false,
        doc: "As smtp_tls_eccert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientEckeyFile = new("tlsproxy_client_eckey_file", "$smtp_tls_eckey_file", effective: false,
        doc: "As smtp_tls_eckey_file, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyClientEnforceTls = new("tlsproxy_client_enforce_tls", "$smtp_enforce_tls", effective: false,
        doc: "As smtp_enforce_tls, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientFingerprintDigest = new("tlsproxy_client_fingerprint_digest",
        "$smtp_tls_fingerprint_digest", required: true, effective: false,
        doc: "As smtp_tls_fingerprint_digest, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientKeyFile = new("tlsproxy_client_key_file", "$smtp_tls_key_file", effective: false,
        doc: "As smtp_tls_key_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientLoglevel = new("tlsproxy_client_loglevel", "$smtp_tls_loglevel", effective: false,
        doc: "As smtp_tls_loglevel, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientLoglevelParameter = new("tlsproxy_client_loglevel_parameter",
        "smtp_tls_loglevel", effective: false,
        doc: "Parameter that log lines name for the client's TLS log level.");
    public static readonly TextParam TlsproxyClientPerSite = new("tlsproxy_client_per_site", "$smtp_tls_per_site", effective: false,
        doc: "As smtp_tls_per_site, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientPolicyMaps = new("tlsproxy_client_policy_maps",
        "${tlsproxy_client_policy?{$tlsproxy_client_policy}:{$smtp_tls_policy_maps}}", effective: false,
        doc: "As smtp_tls_policy_maps, for Postfix's TLS proxy.");
    public static readonly IntParam TlsproxyClientScertVerifydepth = new("tlsproxy_client_scert_verifydepth",
        "$smtp_tls_scert_verifydepth", effective: false,
        doc: "As smtp_tls_scert_verifydepth, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyClientSecurityLevel = new("tlsproxy_client_security_level",
        "${tlsproxy_client_level?{$tlsproxy_client_level}:{$smtp_tls_security_level}}", effective: false,
        doc: "As smtp_tls_security_level, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyClientUseTls = new("tlsproxy_client_use_tls", "$smtp_use_tls", effective: false,
        doc: "As smtp_use_tls, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyEnforceTls = new("tlsproxy_enforce_tls", "$smtpd_enforce_tls", effective: false,
        doc: "As smtpd_enforce_tls, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyServiceName = new("tlsproxy_service_name", "tlsproxy", required: true, effective: false,
        doc: "Service that does TLS for others in Postfix; not needed here.");
    public static readonly TextParam TlsproxyTlsCAfile = new("tlsproxy_tls_CAfile", "$smtpd_tls_CAfile", effective: false,
        doc: "As smtpd_tls_CAfile, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsCApath = new("tlsproxy_tls_CApath", "$smtpd_tls_CApath", effective: false,
        doc: "As smtpd_tls_CApath, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyTlsAlwaysIssueSessionIds = new("tlsproxy_tls_always_issue_session_ids",
        "$smtpd_tls_always_issue_session_ids", effective: false,
        doc: "As smtpd_tls_always_issue_session_ids, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyTlsAskCcert = new("tlsproxy_tls_ask_ccert", "$smtpd_tls_ask_ccert", effective: false,
        doc: "As smtpd_tls_ask_ccert, for Postfix's TLS proxy.");
    public static readonly IntParam TlsproxyTlsCcertVerifydepth = new("tlsproxy_tls_ccert_verifydepth",
        "$smtpd_tls_ccert_verifydepth", effective: false,
        doc: "As smtpd_tls_ccert_verifydepth, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsCertFile = new("tlsproxy_tls_cert_file", "$smtpd_tls_cert_file", effective: false,
        doc: "As smtpd_tls_cert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsChainFiles = new("tlsproxy_tls_chain_files", "$smtpd_tls_chain_files", effective: false,
        doc: "As smtpd_tls_chain_files, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsCiphers = new("tlsproxy_tls_ciphers",
        "$smtpd_tls_ciphers", required: true, effective: false,
        doc: "As smtpd_tls_ciphers, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsDcertFile = new("tlsproxy_tls_dcert_file", "$smtpd_tls_dcert_file", effective: false,
        doc: "As smtpd_tls_dcert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsDh1024ParamFile = new("tlsproxy_tls_dh1024_param_file",
        "$smtpd_tls_dh1024_param_file", effective: false,
        doc: "As smtpd_tls_dh1024_param_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsDh512ParamFile = new("tlsproxy_tls_dh512_param_file",
        "$smtpd_tls_dh512_param_file", effective: false,
        doc: "As smtpd_tls_dh512_param_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsDkeyFile = new("tlsproxy_tls_dkey_file", "$smtpd_tls_dkey_file", effective: false,
        doc: "As smtpd_tls_dkey_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsEccertFile = new("tlsproxy_tls_eccert_file", "$smtpd_tls_eccert_file", effective: false,
        doc: "As smtpd_tls_eccert_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsEckeyFile = new("tlsproxy_tls_eckey_file", "$smtpd_tls_eckey_file", effective: false,
        doc: "As smtpd_tls_eckey_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsEecdhGrade = new("tlsproxy_tls_eecdh_grade",
        "$smtpd_tls_eecdh_grade", required: true, effective: false,
        doc: "As smtpd_tls_eecdh_grade, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyTlsEnableRpk = new("tlsproxy_tls_enable_rpk", "$smtpd_tls_enable_rpk", effective: false,
        doc: "As smtpd_tls_enable_rpk, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsExcludeCiphers = new("tlsproxy_tls_exclude_ciphers",
        "$smtpd_tls_exclude_ciphers", effective: false,
        doc: "As smtpd_tls_exclude_ciphers, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsFingerprintDigest = new("tlsproxy_tls_fingerprint_digest",
        "$smtpd_tls_fingerprint_digest", required: true, effective: false,
        doc: "As smtpd_tls_fingerprint_digest, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsKeyFile = new("tlsproxy_tls_key_file", "$smtpd_tls_key_file", effective: false,
        doc: "As smtpd_tls_key_file, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsLoglevel = new("tlsproxy_tls_loglevel", "$smtpd_tls_loglevel", effective: false,
        doc: "As smtpd_tls_loglevel, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsMandatoryCiphers = new("tlsproxy_tls_mandatory_ciphers",
        "$smtpd_tls_mandatory_ciphers", required: true, effective: false,
        doc: "As smtpd_tls_mandatory_ciphers, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsMandatoryExcludeCiphers = new("tlsproxy_tls_mandatory_exclude_ciphers",
        "$smtpd_tls_mandatory_exclude_ciphers", effective: false,
        doc: "As smtpd_tls_mandatory_exclude_ciphers, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsMandatoryProtocols = new("tlsproxy_tls_mandatory_protocols",
        "$smtpd_tls_mandatory_protocols", effective: false,
        doc: "As smtpd_tls_mandatory_protocols, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsProtocols = new("tlsproxy_tls_protocols", "$smtpd_tls_protocols", effective: false,
        doc: "As smtpd_tls_protocols, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyTlsReqCcert = new("tlsproxy_tls_req_ccert", "$smtpd_tls_req_ccert", effective: false,
        doc: "As smtpd_tls_req_ccert, for Postfix's TLS proxy.");
    public static readonly TextParam TlsproxyTlsSecurityLevel = new("tlsproxy_tls_security_level",
        "$smtpd_tls_security_level", effective: false,
        doc: "As smtpd_tls_security_level, for Postfix's TLS proxy.");
    public static readonly BoolParam TlsproxyUseTls = new("tlsproxy_use_tls", "$smtpd_use_tls", effective: false,
        doc: "As smtpd_use_tls, for Postfix's TLS proxy.");
    public static readonly TimeParam TlsproxyWatchdogTimeout = new("tlsproxy_watchdog_timeout", "10s", min: "10s", effective: false,
        doc: "How long the TLS proxy may hang.");

    public static IReadOnlyList<Param> All { get; } =
    [
        TlsproxyClientCAfile, TlsproxyClientCApath, TlsproxyClientCertFile, TlsproxyClientChainFiles, TlsproxyClientDcertFile,
        TlsproxyClientDkeyFile, TlsproxyClientEccertFile, TlsproxyClientEckeyFile, TlsproxyClientEnforceTls,
        TlsproxyClientFingerprintDigest, TlsproxyClientKeyFile, TlsproxyClientLoglevel, TlsproxyClientLoglevelParameter,
        TlsproxyClientPerSite, TlsproxyClientPolicyMaps, TlsproxyClientScertVerifydepth, TlsproxyClientSecurityLevel, TlsproxyClientUseTls,
        TlsproxyEnforceTls, TlsproxyServiceName, TlsproxyTlsCAfile, TlsproxyTlsCApath, TlsproxyTlsAlwaysIssueSessionIds,
        TlsproxyTlsAskCcert, TlsproxyTlsCcertVerifydepth, TlsproxyTlsCertFile, TlsproxyTlsChainFiles, TlsproxyTlsCiphers,
        TlsproxyTlsDcertFile, TlsproxyTlsDh1024ParamFile, TlsproxyTlsDh512ParamFile, TlsproxyTlsDkeyFile, TlsproxyTlsEccertFile,
        TlsproxyTlsEckeyFile, TlsproxyTlsEecdhGrade, TlsproxyTlsEnableRpk, TlsproxyTlsExcludeCiphers, TlsproxyTlsFingerprintDigest,
        TlsproxyTlsKeyFile, TlsproxyTlsLoglevel, TlsproxyTlsMandatoryCiphers, TlsproxyTlsMandatoryExcludeCiphers,
        TlsproxyTlsMandatoryProtocols, TlsproxyTlsProtocols, TlsproxyTlsReqCcert, TlsproxyTlsSecurityLevel, TlsproxyUseTls,
        TlsproxyWatchdogTimeout,
    ];
}
