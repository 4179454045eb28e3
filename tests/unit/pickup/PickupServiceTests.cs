using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Pickup;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Tables;
using MtaSuite.Tests.Unit.Tools;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Unit.Pickup;

/// <summary>pickup on an event loop, a user's program in front of it and a cleanup of our own behind.</summary>
public class PickupServiceTests
{
    /// <summary>A cleanup that keeps what it gets, and answers as told.</summary>
    private sealed class FakeCleanup : IStreamHandler
    {
        public readonly SubmitRequest Request = new();
        public readonly MemoryStream Content = new();
        public bool Ended, WasReset, Stalled;
        public int Withheld;
        public Outcome Outcome = Outcome.Ok("queued as X");
        public LinkStream? Stream;

        public string Text => Encoding.UTF8.GetString(Content.ToArray());

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            Stream = stream;
            if (type == FrameType.Open) Assert.That(AttributeDecoder.TryDecode(payload, Request));
            if (type != FrameType.End) return;
            Ended = true;
            stream.Send(FrameType.Reply, new SubmitReply { QueueId = Request.Envelope.QueueId, Outcome = Outcome });
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data)
        {
            Content.Write(data);
            if (Stalled) Withheld += data.Length;
            else stream.Consumed(data.Length);
        }

        public void OnReset(LinkStream stream, string reason) => WasReset = true;
    }

    private ToolHarness _harness = null!;
    private readonly List<FakeCleanup> _messages = [];
    private PickupService _service = null!;

    [SetUp]
    public void SetUp()
    {
        _harness = new ToolHarness();
        _messages.Clear();
    }

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private void Start(string config = "", Func<FakeCleanup>? make = null)
    {
        int cleanup = ToolHarness.Listen(_harness.Spool.SocketPath(false, "cleanup"));
        int pickup = ToolHarness.Listen(_harness.Spool.SocketPath(false, "pickup"));
        _harness.Serve(() =>
        {
            _ = new LinkServer(_harness.Loop, cleanup, _ =>
            {
                FakeCleanup message = make?.Invoke() ?? new FakeCleanup();
                _messages.Add(message);
                return message;
            });
            _service = new PickupService(TestService.Context(_harness.Loop, _harness.Config(config), _harness.Spool, "pickup", pickup));
        });
    }

    private BlockingLink Connect() => BlockingLink.Connect(_harness.Spool.SocketPath(false, "pickup"), out _)!;

    private static SubmitRequest Request(string sender, params string[] recipients) =>
        new() { Envelope = ToolHarness.Envelope(sender, recipients), LocalClient = true };

    private static SubmitReply Answer(BlockingLink link)
    {
        SubmitReply reply = new();
        Assert.That(link.TryReceive(out _, out ReadOnlySpan<byte> payload) && AttributeDecoder.TryDecode(payload, reply), link.Error);
        return reply;
    }

    private SubmitReply Submit(SubmitRequest request, string content = "Subject: x\n\nhi\n")
    {
        using BlockingLink link = Connect();
        link.Open(request);
        link.Send(Encoding.UTF8.GetBytes(content));
        link.SendEnd();
        return Answer(link);
    }

    [Test]
    public void A_message_goes_through_under_our_id_with_the_users_number()
    {
        Start();
        SubmitRequest request = Request("me", "a@b", "c@d");
        request.Cleanup = CleanupFlags.ExtractRecipients;
        request.Envelope.QueueId = "chosenByTheUse";
        request.Envelope.Origin = "smtpd";
        request.Envelope.ClientProtocol = "ESMTP";
        request.Envelope.SaslLogin = "root";
        request.Envelope.Flags = MessageFlags.Notice | MessageFlags.Trace;
        request.Envelope.FullName = "Me Myself";
        request.Envelope.Recipients[0].Notify = Notify.Success;
        SubmitReply reply = Submit(request);

        FakeCleanup got = _messages.Single();
        Envelope e = got.Request.Envelope;
        Assert.That(reply.Outcome.IsOk);
        Assert.That(reply.QueueId, Is.EqualTo(e.QueueId));
        Assert.That(QueueId.IsValid(e.QueueId) && e.QueueId != "chosenByTheUse");
        Assert.That((e.Sender, e.FullName, e.Origin, e.ClientProtocol, e.SaslLogin), Is.EqualTo(("me", "Me Myself", "pickup", "", "")));
        Assert.That(e.Flags, Is.EqualTo(MessageFlags.Trace), "a user cannot make a notice");
        Assert.That(got.Request.Cleanup, Is.EqualTo(CleanupFlags.All | CleanupFlags.ExtractRecipients));
        Assert.That(e.Recipients.Select(r => (r.Address, r.Notify)),
            Is.EqualTo(new[] { ("a@b", Notify.Success), ("c@d", Notify.Default) }));
        Assert.That(got.Text, Does.StartWith(
            $"Received: by mx.example.com (Suite, from userid {Credentials.GetUid()})\n"
                + $"\tid {e.QueueId}; ").And.EndWith("\nSubject: x\n\nhi\n"));
    }

    [Test]
    public void A_message_whose_permission_takes_long_loses_nothing_and_holds_up_nobody()
    {
        Assert.That(UserDatabase.Find(Credentials.GetUid(), out Account? me), Is.Zero);
        using LockedTable table = new((me!.Name, "*"));
        Start($"local_login_sender_maps = {table.Spec}");
        using BlockingLink waiting = Connect(), other = Connect();
        waiting.Open(Request("me@x", "a@b"));
        waiting.Send("Subject: x\n\nfirst\n"u8);
        waiting.Send("second\n"u8);
        waiting.SendEnd();
        other.Open(new TriggerRequest());
        Assert.That(Answer(other).Outcome.IsOk);
        Assert.That(_messages, Is.Empty);
        table.Release();
        Assert.That(Answer(waiting).Outcome.IsOk);
        Assert.That(_messages.Single().Text, Does.EndWith("\nSubject: x\n\nfirst\nsecond\n"));
        Assert.That(table.WasTooLate, Is.False, "the loop waited for the table");
    }

    [TestCase("me@x", "a@b", ExpectedResult = false)]
    [TestCase("me@x", "\u00e4@b", ExpectedResult = true)]
    [TestCase("\u00e4@x", "a@b", ExpectedResult = true)]
    public bool Addresses_beyond_ascii_make_an_smtputf8_message(string sender, string recipient)
    {
        Start();
        Submit(Request(sender, recipient));
        return _messages.Single().Request.Envelope.SmtpUtf8;
    }

    [TestCase("a\nb@c")]
    [TestCase("a\rb@c")]
    [TestCase("a\0b@c")]
    public void Line_breaks_in_addresses_are_refused(string address)
    {
        Start();
        Assert.That(Submit(Request("me", address)).Outcome.IsPermanent);
        Assert.That(Submit(Request(address, "a@b")).Outcome.IsPermanent);
        Assert.That(_harness.OnLoop(() => _messages.Count), Is.Zero);
    }

    [Test]
    public void What_cleanup_says_is_passed_back()
    {
        Start(make: () => new FakeCleanup { Outcome = Outcome.Bounce("5.7.1", "not this") });
        Outcome outcome = Submit(Request("me", "a@b")).Outcome;
        Assert.That((outcome.Kind, outcome.Status.ToString(), outcome.Text), Is.EqualTo((OutcomeKind.Permanent, "5.7.1", "not this")));
    }

    [Test]
    public void A_message_that_is_too_big_is_refused_before_its_end()
    {
        Start("message_size_limit = 300000");
        using BlockingLink link = Connect();
        link.Open(Request("me", "a@b"));
        byte[] piece = new byte[100_000];
        int sent = 0;
        while (sent < 100 && link.Send(piece)) sent++;
        Assert.That(Answer(link).Outcome, Has.Property("Code").EqualTo(552));
        Assert.That(sent, Is.LessThan(10));
        _harness.Until(() => _messages.Single().WasReset);
    }

    [Test]
    public void A_user_who_gives_up_leaves_nothing_behind()
    {
        Start();
        BlockingLink link = Connect();
        link.Open(Request("me", "a@b"));
        for (int i = 0; i < 3; i++) link.Send(new byte[50_000]);
        link.Dispose();
        _harness.Until(() => _messages.Count == 1 && _messages[0].WasReset && _service.Active == 0);
        Assert.That(_messages[0].Ended, Is.False);
    }

    [Test]
    public void A_slow_cleanup_slows_the_user_down()
    {
        Start(make: () => new FakeCleanup { Stalled = true });
        using BlockingLink link = Connect();
        link.Open(Request("me", "a@b"));
        Task<int> sender = Task.Run(() =>
        {
            int n = 0;
            while (n < 100 && link.Send(new byte[50_000])) n++;
            link.SendEnd();
            return n;
        });
        _harness.Until(() => _messages.Count == 1 && _messages[0].Withheld > LinkStream.Window);
        long held = _harness.OnLoop(() => _messages[0].Content.Length);
        Assert.That(sender.Wait(200), Is.False, "it sends without credit");
        Assert.That(_harness.OnLoop(() => _messages[0].Content.Length),
            Is.LessThanOrEqualTo(3 * LinkStream.Window).And.GreaterThanOrEqualTo(held));
        _harness.OnLoop(() =>
        {
            _messages[0].Stalled = false;
            _messages[0].Stream!.Consumed(_messages[0].Withheld);
            return 0;
        });
        Assert.That(sender.Wait(TestLimits.Wait) && sender.Result == 100);
        Assert.That(Answer(link).Outcome.IsOk);
    }

    [Test]
    public void Without_cleanup_the_answer_is_temporary()
    {
        Start(make: () => new FakeCleanup());
        File.Delete(_harness.Spool.SocketPath(false, "cleanup"));
        Outcome outcome = Submit(Request("me", "a@b")).Outcome;
        Assert.That(outcome.IsTemporary, outcome.Text);
    }

    [Test]
    public void A_maildrop_file_is_submitted_and_then_removed()
    {
        Envelope dropped = ToolHarness.Envelope("me", "a@b");
        dropped.Origin = "maildrop:4711";
        dropped.Flags = MessageFlags.ExtractRecipients;
        string id = _harness.Put(SpoolDirectory.Maildrop, dropped);
        Start();
        _harness.Until(() => !File.Exists(_harness.Spool.PathOf(SpoolDirectory.Maildrop, id)));
        FakeCleanup got = _messages.Single();
        Assert.That(got.Text, Does.StartWith("Received: by mx.example.com (Suite, from userid 4711)\n").And.EndWith(
            "\nSubject: test\n\nbody\n"));
        Assert.That(got.Request.Cleanup & CleanupFlags.ExtractRecipients, Is.Not.Zero);
        Assert.That(got.Request.Envelope.QueueId, Is.Not.EqualTo(id));
    }

    [Test]
    public void A_requeued_message_keeps_its_done_recipients_done()
    {
        Envelope old = ToolHarness.Envelope("me@x", "done@b", "left@b");
        old.Recipients[0].Done = true;
        old.Recipients[1].Original = "alias@b";
        string id = _harness.Put(SpoolDirectory.Maildrop, old);
        Start();
        _harness.Until(() => !File.Exists(_harness.Spool.PathOf(SpoolDirectory.Maildrop, id)));
        FakeCleanup got = _messages.Single();
        Assert.That(got.Request.Envelope.Recipients.Select(r => (r.Address, r.Original)), Is.EqualTo(new[] { ("left@b", "alias@b") }));
        Assert.That(got.Text, Does.StartWith("Received: by mx.example.com (Suite)\n"));
    }

    [Test]
    public void A_maildrop_file_stays_until_it_is_durable_elsewhere()
    {
        Outcome answer = Outcome.Defer("4.3.0", "not now");
        string id = _harness.Put(SpoolDirectory.Maildrop, ToolHarness.Envelope("me", "a@b"));
        string path = _harness.Spool.PathOf(SpoolDirectory.Maildrop, id);
        Start(make: () => new FakeCleanup { Outcome = answer });
        _harness.Until(() => _messages.Count == 1 && _service.Active == 0);
        Assert.That(File.Exists(path));
        answer = Outcome.Ok("queued");
        _harness.OnLoop(() => { _service.Wakeup(); return 0; });
        _harness.Until(() => !File.Exists(path));
    }

    [Test]
    public void Rubbish_in_maildrop_goes_to_corrupt_and_unfinished_names_are_left_alone()
    {
        string id = QueueId.Next();
        File.WriteAllText(_harness.Spool.PathOf(SpoolDirectory.Maildrop, id), "rubbish");
        File.WriteAllText($"{_harness.Folder}/maildrop/{QueueId.Next()}.tmp", "half");
        Start();
        _harness.Until(() => File.Exists(_harness.Spool.PathOf(SpoolDirectory.Corrupt, id)));
        Assert.That(Directory.GetFiles($"{_harness.Folder}/maildrop"), Has.Length.EqualTo(1));
        Assert.That(_messages, Is.Empty);
    }

    [Test]
    public void Drains_after_the_message_under_way()
    {
        Start();
        using BlockingLink link = Connect();
        link.Open(Request("me", "a@b"));
        link.Send(new byte[40_000]);
        _harness.Until(() => _service.Active == 1);
        bool drained = false;
        _harness.OnLoop(() => { _service.Drain(() => drained = true); return 0; });
        Assert.That(_harness.OnLoop(() => drained), Is.False);
        link.SendEnd();
        Assert.That(Answer(link).Outcome.IsOk);
        link.Dispose();
        _harness.Until(() => drained);
    }
}
