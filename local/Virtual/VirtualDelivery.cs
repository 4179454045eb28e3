using System.Globalization;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Virtual;

/// <summary>
/// Delivery to mailboxes of people who have no account here: tables give path, uid and gid for an address. Nothing in a table is trusted to
/// leave the base directory or to be root. Synchronous, for dedicated threads.
/// </summary>
public sealed class VirtualDelivery(VirtualSettings settings, Action<string> warn)
{
    private static readonly Outcome s_toMailbox = Outcome.Ok("delivered to mailbox");

    private readonly MaildirDelivery _maildirs = new(settings.Clock, settings.MailboxLimit);
    private readonly MboxDelivery _mboxes = new(settings.Locking, settings.Clock, settings.MailboxLimit);

    /// <summary>Delivers to one recipient.</summary>
    public RecipientOutcome Deliver(DeliveryJob job)
    {
        Outcome outcome = settings.StatusFilter.ApplyAsync(Run(job)).Completed();
        job.Steps.Add(new DeliveryStep(job.Recipient.Address, job.Recipient.Original, outcome));
        return new RecipientOutcome { Offset = job.Recipient.Offset, Outcome = outcome };
    }

    private Outcome Run(DeliveryJob job)
    {
        string address = Address.Fold(job.Recipient.Address);
        LookupResult mailbox = Find(settings.Mailboxes, address);
        if (mailbox.IsNotFound) return Outcome.Bounce("5.1.1", $"unknown user: \"{address}\"");
        if (mailbox.IsError) return Misconfigured(mailbox.ErrorText);
        if (!settings.Base.StartsWith('/'))
            return Misconfigured($"do not specify relative pathname: virtual_mailbox_base = {settings.Base}");
        if (!IsInside(mailbox.Value))
            return Misconfigured($"recipient {address}: bad mailbox path {mailbox.Value} in virtual_mailbox_maps");
        LookupResult uidText = Find(settings.Uids, address), gidText = Find(settings.Gids, address);
        if (Problem(uidText, "uid", settings.MinimumUid, out uint uid) is { } badUid)
            return Misconfigured($"recipient {address}: {badUid} in virtual_uid_maps");
        if (Problem(gidText, "gid", 1, out uint gid) is { } badGid)
            return Misconfigured($"recipient {address}: {badGid} in virtual_gid_maps");
        return Store(job, $"{settings.Base.TrimEnd('/')}/{mailbox.Value.TrimStart('/')}", new UserRights(uid, gid, address, null, null));
    }

    private Outcome Store(DeliveryJob job, string path, UserRights rights)
    {
        DeliverRequest request = job.Request;
        bool isMaildir = path.EndsWith('/');
        if ((request.Flags & MessageFlags.VerifyOnly) != 0) return Outcome.Ok(isMaildir ? "delivers to maildir" : "delivers to mailbox");
        MessageContent content = new(job.QueueFile, request.Content);
        string original = !settings.OriginalRecipient ? "" : job.Recipient.Original.Length > 0 ? job.Recipient.Original
            : job.Recipient.Address;
        CopySpec copy = new(request.Sender, original, job.Recipient.Address, isMaildir ? CopyOptions.Maildir : CopyOptions.Mbox);
        if (isMaildir) return _maildirs.Deliver(content, copy, path, rights, job.Sync);
        Outcome outcome = _mboxes.Deliver(content, copy,
            new MboxTarget(path, rights, rights.Uid, rights.Gid) { StrictOwner = settings.StrictOwnership }, job.Sync, s_toMailbox);
        return outcome.IsOk ? outcome : outcome with { Text = $"delivery failed to mailbox {path}: {outcome.Text}" };
    }

    private Outcome Misconfigured(string warning)
    {
        warn(warning);
        return Outcome.Defer("4.3.5", "mail system configuration error");
    }

    /// <summary>What is wrong with an id that a table gave, or null.</summary>
    private static string? Problem(LookupResult found, string kind, long least, out uint id)
    {
        id = 0;
        if (found.IsNotFound) return "not found";
        if (found.IsError) return found.ErrorText;
        return TryId(found, out id) && id != 0 && id >= least ? null : $"bad {kind} {found.Value}";
    }

    /// <summary>The address, then without its extension, then "@domain".</summary>
    private LookupResult Find(Maps maps, string address)
    {
        LookupResult found = maps.LookupAsync(address).Completed();
        if (!found.IsNotFound) return found;
        if (Address.StripExtension(address, settings.RecipientDelimiter, out _) is { } bare)
            found = maps.LookupAsync(bare).Completed();
        if (!found.IsNotFound) return found;
        return maps.LookupAsync("@" + Address.Domain(address).ToString()).Completed();
    }

    /// <summary>Whether a path below the base stays there, as text: no "..", no control characters.</summary>
    private static bool IsInside(string path) =>
        path.Trim('/').Length > 0 && !path.AsSpan().ContainsAnyInRange('\0', '\x1f') && !path.Split('/').Contains("..");

    /// <summary>A decimal number; the largest one means "nobody" to the system and is refused.</summary>
    private static bool TryId(LookupResult text, out uint id)
    {
        id = 0;
        return text.IsFound && uint.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
    }
}
