using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Deliveries;

/// <summary>The target with its TLS policy, or why it cannot be used for this message.</summary>
/// <param name="IsHostUnfit">The failure is this host's alone: another one may be fit for a message with REQUIRETLS.</param>
internal readonly record struct TlsDecision(Target? Target, Outcome? Failure = null, bool IsHostUnfit = false);

/// <summary>What a message's sender demands of TLS (RFC 8689): more security than usual, or less.</summary>
internal sealed class TlsDemand(RelayContext context, OutgoingMessage message)
{
    private readonly MessageFlags _flags = message.Request.Flags;

    private bool RequiresTls => (_flags & MessageFlags.RequireTls) != 0 && context.Settings.RequireTls != null;

    /// <summary>REQUIRETLS comes before "TLS-Required: no" where a message has both.</summary>
    public bool IsTlsOptional => (_flags & (MessageFlags.TlsOptional | MessageFlags.RequireTls)) == MessageFlags.TlsOptional;

    /// <summary>Messages under the same key may share sessions: whose login they use, and what is demanded of the sessions.</summary>
    public string SenderKey
    {
        get
        {
            string login = context.Logins.SessionKey(message.Sender);
            return RequiresTls ? $"{login} requiretls" : IsTlsOptional ? $"{login} tls-optional" : login;
        }
    }

    /// <summary>How strictly REQUIRETLS is kept with a nexthop; null: that cannot be told now.</summary>
    public ValueTask<RequireTlsAction?> FindActionAsync(Nexthop nexthop)
    {
        if (!RequiresTls) return ValueTask.FromResult<RequireTlsAction?>(RequireTlsAction.Disable);
        return context.Settings.RequireTls!.ForAsync(nexthop.Host.Length > 0 ? nexthop.Host : context.Settings.Myhostname);
    }

    /// <summary>The TLS policy for one host.</summary>
    public async ValueTask<TlsDecision> DecideAsync(Nexthop nexthop, Target target, RequireTlsAction action)
    {
        if (context.TlsPolicies is not { } policies) return new TlsDecision(target);
        Target secured = await policies.ApplyAsync(nexthop, target, IsTlsOptional);
        if (secured.Tls.Problem.Length > 0)
        {
            if (secured.Tls.ProblemResult != TlsResult.Success)
                context.TlsReporter?.Report(secured, secured.Tls.ProblemResult, secured.Tls.Problem, null, "");
            return new TlsDecision(null, Outcome.Defer("4.7.5", secured.Tls.Problem));
        }
        (secured, Outcome? unfit) = RequiredTls.Apply(action, nexthop, secured, policies.Client.Settings);
        return unfit == null ? new TlsDecision(secured) : new TlsDecision(null, unfit, IsHostUnfit: true);
    }
}
