using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the certificate that a client showed in TLS.</summary>
internal static class CertificateRestrictions
{
    /// <summary>Its fingerprint, or its public key's, is in relay_clientcerts: whoever signed it.</summary>
    public static async ValueTask<Verdict> PermitListedAsync(AccessContext c, RestrictionStep step)
    {
        if (Fingerprints(c) is not { } keys || c.Session.Settings.Tables.RelayClientCertificates.IsEmpty) return Verdict.Dunno;
        foreach (string key in keys)
        {
            LookupResult result = await c.Session.Settings.Tables.RelayClientCertificates.LookupAsync(key);
            if (result.IsError) Log.Warning($"{result.ErrorText}");
            if (result.IsError) return c.LookupError(c.ReplyName);
            if (result.IsFound) return c.Permit(step.Name, ReplyClass.ClientCertificate, c.Session.Client.NameAddress);
        }
        return Verdict.Dunno;
    }

    /// <summary>It is signed by an authority of smtpd_tls_CAfile or smtpd_tls_CApath.</summary>
    public static ValueTask<Verdict> PermitTrusted(AccessContext c, RestrictionStep step) =>
        new(c.Session.Tls is { Trust: >= TlsTrust.Trusted }
        ? c.Permit(step.Name, ReplyClass.ClientCertificate, c.Session.Client.NameAddress)
        : Verdict.Dunno);

    /// <summary>A table by fingerprint: of the certificate, then of its public key.</summary>
    public static async ValueTask<Verdict> CheckAccessAsync(AccessContext c, RestrictionStep step)
    {
        if (Fingerprints(c) is not { } keys) return Verdict.Dunno;
        LookupResult result = await step.Table!.FindAsync(keys[0]);
        if (result.IsNotFound) result = await step.Table.FindAsync(keys[1]);
        return AccessAction.Apply(c, step.Table, result, c.Session.Client.NameAddress, ReplyClass.ClientCertificate);
    }

    private static string[]? Fingerprints(AccessContext c) => c.Session.Tls is { CertificateFingerprint.Length: > 0 } tls
        ? [tls.CertificateFingerprint, tls.KeyFingerprint]
        : null;
}
