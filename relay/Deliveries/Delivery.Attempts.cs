using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Deliveries;

internal sealed partial class Delivery
{
    private int _addresses, _sessions;
    private bool _anyTried, _anyOpened, _anyUnfit;

    /// <summary>Hosts were tried and none of them got as far as to take a message: the destination is down, whatever the message.</summary>
    public bool SiteFailed => _anyTried && !_anyOpened && !_anyUnfit;

    /// <summary>Tries open sessions of the destination, then its hosts, then the fall-back relay.</summary>
    private async Task TryAllAsync()
    {
        Destination destination = await _context.Destinations.FindAsync(Request.Nexthop, PoolKey);
        if (await WasServedAsync(destination.Offer(MakeTransaction())))
        {
            _anyOpened = true;
            if (!HasOpen) return;
        }
        bool isBackup = false;
        foreach (Nexthop nexthop in Nexthop.ParseList(Request.Nexthop, _context.Settings.IsLmtp))
        {
            isBackup |= await TryNexthopAsync(nexthop, destination, Request.Nexthop == _context.Settings.Routes.Relayhost);
            if (!HasOpen) return;
        }
        // a backup exchanger waits for the better ones: its fall-back relay might be this machine's own customer
        if (isBackup) return;
        foreach (Nexthop nexthop in Nexthop.ParseList(_context.Settings.Routes.FallbackRelay, _context.Settings.IsLmtp))
        {
            await TryNexthopAsync(nexthop, destination, isConfigured: true);
            if (!HasOpen) return;
        }
    }

    /// <summary>
    /// Waits for a transaction over a session that was open already. False: the session had gone, and its server deserves a new one.
    /// </summary>
    private async Task<bool> WasServedAsync(Promise<TransactionEnd> ended)
    {
        if (await ended == TransactionEnd.Done) return true;
        if (_current != null) _tried.Remove(_current);
        _current = null;
        return false;
    }

    /// <summary>
    /// Sessions under the same key are as good as each other, for whatever destination they were opened. Logins are found by nexthop as
    /// well.
    /// </summary>
    private string SharingKey(Target target, RequireTlsAction insistence)
    {
        string key = _context.Logins.Settings.IsEnabled ? $"{target.ReuseKey} {target.Nexthop} {_context.Logins.SessionKey(Sender)}"
            : target.ReuseKey;
        return insistence == RequireTlsAction.Disable ? key : $"{key} requiretls={insistence}";
    }

    private Transaction MakeTransaction() => new(this, _all.FindAll(r => r.Final == null));

    /// <summary>Tries the hosts of one destination. True: this machine is one of its mail exchangers.</summary>
    /// <param name="isConfigured">The administrator named it: that it does not exist is no fault of the message.</param>
    private async Task<bool> TryNexthopAsync(Nexthop nexthop, Destination destination, bool isConfigured)
    {
        TargetList found = await _context.Finder.FindAsync(nexthop);
        if (found.IsSelf && _context.Settings.Routes.BestMxTransport.Length > 0)
        {
            await PassOnAsync(_context.Settings.Routes.BestMxTransport, nexthop.Host);
            return true;
        }
        if (found.Failure != null) NoteMissing(found.Failure, isConfigured);
        if (await InsistenceAsync(nexthop) is not { } insistence)
        {
            NoteTrouble(Outcome.Defer("4.7.10", "REQUIRETLS policy configuration error"));
            return found.IsBackup;
        }
        (_addresses, _sessions) = (0, 0);
        foreach (Target target in found.Targets)
        {
            if (IsOver(_addresses, _context.Settings.Routes.AddressLimit) || IsOver(_sessions, _context.Settings.Routes.SessionLimit))
                break;
            if (target.EndPoint != null && _tried.Contains(target.EndPoint)) continue;
            _addresses++;
            _anyTried = true;
            LogFailures();
            if (await SecureAsync(nexthop, target, insistence) is { } secured) await TryTargetAsync(secured, destination, insistence);
            if (!HasOpen) break;
        }
        return found.IsBackup;
    }

