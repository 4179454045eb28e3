using System.Globalization;

namespace MtaSuite.Tools.Doctor;

/// <summary>What there is to say about TLS with a server, ours or another's.</summary>
internal static class CertificateCheck
{
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);

    /// <param name="area">"tls mx1.example.org".</param>
    /// <param name="isSubmission">Mail programs refuse what other mail systems put up with.</param>
    public static void Judge(Section s, string area, ServerReport report, string host, DateTimeOffset now, bool isSubmission)
    {
        if (report.Tls is not { } tls)
        {
            s.Problem(area, $"the TLS handshake fails: {report.TlsError}", "mail comes in clear or not at all",
                "look into the server's log; try posttls-finger -l encrypt");
            return;
        }
        if (tls.Agreement.Protocol is "TLSv1.3" or "TLSv1.2") s.Ok(area, $"{tls.Agreement.Protocol} with {tls.Agreement.Cipher}");
        else s.Warning(area, $"{tls.Agreement.Protocol} is the newest version it has", "it is broken (RFC 8996), and many refuse it",
            "update the TLS library, or allow TLSv1.2 and TLSv1.3");
        if (report.Chain.Count == 0 || ServerProbe.Describe(report.Chain[0]) is not { } certificate) return;
        JudgeTime(s, area, certificate.End, now);
        string names = string.Join(", ", certificate.Names.Take(5));
        if (!report.HasName) Worse(s, isSubmission, area, $"the certificate is for {names}, not for {host}",
            isSubmission ? "mail programs warn of it or refuse"
                : "senders that verify (MTA-STS, secure) do not deliver; opportunistic ones do not look",
            $"get a certificate with the name {host}");
        if (!report.IsTrusted)
        {
            string why = certificate.IsSelfSigned ? "the certificate is self-signed"
                : $"no known authority vouches for the certificate ({(tls.VerifyError.Length > 0 ? tls.VerifyError : "unknown issuer")})";
            Worse(s, isSubmission, area, why,
                isSubmission ? "mail programs warn of it or refuse"
                    : "senders that verify (MTA-STS, secure) do not deliver; opportunistic ones and DANE do not need it",
                certificate.IsSelfSigned ? "get one from an authority, such as Let's Encrypt"
                    : "send the intermediate certificates behind it; or name your own authority with --ca FILE");
        }
        else if (report.HasName) s.Ok(area, $"the certificate is for {host}, and a known authority vouches for it");
    }

    private static void Worse(Section s, bool isSubmission, string area, string seen, string means, string @do) =>
        s.Add(isSubmission ? FindingLevel.Problem : FindingLevel.Warning, area, seen, means, @do);

    private static void JudgeTime(Section s, string area, DateTimeOffset end, DateTimeOffset now)
    {
        string day = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        TimeSpan left = end - now;
        if (left < TimeSpan.Zero) s.Problem(area, $"the certificate has expired on {day}", "whoever verifies refuses it", "renew it now");
        else if (left < s_soon) s.Warning(area, $"the certificate expires in {(int)left.TotalDays} days, on {day}", "whoever verifies "
            + "will refuse it then",
            "renew it; see to it that renewal is automatic");
        else s.Ok(area, $"the certificate is good until {day}");
    }
}
