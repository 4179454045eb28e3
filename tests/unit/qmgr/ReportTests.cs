using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>Reports beside failure and delay: expansions, the first attempt, probes.</summary>
public sealed class ReportTests
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
    public void An_expanded_alias_is_reported_and_never_delivered_to() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice =
            _bench.Put("incoming", e => e.Recipients[0].Notify = Notify.Success | Notify.Expanded, "alias@a.test", "y@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EqualTo(
            new[] { "deliver y@a.test", "append Trace alias@a.test=2.0.0 [Rr]", "send Success Trace incoming [rr]" }));
        BounceRecipient record = _bench.Appended.Single().Recipients.Single();
        Assert.That((record.Action, record.Notify), Is.EqualTo((DeliveryAction.Expanded, Notify.Success)));
    });

    [Test]
    public void An_expansion_is_reported_once_though_the_message_waits() => Bench(async loop =>
    {
        _bench.Deliver = _ => Outcome.Defer("4.4.1", "timed out");
        _bench.StartAll(loop);
        QueuedNotice notice =
            _bench.Put("incoming", e => e.Recipients[0].Notify = Notify.Success | Notify.Expanded, "alias@a.test", "y@a.test");
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Marks("deferred", id), Is.EqualTo("rR"));
        _bench.Events.Clear();
        _bench.Deliver = _ => Outcome.Ok("sent");
        await _bench.AskAsync(loop, QmgrRequest.FlushId, id);
        await loop.UntilAsync(() => !_bench.Exists("deferred", id));
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver y@a.test", "remove Defer [rr]" }));
    });

    [Test]
    public void The_first_attempt_is_reported_whatever_came_of_it_and_the_second_is_not() => Bench(async loop =>
    {
        _bench.Deliver = a =>
            a[0] switch { 'x' => Outcome.Bounce("5.1.1", "no"), 'y' => Outcome.Defer("4.4.1", "wait"), _ => Outcome.Ok("sent") };
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.Flags = MessageFlags.Trace, "x@a.test", "y@a.test", "z@a.test");
        string id = notice.Envelope.QueueId;
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => _bench.Qmgr.DeferredMessages.Count == 1);
        Assert.That(_bench.Events, Does.Contain("append Trace x@a.test=5.1.1,y@a.test=4.4.1,z@a.test=2.0.0 [RRr]")
            .And.Contain("send Verify Trace incoming [rRr]").And.Contain("send Failure Bounce incoming [rRr]"));
        _bench.Events.Clear();
        await _bench.AskAsync(loop, QmgrRequest.FlushId, id);
        await loop.UntilAsync(() => _bench.Events.Count >= 2);
        await loop.TurnAsync(10);
        Assert.That(_bench.Events, Is.EqualTo(new[] { "deliver y@a.test", "append Defer y@a.test=4.4.1 [rRr]" }));
    });

    [TestCase("x@a.test", 5, ProbeStatus.Undeliverable)]
    [TestCase("y@a.test", 4, ProbeStatus.Deferred)]
    [TestCase("z@a.test", 2, ProbeStatus.Deliverable)]
    public void A_probe_is_told_to_verify_and_leaves_nothing(string recipient, int kind, ProbeStatus status) => Bench(async loop =>
    {
        List<VerifyUpdate> updates = [];
        LinkServer verify = new(loop, OnLoop.Listen(_bench.Spool.SocketPath(true, "verify")), _ => throw new InvalidOperationException());
        verify.LinkAccepted = link => link.Noticed = (_, payload) =>
        {
            VerifyUpdate update = new();
            Assert.That(AttributeDecoder.TryDecode(payload, update));
            updates.Add(update);
            return true;
        };
        _bench.Deliver = _ =>
            kind switch { 5 => Outcome.Bounce("5.1.1", "said so"), 4 => Outcome.Defer("4.4.1", "said so"), _ => Outcome.Ok("said so") };
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e =>
        {
            e.Flags = MessageFlags.VerifyOnly | MessageFlags.Probe;
            e.Recipients[0].Original = "asked@for.test";
        }, recipient);
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => updates.Count == 1 && !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That((updates[0].Address, updates[0].Status, updates[0].Text), Is.EqualTo(("asked@for.test", status, "said so")));
        Assert.That(_bench.Events, Is.EqualTo(new[] { $"deliver {recipient}" }));
        Assert.That(_bench.Qmgr.DeferredMessages.Count, Is.Zero);
    });

    [Test]
    public void Probes_have_routes_of_their_own() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.Flags = MessageFlags.VerifyOnly | MessageFlags.Probe, "x@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.Empty, "its transport is not the agent");
    }, "address_verify_default_transport = nowhere\naddress_verify_transport_maps =\n");

    [Test]
    public void With_verp_each_recipient_has_a_sender_of_its_own() => Bench(async loop =>
    {
        _bench.StartAll(loop);
        QueuedNotice notice = _bench.Put("incoming", e => e.VerpDelimiters = "+=", "x@a.test", "y@a.test");
        _bench.Tell(loop, notice);
        await loop.UntilAsync(() => !_bench.Exists("incoming", notice.Envelope.QueueId));
        Assert.That(_bench.Events, Is.EquivalentTo(new[] { "deliver x@a.test", "deliver y@a.test" }));
        Assert.That(_bench.Senders, Is.EquivalentTo(new[] { "sender+x=a.test@from.test", "sender+y=a.test@from.test" }));
    });
}
