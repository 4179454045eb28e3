using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Service;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>Deliveries that the journal answers for are not synced, and the queue file says so.</summary>
public sealed class CoveredTests
{
    private LocalFixture _fix = null!;
    private JournalSegment _segment = null!;
    private JournalCover _cover = null!;
    private int _syncs;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        _syncs = 0;
        SpoolDirectory spool = new(_fix.Root);
        Directory.CreateDirectory($"{spool.Root}/{SpoolDirectory.Journal}");
        _segment = JournalSegment.Claim(spool, 0, 64 * 1024, Guid.NewGuid(), out _)!;
        _cover = new JournalCover(spool);
        _fix.Settings = _fix.Settings with { Locking = _fix.Settings.Locking with { Waiting = begins => _syncs += begins ? 1 : 0 } };
    }

    [TearDown]
    public void TearDown()
    {
        _segment.Dispose();
        _fix.Dispose();
    }

    private JournalPlace Place => new(_segment.Number, _segment.Generation);

    private DeliverySync MakeSync() => new(_cover, Place) { MayHold = true };

    private DeliverySync Deliver(DeliverySync sync)
    {
        Assert.That(_fix.Deliver(_fix.Job($"{_fix.Me.Name}@example.com") with { Sync = sync }).Outcome.IsOk);
        return sync;
    }

    [Test]
    public void A_maildir_s_file_is_left_to_the_journal_while_that_has_the_message()
    {
        DeliverySync late = MakeSync(), covered = Deliver(MakeSync());
        Assert.That(covered is { IsCovered: true, Held: null });
        Assert.That(_segment.TryRelease());
        Assert.That(Deliver(late) is { IsCovered: false, Held: not null });
        late.Held!.Dispose();
    }

    [Test]
    public void So_is_a_mailbox_s()
    {
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = $"{_fix.Root}/spool" };
        DeliverySync late = MakeSync();
        Assert.That(Deliver(MakeSync()).IsCovered);
        Assert.That(_syncs, Is.Zero);
        Assert.That(_segment.TryRelease());
        Assert.That(Deliver(late).IsCovered, Is.False);
        Assert.That(_syncs, Is.EqualTo(1));
    }

    [Test]
    public void The_recipient_s_letter_tells_and_whoever_asks_again_is_told()
    {
        const string envelope = "R a@example.com\nR b@example.com\n";
        string path = _fix.Write("queuefile", envelope, FileModes.PrivateFile);
        using DeliveryFile file = new(FileDescriptor.TryOpen(path, FileIO.O_RDWR)!, "TEST");
        DeliverRequest request = new() { QueueId = "TEST", Journal = Place };
        request.Recipients.Add(new DeliverRecipient { Address = "a@example.com", Offset = 0 });
        request.Recipients.Add(new DeliverRecipient { Address = "b@example.com", Offset = 16 });
        LocalDelivery local = new(_fix.Settings, _fix);
        RecipientOutcome Store(DeliveryJob job)
        {
            if (job.Recipient.Offset == 16) _segment.TryRelease();
            DeliveryJob stored = _fix.Job($"{_fix.Me.Name}@example.com") with { Sync = job.Sync };
            return local.Deliver(stored);
        }
        DeliverReply Run(Func<DeliveryJob, RecipientOutcome> deliver)
        {
            ValueTask<DeliverReply> reply = new SeparateDeliveries("local", deliver, _cover)
                .DeliverAsync(request, file, _ => throw new InvalidOperationException("nothing is held"));
            Assert.That(reply.IsCompleted);
            return reply.Result;
        }
        DeliverReply first = Run(Store);
        Assert.That(first.Recipients.TrueForAll(o => o.Outcome.IsOk) && first.Unsynced);
        Assert.That(File.ReadAllText(path), Is.EqualTo("u a@example.com\nr b@example.com\n"), "the second one was synced");
        DeliverReply again = Run(_ => throw new InvalidOperationException("delivered twice"));
        Assert.That(again.Recipients.TrueForAll(o => o.Outcome.Text == "was delivered already") && again.Unsynced,
            "the message's removal waits as it would have");
    }
}
