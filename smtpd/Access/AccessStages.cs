using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// The stages at which restrictions are asked. With smtpd_delay_reject those of client, HELO and sender are asked again at each
/// recipient, so that the log shows whom a refusal concerned. Each returns the refusal, or "none".
/// </summary>
internal sealed class AccessStages(SmtpSession session)
{
    private readonly AccessContext _c = new(session);
    // Whether a stage left a deferral for whatever is permitted later.
    private bool _clientDefers, _heloDefers, _senderDefers;

    /// <summary>Keeps what decides; null: nothing is kept.</summary>
    public AccessTrace? Trace { set => _c.Trace = value; }

    private AccessRules Rules => session.Settings.Access;

    public async ValueTask<SmtpReply> ClientAsync()
    {
        Begin(session.Client.NameAddress, ReplyClass.Client, RestrictionWords.CheckClientAccess);
        _c.DeferIfPermitActive = false;
        Verdict verdict = await RunAsync(Rules.Client);
        _clientDefers = _c.DeferIfPermitActive;
        return Result(verdict);
    }

    public async ValueTask<SmtpReply> HeloAsync(string helo)
    {
        if (helo.Length == 0) return default;
        string? before = _c.Helo;
        _c.Helo = helo;
        Begin(helo, ReplyClass.Helo, RestrictionWords.CheckHeloAccess);
        _c.DeferIfPermitActive = _clientDefers;
        Verdict verdict = await RunAsync(Rules.Helo);
        _heloDefers = _c.DeferIfPermitActive;
        _c.Helo = before;
        return Result(verdict);
    }

    public async ValueTask<SmtpReply> SenderAsync(string sender)
    {
        string? before = _c.Sender;
        _c.Sender = sender;
        Begin(sender, ReplyClass.Sender, RestrictionWords.CheckSenderAccess);
        _c.DeferIfPermitActive = _clientDefers | _heloDefers;
        _c.SenderListedChecked = false;
        Verdict verdict = await RunAsync(Rules.Sender);
        _senderDefers = _c.DeferIfPermitActive;
        if (verdict != Verdict.Reject && Rules.RejectUnlistedSender && !Discarded)
            verdict = await ListedAsync(SmtpdParams.SmtpdRejectUnlistedSender.Name, AddressRestrictions.RejectUnlistedSenderAsync);
        _c.Sender = before;
        return Result(verdict);
    }

    public async ValueTask<SmtpReply> RecipientAsync(string recipient)
    {
        // RFC 5321 4.5.1: <postmaster> without a domain is always accepted.
        if (recipient.Equals("postmaster", StringComparison.OrdinalIgnoreCase)) return default;
        // Two sites that verify senders would otherwise probe each other's probes.
        if (Rules.ProbeSender.IsValid(recipient, session.Loop.Time.GetUtcNow())) return default;
        _c.Recipient = recipient;
        _c.Sender = session.Transaction?.Sender;
        _c.Helo = session.Helo;
        _c.RecipientListedChecked = false;
        SmtpReply reply = Rules.DelayReject ? await EarlierAsync() : default;
        if (reply.IsNone) reply = await RecipientListsAsync(recipient);
        _c.Recipient = _c.Sender = _c.Helo = null;
        return reply;
    }

    private async ValueTask<SmtpReply> EarlierAsync()
    {
        SmtpReply reply = await ClientAsync();
        if (reply.IsNone) reply = await HeloAsync(session.Helo);
        if (reply.IsNone && session.Transaction is { } transaction) reply = await SenderAsync(transaction.Sender);
        return reply;
    }

    private async ValueTask<SmtpReply> RecipientListsAsync(string recipient)
    {
        _c.DeferIfPermitActive = _senderDefers;
        Verdict verdict = Verdict.Dunno;
        for (int i = 0; i < 2 && verdict != Verdict.Reject; i++)
        {
            Begin(recipient, ReplyClass.Recipient, RestrictionWords.CheckRecipientAccess);
            verdict = await RunAsync((i == 0) == Rules.RelayFirst ? Rules.Relay : Rules.Recipient);
        }
        verdict = Deferred(verdict);
        if (verdict != Verdict.Reject && Rules.RejectUnlistedRecipient && !Discarded)
            verdict = await ListedAsync(SmtpdParams.SmtpdRejectUnlistedRecipient.Name, AddressRestrictions.RejectUnlistedRecipientAsync);
        return Result(verdict);
    }

    public ValueTask<SmtpReply> DataAsync() => MessageAsync("DATA", ReplyClass.Data, Rules.Data);

    public ValueTask<SmtpReply> EndOfDataAsync() => MessageAsync("END-OF-MESSAGE", ReplyClass.EndOfData, Rules.EndOfData);

    /// <summary>What concerns all recipients alike names one only when there is just one.</summary>
    private async ValueTask<SmtpReply> MessageAsync(string name, ReplyClass @class, RestrictionList list)
    {
        if (list.Steps.Count == 0) return default;
        Transaction transaction = session.Transaction!;
        _c.Sender = transaction.Sender;
        _c.Recipient = transaction.Recipients.Count == 1 ? transaction.Recipients[0].Address : null;
        _c.Helo = session.Helo;
        Begin(name, @class, null);
        _c.DeferIfPermitActive = false;
        SmtpReply reply = Result(Deferred(await RunAsync(list)));
        _c.Recipient = _c.Sender = _c.Helo = null;
        return reply;
    }

    public async ValueTask<SmtpReply> EtrnAsync(string domain)
    {
        _c.EtrnDomain = domain;
        _c.Helo = session.Helo;
        SmtpReply reply = default;
        if (Rules.DelayReject) reply = await ClientAsync();
        if (reply.IsNone && Rules.DelayReject) reply = await HeloAsync(session.Helo);
        if (reply.IsNone)
        {
            Begin(domain, ReplyClass.Etrn, RestrictionWords.CheckEtrnAccess);
            _c.DeferIfPermitActive = _clientDefers | _heloDefers;
            reply = Result(Deferred(await RunAsync(Rules.Etrn)));
        }
        _c.EtrnDomain = _c.Helo = null;
        return reply;
    }

    private bool Discarded => session.Transaction is { Discard: true };

    private void Begin(string name, ReplyClass @class, Restriction? tableCheck)
    {
        (_c.ReplyName, _c.ReplyClass, _c.TableCheck) = (name, @class, tableCheck);
        _c.Reset();
    }

    private ValueTask<Verdict> RunAsync(RestrictionList list)
    {
        if (list.Steps.Count > 0) return AccessEvaluator.RunAsync(_c, list);
        _c.Trace?.Begin(1, list.Name, "");
        return ValueTask.FromResult(Verdict.Dunno);
    }

    /// <summary>The check behind a stage's lists that a parameter switches on.</summary>
    private async ValueTask<Verdict> ListedAsync(string parameter, RestrictionHandler handler)
    {
        AccessEvent? traced = _c.Trace?.Begin(1, parameter, "yes");
        Verdict verdict = await handler(_c, null!);
        if (traced is not null) _c.Trace!.End(traced, verdict);
        return verdict;
    }

    /// <summary>What is permitted is deferred when earlier trouble may have hidden a refusal.</summary>
    private Verdict Deferred(Verdict verdict) => verdict != Verdict.Reject && _c.DeferIfPermitActive
        ? _c.Reject(_c.DeferIfPermit.Code, _c.DeferIfPermit.Status, _c.DeferIfPermit.Text)
        : verdict;

    private SmtpReply Result(Verdict verdict) => verdict == Verdict.Reject ? _c.Reply : default;
}
