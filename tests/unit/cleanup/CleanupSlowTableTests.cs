using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>Tables that make cleanup wait hold up the messages that need them, and no others.</summary>
public sealed class CleanupSlowTableTests
{
    private const string Content = "From: old@a.test\nTo: x@y.test\nSubject: x\nMessage-ID: <1@x.test>\nDate: today\n\nbody\n";
    private CleanupBench _bench = null!;

    [TearDown]
    public void Remove() => _bench.Dispose();

    private void Bench(Func<EventLoop, Task> test, string config)
    {
        _bench = new CleanupBench(config);
        _bench.Run(test);
    }

    private Task<SubmitReply> SubmitUnchangedAsync()
    {
        SubmitRequest request = CleanupBench.Request("other@b.test");
        request.Cleanup = CleanupFlags.None;
        return _bench.SubmitAsync(request, Encoding.ASCII.GetBytes(Content));
    }

    [Test]
    public void Messages_that_need_no_slow_table_go_on()
    {
        using LockedTable table = new(("list@a.test", "one@b.test, two@b.test"));
        Bench(async loop =>
        {
            Task<SubmitReply>[] waiting = [.. Enumerable.Range(0, 3)
                .Select(_ => _bench.SubmitAsync(CleanupBench.Request("list@a.test"), Encoding.ASCII.GetBytes(Content), 7))];
            for (int i = 0; i < 3; i++) Assert.That((await SubmitUnchangedAsync()).Outcome.IsOk);
            await loop.TurnAsync(5);
            Assert.That(waiting.Any(w => w.IsCompleted), Is.False);
            table.Release();
            foreach (SubmitReply reply in await Task.WhenAll(waiting))
            {
                Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
                Assert.That(_bench.Read(reply.QueueId).Envelope.Recipients.Select(r => r.Address),
                    Is.EqualTo(new[] { "one@b.test", "two@b.test" }));
                Assert.That(_bench.Content(reply.QueueId), Is.EqualTo(Content));
            }
        }, $"virtual_alias_maps = {table.Spec}");
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    // What comes while a thread works on the headers is kept in order, wherever it is cut.
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(45)]
    [TestCase(100_000)]
    public void Headers_and_copies_wait_beside_the_loop(int pieces)
    {
        using LockedTable table = new(("old@a.test", "new@a.test"), ("sender@from.test", "copy@c.test"));
        byte[] content = [.. Encoding.ASCII.GetBytes(Content),
            .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789abcdef\n", pieces == 1 ? 10 : 20_000)))];
        Bench(async loop =>
        {
            table.ReleaseSoon(loop);
            SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), content, pieces);
            Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
            Assert.That(_bench.Read(reply.QueueId).Envelope.Recipients.Select(r => r.Address),
                Is.EqualTo(new[] { "r@x.test", "copy@c.test" }));
            Assert.That(_bench.Content(reply.QueueId),
                Is.EqualTo(Encoding.ASCII.GetString(content).Replace("old@a.test", "new@a.test", StringComparison.Ordinal)));
        }, $"canonical_maps = {table.Spec}\ncanonical_classes = header_sender\nsender_bcc_maps = "
            + $"{table.Spec}\nlocal_header_rewrite_clients = static:all\nremote_header_rewrite_domain = r.test");
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [TestCase(100)]
    [TestCase(300_000)]
    public void What_is_decided_at_the_end_waits_beside_the_loop(int size)
    {
        using LockedTable table = new(("late@a.test", "copy@c.test"));
        table.Release();
        Bench(async loop =>
        {
            SubmitRequest request = CleanupBench.Request("r@x.test");
            request.MayChange = true;
            Submission submission = _bench.Open(request);
            submission.Write(Encoding.ASCII.GetBytes(Content + new string('x', size) + "\n"));
            await loop.TurnAsync(20);
            table.Lock();
            table.ReleaseSoon(loop);
            SubmitReply reply = await submission.FinishAsync(new SubmitEnd { Copies = ["late@a.test"], Hold = true });
            Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
            Assert.That(_bench.Read(reply.QueueId, "hold").Envelope.Recipients.Select(r => r.Address),
                Is.EqualTo(new[] { "r@x.test", "copy@c.test" }));
        }, $"virtual_alias_maps = {table.Spec}");
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void A_submitter_may_leave_while_a_table_is_asked()
    {
        using LockedTable table = new(("r@x.test", "r@x.test"));
        Bench(async loop =>
        {
            Submission submission = _bench.Open(CleanupBench.Request("r@x.test"));
            submission.Write(Encoding.ASCII.GetBytes(Content));
            await loop.UntilAsync(() => _bench.Active == 1);
            submission.Abort("gone");
            await loop.TurnAsync(5);
            Assert.That(_bench.Active, Is.EqualTo(1));
            table.Release();
            await loop.UntilAsync(() => _bench.Active == 0);
            Assert.That(_bench.Files(), Is.Empty);
        }, $"virtual_alias_maps = {table.Spec}");
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [Test]
    public void A_table_that_cannot_answer_is_trouble_for_now() => Bench(async _ =>
    {
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Content);
        Assert.That(reply.Outcome.IsTemporary, reply.Outcome.Text);
        Assert.That(_bench.Files(), Is.Empty);
    }, "virtual_alias_maps = lmdb:/no/such");
}
