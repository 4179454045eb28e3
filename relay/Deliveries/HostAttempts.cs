using System.Net;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Deliveries;

/// <summary>
/// Tries open sessions of the destination, then its hosts, then smtp_fallback_relay, until each recipient has its final outcome or no host
/// is left.
/// </summary>
internal sealed class HostAttempts
{
    private readonly RelayContext _context;
    private readonly OutgoingMessage _message;
    private readonly OutcomeRecorder _outcomes;
    private readonly List<RelayRecipient> _recipients;
    private readonly TlsDemand _tlsDemand;
    private readonly HashSet<EndPoint> _tried = [];
    private string _logged = "";
    private int _addresses, _sessions;
    private bool _anyTried, _anyOpened, _anyUnfit;

    public HostAttempts(RelayContext context, OutgoingMessage message, OutcomeRecorder outcomes, List<RelayRecipient> recipients)
    {
        (_context, _message, _outcomes, _recipients) = (context, message, outcomes, recipients);
        _tlsDemand = new TlsDemand(context, message);
    }

    /// <summary>Hosts were tried and none of them got as far as to take a message.</summary>
    public bool SiteFailed => _anyTried && !_anyOpened && !_anyUnfit;

    private bool IsUnfinished => _recipients.Exists(r => r.Final == null);

    public async Task RunAsync()
    {
        string nexthops = _message.Request.Nexthop;
        RouteSettings routes = _context.Settings.Routes;
        SessionPool pool = await _context.Sessions.FindAsync(nexthops, _tlsDemand.SenderKey);
        MailTransaction transaction = MakeTransaction();
        if (await IsDoneAsync(transaction, pool.Offer(transaction)))
        {
            _anyOpened = true;
            if (!IsUnfinished) return;
        }
        bool isBackup = false;
        foreach (Nexthop nexthop in Nexthop.ParseList(nexthops, _context.Settings.IsLmtp))
        {
            isBackup |= await TryNexthopAsync(nexthop, pool, nexthops == routes.Relayhost);
            if (!IsUnfinished) return;
        }
        // a backup exchanger waits for the better ones: its fall-back relay might be this machine's own customer
        if (isBackup) return;
        foreach (Nexthop nexthop in Nexthop.ParseList(routes.FallbackRelay, _context.Settings.IsLmtp))
        {
            await TryNexthopAsync(nexthop, pool, isConfigured: true);
            if (!IsUnfinished) return;
        }
    }

    private MailTransaction MakeTransaction() => new(_message, _outcomes, _recipients.FindAll(r => r.Final == null));

    /// <summary>
    /// Waits for a transaction over a session that was open already. False: the session had gone, and a new one with its
    /// server is to be tried.
    /// </summary>
    private async Task<bool> IsDoneAsync(MailTransaction transaction, Promise<TransactionEnd> ended)
    {
        if (await ended != TransactionEnd.Done) return false;
        if (transaction.EndPoint != null) _tried.Add(transaction.EndPoint);
        return true;
    }

    /// <summary>Tries the hosts of one nexthop. True: this machine is one of its mail exchangers.</summary>
    /// <param name="isConfigured">The administrator named it: that it does not exist is no fault of the message.</param>
    private async Task<bool> TryNexthopAsync(Nexthop nexthop, SessionPool pool, bool isConfigured)
    {
        RouteSettings routes = _context.Settings.Routes;
        TargetList found = await _context.Finder.FindAsync(nexthop);
        if (found.IsSelf && routes.BestMxTransport.Length > 0)
        {
            await new TransportHandover(_context, _message.Request).RunAsync(_recipients, routes.BestMxTransport, nexthop.Host);
            return true;
        }
        if (found.Failure != null) NoteNotFound(found.Failure, isConfigured);
        if (await _tlsDemand.FindActionAsync(nexthop) is not { } requireTls)
        {
            NoteFailure(Outcome.Defer("4.7.10", "REQUIRETLS policy configuration error"));
            return found.IsBackup;
        }
        (_addresses, _sessions) = (0, 0);
        foreach (Target target in found.Targets)
        {
            if (IsOver(_addresses, routes.AddressLimit) || IsOver(_sessions, routes.SessionLimit)) break;
            if (target.EndPoint != null && _tried.Contains(target.EndPoint)) continue;
            _addresses++;
            _anyTried = true;
            LogFailures();
            TlsDecision decision = await _tlsDemand.DecideAsync(nexthop, target, requireTls);
            if (decision.Target is { } secured) await TryTargetAsync(secured, pool, requireTls);
            else NoteFailure(decision.Failure!, decision.IsHostUnfit);
            if (!IsUnfinished) break;
        }
        return found.IsBackup;
    }

