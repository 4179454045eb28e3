using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Service;
using MtaSuite.Qmgr;

namespace MtaSuite.Tests.Unit.Spool;

/// <summary>
/// What is appended to the journal comes back after a failure of the machine, once, unless it is there or was removed; what was not written
/// whole does not.
/// </summary>
public sealed class JournalTests
{
    private const long Size = 256 * 1024;
    private static readonly Guid s_earlier = Guid.NewGuid();
    private SpoolDirectory _spool = null!;

    [SetUp]
    public void MakeSpool()
    {
        _spool = new SpoolDirectory(Directory.CreateTempSubdirectory("journal").FullName);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory($"{_spool.Root}/{name}");
    }

    [TearDown]
    public void RemoveSpool() => Directory.Delete(_spool.Root, true);

    private string SegmentPath => $"{_spool.Root}/{SpoolDirectory.Journal}/0";

    private static byte[] Image(string id, string content = "Subject: hello\n\ntext\n")
    {
        ArrayBufferWriter<byte> file = new();
        Envelope e = new() { QueueId = id, Sender = "a@example.org", ArrivalMicroseconds = 1 };
        e.Recipients.Add(new EnvelopeRecipient { Address = "b@example.net" });
        int offset = QueueFileFormat.Write(file, e);
        file.Write(Encoding.UTF8.GetBytes(content));
        byte[] image = file.WrittenSpan.ToArray();
        QueueFileFormat.Finish(image, offset, image.Length - offset, 1);
        return image;
    }

    private JournalSegment Claim(Guid boot)
    {
        JournalSegment? segment = JournalSegment.Claim(_spool, 0, Size, boot, out int error);
        Assert.That(error, Is.Zero);
        return segment!;
    }

    private List<string> Append(int count, bool held = false)
    {
        using JournalSegment segment = Claim(s_earlier);
        List<string> ids = [.. Enumerable.Range(0, count).Select(_ => QueueId.Next())];
        foreach (string id in ids) Assert.That(segment.TryAppend(id, held, Image(id)));
        Assert.That(segment.Sync(), Is.Zero);
        return ids;
    }

    private int Recover(params string[] removed)
    {
        JournalRecovery recovery = new(_spool, removed.Contains);
        recovery.Run();
        Assert.That(recovery.Problems, Is.Empty);
        return recovery.Recovered;
    }

