using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>What becomes of messages, whatever agents and the bounce service do.</summary>
public sealed class QmgrServiceTests
{
    private QmgrBench _bench = null!;

    [TearDown]
    public void Remove() => _bench.Dispose();

    private void Bench(Func<EventLoop, Task> test, string config = "")
    {
        _bench = new QmgrBench(config);
        _bench.Run(test);
    }

    [Test]
    public void What_is_delivered_is_removed() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test", "y@a.test", "z@b.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test,y@a.test", "deliver z@b.test" }));
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
    });

    [Test]
    public void A_table_that_makes_one_wait_does_not_hold_up_the_queue_manager()
    {
        using LockedTable table = new(("a.test", "agent:elsewhere"));
        Bench(async loop =>
        {
            _bench.StartAll(loop);
            QueuedNotice notice = _bench.Put("incoming", "x@a.test", "y@a.test");
            _bench.Tell(loop, notice);
            await loop.UntilAsync(() => _bench.Qmgr.Active == 1);
            Assert.That((await _bench.AskAsync(loop, QmgrRequest.Destinations))!.Ok, "it answers");
            Assert.That(_bench.Events, Is.Empty);
            table.Release();
            await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
            Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test,y@a.test" }));
        }, $"transport_maps = {table.Spec}\n");
    }

    [TestCase("retry_maps")]
    [TestCase("fast_flush_domains")]
    public void A_table_that_makes_a_deferral_wait_does_not_hold_up_the_queue_manager(string parameter)
    {
        using LockedTable table = new(("a.test", "90s 1h"));
        Bench(async loop =>
        {
            _bench.Deliver = a =>
                a.EndsWith("@b.test", StringComparison.Ordinal) ? Outcome.Ok("sent") : Outcome.Defer("4.4.1", "timed out");
            _bench.StartAll(loop);
            QueuedNotice late = _bench.Put("incoming", "x@a.test", "y@a.test", "z@b.test");
            _bench.Tell(loop, late);
            await loop.UntilAsync(() => _bench.Events.Count == 2);
            QueuedNotice good = _bench.Put("incoming", "x@b.test");
            _bench.Tell(loop, good);
            await loop.UntilAsync(() => !_bench.Exists("incoming", good.Envelope.QueueId), "other mail goes on");
            Assert.That((_bench.Qmgr.DeferredMessages.Count, table.WasTooLate), Is.EqualTo((0, false)));
            table.Release();
            await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
            Assert.That(_bench.Marks("deferred", late.Envelope.QueueId), Is.EqualTo("RRr"));
            if (parameter == "retry_maps")
                Assert.That((_bench.Qmgr.DeferredMessages.All.Single().Value - QueueId.Microseconds()) / 1_000_000, Is.InRange(80, 90));
            else Assert.That((await _bench.AskAsync(loop, QmgrRequest.FlushSite, "a.test"))!.Count, Is.EqualTo(1));
        }, $"{parameter} = {table.Spec}\n");
    }

    [Test]
    public void With_dont_remove_what_is_delivered_is_kept_in_saved() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Exists("saved", notice.Envelope.QueueId));
        Assert.That(_bench.Exists("incoming", notice.Envelope.QueueId), Is.False);
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Marks("saved", notice.Envelope.QueueId), Is.EqualTo("r"));
    }, "dont_remove = 1\n");

    [Test]
    public void What_is_deferred_waits_and_a_flush_tries_it_again() => Bench(async loop =>
    {
        _bench.Deliver = a => a == "x@a.test" ? Outcome.Defer("4.4.1", "timed out") : Outcome.Ok("sent");
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test", "y@a.test");
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Exists("incoming", id), Is.False);
        Assert.That(_bench.Marks("deferred", id), Is.EqualTo("Rr"));
        Assert.That(FileStatus.TryGet(_bench.Spool.PathOf("deferred", id), out FileStatus status));
        (_, long next) = _bench.Qmgr.DeferredMessages.All.Single();
        Assert.That(status.ModifiedSeconds,
            Is.EqualTo(next / 1_000_000).And.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 290,
                DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 301));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test,y@a.test", "append Defer x@a.test=4.4.1 [Rr]" }));
        _bench.Events.Clear();
        _bench.Deliver = _ => Outcome.Ok("sent");
        Assert.That((await _bench.AskAsync(loop, QmgrRequest.FlushId, id))!.Count, Is.EqualTo(1));
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test", "remove Defer [rr]" }));
    });

    [Test]
    public void A_flush_counts_for_what_the_scan_has_not_found_yet() => Bench(async loop =>
    {
        QueuedNotice later = _bench.Put("deferred", "x@a.test");
        string id = later.Envelope.QueueId;
        Assert.That(FileIO.SetModified(_bench.Spool.PathOf("deferred", id), (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600) * 1_000_000),
            Is.Zero);
        _bench.StartAll(loop);
        Assert.That(_bench.Qmgr.DeferredMessages.Count, Is.Zero, "the scan is under way");
        _bench.Qmgr.FlushAll();
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test" }).Or.Some.StartsWith("deliver x@a.test"));
    });

    // as at a reload: the old process hears of it after the wish, or before it on a link that is open
    [TestCase(false), TestCase(true)]
    public void A_flush_that_the_old_process_took_is_done_by_the_new_one(bool drainFirst) => Bench(async loop =>
    {
        List<string> ids = [.. Enumerable.Range(0, 30).Select(i => _bench.Put("deferred", $"x{i}@a.test").Envelope.QueueId)];
        foreach (string id in ids)
            Assert.That(FileIO.SetModified(_bench.Spool.PathOf("deferred", id), QueueId.Microseconds() + 600_000_000), Is.Zero);
        _bench.StartAll(loop);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == ids.Count);
        bool drained = false;
        if (drainFirst) _bench.Qmgr.Drain(() => drained = true);
        Assert.That(_bench.Qmgr.FlushAll(), Is.EqualTo(ids.Count));
        if (!drainFirst) _bench.Qmgr.Drain(() => drained = true);
        await loop.UntilAsync(() => drained);
        _bench.StartQmgr(loop);
        await loop.UntilAsync(() => !ids.Exists(id => _bench.Exists("deferred", id)));
        Assert.That(_bench.Events.Order(), Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => $"deliver x{i}@a.test").Order()));
    });

    [Test]
    public void What_a_flush_began_and_the_old_process_could_not_end_is_done_by_the_new_one() => Bench(async loop =>
    {
        List<string> ids = [.. Enumerable.Range(0, 200).Select(i => _bench.Put("deferred", $"x{i}@a.test").Envelope.QueueId)];
        foreach (string id in ids)
            Assert.That(FileIO.SetModified(_bench.Spool.PathOf("deferred", id), QueueId.Microseconds() + 600_000_000), Is.Zero);
        _bench.Holds = _ => true;
        _bench.StartAll(loop);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == ids.Count);
        _bench.Qmgr.FlushAll();
        await loop.UntilAsync(() => _bench.Qmgr.ActiveMessages.Count() > 20);
        bool drained = false;
        _bench.Qmgr.Drain(() => drained = true);
        _bench.LetGo();
        await loop.UntilAsync(() => drained);
        Assert.That(ids.Count(id => _bench.Exists("deferred", id)), Is.InRange(100, 199), "some were under way");
        _bench.StartQmgr(loop);
        await loop.UntilAsync(() => !ids.Exists(id => _bench.Exists("deferred", id)));
        Assert.That(_bench.Events.Order(), Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => $"deliver x{i}@a.test").Order()),
            "each once");
    }, "queue_run_delay = 1000s\nqmgr_message_active_limit = 60");

    [Test]
    public void What_failed_is_logged_then_marked_then_told_then_removed() => Bench(async loop =>
    {
        _bench.Deliver = a => a == "x@a.test" ? Outcome.Bounce("5.1.1", "no such user") : Outcome.Ok("sent");
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test", "y@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EqualTo(new[]
        {
            "deliver x@a.test,y@a.test",
            "append Bounce x@a.test=5.1.1 [Rr]",
            "send Failure Bounce incoming [rr]",
        }));
    });

    [Test]
    public void Without_the_bounce_service_nothing_is_lost() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Bounce("5.1.1", "no such user");
        _bench.StartAgent(loop);
        _bench.StartQmgr(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test");
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Exists("deferred", id) && _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Marks("deferred", id), Is.EqualTo("R"));
        _bench.StartBounce(loop);
        await _bench.AskAsync(loop, QmgrRequest.Flush);
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        Assert.That(_bench.Events[^2..], Is.EqualTo(new[] { "append Bounce x@a.test=5.1.1 [R]", "send Failure Bounce deferred [r]" }));
    });

    [Test]
    public void A_notice_that_could_not_be_sent_is_sent_in_the_next_round_and_nobody_is_tried_again() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Bounce("5.1.1", "no such user");
        _bench.Notice = n => n == "send-Failure" ? Outcome.Defer("4.3.0", "no") : Outcome.Ok("");
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test");
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Marks("deferred", id), Is.EqualTo("r"));
        _bench.Notice = _ => Outcome.Ok("");
        _bench.Events.Clear();
        await _bench.AskAsync(loop, QmgrRequest.Flush);
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "send Failure Bounce deferred [r]" }));
    });

    [Test]
    public void After_a_crash_between_marking_and_telling_the_sender_is_told() => Bench(async loop =>
    {
        QueuedNotice notice = _bench.Put("incoming", "!x@a.test");
        string id = notice.Envelope.QueueId;
        File.WriteAllText(_bench.Spool.PathOf("bounce", id), "");
        _bench.StartAll(loop);
        await loop.UntilAsync(() => !_bench.Exists("incoming", id));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "send Failure Bounce incoming [r]" }));
    });

    [Test]
    public void A_job_whose_agent_dies_is_given_out_again_and_deferred_the_third_time() => Bench(async loop =>
    {
        _bench.Deliver = _ => null;
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", "x@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Events, Is.EqualTo(
            new[] { "deliver x@a.test", "deliver x@a.test", "deliver x@a.test", "append Defer x@a.test=4.3.0 [R]" }));
    });

    [Test]
    public void A_new_process_finds_everything_and_skips_who_is_done() => Bench(async loop =>
    {
        List<string> ids = [];
        foreach (string folder in new[] { "incoming", "active", "deferred" })
            ids.Add(_bench.Put(folder, $"!done@{folder}.test", $"left@{folder}.test").Envelope.QueueId);
        QueuedNotice later = _bench.Put("deferred", "later@x.test");
        FileIO.SetModified(_bench.Spool.PathOf("deferred", later.Envelope.QueueId), QueueId.Microseconds() + 1_000_000_000L);
        string torn = _bench.Put("incoming", "torn@x.test").Envelope.QueueId, wrong = QueueId.Next();
        using (FileStream f = new(_bench.Spool.PathOf("incoming", torn), FileMode.Open)) f.SetLength(f.Length - 1);
        File.WriteAllText(_bench.Spool.PathOf("incoming", wrong), "this is not a queue file and never was, but it is long enough");
        _bench.StartAll(loop);
        await loop.UntilAsync(() => _bench.Exists("corrupt", wrong) && !_bench.Exists("incoming", ids[0])
            && !_bench.Exists("active", ids[1]) && !_bench.Exists("deferred", ids[2]));
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).Order(),
            Is.EqualTo(new[] { "deliver left@active.test", "deliver left@deferred.test", "deliver left@incoming.test" }));
        Assert.That(_bench.Exists("incoming", torn), "its writer may still be at it");
        await loop.UntilAsync(() => _bench.Qmgr.Active == 1);
        Assert.That(_bench.Qmgr.DeferredMessages.Count, Is.EqualTo(1));
    });

    [Test]
    public void An_unknown_transport_defers() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        _bench.Tell(loop, _bench.Put("incoming", "x@none.test", "y@a.test"));
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Events, Does.Contain("deliver y@a.test").And.Contain("append Defer x@none.test=4.3.0 [Rr]"));
    });

    [Test]
    public void An_agent_that_cannot_be_reached_defers_until_a_flush() => Bench(async loop =>
    {
        _bench.StartBounce(loop);
        _bench.StartQmgr(loop);
        for (int i = 0; i < 3; i++) _bench.Tell(loop, _bench.Put("incoming", $"x@{i}.test", $"y@{i}y.test"));
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 3);
        _bench.StartAgent(loop);
        await _bench.AskAsync(loop, QmgrRequest.Flush);
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events.Count(e => e.StartsWith("deliver", StringComparison.Ordinal)), Is.EqualTo(6));
    });

    [Test]
    public void A_message_that_was_moved_by_hand_is_found() => Bench(async loop =>
    {
        QueuedNotice notice = _bench.Put("deferred", "x@a.test");
        string id = notice.Envelope.QueueId;
        FileIO.SetModified(_bench.Spool.PathOf("deferred", id), QueueId.Microseconds() + 1_000_000_000L);
        _bench.StartAll(loop);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Spool.Move(id, "deferred", "incoming"), Is.Zero);
        Assert.That((await _bench.AskAsync(loop, QmgrRequest.Rescan))!.Ok);
        await loop.UntilAsync(() => !_bench.Exists("incoming", id) && _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events[0], Is.EqualTo("deliver x@a.test"));
    });

    [Test]
    public void More_than_the_active_queue_holds_wait_their_turn() => Bench(async loop =>
    {
        for (int i = 0; i < 30; i++) _bench.Put(i % 2 == 0 ? "incoming" : "deferred", $"x@{i}.test");
        _bench.StartAll(loop);
        int most = 0;
        _bench.Deliver = _ =>
        {
            most = Math.Max(most, _bench.Qmgr.ActiveMessages.Count());
            return Outcome.Ok("");
        };
        await loop.UntilAsync(() => _bench.Events.Count(e => e.StartsWith("deliver", StringComparison.Ordinal)) == 30
            && _bench.Qmgr.Active == 0);
        Assert.That(most, Is.LessThanOrEqualTo(2));
    }, "qmgr_message_active_limit = 2\n");

    [Test]
    public void Many_failures_with_long_reasons_are_told_in_portions() => Bench(async loop =>
    {
        string endless = new('x', 30_000);
        _bench.Deliver = _ => Outcome.Bounce("5.0.0", endless) with { Diagnostic = endless };
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", [.. Enumerable.Range(0, 400).Select(i => $"u{i}@a.test")]);
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Appended.Sum(a => a.Recipients.Count), Is.EqualTo(400));
    }, "agent_destination_recipient_limit = 50");

    [Test]
    public void Expired_mail_is_returned() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "timed out");
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.ArrivalMicroseconds -= 86_400_000_000L * 6, "x@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EqualTo(
            new[] { "deliver x@a.test", "append Defer x@a.test=4.4.1 [R]", "send Failure Defer incoming [R]" }));
    });
}
