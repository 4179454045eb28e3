using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Showq;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Tools;
using MtaSuite.Tools.Postqueue;

namespace MtaSuite.Tests.Unit.Showq;

/// <summary>showq with a queue manager of our own behind it and postqueue in front.</summary>
public class ShowqServiceTests
{
    private sealed class FakeQmgr(params QueueState[] states) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            stream.Send(FrameType.Progress, new QueueStates { Entries = [.. states] });
            stream.Send(FrameType.Reply, new QmgrReply { Count = states.Length });
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    private ToolHarness _harness = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private void Start(QueueState[]? states, string config = "", bool hangs = false)
    {
        int qmgr = states == null ? -1 : ToolHarness.Listen(_harness.Spool.SocketPath(false, "qmgr"));
        int showq = ToolHarness.Listen(_harness.Spool.SocketPath(false, "showq"));
        _harness.Serve(() =>
        {
            if (states != null) _ = new LinkServer(_harness.Loop, qmgr, _ => hangs ? new Silence() : new FakeQmgr(states));
            _ = new ShowqService(TestService.Context(_harness.Loop, _harness.Config(config), _harness.Spool, "showq", showq));
        });
    }

    private List<QueueEntry> Read(QueueFilter? filter = null)
    {
        List<QueueEntry> entries = [];
        int status = QueueSource.Read(_harness.Config(), filter ?? new QueueFilter(), e => { entries.Add(e); return true; });
        Assert.That(status, Is.Zero, _harness.Messages);
        return entries;
    }

    [Test]
    public void Shows_all_queues_with_qmgrs_states()
    {
        string held = _harness.Put(SpoolDirectory.Hold, ToolHarness.Envelope("h@x", "a@b"));
        string active = _harness.Put(SpoolDirectory.Incoming, ToolHarness.Envelope("a@x", "a@b"));
        string waiting = _harness.Put(SpoolDirectory.Deferred, ToolHarness.Envelope("w@x", "a@b"));
        _harness.Put(SpoolDirectory.Corrupt, ToolHarness.Envelope("c@x", "a@b"));
        long next = QueueId.Microseconds() / 1_000_000 * 1_000_000 + 300_000_000;
        _ = FileIO.SetModified(_harness.Spool.PathOf(SpoolDirectory.Deferred, waiting), next);
        Start([new QueueState { QueueId = active, State = "active" },
            new QueueState { QueueId = waiting, State = "deferred", NextMicroseconds = next }]);
        Assert.That(Read().Select(e => (e.QueueName, e.QueueId, e.Sender, e.NextMicroseconds)), Is.EqualTo(new[]
        {
            ("active", active, "a@x", 0L), ("deferred", waiting, "w@x", next), ("hold", held, "h@x", 0L),
        }));
        Assert.That(Read(new QueueFilter { Queues = ["active"] }).Select(e => e.QueueId), Is.EqualTo(new[] { active }));
    }

    [Test]
    public void Without_qmgr_the_folders_tell()
    {
        _harness.Put(SpoolDirectory.Incoming, ToolHarness.Envelope("a@x", "a@b"));
        Start(null);
        Assert.That(Read().Select(e => e.QueueName), Is.EqualTo(new[] { "incoming" }));
        Assert.That(_harness.Messages, Does.Contain("queue manager does not answer"));
    }

    private sealed class Silence : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload) { }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    [Test]
    public void With_a_qmgr_that_hangs_the_folders_tell()
    {
        _harness.Put(SpoolDirectory.Incoming, ToolHarness.Envelope("a@x", "a@b"));
        Start([], hangs: true);
        Assert.That(Read().Select(e => e.QueueName), Is.EqualTo(new[] { "incoming" }));
        Assert.That(_harness.Messages, Does.Contain("does not say which messages are being delivered"));
    }

    [Test]
    public void A_long_queue_arrives_whole()
    {
        string[] many = [.. Enumerable.Range(0, 1500).Select(i => $"recipient{i}@somewhere.example")];
        for (int i = 0; i < 30; i++) _harness.Put(SpoolDirectory.Deferred, ToolHarness.Envelope($"{i}@x", many));
        Start([]);
        List<QueueEntry> entries = Read();
        Assert.That(entries.Select(e => e.Sender), Is.EquivalentTo(Enumerable.Range(0, 30).Select(i => $"{i}@x")));
        Assert.That(entries.TrueForAll(e => e.Recipients.Count == 1500 && e.Recipients[1499].Address == many[1499]));
    }

    [Test]
    public void An_asker_who_leaves_does_no_harm()
    {
        for (int i = 0; i < 20; i++)
            _harness.Put(SpoolDirectory.Deferred, ToolHarness.Envelope("s@x", [.. Enumerable.Repeat("r@y", 2000)]));
        Start([]);
        QueueSource.Read(_harness.Config(), new QueueFilter(), _ => false);
        Assert.That(Read(), Has.Count.EqualTo(20));
    }
}