    private void Write(string folder, string id, ReadOnlySpan<byte> bytes)
    {
        string path = _spool.PathOf(folder, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    [Test]
    public void What_is_missing_comes_back_once()
    {
        List<string> ids = Append(20);
        Assert.That(Recover(), Is.EqualTo(20));
        foreach (string id in ids)
        {
            Assert.That(_spool.TryRead(SpoolDirectory.Incoming, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
            Assert.That(file!.Envelope.Recipients.Single().Address, Is.EqualTo("b@example.net"));
            File.Delete(_spool.PathOf(SpoolDirectory.Incoming, id));
        }
        Assert.That(Recover(), Is.Zero, "the records are forgotten");
    }

    [Test]
    public void Held_messages_come_back_into_hold()
    {
        string id = Append(1, held: true)[0];
        Recover();
        Assert.That(_spool.TryRead(SpoolDirectory.Hold, id, out _), Is.EqualTo(QueueFileStatus.Ok));
    }

    [Test]
    public void What_is_there_or_was_removed_is_left_alone()
    {
        List<string> ids = Append(4);
        byte[] marked = Marked(ids[1], QueueFileFormat.Done);
        Write(SpoolDirectory.Incoming, ids[0], Image(ids[0]));
        Write(SpoolDirectory.Deferred, ids[1], marked);
        Write(SpoolDirectory.Corrupt, ids[2], "anything"u8);
        Assert.That(Recover(ids[3]), Is.Zero);
        Assert.That(File.ReadAllBytes(_spool.PathOf(SpoolDirectory.Deferred, ids[1])), Is.EqualTo(marked));
    }

    private static byte[] Marked(string id, byte letter)
    {
        byte[] marked = Image(id);
        marked[Encoding.ASCII.GetString(marked).IndexOf("\nR ", StringComparison.Ordinal) + 1] = letter;
        return marked;
    }

    [Test]
    public void A_delivery_that_relied_on_a_record_is_made_again_when_that_is_needed()
    {
        string id = Append(1)[0];
        Write(SpoolDirectory.Deferred, id, Marked(id, QueueFileFormat.Unsynced));
        Assert.That(_spool.TryRead(SpoolDirectory.Deferred, id, out QueueFile? before), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(before!.Envelope is { Unsynced: true } e && e.Recipients[0].Done, "for programs it is done");
        Assert.That(Recover(), Is.Zero);
        Assert.That(File.ReadAllBytes(_spool.PathOf(SpoolDirectory.Deferred, id)), Is.EqualTo(Image(id)));
    }

    /// <summary>As its owner does before it syncs everything.</summary>
    private void Mark(byte closing)
    {
        int fd = FileIO.Open(SegmentPath, FileIO.O_WRONLY | FileIO.O_CLOEXEC, 0);
        Assert.That(FileIO.PWrite(fd, [closing], JournalFormat.ClosingAt), Is.EqualTo(1));
        _ = FileIO.Close(fd);
    }

    [Test]
    public void A_record_answers_for_deliveries_on_its_file_system_until_it_is_about_to_be_forgotten()
    {
        JournalCover cover = new(_spool);
        ulong device = FileStatus.TryGet(_spool.Root, out FileStatus status) ? status.Device : 0;
        using JournalSegment segment = Claim(s_earlier);
        JournalPlace place = new(segment.Number, segment.Generation);
        Assert.That(cover.Holds(place, device), Is.False, "it may be looked at only by who opened it with all rights");
        cover.Prepare(place);
        Assert.That(cover.Holds(place, device));
        Assert.That(cover.Holds(place, device + 1), Is.False, "another file system");
        Assert.That(cover.Holds(place with { Generation = place.Generation + 1 }, device), Is.False, "another use of the segment");
        Assert.That(cover.Holds(default, device) || cover.Holds(place with { Segment = 1 }, device)
            || cover.Holds(place with { Segment = -1 }, device), Is.False);
        Mark(1);
        Assert.That(cover.Holds(place, device), Is.False, "the sync that ends it may have begun");
        Mark(0);
        Assert.That(cover.Holds(place, device));
        Assert.That(segment.TryRelease());
        Assert.That(cover.Holds(place, device), Is.False, "forgotten");
        Assert.That(cover.Holds(new JournalPlace(segment.Number, segment.Generation), device), "and in use anew");
    }

    [Test]
    public void A_file_that_did_not_reach_the_disk_whole_is_written_again([Values("", "cut", "zeros")] string state)
    {
        string id = Append(1)[0];
        byte[] image = Image(id), found = state switch { "" => [], "cut" => image[..^3], _ => [.. image[..^3], 0, 0, 0] };
        Write(SpoolDirectory.Deferred, id, found);
        Assert.That(Recover(), Is.EqualTo(1));
        Assert.That(File.ReadAllBytes(_spool.PathOf(SpoolDirectory.Incoming, id)), Is.EqualTo(image));
        Assert.That(File.Exists(_spool.PathOf(SpoolDirectory.Deferred, id)), Is.False);
    }

    [Test]
    public void Records_end_where_one_was_not_written_whole()
    {
        Append(3);
        byte[] segment = File.ReadAllBytes(SegmentPath);
        int length = JournalFormat.RecordHead + Image(QueueId.Next()).Length;
        segment[JournalFormat.HeadSize + 2 * length + 40] ^= 1;
        File.WriteAllBytes(SegmentPath, segment);
        Assert.That(Recover(), Is.EqualTo(2));
    }

    [Test]
    public void Records_of_this_run_of_the_kernel_are_not_replayed_but_forgotten_once_the_files_are_synced()
    {
        using (JournalSegment segment = Claim(JournalFormat.BootId())) segment.TryAppend(QueueId.Next(), false, Image(QueueId.Next()));
        Assert.That(Recover(), Is.Zero);
        using (JournalSegment again = Claim(JournalFormat.BootId())) Assert.That(again.IsEmpty);
        byte[] left = File.ReadAllBytes(SegmentPath);
        Assert.That(JournalFormat.TryReadHead(left, out ulong generation, out _));
        Assert.That(JournalFormat.TryReadRecord(left.AsSpan(JournalFormat.HeadSize), generation, out _, out _, out _), Is.False,
            "a record of an earlier generation is none");
    }

    [Test]
    public void A_segment_to_be_recovered_is_not_taken_before()
    {
        Append(1);
        Assert.That(JournalSegment.Claim(_spool, 0, Size, JournalFormat.BootId(), out int error), Is.Null);
        Assert.That(error, Is.Zero);
        Recover();
        Claim(JournalFormat.BootId()).Dispose();
    }

    [Test]
    public void A_segment_belongs_to_one()
    {
        using JournalSegment one = Claim(s_earlier);
        Assert.That(JournalSegment.Claim(_spool, 0, Size, s_earlier, out int error), Is.Null);
        Assert.That(error, Is.Zero);
    }

    [Test]
    public void A_full_segment_takes_no_more_until_it_is_released()
    {
        using JournalSegment segment = Claim(s_earlier);
        byte[] image = Image(QueueId.Next(), new string('x', 10_000));
        int fitting = 0;
        while (segment.TryAppend(QueueId.Next(), false, image)) fitting++;
        Assert.That(fitting, Is.EqualTo((Size - JournalFormat.HeadSize) / (image.Length + JournalFormat.RecordHead)));
        Assert.That(segment.TryRelease() && segment.TryAppend(QueueId.Next(), false, image));
        Assert.That(new FileInfo(SegmentPath).Length, Is.EqualTo(Size), "a segment never grows by records");
    }

    [Test]
    public void A_damaged_head_holds_nothing()
    {
        Append(1);
        byte[] segment = File.ReadAllBytes(SegmentPath);
        segment[9] ^= 1;
        File.WriteAllBytes(SegmentPath, segment);
        Assert.That(Recover(), Is.Zero);
        using JournalSegment fresh = Claim(JournalFormat.BootId());
        Assert.That(fresh.IsEmpty);
    }

    [Test]
    public void Removed_ids_are_read_back_over_restarts_and_rounds_of_the_ring([Values(1, 5, 32_767, 32_768, 40_000)] int count)
    {
        List<string> ids = [];
        for (int part = 0; part < 2; part++)
        {
            using RemovalLog log = RemovalLog.Claim(_spool)!;
            for (int i = 0; i < count; i++)
            {
                ids.Add(QueueId.Next());
                log.Add(ids[^1]);
                if (i % 100 == 0) log.Write();
            }
            log.Write();
            log.Sync();
        }
        HashSet<string> read = RemovalLog.ReadAll(_spool);
        Assert.That(read, Has.Count.EqualTo(Math.Min(ids.Count, 32_768)));
        Assert.That(ids.TakeLast(32_768).All(read.Contains), "the newest are there");
    }

    [Test]
    public void Two_removal_logs_do_not_share_a_file()
    {
        using (RemovalLog one = RemovalLog.Claim(_spool)!, two = RemovalLog.Claim(_spool)!)
        {
            one.Add("0000000000BBBB");
            two.Add("0000000000CCCC");
            one.Write();
            two.Write();
        }
        Assert.That(RemovalLog.ReadAll(_spool), Is.EquivalentTo(new[] { "0000000000BBBB", "0000000000CCCC" }));
    }
}