    private static bool IsOver(int count, int limit) => limit > 0 && count >= limit;

    /// <summary>Gives the recipients that are left to an idle session with this host, or to a new one.</summary>
    private async Task TryTargetAsync(Target target, SessionPool pool, RequireTlsAction requireTls)
    {
        string key = SharingKey(target, requireTls);
        MailTransaction transaction = MakeTransaction();
        if (_context.Sessions.Shared.Take(key, pool) is { } idle)
        {
            idle.Resume(transaction);
            if (await IsDoneAsync(transaction, transaction.Ended))
            {
                (_sessions, _anyOpened) = (_sessions + 1, true);
                return;
            }
            transaction = MakeTransaction();
        }
        ClientSession session = MakeSession(target, requireTls);
        if (!await pool.OpenAsync(session))
        {
            NoteUnopened(session, session.Failure!);
            // TLS was not demanded: without it the mail may go through
            if (session.MayRetryInClear)
                await TryTargetAsync(target with { Tls = TlsPolicy.Off with { Wanted = target.Tls.Wanted } }, pool, requireTls);
            return;
        }
        _sessions++;
        _anyOpened = true;
        pool.Run(session, key, transaction);
        await IsDoneAsync(transaction, transaction.Ended);
    }

    /// <summary>
    /// Sessions under the same key are as good as each other, for whatever nexthop they were opened. Logins are found by nexthop as well.
    /// </summary>
    private string SharingKey(Target target, RequireTlsAction requireTls)
    {
        string key = target.ReuseKey;
        if (_context.Logins.Settings.IsEnabled) key = $"{key} {target.Nexthop} {_context.Logins.SessionKey(_message.Sender)}";
        return requireTls == RequireTlsAction.Disable ? key : $"{key} requiretls={requireTls}";
    }

    private ClientSession MakeSession(Target target, RequireTlsAction requireTls) => new(_context.Loop, target, _context.Settings,
        new SessionOptions
        {
            Tls = _context.TlsPolicies?.Client,
            Logins = _context.Logins,
            LoginSender = _context.Logins.SessionKey(_message.Sender),
            RequireTls = requireTls,
            // who does not care for the policy is not told of it either
            Reporter = _tlsDemand.IsTlsOptional ? null : _context.TlsReporter,
        });

    // ---- failures ----------------------------------------------------------------------------------------------------

    private void NoteNotFound(Outcome failure, bool isConfigured)
    {
        if (failure.IsPermanent && isConfigured)
        {
            Log.Warning($"relayhost configuration problem: {failure.Text}");
            failure = Outcome.Defer("4.3.5", failure.Text);
        }
        NoteFailure(failure);
    }

    /// <summary>A failure before there was a session, which counts when no host is left.</summary>
    private void NoteFailure(Outcome failure, bool isHostUnfit = false)
    {
        foreach (RelayRecipient recipient in _recipients)
        {
            if (isHostUnfit) NoteUnfit(recipient, failure, default);
            else if (recipient.Final == null) recipient.NoteFailure(failure, default);
        }
    }

    private void NoteUnopened(ClientSession session, SessionFailure failure)
    {
        if (failure.Kind == FailureKind.Unreachable) Log.Info($"{failure.Outcome.Text}");
        foreach (RelayRecipient recipient in _recipients)
        {
            if (failure.IsHostUnfit) NoteUnfit(recipient, failure.Outcome, session.Server);
            else _outcomes.Fail(recipient, failure.Outcome, session.Server);
        }
    }

    /// <summary>
    /// A host cannot carry the message as its sender demands: another one may, so the failure is final only when none is left and none
    /// failed for now.
    /// </summary>
    private void NoteUnfit(RelayRecipient recipient, Outcome failure, ServerInfo server)
    {
        _anyUnfit = true;
        if (recipient is { Final: null, LastFailure: not { IsTemporary: true } }) recipient.NoteFailure(failure, server);
    }

    /// <summary>Temporary failures that are not final, because another host is tried now, are logged once each.</summary>
    private void LogFailures()
    {
        foreach (RelayRecipient recipient in _recipients)
        {
            if (recipient is not { Final: null, LastFailure: { } failure, LastServer.IsReached: true } || failure.Text == _logged) continue;
            _logged = failure.Text;
            LogLine.Info(_message.Request.QueueId).Free(failure.Text).Send();
        }
    }
}
