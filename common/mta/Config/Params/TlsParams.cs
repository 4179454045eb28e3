namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of TLS in server and client.</summary>
public static class TlsParams
{
    public static readonly TextParam OpensslPath = new("openssl_path", "openssl", required: true, effective: false,
        doc: "Where the openssl command is.");
    public static readonly TextParam RelayClientcerts = new("relay_clientcerts", "",
        doc: "Table of client certificates that may send anywhere.");
    public static readonly BoolParam RequiretlsEnable = new("requiretls_enable", "yes",
        doc: "Support REQUIRETLS (RFC 8689).");
    public static readonly BoolParam RequiretlsEsmtpHeader = new("requiretls_esmtp_header", "yes",
        doc: "Record a REQUIRETLS request in the message's headers.");
    public static readonly BoolParam RequiretlsRedactDsn = new("requiretls_redact_dsn", "yes",
        doc: "Leave the content out of notices about mail with REQUIRETLS.");
    public static readonly BoolParam SmtpEnforceTls = new("smtp_enforce_tls", "no", doc: "Old: demand TLS of servers.");
    public static readonly TextParam SmtpRequiretlsPolicy = new("smtp_requiretls_policy",
        "inline:{{${domain_to_ascii{$mydomain}}=opportunistic}, {.${domain_to_ascii{$mydomain}}=opportunistic}, "
        + "{localhost=opportunistic}}, cidr:{{0.0.0.0/0 opportunistic}, {::/0 opportunistic}}, enforce",
        doc: "How strictly destinations must offer REQUIRETLS.");
    public static readonly TimeParam SmtpStarttlsTimeout = new("smtp_starttls_timeout", "300s", min: "1s",
        doc: "Longest wait during STARTTLS.");
    public static readonly TextParam SmtpTlsCAfile = new("smtp_tls_CAfile", "",
        doc: "File of trusted certificate authorities, in the client.");
    public static readonly TextParam SmtpTlsCApath = new("smtp_tls_CApath", "",
        doc: "Directory of trusted certificate authorities, in the client.");
    public static readonly BoolParam SmtpTlsBlockEarlyMailReply = new("smtp_tls_block_early_mail_reply", "no", effective: false,
        doc: "Find servers that replied to MAIL before TLS began.");
    public static readonly TextParam SmtpTlsCertFile = new("smtp_tls_cert_file", "",
        doc: "File of the RSA certificate, in the client.");
    public static readonly TextParam SmtpTlsChainFiles = new("smtp_tls_chain_files", "",
        doc: "Files of keys with their certificate chains, in the client.");
    public static readonly TextParam SmtpTlsCiphers = new("smtp_tls_ciphers", "medium", required: true,
        doc: "Least grade of ciphers where TLS is optional, in the client.");
    public static readonly BoolParam SmtpTlsConnectionReuse = new("smtp_tls_connection_reuse", "no", effective: false,
        doc: "Keep TLS sessions for further deliveries.");
    public static readonly TextParam SmtpTlsDaneInsecureMxPolicy = new("smtp_tls_dane_insecure_mx_policy",
        "${{$smtp_tls_security_level} == {dane} ? {dane} : {may}}", required: true,
        words: "none|may|encrypt|dane",
        doc: "Security level where DANE meets MX records that are not secure.");
    public static readonly TextParam SmtpTlsDcertFile = new("smtp_tls_dcert_file", "",
        doc: "File of the DSA certificate, in the client.");
    public static readonly TextParam SmtpTlsDkeyFile = new("smtp_tls_dkey_file", "$smtp_tls_dcert_file",
        doc: "File of the DSA key, in the client.");
    public static readonly TextParam SmtpTlsEccertFile = new("smtp_tls_eccert_file", "",
        doc: "File of the ECDSA certificate, in the client.");
    public static readonly TextParam SmtpTlsEckeyFile = new("smtp_tls_eckey_file", "$smtp_tls_eccert_file",
        doc: "File of the ECDSA key, in the client.");
    public static readonly BoolParam SmtpTlsEnableRpk = new("smtp_tls_enable_rpk", "no", effective: false,
        doc: "Accept raw public keys instead of certificates.");
    public static readonly BoolParam SmtpTlsEnforcePeername = new("smtp_tls_enforce_peername", "yes",
        doc: "Old: check the name in a server's certificate.");
    public static readonly BoolParam SmtpTlsEnforceStsMxPatterns = new("smtp_tls_enforce_sts_mx_patterns", "yes",
        doc: "Match mail exchangers with the patterns of an MTA-STS policy.");
    public static readonly TextParam SmtpTlsExcludeCiphers = new("smtp_tls_exclude_ciphers", "",
        doc: "Ciphers never used, in the client.");
    public static readonly TextParam SmtpTlsFingerprintCertMatch = new("smtp_tls_fingerprint_cert_match", "",
        doc: "Fingerprints of server certificates at level \"fingerprint\".");
    public static readonly TextParam SmtpTlsFingerprintDigest = new("smtp_tls_fingerprint_digest",
        "${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", required: true,
        doc: "Digest of fingerprints, in the client.");
    public static readonly BoolParam SmtpTlsForceInsecureHostTlsaLookup = new("smtp_tls_force_insecure_host_tlsa_lookup",
        "no",
        doc: "Look for TLSA records also of hosts whose address is not secure.");
    public static readonly TextParam SmtpTlsKeyFile = new("smtp_tls_key_file", "$smtp_tls_cert_file",
        doc: "File of the RSA key, in the client.");
    public static readonly TextParam SmtpTlsLoglevel = new("smtp_tls_loglevel", "0",
        doc: "How much is logged about TLS: 0 to 4; in the client.");
    public static readonly TextParam SmtpTlsMandatoryCiphers = new("smtp_tls_mandatory_ciphers", "medium", required: true,
        doc: "Least grade of ciphers where TLS is demanded, in the client.");
    public static readonly TextParam SmtpTlsMandatoryExcludeCiphers = new("smtp_tls_mandatory_exclude_ciphers", "",
        doc: "Ciphers never used where TLS is demanded, in the client.");
    public static readonly TextParam SmtpTlsMandatoryProtocols = new("smtp_tls_mandatory_protocols", ">=TLSv1",
        doc: "TLS versions where TLS is demanded, in the client.");
    public static readonly BoolParam SmtpTlsNoteStarttlsOffer = new("smtp_tls_note_starttls_offer", "no",
        doc: "Log servers that offer TLS when it is not used.");
    public static readonly TextParam SmtpTlsPerSite = new("smtp_tls_per_site", "", effective: false,
        doc: "Old form of smtp_tls_policy_maps.");
    public static readonly TextParam SmtpTlsPolicyMaps = new("smtp_tls_policy_maps", "",
        doc: "Table of TLS security levels and options by destination.");
    public static readonly TextParam SmtpTlsProtocols = new("smtp_tls_protocols", ">=TLSv1",
        doc: "TLS versions where TLS is optional, in the client.");
    public static readonly IntParam SmtpTlsScertVerifydepth = new("smtp_tls_scert_verifydepth", "9",
        doc: "Longest chain of a server's certificate.");
    public static readonly TextParam SmtpTlsSecureCertMatch = new("smtp_tls_secure_cert_match",
        "nexthop, dot-nexthop", required: true,
        doc: "Names a server's certificate must have at level \"secure\".");
    public static readonly TextParam SmtpTlsSecurityLevel = new("smtp_tls_security_level",
        "${{$compatibility_level} <level {3.11} ? {} : {may}}",
        words: WordLists.TlsLevels,
        doc: "Use of TLS: none, may, encrypt, dane, dane-only, fingerprint, verify, secure.");
    public static readonly TextParam SmtpTlsServername = new("smtp_tls_servername", "",
        doc: "Name sent to servers with SNI.");
    public static readonly TextParam SmtpTlsSessionCacheDatabase = new("smtp_tls_session_cache_database", "", effective: false,
        doc: "Table that keeps TLS sessions, in the client.");
    public static readonly TimeParam SmtpTlsSessionCacheTimeout = new("smtp_tls_session_cache_timeout",
        "3600s", max: "8640000s",
        doc: "How long a TLS session is kept, in the client.");
    public static readonly TextParam SmtpTlsTrustAnchorFile = new("smtp_tls_trust_anchor_file", "",
        doc: "Files of certificates that alone are trusted.");
    public static readonly TextParam SmtpTlsVerifyCertMatch = new("smtp_tls_verify_cert_match",
        "hostname", required: true,
        doc: "Names a server's certificate must have at level \"verify\".");
    public static readonly BoolParam SmtpTlsWrappermode = new("smtp_tls_wrappermode", "no",
        doc: "Begin TLS at once, without STARTTLS.");
    public static readonly BoolParam SmtpTlsrptEnable = new("smtp_tlsrpt_enable", "no",
        doc: "Report the outcome of TLS sessions (RFC 8460).");
    public static readonly BoolParam SmtpTlsrptSkipReusedHandshakes = new("smtp_tlsrpt_skip_reused_handshakes", "no",
        doc: "Leave resumed sessions out of these reports.");
    public static readonly TextParam SmtpTlsrptSocketName = new("smtp_tlsrpt_socket_name", "", effective: false,
        doc: "Socket of the service that collects these reports.");
    public static readonly BoolParam SmtpUseTls = new("smtp_use_tls", "no",
        doc: "Old: use TLS where a server offers it.");
    public static readonly BoolParam SmtpdEnforceTls = new("smtpd_enforce_tls", "no", doc: "Old: demand TLS of clients.");
    public static readonly TimeParam SmtpdStarttlsTimeout = new("smtpd_starttls_timeout",
        "${stress?{10}:{300}}s", min: "1s",
        doc: "Longest wait during STARTTLS.");
    public static readonly TextParam SmtpdTlsCAfile = new("smtpd_tls_CAfile", "",
        doc: "File of trusted certificate authorities, in the server.");
    public static readonly TextParam SmtpdTlsCApath = new("smtpd_tls_CApath", "",
        doc: "Directory of trusted certificate authorities, in the server.");
    public static readonly BoolParam SmtpdTlsAlwaysIssueSessionIds = new("smtpd_tls_always_issue_session_ids", "yes",
        doc: "Send a session id also where sessions are not kept.");
    public static readonly BoolParam SmtpdTlsAskCcert = new("smtpd_tls_ask_ccert", "no",
        doc: "Ask clients for a certificate.");
    public static readonly BoolParam SmtpdTlsAuthOnly = new("smtpd_tls_auth_only", "no",
        doc: "Announce AUTH within TLS alone.");
    public static readonly IntParam SmtpdTlsCcertVerifydepth = new("smtpd_tls_ccert_verifydepth", "9",
        doc: "Longest chain of a client's certificate.");
    public static readonly TextParam SmtpdTlsCertFile = new("smtpd_tls_cert_file", "",
        doc: "File of the RSA certificate, in the server.");
    public static readonly TextParam SmtpdTlsChainFiles = new("smtpd_tls_chain_files", "",
        doc: "Files of keys with their certificate chains, in the server.");
    public static readonly TextParam SmtpdTlsCiphers = new("smtpd_tls_ciphers", "medium", required: true,
        doc: "Least grade of ciphers where TLS is optional, in the server.");
    public static readonly TextParam SmtpdTlsDcertFile = new("smtpd_tls_dcert_file", "",
        doc: "File of the DSA certificate, in the server.");
    public static readonly TextParam SmtpdTlsDh1024ParamFile = new("smtpd_tls_dh1024_param_file", "", effective: false,
        doc: "File of Diffie-Hellman parameters; \"auto\" is built in.");
    public static readonly TextParam SmtpdTlsDh512ParamFile = new("smtpd_tls_dh512_param_file", "", effective: false,
        doc: "Old: parameters of export ciphers.");
    public static readonly TextParam SmtpdTlsDkeyFile = new("smtpd_tls_dkey_file", "$smtpd_tls_dcert_file",
        doc: "File of the DSA key, in the server.");
    public static readonly TextParam SmtpdTlsEccertFile = new("smtpd_tls_eccert_file", "",
        doc: "File of the ECDSA certificate, in the server.");
    public static readonly TextParam SmtpdTlsEckeyFile = new("smtpd_tls_eckey_file", "$smtpd_tls_eccert_file",
        doc: "File of the ECDSA key, in the server.");
    public static readonly TextParam SmtpdTlsEecdhGrade = new("smtpd_tls_eecdh_grade", "auto", required: true,
        doc: "Elliptic curves: auto, none, strong, ultra.");
    public static readonly BoolParam SmtpdTlsEnableRpk = new("smtpd_tls_enable_rpk", "no", effective: false,
        doc: "Accept raw public keys instead of certificates.");
    public static readonly TextParam SmtpdTlsExcludeCiphers = new("smtpd_tls_exclude_ciphers", "",
        doc: "Ciphers never used, in the server.");
    public static readonly TextParam SmtpdTlsFingerprintDigest = new("smtpd_tls_fingerprint_digest",
        "${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", required: true,
        doc: "Digest of fingerprints, in the server.");
    public static readonly TextParam SmtpdTlsKeyFile = new("smtpd_tls_key_file", "$smtpd_tls_cert_file",
        doc: "File of the RSA key, in the server.");
    public static readonly TextParam SmtpdTlsLoglevel = new("smtpd_tls_loglevel", "0",
        doc: "How much is logged about TLS: 0 to 4; in the server.");
    public static readonly TextParam SmtpdTlsMandatoryCiphers = new("smtpd_tls_mandatory_ciphers",
        "medium", required: true,
        doc: "Least grade of ciphers where TLS is demanded, in the server.");
    public static readonly TextParam SmtpdTlsMandatoryExcludeCiphers = new("smtpd_tls_mandatory_exclude_ciphers", "",
        doc: "Ciphers never used where TLS is demanded, in the server.");
    public static readonly TextParam SmtpdTlsMandatoryProtocols = new("smtpd_tls_mandatory_protocols", ">=TLSv1",
        doc: "TLS versions where TLS is demanded, in the server.");
    public static readonly TextParam SmtpdTlsProtocols = new("smtpd_tls_protocols", ">=TLSv1",
        doc: "TLS versions where TLS is optional, in the server.");
    public static readonly BoolParam SmtpdTlsReceivedHeader = new("smtpd_tls_received_header", "no",
        doc: "Write about TLS in the Received: line.");
    public static readonly BoolParam SmtpdTlsReqCcert = new("smtpd_tls_req_ccert", "no",
        doc: "Demand a certificate of clients.");
    public static readonly TextParam SmtpdTlsSecurityLevel = new("smtpd_tls_security_level", "",
        words: WordLists.TlsLevels,
        doc: "Use of TLS: none, may, encrypt; empty follows the old parameters.");
    public static readonly TextParam SmtpdTlsSessionCacheDatabase = new("smtpd_tls_session_cache_database", "", effective: false,
        doc: "Table that keeps TLS sessions, in the server.");
    public static readonly TimeParam SmtpdTlsSessionCacheTimeout = new("smtpd_tls_session_cache_timeout",
        "3600s", max: "8640000s",
        doc: "How long a TLS session is kept, in the server.");
    public static readonly BoolParam SmtpdTlsWrappermode = new("smtpd_tls_wrappermode", "no",
        doc: "Begin TLS at once, without STARTTLS.");
    public static readonly BoolParam SmtpdUseTls = new("smtpd_use_tls", "no", doc: "Old: offer TLS.");
    public static readonly BoolParam TlsAppendDefaultCA = new("tls_append_default_CA", "no",
        doc: "Also trust the system's certificate authorities.");
    public static readonly TextParam TlsConfigFile = new("tls_config_file", "default",
        doc: "OpenSSL configuration file: default, none, or a path.");
    public static readonly TextParam TlsConfigName = new("tls_config_name", "", doc: "Section of that file.");
    public static readonly IntParam TlsDaemonRandomBytes = new("tls_daemon_random_bytes", "32", min: 1, effective: false,
        doc: "Random bytes each daemon asks for.");
    public static readonly TextParam TlsDaneDigests = new("tls_dane_digests", "sha512 sha256", required: true, effective: false,
        doc: "Digests of TLSA records, best first.");
    public static readonly TextParam TlsDisableWorkarounds = new("tls_disable_workarounds", "",
        doc: "Workarounds for bugs of others to switch off.");
    public static readonly TextParam TlsEecdhAutoCurves = new("tls_eecdh_auto_curves", "?X25519MLKEM768:DEFAULT",
        doc: "Curves offered, best first.");
    public static readonly TextParam TlsEecdhStrongCurve = new("tls_eecdh_strong_curve", "prime256v1",
        doc: "Curve of grade \"strong\".");
    public static readonly TextParam TlsEecdhUltraCurve = new("tls_eecdh_ultra_curve", "secp384r1",
        doc: "Curve of grade \"ultra\".");
    public static readonly TextParam TlsExportCipherlist = new("tls_export_cipherlist", "", effective: false,
        doc: "Old: ciphers of grade \"export\".");
    public static readonly BoolParam TlsFastShutdownEnable = new("tls_fast_shutdown_enable", "yes", effective: false,
        doc: "Do not wait for the peer's end of a TLS session.");
    public static readonly TextParam TlsFfdheAutoGroups = new("tls_ffdhe_auto_groups", "",
        doc: "Finite field groups offered, best first.");
    public static readonly TextParam TlsHighCipherlist = new("tls_high_cipherlist",
        "aNULL:-aNULL:HIGH:!SEED:!IDEA:!3DES:!RC2:!RC4:!RC5:!kDH:!kECDH:!aDSS:!MD5:@STRENGTH", required: true,
        doc: "Ciphers of grade \"high\".");
    public static readonly BoolParam TlsLegacyPublicKeyFingerprints = new("tls_legacy_public_key_fingerprints", "no", effective: false,
        doc: "Compute fingerprints of public keys as old releases did.");
    public static readonly TextParam TlsLowCipherlist = new("tls_low_cipherlist", "", effective: false,
        doc: "Old: ciphers of grade \"low\".");
    public static readonly TextParam TlsMediumCipherlist = new("tls_medium_cipherlist",
        "aNULL:-aNULL:HIGH:MEDIUM:!SEED:!IDEA:!3DES:!RC2:!RC4:!RC5:!kDH:!kECDH:!aDSS:!MD5:+RC4:@STRENGTH", required: true,
        doc: "Ciphers of grade \"medium\" and better.");
    public static readonly TextParam TlsNullCipherlist = new("tls_null_cipherlist",
        "eNULL:!kDH:!kECDH:!aDSS:!MD5:!aNULL", required: true,
        doc: "Ciphers of grade \"null\", which only authenticate.");
    public static readonly BoolParam TlsPreemptCipherlist = new("tls_preempt_cipherlist", "no",
        doc: "Choose the server's favourite cipher, not the client's.");
    public static readonly IntParam TlsRandomBytes = new("tls_random_bytes", "32", min: 1, effective: false,
        doc: "Random bytes read at a time.");
    public static readonly TextParam TlsRandomExchangeName = new("tls_random_exchange_name",
        "${data_directory}/prng_exch", effective: false,
        doc: "File that keeps randomness over restarts.");
    public static readonly TimeParam TlsRandomPrngUpdatePeriod = new("tls_random_prng_update_period", "3600s", min: "1s", effective: false,
        doc: "Time between writes of that file.");
    public static readonly TimeParam TlsRandomReseedPeriod = new("tls_random_reseed_period", "3600s", min: "1s", effective: false,
        doc: "Longest time between reads of the source of randomness.");
    public static readonly TextParam TlsRandomSource = new("tls_random_source", "dev:/dev/urandom", effective: false,
        doc: "Source of randomness.");
    public static readonly BoolParam TlsRequiredEnable = new("tls_required_enable", "yes",
        doc: "Honour \"TLS-Required: no\" in messages (RFC 8689).");
    public static readonly TextParam TlsServerSniMaps = new("tls_server_sni_maps", "",
        doc: "Tables of keys and certificates by the name a client asks for.");
    public static readonly TextParam TlsSessionTicketCipher = new("tls_session_ticket_cipher", "aes-256-cbc",
        doc: "Cipher of session tickets.");
    public static readonly TextParam TlsSslOptions = new("tls_ssl_options", "", doc: "Options of OpenSSL to switch on.");
    public static readonly BoolParam TlsWildcardMatchesMultipleLabels = new("tls_wildcard_matches_multiple_labels", "yes",
        doc: "Let *.example.com match a.b.example.com.");
    public static readonly TextParam TlsmgrServiceName = new("tlsmgr_service_name", "tlsmgr", required: true, effective: false,
        doc: "Service that keeps TLS sessions and keys.");

