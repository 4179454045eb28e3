using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Service;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// How what is written for one recipient gets to stable storage before it counts: by a sync of its own; or not at all yet, while the
/// journal answers for it; or, where <see cref="MayHold"/> allows it, by whoever asked for the delivery, who syncs it together with others.
/// </summary>
public sealed class DeliverySync
{
    private readonly JournalCover? _journal;
    private readonly JournalPlace _place;

    /// <param name="journal">Tells whether the journal answers; null: it does not. It is prepared here, so the thread must not have given
    /// up its rights yet.</param>
    /// <param name="place">Where the journal has a copy of the message.</param>
    public DeliverySync(JournalCover? journal = null, JournalPlace place = default)
    {
        (_journal, _place) = (journal, place);
        journal?.Prepare(place);
    }

    /// <summary>The delivery has one step only, and its file may be left open in <see cref="Held"/>.</summary>
    public bool MayHold { get; set; }

    /// <summary>A file under its final name that is still to be synced; null: none.</summary>
    public WrittenFile? Held { get; private set; }

    /// <summary>Some of the delivery relies on the journal.</summary>
    public bool IsCovered { get; private set; }

    /// <summary>A delivery is written, under its final name: true when it needs no sync because the journal answers for it.</summary>
    /// <param name="device">The file system it lies on.</param>
    internal bool TryCover(ulong device)
    {
        bool covered = _journal != null && _journal.Holds(_place, device);
        IsCovered |= covered;
        return covered;
    }

    /// <summary>Leaves a written file to the caller, who owns it from now on.</summary>
    internal void Hold(WrittenFile file) => Held = file;
}
