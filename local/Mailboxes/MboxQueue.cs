using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// A message that is to be appended to a mailbox, and what became of it. Its thread waits while another one does the work.
/// </summary>
internal sealed class MboxEntry(MessageContent content, CopySpec spec, MboxTarget target, DeliverySync sync)
{
    public readonly MessageContent Content = content;
    public readonly CopySpec Spec = spec;
    public readonly MboxTarget Target = target;
    public readonly DeliverySync Sync = sync;
    /// <summary>What became of it; final once <see cref="IsDone"/>.</summary>
    public Outcome? Outcome;
    /// <summary>The whole batch is synced, or has failed. Guarded by the mailbox's lock.</summary>
    public bool IsDone;
}

/// <summary>
/// Deliveries of this process to one mailbox: one thread at a time works on it, and takes along what the threads behind it want to append.
/// So our own deliveries don't spend lock attempts on each other, and a burst pays for one lock and one sync.
/// </summary>
/// <param name="waiting">Told true when a thread has to wait for long, and false afterwards.</param>
internal sealed class MboxQueue(Action<bool> waiting)
{
    private const int TimeoutMilliseconds = 50, MaxBatch = 32;

    private sealed class Box
    {
        public readonly List<MboxEntry> Entries = [];
        public int Users;
        /// <summary>A thread is at work on the mailbox.</summary>
        public bool Busy;
    }

    private readonly Dictionary<string, Box> _boxes = new(StringComparer.Ordinal);

    /// <summary>Has an entry appended, by this thread or by one that is at the mailbox already; its outcome is set afterwards.</summary>
    /// <param name="append">Appends entries with the same target, setting the outcome of each.</param>
    public void Run(MboxEntry entry, Action<List<MboxEntry>> append)
    {
        string path = entry.Target.Path;
        Box box = Join(path);
        List<MboxEntry>? batch;
        lock (box)
        {
            box.Entries.Add(entry);
            WaitForTurn(box, entry);
            batch = entry.IsDone ? null : TakeBatch(box, entry);
            box.Busy |= batch != null;
        }
        if (batch != null)
        {
            append(batch);
            lock (box)
            {
                foreach (MboxEntry done in batch) done.IsDone = true;
                box.Busy = false;
                Monitor.PulseAll(box);
            }
        }
        Leave(path, box);
    }

    private Box Join(string path)
    {
        lock (_boxes)
        {
            if (!_boxes.TryGetValue(path, out Box? box)) _boxes[path] = box = new Box();
            box.Users++;
            return box;
        }
    }

    private void Leave(string path, Box box)
    {
        lock (_boxes)
        {
            if (--box.Users == 0) _boxes.Remove(path);
        }
    }

    /// <summary>Waits until the entry is done or nobody is at the mailbox.</summary>
    private void WaitForTurn(Box box, MboxEntry entry)
    {
        bool told = false;
        while (!entry.IsDone && box.Busy)
        {
            if (Monitor.Wait(box, told ? Timeout.Infinite : TimeoutMilliseconds) || told) continue;
            told = true;
            waiting(true);
        }
        if (told) waiting(false);
    }

    /// <summary>Takes the entry, and others that can go with it, off the list.</summary>
    private static List<MboxEntry> TakeBatch(Box box, MboxEntry entry)
    {
        List<MboxEntry> batch = [entry];
        foreach (MboxEntry other in box.Entries)
        {
            if (batch.Count == MaxBatch) break;
            if (other != entry && other.Target == entry.Target) batch.Add(other);
        }
        box.Entries.RemoveAll(batch.Contains);
        return batch;
    }
}
