using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Cleanup;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.Bounce;

/// <summary>The services on an event loop, over their sockets, with the real cleanup behind them.</summary>
public class BounceServiceTests
{
    private const string Id = "4XwZ12bCdF0QrS";
    private string _root = "";
    private SpoolDirectory _spool = null!;

    [SetUp]
    public void MakeSpool()
    {
        _root = Directory.CreateTempSubdirectory("bounce").FullName;
        _spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
    }

    [TearDown]
    public void RemoveSpool() => Directory.Delete(_root, true);

    private ServiceContext Context(EventLoop loop, string service, string command, bool isPrivate, string config) => new()
    {
        Loop = loop,
        Config = MailConfig.Parse("myhostname = mx.example.com\nmyorigin = example.com\n" + config).Config,
        Spool = _spool,
        ServiceName = service,
        Command = command,
        Listeners = [Listen(_spool.SocketPath(isPrivate, service))],
        MaxProc = 0,
        Attributes = [],
        StartedAsRoot = false,
    };

    private static int Listen(string path)
    {
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.BindUnix(fd, path) == 0 && Sockets.Listen(fd, 10) == 0, Errno.Text());
        return fd;
    }

    /// <summary>Runs bounce (and cleanup, unless it is to be away), asks, and drains both.</summary>
    private void Run(Func<LinkClient, Task> ask, string config = "", bool cleanup = true, string service = "bounce",
        string command = "bounce")
    {
        using EventLoop loop = new();
        Exception? failure = null;
        async Task AskAsync()
        {
            ServiceContext context = Context(loop, service, command, true, config);
            IService tested = command == "bounce" ? new BounceService(context) : new ErrorService(context);
            IService? other = cleanup ? new CleanupService(Context(loop, "cleanup", "cleanup", false, config)) : null;
            LinkClient client = new(loop, _spool.SocketPath(true, service));
            try { await ask(client); }
            catch (Exception e) { failure = e; }
            client.Close();
            tested.Drain(() =>
            {
                Assert.That(tested.Active, Is.Zero);
                if (other == null) loop.Stop();
                else other.Drain(loop.Stop);
            });
        }
        loop.Post(() => _ = AskAsync());
        loop.After(TimeSpan.FromSeconds(20), () =>
        {
            failure ??= new TimeoutException();
            loop.Stop();
        });
        loop.Run();
        if (failure != null) throw failure;
    }

    /// <summary>Puts a message into the active queue and gives the request that reports on it.</summary>
    private BounceSend Queue(string sender, NoticeKind kind = NoticeKind.Failure, LogFolder log = LogFolder.Bounce,
        string mail = Samples.Mail)
    {
        System.Buffers.ArrayBufferWriter<byte> file = new();
        Envelope envelope = new()
        {
            QueueId = Id,
            Sender = sender,
            ArrivalMicroseconds = 1_772_443_815_000_000,
            Recipients = [new() { Address = "bob@there.example" }, new() { Address = "carol@there.example" }]
        };
        int offset = QueueFileFormat.Write(file, envelope);
        byte[] bytes = [.. file.WrittenSpan, .. Encoding.UTF8.GetBytes(mail)];
        QueueFileFormat.Finish(bytes, offset, bytes.Length - offset, 2);
        File.WriteAllBytes(_spool.PathOf(SpoolDirectory.Active, Id), bytes);
        return new BounceSend
        {
            Kind = kind,
            Log = log,
            QueueId = Id,
            QueueName = SpoolDirectory.Active,
            Content = ContentSegments.InOnePiece(offset, bytes.Length - offset),
            Sender = sender,
            ArrivalMicroseconds = envelope.ArrivalMicroseconds,
        };
    }

    private static BounceAppend Append(LogFolder log, Outcome outcome, DeliveryAction action = DeliveryAction.Implied,
        Notify notify = Notify.Default) => new()
        {
            QueueId = Id,
            Log = log,
            Recipients = [new() { Offset = 100, Address = "bob@there.example", Outcome = outcome, Action = action, Notify = notify,
            TimeMicroseconds = 1_772_443_900_000_000 }],
        };

    private static readonly Outcome Refused = Outcome.Bounce("5.1.1", "host mx.there.example said: 550 5.1.1 no") with
    { Remote = "mx.there.example", Diagnostic = "550 5.1.1 no" };

    /// <summary>The messages in incoming, by recipient.</summary>
    private Dictionary<string, (Envelope Envelope, byte[] Content)> Incoming() => _spool.Ids(SpoolDirectory.Incoming).Select(id =>
    {
        Assert.That(_spool.TryRead(SpoolDirectory.Incoming, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        byte[] bytes = File.ReadAllBytes(_spool.PathOf(SpoolDirectory.Incoming, id));
        return (file!.Envelope, file.Content.Of(bytes));
    }).ToDictionary(m => m.Envelope.Recipients.Single().Address, m => m);

    /// <summary>A folder in place of the queue file: it can be opened, and not read.</summary>
    [TestCase(true), TestCase(false)]
    public void A_message_that_cannot_be_read_keeps_its_notice_waiting_while_it_may_stay_in_the_queue(bool isYoung)
    {
        BounceSend send = Queue("alice@sender.example");
        string path = _spool.PathOf(SpoolDirectory.Active, Id);
        File.Delete(path);
        Directory.CreateDirectory(path);
        if (isYoung) send.ArrivalMicroseconds = QueueId.Microseconds();
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            BounceReply? reply = await bounce.CallAsync<BounceSend, BounceReply>(send);
            Assert.That(reply!.Outcome.IsOk, Is.Not.EqualTo(isYoung), reply.Outcome.Text);
        });
        Assert.That(Incoming(), Has.Count.EqualTo(isYoung ? 0 : 1));
        Assert.That(File.Exists(_spool.PathOf(SpoolDirectory.Bounce, Id)), Is.EqualTo(isYoung), "the log");
    }

    [Test]
    public void A_failure_is_logged_and_the_sender_told()
    {
        BounceSend send = Queue("alice@sender.example");
        Run(async bounce =>
        {
            BounceReply? appended = await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            Assert.That(appended!.Outcome.IsOk && File.Exists(_spool.PathOf("bounce", Id)));
            BounceReply? sent = await bounce.CallAsync<BounceSend, BounceReply>(send);
            Assert.That(sent!.Outcome.IsOk, sent.Outcome.Text);
            Assert.That(_spool.Ids(SpoolDirectory.Incoming), Is.EqualTo(new[] { sent.NoticeId }));
            Assert.That(File.Exists(_spool.PathOf("bounce", Id)), Is.False);
        }, "notify_classes =");
        (Envelope envelope, byte[] content) = Incoming()["alice@sender.example"];
        Assert.That((envelope.Sender, envelope.Flags), Is.EqualTo(("", MessageFlags.Notice)));
        Report report = new(content);
        Assert.That(report.Recipients.Single()["diagnostic-code"], Is.EqualTo("smtp; 550 5.1.1 no"));
        Assert.That(report.Header.Select(f => f.Name), Does.Contain("message-id"));
        Assert.That(report.Parts[2].Body, Is.EqualTo(Samples.Mail));
    }

    [TestCase("", "alice+bob=there.example@sender.example alice+carol=there.example@sender.example")]
    [TestCase("disable_verp_bounces = yes", "alice@sender.example")]
    public void With_verp_each_failure_comes_to_an_address_of_its_own(string config, string expected)
    {
        BounceSend send = Queue("alice@sender.example");
        send.VerpDelimiters = "+=";
        BounceAppend append = Append(LogFolder.Bounce, Refused);
        append.Recipients.Add(new() { Offset = 200, Address = "carol@there.example", Outcome = Refused });
        append.Recipients.Add(new() { Offset = 300, Address = "dave@there.example", Outcome = Refused, Notify = Notify.Never });
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(append);
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
        }, "notify_classes =\n" + config);
        Assert.That(string.Join(' ', Incoming().Keys.Order(StringComparer.Ordinal)), Is.EqualTo(expected));
        foreach ((string to, (_, byte[] content)) in Incoming())
            Assert.That(new Report(content).Recipients.Select(r => r["final-recipient"]),
                to.Contains("bob") ? Is.EqualTo(new[] { "rfc822; bob@there.example" }) : Has.Some.EndsWith("carol@there.example"));
    }

    [Test]
    public void Who_is_named_is_told_of_a_failure_that_is_in_no_log()
    {
        BounceSend send = Queue("owner-list@here.example");
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused, notify: Notify.Never));
            BounceReply? reply = await bounce.CallAsync<BounceOne, BounceReply>(new BounceOne
            {
                Message = send,
                Recipients = [new() { Offset = 100, Address = "member@there.example", Outcome = Refused }],
            });
            Assert.That(reply!.Outcome.IsOk, reply.Outcome.Text);
            Assert.That(File.Exists(_spool.PathOf("bounce", Id)), "the message's own log stays");
        }, "notify_classes =");
        Assert.That(new Report(Incoming()["owner-list@here.example"].Content).Recipients.Single()["final-recipient"],
            Is.EqualTo("rfc822; member@there.example"));
    }

    [Test]
    public void A_failing_notice_goes_to_the_postmaster_and_then_nowhere()
    {
        BounceSend send = Queue("");
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.NoticeId, Is.Not.Empty);
            (Envelope envelope, _) = Incoming()["postmaster@example.com"];
            Assert.That((envelope.Sender, envelope.Flags),
                Is.EqualTo(("double-bounce@example.com", MessageFlags.Notice | MessageFlags.DoubleBounce)));
            (send.Sender, send.Flags) = (envelope.Sender, envelope.Flags);
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            BounceReply? last = await bounce.CallAsync<BounceSend, BounceReply>(send);
            Assert.That((last!.Outcome.IsOk, last.NoticeId, Incoming().Count), Is.EqualTo((true, "", 1)));
        }, "notify_classes = 2bounce");
    }

    [Test]
    public void A_delay_notice_keeps_the_log_and_a_copy_goes_along()
    {
        BounceSend send = Queue("alice@sender.example", NoticeKind.Delay, LogFolder.Defer);
        send.KeepLog = true;
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Defer, Outcome.Defer("4.4.1", "timed out")));
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
            Assert.That(File.Exists(_spool.PathOf("defer", Id)));
        }, "notify_classes = delay");
        Assert.That(Incoming().Keys.Order(), Is.EqualTo(new[] { "alice@sender.example", "postmaster@example.com" }));
        Assert.That(new Report(Incoming()["alice@sender.example"].Content).Recipients.Single()["action"], Is.EqualTo("delayed"));
    }

    [Test]
    public void Who_was_settled_meanwhile_is_not_in_a_notice_of_failure_by_age()
    {
        BounceSend send = Queue("alice@sender.example", log: LogFolder.Defer);
        _spool.TryRead(SpoolDirectory.Active, Id, out QueueFile? file);
        BounceAppend append = Append(LogFolder.Defer, Outcome.Defer("4.4.1", "timed out"));
        append.Recipients[0].Offset = file!.Envelope.Recipients[0].Offset;
        append.Recipients.Add(new()
        {
            Offset = file.Envelope.Recipients[1].Offset,
            Address = "carol@there.example",
            Outcome = append.Recipients[0].Outcome
        });
        using (FileStream queue = new(_spool.PathOf(SpoolDirectory.Active, Id), FileMode.Open))
        {
            queue.Position = append.Recipients[0].Offset;
            queue.WriteByte(QueueFileFormat.Done);
        }
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(append);
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
        }, "notify_classes =");
        Report report = new(Incoming()["alice@sender.example"].Content);
        Assert.That(report.Recipients.Single()["final-recipient"], Is.EqualTo("rfc822; carol@there.example"));
        Assert.That(report.Recipients.Single()["action"], Is.EqualTo("failed"));
    }

    [Test]
    public void Nothing_wanted_is_nothing_sent()
    {
        BounceSend send = Queue("alice@sender.example");
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused, notify: Notify.Never));
            BounceReply? reply = await bounce.CallAsync<BounceSend, BounceReply>(send);
            Assert.That((reply!.Outcome.IsOk, reply.NoticeId), Is.EqualTo((true, "")));
        }, "notify_classes =");
        Assert.That(Incoming(), Is.Empty);
    }

    [Test]
    public void While_cleanup_is_away_nothing_is_lost()
    {
        BounceSend send = Queue("alice@sender.example");
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            BounceReply? reply = await bounce.CallAsync<BounceSend, BounceReply>(send);
            Assert.That(reply!.Outcome.IsTemporary && File.Exists(_spool.PathOf("bounce", Id)));
        }, cleanup: false);
    }

    [Test]
    public void What_is_too_large_for_cleanup_returns_as_headers()
    {
        BounceSend send = Queue("alice@sender.example", mail: Samples.Mail + new string('x', 40_000));
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
        }, "message_size_limit = 20000\nnotify_classes =");
        Assert.That(new Report(Incoming()["alice@sender.example"].Content).Parts[2].Header["content-type"],
            Is.EqualTo("text/rfc822-headers"));
    }

    [Test]
    public void A_notice_of_many_pieces_arrives_whole()
    {
        string mail = Samples.Mail + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"line {i} of a long message\n"));
        BounceSend send = Queue("alice@sender.example", mail: mail);
        Run(async bounce =>
        {
            await bounce.CallAsync<BounceAppend, BounceReply>(Append(LogFolder.Bounce, Refused));
            Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
        }, "bounce_size_limit = 10000000\nnotify_classes =");
        Assert.That(new Report(Incoming()["alice@sender.example"].Content).Parts[2].Body, Is.EqualTo(mail));
    }

    [Test]
    public void A_lost_file_and_a_lost_log_still_tell_the_sender() => Run(async bounce =>
    {
        BounceSend send =
            new() { QueueId = Id, QueueName = "../etc", Sender = "alice@sender.example", Content = ContentSegments.InOnePiece(0, 1000) };
        Assert.That((await bounce.CallAsync<BounceSend, BounceReply>(send))!.Outcome.IsOk);
        Assert.That(new Report(Incoming()["alice@sender.example"].Content).Parts[0].Body, Does.Contain("lost"));
    });

    [Test]
    public void Broken_requests_are_refused_one_by_one() => Run(async bounce =>
    {
        Assert.That(await bounce.CallAsync<BounceSend, BounceReply>(new() { Kind = (NoticeKind)77, QueueId = Id }), Is.Null);
        Assert.That(await bounce.CallAsync<BounceAppend, BounceReply>(new() { Log = (LogFolder)9, QueueId = Id }), Is.Null);
        Assert.That(await bounce.CallAsync<QmgrRequest, BounceReply>(new()), Is.Null);
        Assert.That((await bounce.CallAsync<BounceAppend, BounceReply>(new() { QueueId = "../x" }))!.Outcome.IsTemporary);
        Assert.That((await bounce.CallAsync<BounceRemove, BounceReply>(new() { QueueId = Id }))!.Outcome.IsOk);
    }, cleanup: false);

    [TestCase("error", "error", "Permanent 5.1.1 gone", 'R')]
    [TestCase("retry", "error", "Temporary 4.1.1 gone", 'R')]
    [TestCase("discard", "discard", "Ok 2.1.1 gone", 'r')]
    public void Transports_that_deliver_nothing(string service, string command, string expected, char mark)
    {
        Queue("alice@sender.example");
        _spool.TryRead(SpoolDirectory.Active, Id, out QueueFile? file);
        long offset = file!.Envelope.Recipients[0].Offset;
        DeliverRequest request = new()
        {
            QueueId = Id,
            QueueName = "active",
            Nexthop = "5.1.1 gone",
            Recipients = [new() { Offset = offset, Address = "bob@there.example" }]
        };
        Run(async client =>
        {
            Outcome outcome = (await client.CallAsync<DeliverRequest, DeliverReply>(request))!.Recipients.Single().Outcome;
            Assert.That($"{outcome.Kind} {outcome.Status} {outcome.Text}", Is.EqualTo(expected));
        }, cleanup: false, service: service, command: command);
        Assert.That((char)File.ReadAllBytes(_spool.PathOf("active", Id))[offset], Is.EqualTo(mark));
    }

    [Test]
    public void Discard_defers_what_it_cannot_mark() => Run(async client =>
    {
        DeliverRequest request = new() { QueueId = Id, QueueName = "active", Nexthop = "gone", Recipients = [new() { Offset = 100 }] };
        Assert.That((await client.CallAsync<DeliverRequest, DeliverReply>(request))!.Recipients.Single().Outcome.IsTemporary);
    }, cleanup: false, service: "discard", command: "discard");
}
