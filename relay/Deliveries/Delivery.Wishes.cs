using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Deliveries;

/// <summary>What the sender wishes for the message's way (RFC 8689): more security than usual, or less.</summary>
internal sealed partial class Delivery
{
    private bool RequiresTls => (Request.Flags & MessageFlags.RequireTls) != 0 && _context.Settings.RequireTls != null;

    /// <summary>REQUIRETLS comes before "TLS-Required: no" where a message has both.</summary>
    private bool IsTlsOptional => (Request.Flags & (MessageFlags.TlsOptional | MessageFlags.RequireTls)) == MessageFlags.TlsOptional;

    /// <summary>Messages under the same key may share sessions: whose login they use, and what is demanded of the sessions.</summary>
    private string PoolKey
    {
        get
        {
            string login = _context.Logins.SessionKey(Sender);
            return RequiresTls ? $"{login} requiretls" : IsTlsOptional ? $"{login} tls-optional" : login;
        }
    }

    /// <summary>How far REQUIRETLS is insisted on with a destination; null: that cannot be told now.</summary>
    private ValueTask<RequireTlsAction?> InsistenceAsync(Nexthop nexthop)
    {
        if (!RequiresTls) return ValueTask.FromResult<RequireTlsAction?>(RequireTlsAction.Disable);
        return _context.Settings.RequireTls!.ForAsync(nexthop.Host.Length > 0 ? nexthop.Host : _context.Settings.Myhostname);
    }

    /// <summary>The target with its TLS policy as the sender wishes; or, noted, none.</summary>
    private async ValueTask<Target?> SecureAsync(Nexthop nexthop, Target target, RequireTlsAction insistence)
    {
        if (_context.Security is not { } security) return target;
        Target secured = await security.SecureAsync(nexthop, target, IsTlsOptional);
        if (secured.Tls.Problem.Length > 0)
        {
            if (secured.Tls.ProblemResult != TlsResult.Success)
                _context.Reporter?.Report(secured, secured.Tls.ProblemResult, secured.Tls.Problem, null, "");
            NoteTrouble(Outcome.Defer("4.7.5", secured.Tls.Problem));
            return null;
        }
        (secured, Outcome? unfit) = RequiredTls.Apply(insistence, nexthop, secured, security.Client.Settings);
        if (unfit == null) return secured;
        foreach (Pending recipient in _all) PassOver(recipient, unfit, null);
        return null;
    }

    /// <summary>
    /// A host cannot carry the message as its sender wishes: another one may, so the failure is the last word only when none is left and
    /// none failed for now.
    /// </summary>
    private void PassOver(Pending recipient, Outcome outcome, Session? session)
    {
        _anyUnfit = true;
        if (recipient is { Final: null, Last: not { IsTemporary: true } }) (recipient.Last, recipient.LastSession) = (outcome, session);
    }
}
