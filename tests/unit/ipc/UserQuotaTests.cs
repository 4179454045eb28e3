using System.Buffers.Binary;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>What peers that are not trusted may take of a server. The limits hold for this process's user here.</summary>
public sealed class UserQuotaTests
{
    private string _folder = "", _path = "";
    private readonly List<int> _sockets = [];
    private readonly List<LinkStream> _streams = [];

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("quota").FullName;
        _path = _folder + "/s";
        _streams.Clear();
    }

    [TearDown]
    public void Remove()
    {
        foreach (int fd in _sockets) _ = FileIO.Close(fd);
        _sockets.Clear();
        Directory.Delete(_folder, true);
    }

    /// <summary>Keeps streams open and gives no credit, unless told otherwise.</summary>
    private sealed class Holder(UserQuotaTests tests) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type == FrameType.Open)
            {
                tests._streams.Add(stream);
                stream.SetProgressTimeout();
            }
            else stream.Send(FrameType.Reply, new QmgrReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    private LinkServer Serve(EventLoop loop, UserLimits limits) => new(loop, OnLoop.Listen(_path), _ => new Holder(this))
    {
        Users = new UserQuota(limits) { AppliesToAll = true },
    };

    private int Connect()
    {
        int fd = OnLoop.Connect(_path);
        _sockets.Add(fd);
        return fd;
    }

    private static void Open(int fd, uint stream, int size = 10) =>
        Assert.That(Sockets.Send(fd, LinkTests.Frame(stream, FrameType.Open, new byte[size])), Is.GreaterThan(0));

    /// <summary>The next frame, as "type stream text"; "end" when the server has closed.</summary>
    private static async Task<string> NextAsync(EventLoop loop, int fd)
    {
        byte[] buffer = new byte[1000];
        int n = -1;
        bool said = false;
        await loop.UntilAsync(() => said = said || (n = Sockets.Recv(fd, buffer)) >= 0 || Errno.Last != Errno.EAGAIN,
            "the server says something");
        if (n <= 0) return "end";
        int length = BinaryPrimitives.ReadInt32LittleEndian(buffer);
        string frame = $"{(FrameType)buffer[8]} {BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(4))} "
            + $"{Encoding.UTF8.GetString(buffer, 9, length)}";
        return frame;
    }

    [Test]
    public void Connections_beyond_the_limit_are_told_to_try_again() => OnLoop.Run(async loop =>
    {
        LinkServer server = Serve(loop, new UserLimits { Connections = 2 });
        int first = Connect(), second = Connect();
        await loop.UntilAsync(() => server.LinkCount == 2);
        int third = Connect();
        Assert.That(await NextAsync(loop, third), Does.StartWith($"Refuse 0 uid {Credentials.GetEUid()} has 2 connections"));
        Assert.That(await NextAsync(loop, third), Is.EqualTo("end"));
        _ = FileIO.Close(first);
        _sockets.Remove(first);
        await loop.UntilAsync(() => server.LinkCount == 1, "a place is free again");
        int fourth = Connect();
        Open(fourth, 1);
        await loop.UntilAsync(() => _streams.Count == 1, "and is taken");
        Assert.That(second, Is.Positive);
    });

    [Test]
    public void All_users_together_leave_descriptors_for_trusted_peers() => OnLoop.Run(async loop =>
    {
        LinkServer server = Serve(loop, UserLimits.From(Common.Config.MailConfig.Parse("").Config, openFiles: 4));
        Connect();
        Connect();
        await loop.UntilAsync(() => server.LinkCount == 2);
        Assert.That(await NextAsync(loop, Connect()), Is.EqualTo("Refuse 0 local users have 2 connections open"));
    });

    [Test]
    public void A_connection_that_asks_for_nothing_ends() => OnLoop.Run(async loop =>
    {
        LinkServer server = Serve(loop, new UserLimits { Idle = TimeSpan.FromMilliseconds(200) });
        int silent = Connect(), busy = Connect();
        Open(busy, 1);
        // a frame that never gets complete is no request
        Sockets.Send(silent, LinkTests.Frame(1, FrameType.Open, "half"u8, length: 1_000_000));
        Assert.That(await NextAsync(loop, silent), Is.EqualTo("Refuse 0 idle for too long"));
        await loop.UntilAsync(() => server.LinkCount == 1, "the silent one is gone");
        Assert.That(_streams[0].IsOpen, "the one that waits for an answer is not");
        Assert.That(server.Users!.Users, Is.EqualTo(1));
    });

    [Test]
    public void A_trickle_is_no_progress() => OnLoop.Run(async loop =>
    {
        Serve(loop, new UserLimits { Progress = TimeSpan.FromMilliseconds(600) });
        int fd = Connect();
        Open(fd, 1);
        await loop.UntilAsync(() => _streams.Count == 1);
        for (int i = 0; i < 400 && _streams[0].IsOpen; i++)
        {
            Sockets.Send(fd, LinkTests.Frame(1, FrameType.Data, "x"u8));
            await loop.Delay(TimeSpan.FromMilliseconds(10));
        }
        Assert.That(_streams[0].IsOpen, Is.False);
        Assert.That(await NextAsync(loop, fd), Is.EqualTo($"Reset 1 {LinkStream.NoAnswer}"));
    });

    [Test]
    public void Requests_at_once_are_limited_by_number_and_by_size() => OnLoop.Run(async loop =>
    {
        Serve(loop, new UserLimits { Requests = 2, EnvelopeBytes = 1000 });
        int fd = Connect(), other = Connect();
        Open(fd, 1, size: 900);
        await loop.UntilAsync(() => _streams.Count == 1);
        Open(other, 1, size: 900);
        Assert.That(await NextAsync(loop, other), Does.StartWith("Refuse 1 too many recipients"));
        Open(other, 3);
        await loop.UntilAsync(() => _streams.Count == 2);
        Open(fd, 5);
        Assert.That(await NextAsync(loop, fd), Is.EqualTo("Refuse 5 too many requests at once"));
        foreach (LinkStream stream in _streams.ToArray()) stream.Send(FrameType.Reply, new QmgrReply());
        // what was refused for the moment is taken later, and alone it may be larger than the limit
        Open(other, 7, size: 2000);
        await loop.UntilAsync(() => _streams.Count == 3, "taken when nothing else is there");
    });

    [Test]
    public void Memory_for_a_large_request_is_counted_before_it_arrives() => OnLoop.Run(async loop =>
    {
        Serve(loop, new UserLimits { EnvelopeBytes = 100_000 });
        int first = Connect(), second = Connect();
        Sockets.Send(first, LinkTests.Frame(1, FrameType.Open, "half"u8, length: 1_000_000));
        await loop.TurnAsync(20);
        Sockets.Send(second, LinkTests.Frame(1, FrameType.Open, "half"u8, length: 1_000_000));
        Assert.That(await NextAsync(loop, second), Does.StartWith("Refuse 0 too many recipients"));
        _ = FileIO.Close(first);
        _sockets.Remove(first);
        await loop.TurnAsync(20);
        int third = Connect();
        Sockets.Send(third, LinkTests.Frame(1, FrameType.Open, "half"u8, length: 1_000_000));
        await loop.TurnAsync(20);
        Assert.That(Sockets.Recv(third, new byte[10]), Is.EqualTo(-1), "the first one's memory is free again");
    });

    [Test]
    public void Content_that_is_not_passed_on_is_limited_over_all_requests() => OnLoop.Run(async loop =>
    {
        Serve(loop, new UserLimits { ContentBytes = 50_000 });
        int[] fds = [Connect(), Connect()];
        foreach (int fd in fds) Open(fd, 1);
        await loop.UntilAsync(() => _streams.Count == 2);
        Sockets.Send(fds[0], LinkTests.Frame(1, FrameType.Data, new byte[30_000]));
        await loop.TurnAsync(20);
        Sockets.Send(fds[1], LinkTests.Frame(1, FrameType.Data, new byte[30_000]));
        Assert.That(await NextAsync(loop, fds[1]), Is.EqualTo("Refuse 1 too much content at once"));
        await loop.UntilAsync(() => !_streams[1].IsOpen);
        Assert.That(_streams[0].IsOpen, "only the request that went too far ends");
        Open(fds[1], 3);
        await loop.UntilAsync(() => _streams.Count == 3);
        Sockets.Send(fds[1], LinkTests.Frame(3, FrameType.Data, new byte[10_000]));
        await loop.TurnAsync(20);
        Assert.That(_streams[2].IsOpen, "what the ended one held is free again");
    });

    [Test]
    public void Answers_that_are_not_read_end_the_connection() => OnLoop.Run(async loop =>
    {
        LinkServer server = new(loop, OnLoop.Listen(_path), _ => new Answerer())
        { Users = new UserQuota(new UserLimits()) { AppliesToAll = true } };
        int fd = Connect();
        byte[] question = LinkTests.Frame(1, FrameType.Open, LinkTests.Encoded(new TriggerRequest()));
        await loop.UntilAsync(() => Sockets.Send(fd, question) < 0 && Errno.Last != Errno.EAGAIN, "the server closes");
        await loop.UntilAsync(() => server.LinkCount == 0);
    });

    private sealed class Answerer : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload) =>
            stream.Send(FrameType.Reply, new QmgrReply { Text = new string('x', 2000) });

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    [Test]
    public void Leaving_waits_for_no_silent_peer_and_not_for_ever_for_a_slow_one() => OnLoop.Run(async loop =>
    {
        LinkServer server = Serve(loop, new UserLimits { Drain = TimeSpan.FromMilliseconds(500) });
        int silent = Connect(), slow = Connect(), alive = Connect();
        Open(slow, 1);
        Open(alive, 1);
        await loop.UntilAsync(() => server.LinkCount == 3 && _streams.Count == 2);
        bool left = false;
        server.Left = () => left = true;
        server.Leave();
        Assert.That(await NextAsync(loop, silent), Does.StartWith("GoAway 0"));
        await loop.UntilAsync(() => server.LinkCount == 2, "the silent one at once");
        Sockets.Send(alive, LinkTests.Frame(1, FrameType.End, default));
        await loop.UntilAsync(() => server.LinkCount == 1, "the one that goes on is served to its end");
        await loop.UntilAsync(() => left, "the slow one is given up");
        byte[] said = new byte[1000];
        int n = Sockets.Recv(slow, said);
        Assert.That(Encoding.UTF8.GetString(said, 0, n), Does.Contain("was reloaded while this request was under way"));
    });

    [Test]
    public void Leaving_does_not_wait_for_a_silent_trusted_peer() => OnLoop.Run(async loop =>
    {
        LinkServer server = new(loop, OnLoop.Listen(_path), _ => new Holder(this));
        Connect();
        await loop.UntilAsync(() => server.LinkCount == 1);
        bool left = false;
        server.Left = () => left = true;
        server.Leave();
        await loop.UntilAsync(() => left, "it is gone");
    });

    [Test]
    public void A_client_hears_why_it_was_refused() => OnLoop.Run(async loop =>
    {
        Serve(loop, new UserLimits { Requests = 1 });
        LinkClient client = new(loop, _path);
        Recorder first = new(), second = new();
        Assert.That(client.TryOpen(new TriggerRequest(), first, out _) && client.TryOpen(new TriggerRequest(), second, out _));
        await loop.UntilAsync(() => second.ToString().Contains("too many requests at once", StringComparison.Ordinal),
            "the second is refused");
        client.Close();
    });
}
