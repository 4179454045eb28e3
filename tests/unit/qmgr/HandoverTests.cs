using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>A queue manager that is replaced by another (reload) while deliveries hang.</summary>
[TestFixture]
public sealed class HandoverTests
{
    private const string OneAtATime =
        "agent_destination_concurrency_limit = 1\nagent_destination_recipient_limit = 2\ninitial_destination_concurrency = 1";
    private QmgrBench _bench = null!;

    [TearDown]
    public void TearDown() => _bench.Dispose();

    private void Bench(Func<EventLoop, Task> test, string config = "")
    {
        _bench = new QmgrBench(config);
        _bench.Run(test);
    }

    private IEnumerable<string> Deliveries => _bench.Events.Where(e => e.StartsWith("deliver", StringComparison.Ordinal));

    private async Task<string> StartHangingAsync(EventLoop loop, params string[] recipients)
    {
        _bench.Holds = r => r.StartsWith("hang", StringComparison.Ordinal);
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", recipients);
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => Deliveries.Any());
        return notice.Envelope.QueueId;
    }

    [Test]
    public void Other_mail_goes_on_and_the_rest_of_a_message_follows_its_release() => Bench(async loop =>
    {
        string id = await StartHangingAsync(loop, "hang@a.test", "x@a.test", "y@a.test", "z@a.test");
        Func<bool> isGone = _bench.Replace(loop);
        QueuedNotice other = _bench.Put("incoming", "other@b.test"), same = _bench.Put("incoming", "same@a.test");
        _bench.Tell(loop, same);
        _bench.Tell(loop, other);
        await loop.UntilAsync(() => !_bench.Exists("incoming", other.Envelope.QueueId));
        Assert.That(_bench.Qmgr.DeliveredElsewhere.Select(d => d.Id), Is.EqualTo(new[] { id }));
        Assert.That(isGone(), Is.False);
        Assert.That(Deliveries, Is.EqualTo(new[] { "deliver hang@a.test,x@a.test", "deliver other@b.test" }),
            "one delivery at a time to a.test, whoever began it");
        _bench.LetGo();
        await loop.UntilAsync(() => isGone() && _bench.Qmgr.Active == 0);
        Assert.That(Deliveries, Is.EquivalentTo(new[]
        {
            "deliver hang@a.test,x@a.test", "deliver other@b.test", "deliver y@a.test,z@a.test", "deliver same@a.test",
        }));
        Assert.That(_bench.Exists("incoming", id), Is.False);
    }, OneAtATime);

    [Test]
    public void Failures_of_a_part_are_logged_at_once_and_told_at_the_end() => Bench(async loop =>
    {
        string id = await StartHangingAsync(loop, "hang@a.test", "x@a.test", "y@a.test");
        Func<bool> isGone = _bench.Replace(loop);
        _bench.Deliver = r => r[0] == 'h' ? Outcome.Bounce("5.1.1", "unknown") : Outcome.Ok("sent");
        _bench.LetGo();
        await loop.UntilAsync(() => isGone() && _bench.Qmgr.Active == 0 && !_bench.Exists("incoming", id));
        Assert.That(_bench.Events, Is.EqualTo(new[]
        {
            "deliver hang@a.test,x@a.test", "append Bounce hang@a.test=5.1.1 [RrR]", "deliver y@a.test",
                "send Failure Bounce incoming [rrr]",
        }));
    }, OneAtATime);

    [Test]
    public void A_deferred_message_is_known_with_its_time_after_the_release() => Bench(async loop =>
    {
        string id = await StartHangingAsync(loop, "hang@a.test");
        Func<bool> isGone = _bench.Replace(loop);
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "timed out");
        _bench.LetGo();
        await loop.UntilAsync(() => isGone() && _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Qmgr.DeferredMessages.FirstTime, Is.GreaterThan(QueueId.Microseconds() + 100_000_000));
        Assert.That(Deliveries.Count(), Is.EqualTo(1));
        _bench.Deliver = _ => Outcome.Ok("sent");
        Assert.That((await _bench.AskAsync(loop, QmgrRequest.FlushId, id))!.Count, Is.EqualTo(1));
        await loop.UntilAsync(() => !_bench.Exists("deferred", id) && _bench.Qmgr.Active == 0);
    });

    [Test]
    public void The_newest_of_several_hears_of_everything() => Bench(async loop =>
    {
        string id = await StartHangingAsync(loop, "hang@a.test");
        Func<bool> first = _bench.Replace(loop);
        await loop.UntilAsync(() => _bench.Qmgr.DeliveredElsewhere.Any());
        QueuedNotice second = _bench.Put("incoming", "hang@b.test");
        _bench.Tell(loop, second);
        await loop.UntilAsync(() => Deliveries.Count() == 2);
        Func<bool> next = _bench.Replace(loop), last = _bench.Replace(loop);
        await loop.UntilAsync(() => _bench.Qmgr.DeliveredElsewhere.Select(d => d.Id).Order()
            .SequenceEqual(new[] { id, second.Envelope.QueueId }.Order()));
        await loop.UntilAsync(last, "the one in the middle has nothing in delivery");
        Assert.That(Deliveries.Count(), Is.EqualTo(2));
        _bench.LetGo();
        await loop.UntilAsync(() => first() && next() && _bench.Qmgr.Active == 0 && !_bench.Exists("incoming", id));
        Assert.That(Deliveries.Count(), Is.EqualTo(2));
        Assert.That(_bench.Qmgr.DeliveredElsewhere, Is.Empty);
    });

    [Test]
    public void What_was_asked_for_is_not_forgotten() => Bench(async loop =>
    {
        await StartHangingAsync(loop, "hang@a.test");
        QueuedNotice later = _bench.Put("deferred", "later@b.test");
        string id = later.Envelope.QueueId;
        FileIO.SetModified(_bench.Spool.PathOf("deferred", id), QueueId.Microseconds() + 1_000_000_000L);
        await _bench.AskAsync(loop, QmgrRequest.Rescan);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        // there is no room for it
        await _bench.AskAsync(loop, QmgrRequest.FlushId, id);
        await loop.Delay(TimeSpan.FromMilliseconds(300));
        Assert.That(_bench.Exists("deferred", id));
        _bench.Replace(loop);
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        _bench.LetGo();
    }, "qmgr_message_active_limit = 1");

    [Test]
    public void A_process_that_says_nothing_is_not_waited_for_without_end() => Bench(async loop =>
    {
        string id = _bench.Put("incoming", "x@a.test").Envelope.QueueId;
        _bench.StartAgent(loop);
        _bench.StartBounce(loop);
        _bench.StartQmgr(loop, predecessors: 1);
        QueuedNotice fresh = _bench.Put("incoming", "fresh@a.test");
        _bench.Tell(loop, fresh);
        await loop.UntilAsync(() => !_bench.Exists("incoming", fresh.Envelope.QueueId), "new mail does not wait");
        Assert.That(Deliveries, Is.EqualTo(new[] { "deliver fresh@a.test" }));
        await loop.Delay(TimeSpan.FromSeconds(4));
        await loop.UntilAsync(() => !_bench.Exists("incoming", id));
    });
}
