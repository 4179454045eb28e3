using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// REQUIRETLS (RFC 8689): whether the server is fit for a message whose sender asks for it. Such messages have sessions of their own.
/// </summary>
internal sealed partial class Session
{
    /// <summary>How far the wish is insisted on; Disable: there is none.</summary>
    public RequireTlsAction Insistence { get; init; }

    /// <summary>MAIL says REQUIRETLS.</summary>
    private bool PassesWishOn => Insistence != RequireTlsAction.Disable && Security != null && Features.Has(ServerFeature.RequireTls);

    /// <summary>What the log says of it, behind the level of TLS.</summary>
    private void DescribeWish(string text)
    {
        if (Insistence != RequireTlsAction.Disable) _wishText = "/" + text;
    }

    /// <summary>
    /// After the last EHLO. RFC 8689 4.2.1: a server that does not announce REQUIRETLS gets no mail that needs it. False: refused.
    /// </summary>
    private bool IsFit()
    {
        if (Insistence == RequireTlsAction.Enforce && Security?.Trust != TlsTrust.Verified)
            return RefuseUnfit(RequiredTls.Unknown(Target, trusted: true), "nocertmatch");
        if (Insistence == RequireTlsAction.StartTls && Security == null) return RefuseUnfit(RequiredTls.NotOffered(Target), "nostarttls");
        if (PassesWishOn) DescribeWish(Security!.Trust == TlsTrust.Verified ? "requiretls" : "requiretls:nocertmatch");
        else if (Insistence == RequireTlsAction.Enforce) return RefuseUnfit(RequiredTls.NotSupported(Target), "none");
        else DescribeWish("requiretls:none");
        return true;
    }

    private bool RefuseUnfit(Outcome outcome, string word)
    {
        DescribeWish($"!requiretls:{word}");
        Failure = new SessionFailure(FailureKind.Refused, outcome) { IsHostUnfit = true };
        return false;
    }
}
