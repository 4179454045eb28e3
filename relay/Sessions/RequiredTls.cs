using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>What a sender's REQUIRETLS makes of the TLS policy for a host, before the host is connected to.</summary>
internal static class RequiredTls
{
    private const string Start = "Sender requested REQUIRETLS, but ";

    /// <summary>
    /// RFC 8689 4.2.1: the host's name comes from an MX record that DNSSEC vouches for, or is one that an MTA-STS policy names, or no MX
    /// record is involved; and its certificate is for that name. A local policy that does not look at certificates ("may", "encrypt") is
    /// raised to one that does, where the name is known so. A failure is this host's alone: another one may do.
    /// </summary>
    /// <returns>The target under the policy to use; or why the host cannot be used, a permanent failure.</returns>
    public static (Target Target, Outcome? Failure) Apply(RequireTlsAction action, Nexthop nexthop, Target target,
        TlsClientSettings settings)
    {
        TlsPolicy policy = target.Tls;
        if (action == RequireTlsAction.StartTls && policy.Level == TlsLevel.None)
            return (target, Unfit(target, $"my configured TLS security level '{policy.Level.Word()}' disables encryption"));
        if (action != RequireTlsAction.Enforce) return (target, null);
        // hosts that an enforced MTA-STS policy does not name are not tried
        bool isNameKnown = !nexthop.UseMx || target is { IsAuthenticated: true, ByInsecureExchanger: false }
            || policy.Sts is { HasPolicy: true, Mode: StsMode.Enforce };
        if (policy.Level.MustMatch())
            return isNameKnown || !TrustsDns(policy) ? (target, null) : (target, Unfit(target, $"the mail exchangers of {nexthop.Host} "
                + $"cannot be looked up securely"));
        if (policy.Level == TlsLevel.None || !isNameKnown)
            return (target, Unfit(target, $"my configured TLS security level '{policy.Level.Word()}' disables certificate matching"));
        TlsPolicy raised = TlsPolicy.Of(TlsLevel.Verify, settings) with
        { ServerName = policy.ServerName, Match = ["hostname"], Sts = policy.Sts };
        return (target with { Tls = raised }, null);
    }

    /// <summary>The certificate may be for whatever name an unsigned MX record has.</summary>
    private static bool TrustsDns(TlsPolicy policy) =>
        policy.Level is TlsLevel.Verify or TlsLevel.Secure
        && policy.Match.Any(m => m.Equals("hostname", StringComparison.OrdinalIgnoreCase));

    private static Outcome Unfit(Target target, string reason) =>
        Outcome.Bounce("5.7.10", $"{Start}{reason}. The last attempted server was {target.Host}");

    /// <summary>The server has no STARTTLS.</summary>
    public static Outcome NotOffered(Target target) =>
        Outcome.Bounce("5.7.30", $"{Start}TLS service was not offered by host {target.Name}") with { Remote = target.Host };

    /// <summary>The server said no to STARTTLS.</summary>
    public static Outcome Refused(Target target, string reply) =>
        Outcome.Bounce("5.7.10", $"{Start}host {target.Name} refused to start TLS: {reply}") with { Remote = target.Host };

    /// <summary>The certificate is not trusted, or it is another host's.</summary>
    public static Outcome Unknown(Target target, bool trusted) =>
        Outcome.Bounce("5.7.10", $"{Start}no {(trusted ? "matching" : "trusted")} server certificate was found. The last attempted "
        + $"server was {target.Name}") with
        { Remote = target.Host };

    /// <summary>The server would not pass REQUIRETLS on.</summary>
    public static Outcome NotSupported(Target target) =>
        Outcome.Bounce("5.7.30", $"{Start}no server was found that supports REQUIRETLS. The last attempted server was {target.Name}") with
        { Remote = target.Host };
}
