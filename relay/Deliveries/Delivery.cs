using System.Buffers;
using System.Net;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Mime;
using MtaSuite.Relay.Sessions;

namespace MtaSuite.Relay.Deliveries;

/// <summary>
/// One request of the queue manager: its recipients go to one destination, whose hosts are tried until everybody has a last word. A
/// recipient's record in the queue file is locked meanwhile and overwritten as soon as a server took the mail, so that nobody gets it
/// twice.
/// </summary>
internal sealed partial class Delivery
{
    private const int ScratchSize = 64 * 1024, ClaimTries = 50;
    private static readonly TimeSpan ClaimPause = TimeSpan.FromMilliseconds(200);
    private readonly RelayContext _context;
    private readonly List<Pending> _all;
    private readonly long _started = QueueId.Microseconds();
    private readonly HashSet<EndPoint> _tried = [];
    private EndPoint? _current;
    private long _connected;
    private DeliveryFile? _file;
    private string _noted = "";
    /// <summary>Outcomes that wait for a table; null: none did.</summary>
    private List<Task>? _told;

    public Delivery(RelayContext context, DeliverRequest request)
    {
        (_context, Request) = (context, request);
        Sender = request.Sender;
        _all = [.. request.Recipients.Select(r => new Pending(r))];
    }

    public DeliverRequest Request { get; }

    /// <summary>The sender as it goes into MAIL FROM, internal form.</summary>
    public string Sender { get; private set; }

    public DeliveryFacts Facts { get; private set; }

    public TimeSpan Age => TimeSpan.FromMicroseconds(Math.Max(0, QueueId.Microseconds() - Request.ArrivalMicroseconds));

    /// <summary>Carries the request out; never fails otherwise than by outcomes.</summary>
    public async Task<List<RecipientOutcome>> RunAsync()
    {
        using (_file = DeliveryFile.TryOpen(_context.Spool, Request.QueueName, Request.QueueId)) // closing it releases all claims
        {
            if (_file == null) SettleAll(Outcome.Defer("4.3.0", $"open queue file: {Errno.Text()}"));
            else await DeliverAsync(_file);
        }
        if (_told != null) await Task.WhenAll(_told);
        return [.. _all.Select(r => r.Final!)];
    }

    private async Task DeliverAsync(DeliveryFile file)
    {
        await ClaimAsync(file);
        if (_context.Settings.Content.Generic is { } generic) await MapAddressesAsync(generic);
        Prepare(file);
        if (HasOpen) await TryAllAsync();
        foreach (Pending recipient in _all)
            if (recipient.Final == null) Settle(recipient, recipient.Last ?? Outcome.Defer("4.3.0", "no outcome"), null);
    }

    private void SettleAll(Outcome outcome)
    {
        foreach (Pending recipient in _all)
            if (recipient.Final == null) Settle(recipient, outcome, null);
    }

    private bool HasOpen => _all.Exists(r => r.Final == null);

    /// <summary>
    /// Claims the recipients. One that another process delivers to, for a queue manager that died, is waited for, a while.
    /// </summary>
    private async Task ClaimAsync(DeliveryFile file)
    {
        foreach (Pending recipient in _all)
        {
            long offset = recipient.Recipient.Offset;
            RecipientClaim claim = file.Claim(offset, wait: false);
            for (int tries = 0; claim.Status == ClaimStatus.Busy && tries < ClaimTries; tries++)
            {
                await _context.Loop.Delay(ClaimPause);
                claim = file.Claim(offset, wait: false);
            }
            recipient.Claim = claim;
            // whether the server sends reports of success is not known any more: it may have, so we don't
            if (claim.Status == ClaimStatus.Delivered)
                recipient.Final = new RecipientOutcome { Offset = offset, Outcome = claim.Refusal!, Action = DeliveryAction.PassedOn };
            else if (claim.Refusal is { } refusal) Settle(recipient, refusal, null);
        }
    }

