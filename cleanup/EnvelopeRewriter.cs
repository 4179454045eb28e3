using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Cleanup;

/// <summary>
/// Turns the envelope as it was submitted into the one that is queued: standard form and canonical mapping of sender and recipients,
/// virtual aliases, automatic copies, duplicates out.
/// </summary>
internal sealed class EnvelopeRewriter(MailConfig config, CleanupRewriter rewriter)
{
    private readonly RecipientDuplicates _duplicates =
        new(config.Get(CleanupParams.EnableOriginalRecipient), config.Get(CleanupParams.DuplicateFilterLimit));
    private readonly List<string> _expanded = [];
    private readonly List<string> _standard = []; // the recipients before virtual aliases

    /// <summary>Rewrites in place; null, or the failure that the message is refused with.</summary>
    public Outcome? Rewrite(Envelope e, CleanupFlags flags)
    {
        if (ChangeSender(e, e.Sender, flags) is { } refused) return refused;
        List<EnvelopeRecipient> asked = e.Recipients;
        e.Recipients = [];
        _duplicates.Clear();
        _standard.Clear();
        foreach (EnvelopeRecipient recipient in asked)
            if (Add(e, recipient, flags) is { } trouble) return trouble;
        return flags.HasFlag(CleanupFlags.Bcc) ? AddCopies(e, flags) : null;
    }

    /// <summary>Gives the envelope a sender, rewritten; null, or the failure that the message is refused with.</summary>
    public Outcome? ChangeSender(Envelope e, string address, CleanupFlags flags)
    {
        string sender = address;
        if (flags.HasFlag(CleanupFlags.Rewrite) && rewriter.Sender(address, out sender, out string problem) is { } trouble)
            return Refuse(e, trouble, problem);
        e.Sender = sender;
        return null;
    }

    /// <summary>Adds a recipient to an envelope that was rewritten before; null, or the failure that the message is refused with.</summary>
    public Outcome? AddRecipient(Envelope e, EnvelopeRecipient recipient, CleanupFlags flags)
    {
        _duplicates.Clear();
        foreach (EnvelopeRecipient r in e.Recipients)
            _duplicates.TryAdd(r.Address, r.Original.Length > 0 ? r.Original : r.Address, r.DsnOriginal, r.Notify);
        return Add(e, recipient, flags);
    }

    private Outcome? AddCopies(Envelope e, CleanupFlags flags)
    {
        List<string> copies = [];
        if (rewriter.AlwaysBcc.Length > 0) copies.Add(rewriter.AlwaysBcc);
        if (rewriter.SenderBcc(e.Sender, out string bcc, out string problem) is { } trouble) return Refuse(e, trouble, problem);
        if (bcc.Length > 0) copies.Add(bcc);
        foreach (string recipient in _standard)
        {
            if (rewriter.RecipientBcc(recipient, out bcc, out problem) is { } failure) return Refuse(e, failure, problem);
            if (bcc.Length > 0 && !copies.Contains(bcc)) copies.Add(bcc);
        }
        foreach (string copy in copies)
            if (Add(e, new EnvelopeRecipient { Address = copy, Notify = Notify.Never }, flags) is { } failure) return failure;
        return null;
    }

    private Outcome? Add(Envelope e, EnvelopeRecipient asked, CleanupFlags flags)
    {
        if ((asked.Notify & Notify.Expanded) != 0)
        {
            e.Recipients.Add(asked); // of a message that is queued anew: the expansion itself was done long ago
            return null;
        }
        string original = asked.Original.Length > 0 ? asked.Original : asked.Address;
        string standard = asked.Address;
        bool alias = false;
        _expanded.Clear();
        if (flags.HasFlag(CleanupFlags.Aliases))
        {
            Expansion expansion = rewriter.ExpandRecipient(asked.Address, _expanded);
            if (expansion.Trouble != null) return Refuse(e, expansion.Trouble, expansion.Problem);
            (alias, standard) = (expansion.IsAlias, expansion.Recipient);
        }
        else
        {
            if (flags.HasFlag(CleanupFlags.Rewrite) && rewriter.Recipient(asked.Address, out standard, out string problem) is { } trouble)
                return Refuse(e, trouble, problem);
            _expanded.Add(standard);
        }
        _standard.Add(standard);
        if (alias && e.Sender.Length > 0 && (asked.Notify & Notify.Success) != 0) NoteExpansion(e, asked, original);
        foreach (string address in _expanded)
        {
            // success is told for the alias, not for what it leads to (RFC 3461 5.2.7.3)
            Notify notify = alias && asked.Notify.HasFlag(Notify.Success) ? WithoutSuccess(asked.Notify) : asked.Notify;
            if (!_duplicates.TryAdd(address, original, asked.DsnOriginal, notify)) continue;
            e.Recipients.Add(new EnvelopeRecipient
            {
                Address = address,
                Original = address == original ? "" : original,
                DsnOriginal = asked.DsnOriginal,
                Notify = notify,
            });
        }
        return null;
    }

    /// <summary>Leaves a record of the alias in the queue file; qmgr reports and marks it, and nothing is delivered for it.</summary>
    private void NoteExpansion(Envelope e, EnvelopeRecipient asked, string original)
    {
        if (!_duplicates.TryAdd("expanded " + asked.Address, original, asked.DsnOriginal, asked.Notify)) return;
        e.Recipients.Add(new EnvelopeRecipient
        {
            Address = asked.Address,
            Original = asked.Address == original ? "" : original,
            DsnOriginal = asked.DsnOriginal,
            Notify = asked.Notify | Notify.Expanded,
        });
    }

    private static Notify WithoutSuccess(Notify notify) =>
        (notify & ~Notify.Success) is var rest && rest == Notify.Default ? Notify.Never : rest;

    private static Outcome Refuse(Envelope e, Outcome trouble, string problem)
    {
        Log.Warning($"{e.QueueId}: {(problem.Length > 0 ? problem : trouble.Text)}");
        return trouble;
    }
}
