using System.Text;
using MtaSuite.Cleanup;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>
/// What filters change at the end of a message is in the queue file, and nothing else is; what fails leaves nothing behind.
/// </summary>
public sealed class EditableMessageTests
{
    private const string Header = "From: a@b.test\nSubject: one\nX-Old: 1\n more\nX-Old: 2\nTo: c@d.test\n\n";
    private CleanupBench? _last;

    private CleanupBench Bench => _last!;

    [TearDown]
    public void Remove()
    {
        _last?.Dispose();
        _last = null;
    }

    private sealed class TestFilter(Func<EditableMessage, ValueTask<FilterVerdict>> filter) : IContentFilter
    {
        public string Name => "test";

        public ValueTask<FilterVerdict> FilterAsync(EditableMessage message) => filter(message);
    }

    private static IContentFilter Edit(Action<EditableMessage> edit) => new TestFilter(m =>
    {
        edit(m);
        return default;
    });

    private static IContentFilter Edit(Func<EditableMessage, ValueTask> edit) => new TestFilter(async m =>
    {
        await edit(m);
        return default;
    });

    private static string Body(int size) => string.Concat(Enumerable.Range(0, size / 10).Select(i => $"{i:D9}\n"));

    private async Task<SubmitReply> SubmitAsync(string body)
    {
        byte[] content = Encoding.UTF8.GetBytes(Header + body);
        return await Bench.SubmitAsync(CleanupBench.Request("r@x.test", "s@x.test"), content, 10_000);
    }

    /// <summary>Submits a small and a large message through filters.</summary>
    private void Filtered(Action<SubmitReply, string> check, string config, params IContentFilter[] filters) =>
        Filtered(check, config, 0, filters);

    /// <param name="notices">How many notices qmgr gets before it is checked.</param>
    private void Filtered(Action<SubmitReply, string> check, string config, int notices, IContentFilter[] filters)
    {
        foreach (int size in (int[])[0, 500, 200_000])
        {
            Remove();
            _last = new CleanupBench(config);
            Bench.Filters.AddRange(filters);
            Bench.Run(async loop =>
            {
                SubmitReply reply = await SubmitAsync(Body(size));
                if (reply.Outcome.IsOk) await loop.UntilAsync(() => Bench.Notices.Count >= notices);
                check(reply, Body(size));
            });
        }
    }

    private void Queued(Action<QueueFile, string, string> check, params IContentFilter[] filters) => Filtered((reply, body) =>
    {
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        QueueFile file = Bench.Read(reply.QueueId);
        check(file, Encoding.UTF8.GetString(Bench.ContentBytes(reply.QueueId)), body);
        Assert.That((Bench.Notices.Count, Bench.Notices[0].Content), Is.EqualTo((1, file.Content)), "qmgr is told where the content is");
        Assert.That(Bench.Notices[0].Envelope.Recipients.Select(r => r.Offset), Is.EqualTo(file.Envelope.Recipients.Select(r => r.Offset)));
    }, "", 1, filters);

    [Test]
    public void Header_fields_are_added_inserted_changed_and_deleted() => Queued((_, content, body) => Assert.That(content, Is.EqualTo(
        "X-First: 0\nFrom: a@b.test\nsubject: two\n\tlines\nX-Old: 1\n more\nTo: c@d.test\nX-Last: a: b\n\n" + body)),
        Edit(m =>
        {
            m.Header.Add("X-Last", "a: b");
            m.Header.Insert(0, "X-First", "0");
            Assert.That(m.Header.TryChange("subject", 1, "two\r\nlines"));
            Assert.That(m.Header.TryDelete("X-OLD", 2));
            Assert.That(m.Header.TryDelete("X-Old", 2), Is.False);
            Assert.That(m.Header.TryChange("Cc", 1, ""), Is.False);
        }));

    [TestCase("a\n\nbody", "X: a\n\tbody\n")]
    [TestCase("a\r\rb\0c", "X: a\n\tbc\n")]
    [TestCase("\n\n", "X: \n")]
    [TestCase("", "X: \n")]
    [TestCase(" a\n b", "X: a\n b\n")]
    [TestCase("\u00e9", "X: \u00e9\n")]
    public void No_value_becomes_another_field(string value, string expected) =>
        Queued((_, content, body) => Assert.That(content, Is.EqualTo(Header[..^1] + expected + "\n" + body)),
        Edit(m => m.Header.Add("X", value)));

    [TestCase(50)]
    [TestCase(5_000)]
    [TestCase(100_000)]
    public void A_header_section_may_grow(int size) => Queued((_, content, body) =>
        Assert.That(content, Is.EqualTo(Header[..^1] + $"X: {new string('x', size)}\n\n" + body)),
        Edit(m => m.Header.Add("X", new string('x', size))));

    [TestCase(0)]
    [TestCase(300)]
    [TestCase(300_000)]
    public void A_body_is_replaced_by_a_shorter_or_longer_one(int size) =>
        Queued((_, content, _) => Assert.That(content, Is.EqualTo(Header + Body(size))),
        Edit(async m =>
        {
            await m.RestartBodyAsync();
            byte[] body = Encoding.ASCII.GetBytes(Body(size));
            for (int at = 0; at < body.Length; at += 30_000)
                await m.AppendToBodyAsync(body.AsMemory(at, Math.Min(30_000, body.Length - at)));
        }));

