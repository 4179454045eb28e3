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
    private readonly bool _withOriginal = config.Get(CleanupParams.EnableOriginalRecipient);
    private readonly int _duplicateLimit = config.Get(CleanupParams.DuplicateFilterLimit);
    private readonly Stack<Work> _spare = new();

    /// <summary>What one envelope needs while it is rewritten; used again for the next one.</summary>
    private sealed class Work(RecipientDuplicates duplicates)
    {
        public RecipientDuplicates Duplicates { get; } = duplicates;
        public List<string> Expanded { get; } = [];
        /// <summary>The recipients before virtual aliases.</summary>
        public List<string> Standard { get; } = [];
    }

    private Work Begin() => _spare.TryPop(out Work? spare) ? spare : new Work(new RecipientDuplicates(_withOriginal, _duplicateLimit));

    private void End(Work work)
    {
        work.Duplicates.Clear();
        work.Standard.Clear();
        _spare.Push(work);
    }

    /// <summary>Rewrites in place; null, or the failure that the message is refused with.</summary>
    public async ValueTask<Outcome?> RewriteAsync(Envelope e, CleanupFlags flags)
    {
        if (await ChangeSenderAsync(e, e.Sender, flags) is { } refused) return refused;
        Work work = Begin();
        Outcome? trouble = await AddAllAsync(work, e, flags);
        End(work);
        return trouble;
    }

    private async ValueTask<Outcome?> AddAllAsync(Work work, Envelope e, CleanupFlags flags)
    {
        List<EnvelopeRecipient> asked = e.Recipients;
        e.Recipients = [];
        foreach (EnvelopeRecipient recipient in asked)
            if (await AddAsync(work, e, recipient, flags) is { } trouble) return trouble;
        return flags.HasFlag(CleanupFlags.Bcc) ? await AddCopiesAsync(work, e, flags) : null;
    }

    /// <summary>Gives the envelope a sender, rewritten; null, or the failure that the message is refused with.</summary>
    public async ValueTask<Outcome?> ChangeSenderAsync(Envelope e, string address, CleanupFlags flags)
    {
        Rewriting sender = flags.HasFlag(CleanupFlags.Rewrite) ? await rewriter.SenderAsync(address) : new(address);
        if (sender.Failure is { } trouble) return Refuse(e, trouble, sender.Problem);
        e.Sender = sender.Address;
        return null;
    }

    /// <summary>Adds a recipient to an envelope that was rewritten before; null, or the failure that the message is refused with.</summary>
    public async ValueTask<Outcome?> AddRecipientAsync(Envelope e, EnvelopeRecipient recipient, CleanupFlags flags)
    {
        Work work = Begin();
        foreach (EnvelopeRecipient r in e.Recipients)
            work.Duplicates.TryAdd(r.Address, r.Original.Length > 0 ? r.Original : r.Address, r.DsnOriginal, r.Notify);
        Outcome? trouble = await AddAsync(work, e, recipient, flags);
        End(work);
        return trouble;
    }

    private async ValueTask<Outcome?> AddCopiesAsync(Work work, Envelope e, CleanupFlags flags)
    {
        List<string> copies = [];
        if (rewriter.AlwaysBcc.Length > 0) copies.Add(rewriter.AlwaysBcc);
        Rewriting bcc = await rewriter.SenderBccAsync(e.Sender);
        if (bcc.Failure is { } trouble) return Refuse(e, trouble, bcc.Problem);
        if (bcc.Address.Length > 0) copies.Add(bcc.Address);
        foreach (string recipient in work.Standard)
        {
            bcc = await rewriter.RecipientBccAsync(recipient);
            if (bcc.Failure is { } failure) return Refuse(e, failure, bcc.Problem);
            if (bcc.Address.Length > 0 && !copies.Contains(bcc.Address)) copies.Add(bcc.Address);
        }
        foreach (string copy in copies)
            if (await AddAsync(work, e, new EnvelopeRecipient { Address = copy, Notify = Notify.Never }, flags) is { } failure)
                return failure;
        return null;
    }

    private async ValueTask<Outcome?> AddAsync(Work work, Envelope e, EnvelopeRecipient asked, CleanupFlags flags)
    {
        if ((asked.Notify & Notify.Expanded) != 0)
        {
            e.Recipients.Add(asked); // of a message that is queued anew: the expansion itself was done long ago
            return null;
        }
        (bool alias, Rewriting standard) = await ExpandAsync(asked.Address, work.Expanded, flags);
        if (standard.Failure is { } trouble) return Refuse(e, trouble, standard.Problem);
        work.Standard.Add(standard.Address);
        string original = asked.Original.Length > 0 ? asked.Original : asked.Address;
        if (alias && e.Sender.Length > 0 && (asked.Notify & Notify.Success) != 0) NoteExpansion(work, e, asked, original);
        foreach (string address in work.Expanded)
        {
            // success is told for the alias, not for what it leads to (RFC 3461 5.2.7.3)
            Notify notify = alias && asked.Notify.HasFlag(Notify.Success) ? WithoutSuccess(asked.Notify) : asked.Notify;
            if (!work.Duplicates.TryAdd(address, original, asked.DsnOriginal, notify)) continue;
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

    /// <summary>Replaces <paramref name="results"/> by what an address leads to; and gives its standard form.</summary>
    private async ValueTask<(bool IsAlias, Rewriting Standard)> ExpandAsync(string address, List<string> results, CleanupFlags flags)
    {
        if (flags.HasFlag(CleanupFlags.Aliases))
        {
            Expansion expansion = await rewriter.ExpandRecipientAsync(address, results);
            return (expansion.IsAlias, new(expansion.Recipient, expansion.Failure, expansion.Problem));
        }
        Rewriting standard = flags.HasFlag(CleanupFlags.Rewrite) ? await rewriter.RecipientAsync(address) : new(address);
        results.Clear();
        results.Add(standard.Address);
        return (false, standard);
    }

    /// <summary>Leaves a record of the alias in the queue file; qmgr reports and marks it, and nothing is delivered for it.</summary>
    private static void NoteExpansion(Work work, Envelope e, EnvelopeRecipient asked, string original)
    {
        if (!work.Duplicates.TryAdd("expanded " + asked.Address, original, asked.DsnOriginal, asked.Notify)) return;
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