    /// <summary>Hands the rest to another delivery agent (best_mx_transport), which locks, logs and marks the recipients itself.</summary>
    private async Task PassOnAsync(string transport, string domain)
    {
        int colon = transport.IndexOf(':');
        string name = colon < 0 ? transport : transport[..colon];
        DeliverRequest request = Request.For(name, colon < 0 || colon == transport.Length - 1 ? domain : transport[(colon + 1)..]);
        List<Pending> rest = _all.FindAll(r => r.Final == null);
        request.Recipients = [.. rest.Select(r => r.Recipient)];
        foreach (Pending recipient in rest) recipient.Claim!.Dispose();
        LinkClient agent = new(_context.Loop, _context.Spool.SocketPath(true, name));
        DeliverReply? reply = await agent.CallAsync<DeliverRequest, DeliverReply>(request);
        agent.Close();
        for (int i = 0; i < rest.Count; i++)
        {
            if (reply?.Recipients.Count == rest.Count) rest[i].Final = reply.Recipients[i];
            else rest[i].Last = Outcome.Defer("4.3.0", $"mail transport {name} unavailable");
        }
    }

    private static bool IsOver(int count, int limit) => limit > 0 && count >= limit;

    private void NoteMissing(Outcome failure, bool isConfigured)
    {
        if (failure.IsPermanent && isConfigured)
        {
            Log.Warning($"relayhost configuration problem: {failure.Text}");
            failure = Outcome.Defer("4.3.5", failure.Text);
        }
        NoteTrouble(failure);
    }

    private void NoteTrouble(Outcome failure)
    {
        foreach (Pending recipient in _all)
            if (recipient.Final == null) (recipient.Last, recipient.LastSession) = (failure, null);
    }

    /// <summary>Gives the recipients that are left to an idle session with this host, or to a new one.</summary>
    private async Task TryTargetAsync(Target target, Destination destination, RequireTlsAction insistence)
    {
        if (_context.Destinations.Idle.Take(SharingKey(target, insistence), destination) is { } idle)
        {
            Transaction reusing = MakeTransaction();
            idle.Resume(reusing);
            if (await WasServedAsync(reusing.Ended))
            {
                (_sessions, _anyOpened) = (_sessions + 1, true);
                return;
            }
        }
        Session session = MakeSession(target, insistence);
        destination.BeginOpening();
        bool open = await session.OpenAsync();
        destination.EndOpening();
        if (!open)
        {
            NoteUnopened(session, session.Failure!);
            // TLS was not demanded: without it the mail may go through
            if (session.MayRetryInClear)
                await TryTargetAsync(target with { Tls = TlsPolicy.Off with { Wanted = target.Tls.Wanted } }, destination, insistence);
            return;
        }
        _sessions++;
        _anyOpened = true;
        Transaction transaction = MakeTransaction();
        session.Join(destination);
        session.RunAsync(transaction).Detach();
        await transaction.Ended;
    }

    private Session MakeSession(Target target, RequireTlsAction insistence) => new(_context.Loop, target, _context.Settings)
    {
        Tls = _context.Security?.Client,
        Logins = _context.Logins,
        LoginSender = _context.Logins.SessionKey(Sender),
        SharingKey = SharingKey(target, insistence),
        Insistence = insistence,
        // who does not care for the policy is not told of it either
        Reporter = IsTlsOptional ? null : _context.Reporter,
    };

    private void NoteUnopened(Session session, SessionFailure failure)
    {
        if (failure.Kind == FailureKind.Unreachable) Log.Info($"{failure.Outcome.Text}");
        foreach (Pending recipient in _all)
        {
            if (failure.IsHostUnfit) PassOver(recipient, failure.Outcome, session);
            else Fail(recipient, failure.Outcome, session);
        }
    }

    /// <summary>Temporary failures that are not the last word, because another host is tried now, are told once each.</summary>
    private void LogFailures()
    {
        foreach (Pending recipient in _all)
        {
            if (recipient is not { Final: null, Last: { } outcome, LastSession: { IsReached: true } } || outcome.Text == _noted) continue;
            _noted = outcome.Text;
            LogLine.Info(Request.QueueId).Free(outcome.Text).Send();
        }
    }
}