    [Test]
    public void Each_filter_sees_what_those_before_it_left() => Queued((_, content, body) => Assert.That(content, Is.EqualTo(
        Header.Replace("one", "three", StringComparison.Ordinal) + "second" + body)),
        Edit(async m =>
        {
            string body = await ReadAsync(m);
            m.Header.TryChange("Subject", 1, "two");
            await m.RestartBodyAsync();
            await m.AppendToBodyAsync(Encoding.ASCII.GetBytes("first" + body));
        }),
        Edit(async m =>
        {
            string body = await ReadAsync(m);
            Assert.That(body, Does.StartWith("first"));
            Assert.That(Encoding.ASCII.GetString(m.Header[m.Header.Find("Subject", 1)]), Is.EqualTo("Subject: two\n"));
            m.Header.TryChange("Subject", 1, "three");
            await m.RestartBodyAsync();
            await m.AppendToBodyAsync(Encoding.ASCII.GetBytes("second" + body["first".Length..]));
        }));

    private static async Task<string> ReadAsync(EditableMessage message)
    {
        List<byte> body = [];
        byte[] buffer = new byte[7_000];
        for (int n; (n = await message.ReadBodyAsync(body.Count, buffer)) > 0;) body.AddRange(buffer[..n]);
        Assert.That(body, Has.Count.EqualTo(message.BodyLength));
        return Encoding.ASCII.GetString([.. body]);
    }

    [Test]
    public void Sender_and_recipients_are_changed() => Filtered((reply, _) =>
    {
        Envelope e = Bench.Read(reply.QueueId).Envelope;
        Assert.That(e.Sender, Is.EqualTo("new@origin.test"));
        Assert.That(e.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "s@x.test", "one@y.test", "two@y.test" }),
            "rewritten, expanded, none twice");
    }, "virtual_alias_maps = inline:{ { list@y.test = one@y.test, two@y.test } }", Edit(async m =>
    {
        await m.ChangeSenderAsync("new");
        await m.AddRecipientAsync("list@y.test");
        await m.AddRecipientAsync("s@x.test");
        Assert.That(m.DeleteRecipient("R@X.test"));
        Assert.That(m.DeleteRecipient("nobody@x.test"), Is.False);
    }));

    [Test]
    public void A_held_message_is_in_hold_and_qmgr_is_not_told() => Filtered((reply, body) =>
    {
        Assert.That(reply.Outcome.IsOk);
        Assert.That(Encoding.ASCII.GetString(Bench.ContentBytes(reply.QueueId, "hold")), Is.EqualTo(Header + body));
        Assert.That((Bench.Files(), Bench.Notices.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }, "", new TestFilter(_ => ValueTask.FromResult(new FilterVerdict(FilterAction.Hold, Reason: "suspect"))));

    [Test]
    public void A_discarded_message_is_answered_and_gone() => Filtered((reply, _) =>
    {
        Assert.That(reply.Outcome.IsOk);
        Assert.That((Bench.Files(), Bench.Files("hold"), Bench.Notices.Count),
            Is.EqualTo((Array.Empty<string>(), Array.Empty<string>(), 0)));
    }, "", new TestFilter(_ => ValueTask.FromResult(new FilterVerdict(FilterAction.Discard))),
        Edit(_ => Assert.Fail("asked after a discard")));

    [TestCase(550)]
    [TestCase(451)]
    public void A_refused_message_is_gone(int code) => Filtered((reply, _) =>
    {
        Assert.That(reply.Outcome.Code, Is.EqualTo(code));
        Assert.That((Bench.Files(), Bench.Notices.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }, "", new TestFilter(m =>
    {
        m.Header.Add("X", "y");
        return ValueTask.FromResult(new FilterVerdict(FilterAction.Refuse,
            code == 550 ? Outcome.Bounce("5.7.1", "no") : Outcome.Defer("4.7.1", "later")));
    }), Edit(_ => Assert.Fail("asked after a refusal")));

    [Test]
    public void An_edit_that_fails_refuses_the_message_for_now() => Filtered((reply, _) =>
    {
        Assert.That(reply.Outcome.Code, Is.EqualTo(451));
        Assert.That((Bench.Files(), Bench.Notices.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }, "virtual_alias_maps = inline:{ { r@x.test = r@x.test } { s@x.test = s@x.test } } fail:x",
        Edit(async m => await m.AddRecipientAsync("new@x.test")));

    [Test]
    public void A_replaced_body_that_grows_beyond_the_limit_is_refused() => Filtered((reply, _) =>
    {
        Assert.That(reply.Outcome.Code, Is.EqualTo(552));
        Assert.That((Bench.Files(), Bench.Notices.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }, "message_size_limit = 250000", Edit(async m =>
    {
        for (int i = 0; i < 300; i++) await m.AppendToBodyAsync(Encoding.ASCII.GetBytes(new string('x', 1000)));
    }));

    [Test]
    public void Whoever_takes_all_recipients_out_discards_the_message() => Filtered((reply, _) =>
    {
        Assert.That(reply.Outcome.IsOk);
        Assert.That((Bench.Files(), Bench.Notices.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }, "", Edit(m =>
    {
        m.DeleteRecipient("r@x.test");
        m.DeleteRecipient("s@x.test");
    }));
}
