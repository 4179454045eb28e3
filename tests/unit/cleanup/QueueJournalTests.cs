using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>
/// What cleanup does with the journal: what is queued stands in it until it is forgotten, and what others left in it is forgotten.
/// </summary>
public sealed class QueueJournalTests
{
    private CleanupBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new CleanupBench("file_sync_method = journal");

    [TearDown]
    public void Close() => _bench.Dispose();

    private string SegmentPath(int i) => $"{_bench.Spool.Root}/{SpoolDirectory.Journal}/{i}";

    /// <summary>The ids in a segment; null while there is none.</summary>
    private List<string>? Records(int i)
    {
        // not by the class library, which would ask for the lock that the segment's owner has
        int fd = FileIO.Open(SegmentPath(i), FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        if (fd < 0) return null;
        byte[] segment = new byte[1024 * 1024];
        segment = segment[..Math.Max(0, FileIO.PRead(fd, segment, 0))];
        _ = FileIO.Close(fd);
        if (!JournalFormat.TryReadHead(segment, out ulong generation, out _)) return null;
        List<string> ids = [];
        for (int at = JournalFormat.HeadSize; JournalFormat.TryReadRecord(segment.AsSpan(at), generation, out string id, out _,
            out int length); at += length) ids.Add(id);
        return ids;
    }

    [Test]
    public void A_small_message_stands_in_the_journal_until_the_process_ends_in_good_order()
    {
        _bench.Run(async loop =>
        {
            await loop.UntilAsync(() => Records(1) is { Count: 0 }, "segments");
            List<string> ids = [];
            // the segments are taken in use a moment after they are there
            for (int i = 0; i < 200 && Records(0)!.Count + Records(1)!.Count == 0; i++)
                ids.Add((await _bench.SubmitAsync(CleanupBench.Request("rcpt@to.test"), "Subject: x\n\ntext\n")).QueueId);
            Assert.That(Records(0)!.Concat(Records(1)!), Is.EqualTo(ids.TakeLast(1)));
            await _bench.SubmitAsync(CleanupBench.Request("rcpt@to.test"),
                Encoding.ASCII.GetBytes($"Subject: x\n\n{new string('y', 100_000)}\n"));
            Assert.That(Records(0)!.Concat(Records(1)!), Is.SubsetOf(ids.TakeLast(1)), "a large one is synced by itself");
        });
        Assert.That(Records(0)!.Concat(Records(1)!), Is.Empty);
    }

    [Test]
    public void What_killed_processes_left_is_forgotten_although_fewer_run_now()
    {
        for (int i = 0; i < 4; i++)
            using (JournalSegment segment = JournalSegment.Claim(_bench.Spool, i, 64 * 1024, JournalFormat.BootId(), out _)!)
                Assert.That(segment.TryAppend(QueueId.Next(), false, "image"u8));
        _bench.Run(loop => loop.UntilAsync(() => Enumerable.Range(0, 4).All(i => Records(i) is { Count: 0 }), "empty segments"));
    }
}
