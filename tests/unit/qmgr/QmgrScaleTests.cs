using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>
/// What the queue manager does under load and on request: dead sites, sites asked for by name, large lists, back-pressure, retry curves.
/// </summary>
public sealed class QmgrScaleTests
{
    private QmgrBench _bench = null!;

    [TearDown]
    public void Remove() => _bench.Dispose();

    private void Bench(Func<EventLoop, Task> test, string config = "")
    {
        _bench = new QmgrBench(config);
        _bench.Run(test);
    }

    private int Deliveries => _bench.Events.Count(e => e.StartsWith("deliver", StringComparison.Ordinal));

    [Test]
    public void A_dead_site_s_mail_waits_without_attempts_and_says_why() => Bench(async loop =>
    {
        _bench.Deliver = a => a.EndsWith("@dead.test", StringComparison.Ordinal) ? Outcome.Defer("4.4.1", "connect to dead.test: "
            + "Connection refused") : Outcome.Ok("");
        _bench.SiteFails = a => a.EndsWith("@dead.test", StringComparison.Ordinal);
        _bench.StartAll(loop);
        for (int i = 0; i < 30; i++)
        {
            _bench.Tell(loop, _bench.Put("incoming", $"x{i}@dead.test"));
            _bench.Tell(loop, _bench.Put("incoming", $"x{i}@alive.test"));
        }
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 30 && _bench.Qmgr.Active == 30);
        Assert.That(_bench.Events.Count(e => e.StartsWith("deliver", StringComparison.Ordinal) && e.Contains("dead")),
            Is.LessThanOrEqualTo(10));
        Assert.That(_bench.Appended.Count(
            a => a.Recipients[0].Outcome.Text == "delivery temporarily suspended: connect to dead.test: Connection refused"),
            Is.GreaterThanOrEqualTo(20));
        DestinationState state =
            (await _bench.ListAsync<DestinationState, DestinationStates>(loop, QmgrRequest.Destinations, m => m.Entries)).Single();
        Assert.That((state.Transport, state.Name, state.Window), Is.EqualTo(("agent", "dead.test", 0)));
        Assert.That(state.UntilMicroseconds, Is.InRange(QueueId.Microseconds() + 290_000_000, QueueId.Microseconds() + 301_000_000));
        Assert.That(state.Reason, Does.StartWith("delivery temporarily suspended for ").And.EndsWith(
            ": connect to dead.test: Connection refused"));
    });

    [Test]
    public void An_active_message_says_what_it_waits_for() => Bench(async loop =>
    {
        _bench.Holds = _ => true;
        _bench.StartAll(loop);
        for (int i = 0; i < 2; i++) _bench.Tell(loop, _bench.Put("incoming", $"x{i}@a.test"));
        await loop.UntilAsync(() => Deliveries == 1 && _bench.Qmgr.Active == 2);
        List<QueueState> states = await _bench.ListAsync<QueueState, QueueStates>(loop, QmgrRequest.List, m => m.Entries);
        Assert.That(states.Select(s => s.Reason),
            Is.EquivalentTo(new[] { "", "waits for a.test: 1 of 1 possible deliveries are under way" }));
        _bench.LetGo();
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
    }, "initial_destination_concurrency = 1");

    [Test]
    public void A_site_asked_for_gets_its_mail_and_nobody_else_is_tried() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "timed out");
        string before = _bench.Put("deferred", "old@backup.test", "x@other.test").Envelope.QueueId;
        _ = FileIO.SetModified(_bench.Spool.PathOf("deferred", before), QueueId.Microseconds() + 1_000_000_000L);
        _bench.StartAll(loop);
        _bench.Tell(loop, _bench.Put("incoming", "new@BACKUP.test", "done@backup.test"));
        _bench.Tell(loop, _bench.Put("incoming", "x@sub.backup.test"));
        for (int i = 0; i < 20; i++) _bench.Tell(loop, _bench.Put("incoming", $"x@{i}.test"));
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 23);
        _bench.Events.Clear();
        _bench.Deliver = a => a.StartsWith("x@", StringComparison.Ordinal) ? Outcome.Defer("4.4.1", "timed out") : Outcome.Ok("");
        QmgrReply reply = (await _bench.AskAsync(loop, QmgrRequest.FlushSite, "Backup.test"))!;
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 22);
        await loop.TurnAsync(20);
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(',')),
            Is.EquivalentTo(new[] { "old@backup.test", "x@other.test", "new@BACKUP.test", "done@backup.test" }));
        Assert.That((reply.Ok, reply.Count), Is.EqualTo((true, 2)));
        reply = (await _bench.AskAsync(loop, QmgrRequest.FlushSite, "other.test"))!;
        Assert.That((reply.Ok, reply.Text), Is.EqualTo((false, "Flush service is not configured for destination \"other.test\"")));
    }, "fast_flush_domains = backup.test");

    [Test]
    public void A_flush_tries_a_dead_site_and_a_deferred_transport_again() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "refused");
        _bench.SiteFails = _ => true;
        _bench.StartAll(loop);
        for (int i = 0; i < 5; i++) _bench.Tell(loop, _bench.Put("incoming", "x@backup.test"));
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 5);
        _bench.SiteFails = _ => false;
        _bench.Deliver = _ => Outcome.Ok("");
        await _bench.AskAsync(loop, QmgrRequest.FlushSite, "backup.test");
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
    }, "fast_flush_domains = backup.test\ninitial_destination_concurrency = 1");

    [Test]
    public void Of_a_large_list_a_part_is_in_memory_and_all_get_it_once() => Bench(async loop =>
    {
        int most = 0;
        _bench.Deliver = a =>
        {
            most = Math.Max(most, _bench.Qmgr.ActiveMessages.Max(m => m.Held));
            return a[1] == '7' ? Outcome.Bounce("5.1.1", "unknown") : a[1] == '8' ? Outcome.Defer("4.2.1", "full") : Outcome.Ok("");
        };
        _bench.StartAll(loop);
        string[] all = [.. Enumerable.Range(0, 450).Select(i => $"u{i % 10}{i}@{i % 7}.test")];
        QueuedNotice notice = _bench.Put("incoming", all);
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Exists("deferred", id) && _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(most, Is.InRange(20, 40));
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(',')),
            Is.EquivalentTo(all));
        Assert.That(_bench.Marks("deferred", id).Count(c => c == 'R'), Is.EqualTo(45), "the full mailboxes are left");
        Assert.That(_bench.Events.Count(e => e.StartsWith("send Failure", StringComparison.Ordinal)), Is.EqualTo(1), "one notice for all");
        _bench.Deliver = _ => Outcome.Ok("");
        _bench.Events.Clear();
        await _bench.AskAsync(loop, QmgrRequest.FlushId, id);
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(',')),
            Is.EquivalentTo(all.Where(a => a[1] == '8')));
    }, "qmgr_message_recipient_limit = 40\nqmgr_message_recipient_minimum = 20");

    // one recipient of each part, whatever the limit is that made it a part, does not come to an end
    [TestCase("qmgr_message_recipient_limit = 40\nqmgr_message_recipient_minimum = 20\ndefault_recipient_refill_limit = 5", 40)]
    [TestCase("qmgr_message_recipient_limit = 40\nqmgr_message_recipient_minimum = 20\ndefault_recipient_refill_limit = "
        + "1000\ndefault_recipient_refill_delay = 1s", 40)]
    [TestCase("default_recipient_limit = 40\ndefault_recipient_refill_limit = 10", 40)]
    public void A_recipient_who_takes_long_does_not_hold_up_those_behind(string config, int limit) => Bench(async loop =>
    {
        int most = 0;
        _bench.Deliver = _ =>
        {
            most = Math.Max(most, _bench.Qmgr.ActiveMessages.Sum(m => m.Held));
            return Outcome.Ok("");
        };
        _bench.Holds = a => a == "u0@0.test";
        _bench.StartAll(loop);
        string[] all = [.. Enumerable.Range(0, 150).Select(i => $"u{i}@{i}.test")];
        QueuedNotice notice = _bench.Put("incoming", all);
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => Deliveries >= 150);
        Assert.That(_bench.Qmgr.ActiveMessages.Single().Held, Is.InRange(1, limit),
            "those with an outcome are out of memory, but for the last part's");
        Assert.That(most, Is.InRange(10, limit));
        _bench.LetGo();
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(','))
            .Distinct(), Is.EquivalentTo(all));
        Assert.That(Deliveries, Is.EqualTo(150), "each once");
        Assert.That(_bench.Qmgr.Transports.Single().Recipients, Is.Zero);
    }, config);

    [Test]
    public void Two_transports_with_little_room_share_a_list() => Bench(async loop =>
    {
        _bench.Holds = a => a is "u0@0.test" or "u1@1.test";
        _bench.StartAll(loop);
        string[] all =
            [.. Enumerable.Range(0, 150).Select(i => $"u{i}@{i}.test"), .. Enumerable.Range(150, 50).Select(i => $"u{i}@none.test")];
        Random.Shared.Shuffle(all.AsSpan(2));
        _bench.Tell(loop, _bench.Put("incoming", all));
        await loop.UntilAsync(() => Deliveries >= 150);
        _bench.LetGo();
        await loop.UntilAsync(() => !_bench.Qmgr.ActiveMessages.Any());
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(',')),
            Is.EquivalentTo(all.Where(a => !a.EndsWith("@none.test", StringComparison.Ordinal))));
        Assert.That(_bench.Qmgr.Transports.Sum(t => t.Recipients), Is.Zero);
    }, "default_recipient_limit = 5\ndefault_recipient_refill_limit = 3\nqmgr_message_recipient_limit = 30");

    [Test]
    public void A_list_whose_file_is_damaged_in_the_middle_waits() => Bench(async loop =>
    {
        _bench.Holds = a => a == "u0@0.test";
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", [.. Enumerable.Range(0, 100).Select(i => $"u{i}@{i}.test")]);
        string id = notice.Envelope.QueueId;
        _bench.Deliver = _ =>
        {
            using FileStream file = File.OpenWrite(_bench.Spool.PathOf("incoming", id));
            file.WriteByte((byte)'X');
            return Outcome.Ok("");
        };
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => Deliveries == 40 && _bench.Qmgr.ActiveMessages.Single().Pending == 1,
            "the one that takes long is waited for");
        await loop.TurnAsync(20);
        _bench.LetGo();
        await loop.UntilAsync(() => !_bench.Qmgr.ActiveMessages.Any());
        Assert.That((Deliveries, _bench.Exists("deferred", id)), Is.EqualTo((40, true)));
    }, "qmgr_message_recipient_limit = 40\nqmgr_message_recipient_minimum = 20\ndefault_recipient_refill_limit = 5");

    [TestCase("deferred")]
    [TestCase("failed")]
    public void What_became_of_the_first_part_of_a_list_counts_when_the_last_is_delivered(string outcome) => Bench(async loop =>
    {
        _bench.Deliver = a =>
            a != "u0@0.test" ? Outcome.Ok("") : outcome == "failed" ? Outcome.Bounce("5.1.1", "unknown") : Outcome.Defer("4.2.1", "full");
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", [.. Enumerable.Range(0, 60).Select(i => $"u{i}@{i % 7}.test")]);
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Qmgr.ActiveMessages.Any() && Deliveries > 0);
        Assert.That(_bench.Exists("deferred", notice.Envelope.QueueId), Is.EqualTo(outcome == "deferred"));
        Assert.That(_bench.Events.Count(e => e.StartsWith("send Failure", StringComparison.Ordinal)),
            Is.EqualTo(outcome == "failed" ? 1 : 0));
    }, "qmgr_message_recipient_limit = 40\nqmgr_message_recipient_minimum = 20");

    [Test]
    public void Of_a_transport_a_part_is_in_memory_and_all_get_it_once() => Bench(async loop =>
    {
        int most = 0;
        _bench.Deliver = _ =>
        {
            most = Math.Max(most, _bench.Qmgr.ActiveMessages.Sum(m => m.Held));
            return Outcome.Ok("");
        };
        _bench.StartAll(loop);
        string[] all = [.. Enumerable.Range(0, 450).Select(i => $"u{i}@{i % 7}.test")];
        foreach (string[] part in all.Chunk(150)) _bench.Tell(loop, _bench.Put("incoming", part));
        await loop.UntilAsync(() => _bench.Events.Any(e => e.StartsWith("deliver", StringComparison.Ordinal)) && _bench.Qmgr.Active == 0);
        // the first message has all that there is, the others their least
        Assert.That(most, Is.InRange(41, 60));
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal)).SelectMany(e => e[8..].Split(',')),
            Is.EquivalentTo(all));
    }, "default_recipient_limit = 40\nagent_recipient_refill_limit = 10\ndefault_recipient_refill_limit = 10");

    [Test]
    public void New_mail_gets_its_turn_beside_a_flush_of_everything() => Bench(async loop =>
    {
        for (int i = 0; i < 300; i++) _bench.Put("deferred", $"old@{i}.test");
        _bench.StartAll(loop);
        await loop.UntilAsync(() => Deliveries > 10);
        _bench.Tell(loop, _bench.Put("incoming", "new@x.test"));
        await loop.UntilAsync(() => _bench.Events.Contains("deliver new@x.test"));
        Assert.That(Deliveries, Is.LessThan(250));
    }, "qmgr_message_active_limit = 5");

    [Test]
    public void A_slow_site_with_more_mail_than_the_active_queue_holds_delays_nobody() => Bench(async loop =>
    {
        _bench.Holds = a => a.EndsWith("@slow.test", StringComparison.Ordinal);
        _bench.StartAll(loop);
        for (int i = 0; i < 60; i++) _bench.Tell(loop, _bench.Put("incoming", $"s{i}@slow.test"));
        await loop.UntilAsync(() => _bench.Qmgr.Active == 60);
        await loop.TurnAsync(20);
        Assert.That(_bench.Qmgr.ActiveMessages.Count(), Is.InRange(10, 16), "its share and what is under delivery");
        for (int i = 0; i < 40; i++) _bench.Tell(loop, _bench.Put("incoming", $"x{i}@{i}.test"));
        await loop.UntilAsync(() => Deliveries >= 40 && _bench.Qmgr.Active == 60);
        _bench.LetGo();
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events.Where(e => e.StartsWith("deliver s", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(60));
        Assert.That(Deliveries, Is.EqualTo(100), "each once");
        Assert.That(_bench.Qmgr.Transports.Single().Destinations, Is.Empty);
    }, "qmgr_message_active_limit = 20");

    [Test]
    public void A_notice_that_comes_after_the_message_is_gone_is_passed_over() => Bench(async loop =>
    {
        QueuedNotice notice = _bench.Put("incoming", "x@a.test");
        _bench.StartAll(loop);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId) && _bench.Qmgr.Active == 0);
        _bench.Tell(loop, notice);
        _bench.Tell(loop, _bench.Put("incoming", "y@a.test"));
        await loop.UntilAsync(() => Deliveries == 2);
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver x@a.test", "deliver y@a.test" }));
    });

    [Test]
    public void A_file_that_was_looked_at_before_it_was_finished_is_read_again()
    {
        _bench = new QmgrBench();
        UnannouncedMessages found = new();
        found.Add("a", 0);
        Assert.That(found.IsReadTooEarly("a", ok: false), Is.False, "its notice is still to come");
        Assert.That(found.IsNoticed("a"), Is.False);
        found.Add("b", 0);
        Assert.That(found.IsNoticed("b"));
        Assert.That(found.IsReadTooEarly("b", ok: false), "it came while the file was read");
        Assert.That(found.IsReadTooEarly("b", ok: false), Is.False, "but once");
        for (int i = 0; i < 30_000; i++) found.Add($"{i}", i * 1000L);
        Assert.That(found.Count, Is.LessThan(21_000));
    }

    [Test]
    public void Who_brings_mail_is_told_when_too_much_of_it_waits() => Bench(async loop =>
    {
        List<bool> told = [];
        _bench.Holds = _ => true;
        _bench.StartAll(loop);
        LinkClient feeder = new(loop, _bench.Spool.SocketPath(false, "qmgr"))
        {
            Noticed = (_, payload) =>
            {
                InFlowNotice notice = new();
                Assert.That(AttributeDecoder.TryDecode(payload, notice));
                told.Add(notice.Slow);
                return true;
            },
        };
        for (int i = 0; i < 40; i++) feeder.TryNotify(_bench.Put("incoming", $"x@{i}.test"));
        await loop.UntilAsync(() => told.Count == 1);
        _bench.LetGo();
        await loop.UntilAsync(() => _bench.Qmgr.Active == 0);
        Assert.That(told, Is.EqualTo(new[] { true, false }));
        feeder.Close();
    }, "qmgr_message_active_limit = 10");

    [Test]
    public void Retry_maps_decide_when_and_for_how_long() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "timed out");
        _bench.StartAll(loop);
        QueuedNotice often = _bench.Put("incoming", "x@often.test"),
            short_ = _bench.Put("incoming", e => e.ArrivalMicroseconds -= 7_200_000_000L, "x@short.test", "y@often.test");
        _bench.Tell(loop, often);
        _bench.Tell(loop, short_);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 2);
        Dictionary<string, long> next =
            _bench.Qmgr.DeferredMessages.All.ToDictionary(p => p.Key.ToString(), p => (p.Value - QueueId.Microseconds()) / 1_000_000);
        Assert.That(next[often.Envelope.QueueId], Is.InRange(85, 90));
        // two hours old: the one that is given up after an hour is told, the other goes on
        Assert.That(_bench.Marks("deferred", short_.Envelope.QueueId), Is.EqualTo("rR"));
        Assert.That(_bench.Appended.Single(a => a.Log == LogFolder.Bounce).Recipients.Single().Action, Is.EqualTo(DeliveryAction.Failed));
        Assert.That(_bench.Events, Has.Some.StartsWith("send Failure Bounce"));
    }, "retry_maps = inline:{{often.test=90s 1h},{short.test=5m, give up 1h}}");

    [Test]
    public void After_a_delay_notice_success_is_told_if_confirm_delay_cleared_says_so() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.Warned = true, "x@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Has.Some.StartsWith("send Success Trace"));
    }, "confirm_delay_cleared = yes");

    [Test]
    public void Filters_and_redirections_change_the_way() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice redirected = _bench.Put("incoming", e => e.Redirect = "r@elsewhere.test", "x@a.test", "y@b.test");
        QueuedNotice filtered = _bench.Put("incoming", e => e.Filter = "nowhere:[127.0.0.1]:10", "z@a.test");
        _bench.Tell(loop, redirected);
        _bench.Tell(loop, filtered);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1 && !_bench.Exists("incoming", redirected.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver r@elsewhere.test", "append Defer z@a.test=4.3.0 [R]" }));
    });

    [Test]
    public void A_redirection_that_no_agent_takes_waits_as_one_for_all_recipients() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => (e.Redirect, e.Filter) = ("r@elsewhere.test", "nowhere:[127.0.0.1]:10"),
            "x@a.test", "y@b.test", "z@c.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Events, Is.EqualTo(new[] { "append Defer r@elsewhere.test=4.3.0 [RRR]" }));
    });

    [Test]
    public void A_redirection_to_a_bad_address_is_returned_once() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.Redirect = "@", "x@a.test", "y@b.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events.Where(e => e.StartsWith("append", StringComparison.Ordinal)), Has.One.Items);
    });
}
