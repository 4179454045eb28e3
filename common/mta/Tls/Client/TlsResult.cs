namespace MtaSuite.Common.Tls.Client;

/// <summary>What came of TLS with one server, or of the look for a policy: the result types of RFC 8460 4.3.</summary>
public enum TlsResult : byte
{
    /// <summary>No failure.</summary>
    Success,
    StartTlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,
    /// <summary>Any other failure of TLS; also a host that an MTA-STS policy does not name.</summary>
    ValidationFailure,
    TlsaInvalid,
    DnssecInvalid,
    DaneRequired,
    /// <summary>The policy could not be had from its host, for another reason than the host's certificate.</summary>
    StsPolicyFetchError,
    /// <summary>The policy, or the record that announces it, is broken.</summary>
    StsPolicyInvalid,
    /// <summary>The certificate of the policy's host does not prove who it is.</summary>
    StsWebPkiInvalid,
}

/// <summary>Result types and their words.</summary>
public static class TlsResults
{
    private static readonly string[] s_words =
    [
        "success", "starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
            "validation-failure",
        "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid",
    ];

    /// <summary>As it stands in a report's result-type.</summary>
    public static string Word(this TlsResult result) => s_words[(int)result];
}