    public static IReadOnlyList<Param> All { get; } =
    [
        OpensslPath, RelayClientcerts, RequiretlsEnable, RequiretlsEsmtpHeader, RequiretlsRedactDsn, SmtpEnforceTls, SmtpRequiretlsPolicy,
        SmtpStarttlsTimeout, SmtpTlsCAfile, SmtpTlsCApath, SmtpTlsBlockEarlyMailReply, SmtpTlsCertFile, SmtpTlsChainFiles, SmtpTlsCiphers,
        SmtpTlsConnectionReuse, SmtpTlsDaneInsecureMxPolicy, SmtpTlsDcertFile, SmtpTlsDkeyFile, SmtpTlsEccertFile, SmtpTlsEckeyFile,
        SmtpTlsEnableRpk, SmtpTlsEnforcePeername, SmtpTlsEnforceStsMxPatterns, SmtpTlsExcludeCiphers, SmtpTlsFingerprintCertMatch,
        SmtpTlsFingerprintDigest, SmtpTlsForceInsecureHostTlsaLookup, SmtpTlsKeyFile, SmtpTlsLoglevel, SmtpTlsMandatoryCiphers,
        SmtpTlsMandatoryExcludeCiphers, SmtpTlsMandatoryProtocols, SmtpTlsNoteStarttlsOffer, SmtpTlsPerSite, SmtpTlsPolicyMaps,
        SmtpTlsProtocols, SmtpTlsScertVerifydepth, SmtpTlsSecureCertMatch, SmtpTlsSecurityLevel, SmtpTlsServername,
        SmtpTlsSessionCacheDatabase, SmtpTlsSessionCacheTimeout, SmtpTlsTrustAnchorFile, SmtpTlsVerifyCertMatch, SmtpTlsWrappermode,
        SmtpTlsrptEnable, SmtpTlsrptSkipReusedHandshakes, SmtpTlsrptSocketName, SmtpUseTls, SmtpdEnforceTls, SmtpdStarttlsTimeout,
        SmtpdTlsCAfile, SmtpdTlsCApath, SmtpdTlsAlwaysIssueSessionIds, SmtpdTlsAskCcert, SmtpdTlsAuthOnly, SmtpdTlsCcertVerifydepth,
        SmtpdTlsCertFile, SmtpdTlsChainFiles, SmtpdTlsCiphers, SmtpdTlsDcertFile, SmtpdTlsDh1024ParamFile, SmtpdTlsDh512ParamFile,
        SmtpdTlsDkeyFile, SmtpdTlsEccertFile, SmtpdTlsEckeyFile, SmtpdTlsEecdhGrade, SmtpdTlsEnableRpk, SmtpdTlsExcludeCiphers,
        SmtpdTlsFingerprintDigest, SmtpdTlsKeyFile, SmtpdTlsLoglevel, SmtpdTlsMandatoryCiphers, SmtpdTlsMandatoryExcludeCiphers,
        SmtpdTlsMandatoryProtocols, SmtpdTlsProtocols, SmtpdTlsReceivedHeader, SmtpdTlsReqCcert, SmtpdTlsSecurityLevel,
        SmtpdTlsSessionCacheDatabase, SmtpdTlsSessionCacheTimeout, SmtpdTlsWrappermode, SmtpdUseTls, TlsAppendDefaultCA, TlsConfigFile,
        TlsConfigName, TlsDaemonRandomBytes, TlsDaneDigests, TlsDisableWorkarounds, TlsEecdhAutoCurves, TlsEecdhStrongCurve,
        TlsEecdhUltraCurve, TlsExportCipherlist, TlsFastShutdownEnable, TlsFfdheAutoGroups, TlsHighCipherlist,
        TlsLegacyPublicKeyFingerprints, TlsLowCipherlist, TlsMediumCipherlist, TlsNullCipherlist, TlsPreemptCipherlist, TlsRandomBytes,
        TlsRandomExchangeName, TlsRandomPrngUpdatePeriod, TlsRandomReseedPeriod, TlsRandomSource, TlsRequiredEnable, TlsServerSniMaps,
        TlsSessionTicketCipher, TlsSslOptions, TlsWildcardMatchesMultipleLabels, TlsmgrServiceName,
    ];
}
