using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// REQUIRETLS (RFC 8689): whether a server is fit for a message whose sender asks for it. Such messages have sessions of their own.
/// </summary>
/// <param name="action">How strictly; Disable: the sender did not ask for it.</param>
internal sealed class RequireTlsCheck(SmtpChat chat, ServerFeatures features, RequireTlsAction action)
{
    public RequireTlsAction Action => action;

    /// <summary>What the log says of it, behind the level of TLS; empty: nothing.</summary>
    public string LogText { get; private set; } = "";

    /// <summary>MAIL says REQUIRETLS.</summary>
    /// <param name="tls">Null: the session is in clear.</param>
    public bool IsPassedOn(TlsFacts? tls) => action != RequireTlsAction.Disable && tls != null && features.Has(ServerFeature.RequireTls);

    /// <summary>Notes for the log how far it got.</summary>
    public void Describe(string text)
    {
        if (action != RequireTlsAction.Disable) LogText = "/" + text;
    }

    /// <summary>
    /// After the last EHLO. RFC 8689 4.2.1: a server that does not announce REQUIRETLS gets no mail that needs it. False: refused.
    /// </summary>
    public bool CheckServer(TlsFacts? tls)
    {
        if (action == RequireTlsAction.Enforce && tls?.Trust != TlsTrust.Verified)
            return Refuse(RequiredTls.Unknown(chat.Target, trusted: true), "nocertmatch");
        if (action == RequireTlsAction.StartTls && tls == null) return Refuse(RequiredTls.NotOffered(chat.Target), "nostarttls");
        if (IsPassedOn(tls)) Describe(tls!.Trust == TlsTrust.Verified ? "requiretls" : "requiretls:nocertmatch");
        else if (action == RequireTlsAction.Enforce) return Refuse(RequiredTls.NotSupported(chat.Target), "none");
        else Describe("requiretls:none");
        return true;
    }

    /// <summary>This server is not fit; another one may be.</summary>
    public bool Refuse(Outcome outcome, string reason)
    {
        Describe($"!requiretls:{reason}");
        return chat.Fail(new SessionFailure(FailureKind.Refused, outcome) { IsHostUnfit = true });
    }
}
