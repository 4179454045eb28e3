using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Qmgr;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Qmgr;

public sealed class RemovalsTests
{
    [Test]
    public void A_removal_is_noted_at_once_but_after_a_sync_where_deliveries_are_in_memory_alone()
    {
        SpoolDirectory spool = new(Directory.CreateTempSubdirectory("removals").FullName);
        Directory.CreateDirectory($"{spool.Root}/{SpoolDirectory.Journal}");
        using RemovalLog log = RemovalLog.Claim(spool)!;
        const string durable = "0000000000BBBB", early = "0000000000CCCC", next = "0000000000DDDD";
        OnLoop.Run(async loop =>
        {
            Removals removals = new(loop, log);
            removals.AddUnsynced(early);
            removals.Add(durable);
            await loop.UntilAsync(() => RemovalLog.ReadAll(spool).Contains(durable));
            Assert.That(RemovalLog.ReadAll(spool), Has.No.Member(early), "the file system was not synced since");
            await loop.UntilAsync(() => RemovalLog.ReadAll(spool).Contains(early));
            removals.AddUnsynced(next);
            await loop.UntilAsync(() => RemovalLog.ReadAll(spool).Contains(next));
        });
        Directory.Delete(spool.Root, true);
    }

    /// <summary>A folder in place of the file, until somebody takes it away.</summary>
    [Test]
    public void A_file_that_cannot_be_removed_is_tried_again_until_it_can()
    {
        SpoolDirectory spool = new(Directory.CreateTempSubdirectory("removals").FullName);
        Directory.CreateDirectory($"{spool.Root}/{SpoolDirectory.Journal}");
        using RemovalLog log = RemovalLog.Claim(spool)!;
        const string id = "0000000000BBBB";
        Directory.CreateDirectory(spool.PathOf(SpoolDirectory.Incoming, id));
        OnLoop.Run(async loop =>
        {
            QueueFiles files = new(loop, spool, new Removals(loop, log)) { RemovalRetry = TimeSpan.FromMilliseconds(20) };
            bool answered = false;
            files.Remove(SpoolDirectory.Incoming, id, unsynced: false, () => answered = true);
            await loop.UntilAsync(() => answered);
            await loop.Delay(TimeSpan.FromMilliseconds(100));
            Assert.That(RemovalLog.ReadAll(spool), Has.No.Member(id));
            Directory.Delete(spool.PathOf(SpoolDirectory.Incoming, id));
            await loop.UntilAsync(() => RemovalLog.ReadAll(spool).Contains(id));
        });
        Directory.Delete(spool.Root, true);
    }
}
