using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Ipc;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>Files: whole or not at all, whatever happens on the way.</summary>
public sealed class CleanupServiceTests
{
    private CleanupBench _bench = null!;

    [TearDown]
    public void Remove() => _bench.Dispose();

    private void Bench(Func<EventLoop, Task> test, string config = "")
    {
        _bench = new CleanupBench(config);
        _bench.Run(test);
    }

    private static byte[] Large(int size)
    {
        byte[] content = new byte[size];
        Encoding.ASCII.GetBytes("Subject: large\n\n").CopyTo(content, 0);
        Random random = new(1);
        for (int i = 16; i < size; i++) content[i] = i % 70 == 0 ? (byte)'\n' : (byte)random.Next('A', 'z');
        return content;
    }

    [TestCase(100_000, 1000)]
    [TestCase(300_000, 7777)]
    [TestCase(300_000, 300_000)]
    [TestCase(2_000_000, 32_768)]
    public void Large_messages_are_written_as_they_came(int size, int pieces) => Bench(async loop =>
    {
        byte[] content = Large(size);
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), content, pieces);
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        Assert.That(_bench.ContentBytes(reply.QueueId).AsSpan().SequenceEqual(content));
        await loop.UntilAsync(() => _bench.Notices.Count == 1);
        QueueFile file = _bench.Read(reply.QueueId);
        QueuedNotice notice = _bench.Notices[0];
        Assert.That((notice.Content, notice.ReadFile), Is.EqualTo((file.Content, false)));
        file.Envelope.Body = BodyType.SevenBit; // the notice alone says what the content turned out to be
        Assert.That(MessageFiller.Show(notice.Envelope), Is.EqualTo(MessageFiller.Show(file.Envelope)),
            "the notice says what the file says");
    });

    [TestCase("Subject: x\n\nplain\n", true)]
    [TestCase("Subject: \u00e9\n\nplain\n", false)]
    [TestCase("Subject: x\n\n\u00e9\n", false)]
    [TestCase("Subject: \u00e9\n", false)]
    public void Content_in_7_bits_is_told(string content, bool sevenBit) => Bench(async loop =>
    {
        foreach (int padding in (int[])[0, 200_000])
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(content), .. Large(padding + 16).AsSpan(16)];
            SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), bytes, 20_000);
            await loop.UntilAsync(() => _bench.Notices.Exists(n => n.Envelope.QueueId == reply.QueueId));
            QueuedNotice notice = _bench.Notices.Find(n => n.Envelope.QueueId == reply.QueueId)!;
            Assert.That(notice.Envelope.Body, Is.EqualTo(sevenBit ? BodyType.SevenBit : BodyType.Unknown));
        }
    });

    [TestCase(500)]
    [TestCase(70_000)]
    [TestCase(300_000)]
    public void What_is_decided_at_the_end_changes_the_envelope_alone(int size) => Bench(async loop =>
    {
        byte[] content = Large(size);
        foreach (bool hold in new[] { false, true })
        {
            for (int length = 0; length < 3; length++)
            {
                SubmitRequest request = CleanupBench.Request("r@x.test");
                request.MayChange = true;
                SubmitEnd late = new()
                {
                    Hold = hold,
                    Filter = "smtp:[127.0.0.1]:10025",
                    Redirect = new string('x', 1960 + length) + "@y.test",
                    Copies = ["copy@z.test"]
                };
                Submission submission = _bench.Open(request);
                for (int at = 0; at < size; at += 20_000)
                {
                    submission.Write(content.AsSpan(at, Math.Min(20_000, size - at)));
                    if (at % 60_000 == 0) await loop.TurnAsync(1);
                    if (!submission.HasRoom) await submission.RoomAsync();
                }
                SubmitReply reply = await submission.FinishAsync(late);
                Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
                string folder = hold ? "hold" : "incoming";
                Assert.That(_bench.Spool.TryRead(folder, reply.QueueId, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
                Envelope e = file!.Envelope;
                Assert.That((e.Filter, e.Redirect, (e.Flags & MessageFlags.Hold) != 0), Is.EqualTo((late.Filter, late.Redirect, hold)));
                Assert.That(e.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "r@x.test", "copy@z.test" }));
                Assert.That(_bench.ContentBytes(reply.QueueId, folder).AsSpan().SequenceEqual(content));
            }
        }
        Assert.That(Directory.GetFiles(Path.Combine(Path.GetDirectoryName(_bench.Spool.PathOf("incoming", QueueId.Next()))!)).Length,
            Is.EqualTo(3), "those on hold are not in incoming");
        Assert.That(_bench.Notices, Has.All.Matches<QueuedNotice>(n => n.Envelope.Filter.Length > 0
            && n.Envelope.Recipients[1].Offset > n.Envelope.Recipients[0].Offset));
    });

    [Test]
    public void What_is_decided_late_must_have_been_announced() => Bench(async loop =>
    {
        Submission submission = _bench.Open(CleanupBench.Request("r@x.test"));
        submission.Write(Large(100_000));
        SubmitReply reply = await submission.FinishAsync(new SubmitEnd { Hold = true });
        Assert.That(reply.Outcome.IsTemporary, reply.Outcome.Text);
        await loop.UntilAsync(() => !Directory.EnumerateFiles(Path.GetDirectoryName(_bench.Spool.PathOf("incoming", QueueId.Next()))!)
            .Any(), "nothing is left");
    });

    [TestCase(500)]
    [TestCase(300_000)]
    public void An_envelope_that_outgrows_its_room_is_written_elsewhere(int size) => Bench(async _ =>
    {
        SubmitRequest request = CleanupBench.Request("r@x.test");
        request.MayChange = true;
        Submission submission = _bench.Open(request);
        byte[] content = Large(size);
        for (int at = 0; at < size; at += 20_000)
        {
            submission.Write(content.AsSpan(at, Math.Min(20_000, size - at)));
            if (!submission.HasRoom) await submission.RoomAsync();
        }
        string redirect = new string('x', 3000) + "@y.test";
        SubmitReply reply = await submission.FinishAsync(new SubmitEnd { Redirect = redirect });
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        QueueFile file = _bench.Read(reply.QueueId);
        Assert.That((file.Envelope.Redirect, file.Content.IsContiguous), Is.EqualTo((redirect, size < 1000)));
        Assert.That(_bench.ContentBytes(reply.QueueId).AsSpan().SequenceEqual(content));
    });

    [Test]
    public void While_a_large_message_is_written_its_file_says_that_it_is_unfinished() => Bench(async loop =>
    {
        // buffers are used again: what an earlier message left in them must not be taken for this one's head
        await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Large(30_000));
        SubmitRequest request = CleanupBench.Request("r@x.test");
        Submission submission = _bench.Open(request);
        submission.Write(Large(150_000));
        string path = _bench.Spool.PathOf("incoming", request.Envelope.QueueId);
        await loop.UntilAsync(() => File.Exists(path) && new FileInfo(path).Length > 50_000);
        Assert.That(_bench.Spool.TryRead("incoming", request.Envelope.QueueId, out _), Is.EqualTo(QueueFileStatus.Unfinished));
        Assert.That((await submission.FinishAsync()).Outcome.IsOk);
        Assert.That(_bench.ContentBytes(request.Envelope.QueueId), Has.Length.EqualTo(150_000));
    });

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(1000)]
    [TestCase(200_000)]
    public void A_submitter_that_dies_leaves_no_file(int sent) => Bench(async loop =>
    {
        int peer = OnLoop.Connect(_bench.Spool.SocketPath(false, "cleanup"));
        Connection raw = new(loop, peer);
        raw.Write(LinkTests.Frame(1, FrameType.Open, LinkTests.Encoded(CleanupBench.Request("r@x.test"))));
        byte[] content = Large(Math.Max(sent, 100));
        for (int at = 0; at < sent; at += 10_000)
            raw.Write(LinkTests.Frame(1, FrameType.Data, content.AsSpan(at, Math.Min(10_000, sent - at))));
        await loop.UntilAsync(() => _bench.Active == 1);
        if (sent > 100_000) await loop.UntilAsync(() => _bench.Files().Length == 1);
        raw.Dispose();
        await loop.UntilAsync(() => _bench.Active == 0);
        Assert.That(_bench.Files(), Is.Empty);
        Assert.That(_bench.Notices, Is.Empty);
    });

    [TestCase(FrameType.Open)]
    [TestCase(FrameType.Progress)]
    [TestCase(FrameType.Reset)]
    public void Nonsense_in_mid_message_leaves_no_file(FrameType type) => Bench(async loop =>
    {
        Connection raw = new(loop, OnLoop.Connect(_bench.Spool.SocketPath(false, "cleanup")));
        raw.Write(LinkTests.Frame(1, FrameType.Open, LinkTests.Encoded(CleanupBench.Request("r@x.test"))));
        for (int i = 0; i < 4; i++) raw.Write(LinkTests.Frame(1, FrameType.Data, Large(30_000)));
        await loop.UntilAsync(() => _bench.Files().Length == 1);
        raw.Write(LinkTests.Frame(1, type, []));
        await loop.UntilAsync(() => _bench.Active == 0 && _bench.Files().Length == 0);
        raw.Dispose();
    });

    [Test]
    public void Too_large_a_message_is_refused() => Bench(async loop =>
    {
        foreach (int size in new[] { 100_001, 400_000 })
        {
            SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Large(size));
            Assert.That((reply.Outcome.IsPermanent, reply.Outcome.Status.ToString(), reply.Outcome.Code), Is.EqualTo((true, "5.3.4", 552)));
            Assert.That(reply.Failure, Is.EqualTo(SubmitFailure.TooBig));
        }
        Assert.That((await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Large(100_000))).Outcome.IsOk);
        Assert.That(_bench.Files(), Has.Length.EqualTo(1));
    }, "message_size_limit = 100000");

    [TestCase(100)]
    [TestCase(400_000)]
    public void A_folder_that_cannot_be_written_is_a_temporary_trouble(int size) => Bench(async loop =>
    {
        Directory.Delete(_bench.Spool.Root + "/incoming");
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Large(size));
        Assert.That((reply.Outcome.IsTemporary, reply.Outcome.Status.ToString()), Is.EqualTo((true, "4.3.0")));
        Assert.That(reply.Failure, Is.EqualTo(SubmitFailure.Unavailable));
        Directory.CreateDirectory(_bench.Spool.Root + "/incoming");
        Assert.That(_bench.Notices, Is.Empty);
        Assert.That((await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), Large(size))).Outcome.IsOk);
    });

    [Test]
    public void A_file_that_is_there_already_is_not_touched() => Bench(async loop =>
    {
        SubmitRequest request = CleanupBench.Request("r@x.test");
        string path = _bench.Spool.PathOf("incoming", request.Envelope.QueueId);
        File.WriteAllText(path, "other");
        SubmitReply reply = await _bench.SubmitAsync(request, Large(100));
        Assert.That(reply.Outcome.IsTemporary && File.ReadAllText(path) == "other");
    });

    [Test]
    public void Many_recipients_are_read_from_the_file() => Bench(async loop =>
    {
        await _bench.SubmitAsync(CleanupBench.Request([.. Enumerable.Range(0, 500).Select(i => $"u{i}@x.test")]), Large(100));
        SubmitReply many =
            await _bench.SubmitAsync(CleanupBench.Request([.. Enumerable.Range(0, 501).Select(i => $"u{i}@x.test")]), Large(100));
        await loop.UntilAsync(() => _bench.Notices.Count == 2);
        Assert.That(_bench.Notices.Select(n => (n.ReadFile, n.Envelope.Recipients.Count)), Is.EqualTo(new[] { (false, 500), (true, 0) }));
        Assert.That(_bench.Notices[1].Envelope.QueueId, Is.EqualTo(many.QueueId));
        Assert.That(_bench.Read(many.QueueId).Envelope.Recipients, Has.Count.EqualTo(501));
    });

    [Test]
    public void What_is_to_be_held_is_held() => Bench(async loop =>
    {
        SubmitRequest request = CleanupBench.Request("r@x.test");
        request.Envelope.Flags = MessageFlags.Hold;
        SubmitReply reply = await _bench.SubmitAsync(request, Large(100));
        Assert.That(_bench.Read(reply.QueueId, "hold").Envelope.Sender, Is.EqualTo("sender@from.test"));
        await loop.TurnAsync(5);
        Assert.That(_bench.Notices, Is.Empty);
    });

    [Test]
    public void A_bad_request_is_refused() => Bench(async loop =>
    {
        LinkClient client = new(loop, _bench.Spool.SocketPath(false, "cleanup"));
        Assert.That(await client.CallAsync<TriggerRequest, SubmitReply>(new()), Is.Null);
        client.Close();
    });

    [Test]
    public void An_id_that_is_no_id_is_replaced() => Bench(async loop =>
    {
        SubmitRequest request = CleanupBench.Request("r@x.test");
        request.Envelope.QueueId = "../../etc/bad";
        SubmitReply reply = await _bench.SubmitAsync(request, Large(100));
        Assert.That(QueueId.IsValid(reply.QueueId) && _bench.Read(reply.QueueId) != null);
    });

    [Test]
    public void Aliases_and_copies_are_expanded_once() => Bench(async loop =>
    {
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("list@x.test", "b@x.test"), Large(100));
        Assert.That(_bench.Read(reply.QueueId).Envelope.Recipients.Select(r => r.Address),
            Is.EqualTo(new[] { "a@x.test", "b@x.test", "copy@x.test" }));
    }, "virtual_alias_maps = inline:{ {list@x.test = a@x.test, b@x.test} }\nvirtual_alias_domains =\nalways_bcc = "
        + "copy@x.test\nenable_original_recipient = no");

    [Test]
    public void Copies_are_those_of_the_recipients_that_were_asked_for_not_of_what_their_aliases_lead_to() => Bench(async loop =>
    {
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("list@x.test", "c@y.test"), Large(100));
        Assert.That(_bench.Read(reply.QueueId).Envelope.Recipients.Select(r => r.Address),
            Is.EqualTo(new[] { "a@x.test", "d@y.test", "archive@x.test", "archive@y.test" }));
    }, "virtual_alias_maps = inline:{ {list@x.test = a@x.test}, {c@y.test = d@y.test} }\nvirtual_alias_domains "
        + "=\nenable_original_recipient = no\n"
        + "recipient_bcc_maps = inline:{ {list@x.test = archive@x.test}, {@y.test = archive@y.test}, {a@x.test = nobody@x.test} }");

    [Test]
    public void Hundreds_at_once() => Bench(async loop =>
    {
        List<Submission> open = [.. Enumerable.Range(0, 200).Select(_ => _bench.Open(CleanupBench.Request("r@x.test")))];
        byte[] content = Large(5000);
        foreach (Submission s in open) s.Write(content.AsSpan(0, 2500));
        await loop.TurnAsync();
        foreach (Submission s in open) s.Write(content.AsSpan(2500));
        HashSet<string> ids = [];
        foreach (Submission s in open)
        {
            SubmitReply reply = await s.FinishAsync();
            Assert.That(reply.Outcome.IsOk && ids.Add(reply.QueueId));
            Assert.That(_bench.ContentBytes(reply.QueueId).AsSpan().SequenceEqual(content));
        }
    });
}