    /// <summary>What has to be known before a server is asked.</summary>
    private void Prepare(DeliveryFile file)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(ScratchSize);
        Facts = DeliveryFacts.Of(Request, Sender, file.Descriptor, scratch);
        ArrayPool<byte>.Shared.Return(scratch);
        foreach (Pending recipient in _all)
            if (recipient.Final == null && !(IsSendable(recipient.Address) && IsSendable(Sender)))
                Settle(recipient, Outcome.Bounce("5.1.3", "bad address syntax"), null);
    }

    /// <summary>smtp_generic_maps on the envelope.</summary>
    private async ValueTask MapAddressesAsync(GenericMaps generic)
    {
        (Sender, string problem) = await generic.MapAsync(Sender);
        foreach (Pending recipient in _all)
        {
            (recipient.Address, string trouble) = await generic.MapAsync(recipient.Address);
            if (problem.Length == 0) problem = trouble;
        }
        if (problem.Length > 0) SettleAll(Outcome.Defer("4.3.0", "address mapping problem"));
    }

    /// <summary>No control character of an address may end a command line and begin another one.</summary>
    private static bool IsSendable(string address) => address.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && !address.Contains('\x7f');

    // ---- what sessions tell ------------------------------------------------------------------------------------------

    /// <summary>A session begins with this delivery.</summary>
    public void Begin(Session session)
    {
        _connected = QueueId.Microseconds();
        _current = session.Target.EndPoint;
        if (_current != null) _tried.Add(_current);
    }

    /// <summary>The content for one transaction.</summary>
    /// <param name="toSevenBit">For a server that takes 7 bits only.</param>
    public ContentSource OpenContent(bool toSevenBit)
    {
        ContentSettings settings = _context.Settings.Content;
        IContentFilter? filter = settings.Generic == null
            && settings.Checks.IsEmpty ? null : new HeaderFilter(Request.QueueId, settings.Generic, settings.Checks);
        if (toSevenBit)
        {
            SevenBitConverter converter = new(Conversion);
            filter = filter == null ? converter : new FilterChain(converter, filter);
        }
        return new ContentSource(_file!.Descriptor, Request.Content, filter);
    }

    /// <summary>What becomes of each part. That the file cannot be read is found when it is sent.</summary>
    public ConversionPlan Conversion => _conversion ??= PlanConversion();

    private ConversionPlan? _conversion;

    private ConversionPlan PlanConversion()
    {
        ConversionPlan plan = new();
        MimeWalker walker = new(plan);
        _ = ContentSource.TryWalk(_file!.Descriptor, Request.Content, walker.Write);
        walker.Finish();
        return plan;
    }

    /// <summary>A server took the mail for a recipient, or would take it where that was all that was asked.</summary>
    public void Deliver(Pending recipient, Reply reply, Session session)
    {
        bool verifyOnly = (Request.Flags & MessageFlags.VerifyOnly) != 0;
        if (!verifyOnly) recipient.Claim!.Mark();
        Outcome outcome = new(OutcomeKind.Ok, reply.IsIntermediate ? new DsnStatus(2, 1, 5) : reply.Status, reply.Code, reply.ToString(),
            session.Target.Host)
        { Diagnostic = reply.ToString() };
        Settle(recipient, outcome, session);
        if (verifyOnly) return;
        recipient.Final!.Action = session.Features.Has(ServerFeature.Dsn) ? DeliveryAction.PassedOn
            : session.Settings.AssumeFinal ? DeliveryAction.Delivered : DeliveryAction.Relayed;
    }

    /// <summary>A recipient failed on a session. A permanent failure is the last word; a temporary one is when no host is left.</summary>
    public void Fail(Pending recipient, Outcome outcome, Session session)
    {
        if (recipient.Final != null) return;
        if (_context.Settings.SoftBounce) outcome = outcome.SoftBounce();
        if (outcome.IsPermanent) Settle(recipient, outcome, session);
        else (recipient.Last, recipient.LastSession) = (outcome, session);
    }

    private void Settle(Pending recipient, Outcome outcome, Session? session)
    {
        if (_context.Settings.SoftBounce) outcome = outcome.SoftBounce();
        recipient.Final = new RecipientOutcome { Offset = recipient.Recipient.Offset, Outcome = outcome };
        Task told = TellAsync(recipient.Recipient, recipient.Final, session ?? recipient.LastSession);
        if (!told.IsCompletedSuccessfully) (_told ??= []).Add(told);
    }

    /// <summary>Logs an outcome as the tables want it told.</summary>
    private async Task TellAsync(DeliverRecipient recipient, RecipientOutcome final, Session? session)
    {
        // the session goes on meanwhile
        (string relay, int useCount, string security) =
            (session is { IsReached: true } ? session.Target.NameAndPort : "none", session?.UseCount ?? 0, session?.SecurityText ?? "");
        long now = QueueId.Microseconds(), connected = _connected == 0 ? now : _connected;
        final.Outcome = await _context.Settings.StatusFilter.ApplyAsync(final.Outcome);
        DeliveryLog.Write(Request, recipient, final.Outcome, relay, _started, connected, now, useCount, security);
    }
}
