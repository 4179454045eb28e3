using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Messages;

namespace MtaSuite.Relay.Deliveries;

/// <summary>
/// One request of the queue manager: its recipients go to one destination, whose hosts are tried until each has its final outcome. A
/// recipient's record in the queue file is locked meanwhile and overwritten as soon as a server took the mail, so that nobody gets it
/// twice.
/// </summary>
internal sealed class RelayDelivery
{
    private const int ClaimTries = 50;
    private static readonly TimeSpan s_claimPause = TimeSpan.FromMilliseconds(200);
    private readonly RelayContext _context;
    private readonly List<RelayRecipient> _recipients;
    private readonly OutgoingMessage _message;
    private readonly OutcomeRecorder _outcomes;

    public RelayDelivery(RelayContext context, DeliverRequest request)
    {
        _context = context;
        _recipients = [.. request.Recipients.Select(r => new RelayRecipient(r))];
        _message = new OutgoingMessage(request, context.Settings.Content);
        _outcomes = new OutcomeRecorder(context.Settings, _message);
    }

    /// <summary>Hosts were tried and none of them got as far as to take a message: the destination is down, whatever the message.</summary>
    public bool SiteFailed { get; private set; }

    /// <summary>Carries the request out; never fails otherwise than by outcomes.</summary>
    public async Task<List<RecipientOutcome>> RunAsync()
    {
        DeliverRequest request = _message.Request;
        // closing the file releases all claims
        using (DeliveryFile? file = DeliveryFile.TryOpen(_context.Spool, request.QueueName, request.QueueId))
        {
            if (file == null) SettleAll(Outcome.Defer("4.3.0", $"open queue file: {Errno.Text()}"));
            else await DeliverAsync(file);
        }
        await _outcomes.FinishAsync();
        return [.. _recipients.Select(r => r.Final!)];
    }

    private async Task DeliverAsync(DeliveryFile file)
    {
        _message.Attach(file);
        await ClaimAsync(file);
        if (_context.Settings.Content.Generic is { } generic) await MapAddressesAsync(generic);
        _message.Examine();
        CheckAddresses();
        if (_recipients.Exists(r => r.Final == null))
        {
            HostAttempts attempts = new(_context, _message, _outcomes, _recipients);
            await attempts.RunAsync();
            SiteFailed = attempts.SiteFailed;
        }
        foreach (RelayRecipient recipient in _recipients)
            if (recipient.Final == null) _outcomes.Settle(recipient, recipient.LastFailure ?? Outcome.Defer("4.3.0", "no outcome"));
    }

    private void SettleAll(Outcome outcome)
    {
        foreach (RelayRecipient recipient in _recipients)
            if (recipient.Final == null) _outcomes.Settle(recipient, outcome);
    }

    /// <summary>
    /// Claims the recipients. One that another process delivers to, for a queue manager that died, is waited for, a while.
    /// </summary>
    private async Task ClaimAsync(DeliveryFile file)
    {
        foreach (RelayRecipient recipient in _recipients)
        {
            long offset = recipient.Recipient.Offset;
            RecipientClaim claim = file.Claim(offset, wait: false);
            for (int tries = 0; claim.Status == ClaimStatus.Busy && tries < ClaimTries; tries++)
            {
                await _context.Loop.Delay(s_claimPause);
                claim = file.Claim(offset, wait: false);
            }
            recipient.Claim = claim;
            // whether the server sends reports of success is not known any more: it may have, so we don't
            if (claim.Status == ClaimStatus.Delivered)
                recipient.Final = new RecipientOutcome { Offset = offset, Outcome = claim.Refusal!, Action = DeliveryAction.PassedOn };
            else if (claim.Refusal is { } refusal) _outcomes.Settle(recipient, refusal);
        }
    }

    /// <summary>smtp_generic_maps on the envelope.</summary>
    private async ValueTask MapAddressesAsync(GenericMaps generic)
    {
        (_message.Sender, string problem) = await generic.MapAsync(_message.Sender);
        foreach (RelayRecipient recipient in _recipients)
        {
            (recipient.Address, string recipientProblem) = await generic.MapAsync(recipient.Address);
            if (problem.Length == 0) problem = recipientProblem;
        }
        if (problem.Length > 0) SettleAll(Outcome.Defer("4.3.0", "address mapping problem"));
    }

    private void CheckAddresses()
    {
        foreach (RelayRecipient recipient in _recipients)
            if (recipient.Final == null && !(IsSendable(recipient.Address) && IsSendable(_message.Sender)))
                _outcomes.Settle(recipient, Outcome.Bounce("5.1.3", "bad address syntax"));
    }

    /// <summary>No control character of an address may end a command line and begin another one.</summary>
    private static bool IsSendable(string address) => address.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && !address.Contains('\x7f');
}
