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
}
