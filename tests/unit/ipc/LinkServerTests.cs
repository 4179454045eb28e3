using System.Diagnostics;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>Servers and clients over a socket's path: leaving, coming back, early and unwanted peers.</summary>
public sealed class LinkServerTests
{
    private string _folder = "";
    private string _path = "";

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("link").FullName;
        _path = _folder + "/s";
    }

    [TearDown]
    public void Remove() => Directory.Delete(_folder, true);

    private sealed class Answerer(Func<LinkStream, bool> now) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (now(stream)) stream.Send(FrameType.Reply, new QmgrReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) { }
    }

    [Test]
    public void What_a_client_said_before_it_was_accepted_counts() => OnLoop.Run(async loop =>
    {
        int listener = OnLoop.Listen(_path);
        int early = OnLoop.Connect(_path);
        Sockets.Send(early, LinkTests.Frame(0, FrameType.Notice, LinkTests.Encoded(new TriggerRequest())));
        FileIO.Close(early);
        int notices = 0;
        LinkServer server = new(loop, listener, _ => new Answerer(_ => true)) { LinkAccepted = l => l.Noticed = (_, _) => ++notices > 0 };
        await loop.UntilAsync(() => notices == 1, "the notice");
        await loop.UntilAsync(() => server.LinkCount == 0, "the link that ended at once is forgotten");
        bool left = false;
        server.Left = () => left = true;
        server.Leave();
        Assert.That(left);
    });

    [Test]
    public void A_service_that_says_nothing_is_not_waited_for_longer_than_told() => OnLoop.Run(async loop =>
    {
        int listener = OnLoop.Listen(_path);
        List<LinkStream> held = [];
        _ = new LinkServer(loop, listener, _ => new Answerer(s => { held.Add(s); return false; }));
        TimeSpan before = LinkClient.Timeout;
        LinkClient.Timeout = TimeSpan.FromSeconds(1);
        LinkClient client = new(loop, _path);
        Stopwatch time = Stopwatch.StartNew();
        Promise<QmgrReply?> brief = client.CallAsync<QmgrRequest, QmgrReply>(new QmgrRequest { Command = QmgrRequest.List });
        Promise<QmgrReply?> slow = client.CallAsync<QmgrRequest,
            QmgrReply>(new QmgrRequest { Command = QmgrRequest.List }, TestLimits.Wait);
        Recorder recorder = new();
        Assert.That(client.TryOpen(new QmgrRequest { Command = QmgrRequest.List }, recorder, out LinkStream silent));
        await loop.UntilAsync(() => held.Count == 3, "three questions");
        Assert.That(await brief, Is.Null);
        Assert.That(time.ElapsedMilliseconds, Is.InRange(900, 100_000));
        await loop.UntilAsync(() => !held[0].IsOpen, "the service hears of it");
        Assert.That((held[1].IsOpen, silent.IsOpen, recorder.ToString()), Is.EqualTo((true, true, "")), "whose turn it is not waits on");
        held[1].Send(FrameType.Reply, new QmgrReply { Count = 7 });
        Assert.That((await slow)!.Count, Is.EqualTo(7));
        LinkClient.Timeout = before;
        client.Close();
    });

    [Test]
    public void Leaving_waits_for_answers_and_sends_new_questions_to_the_next_process() => OnLoop.Run(async loop =>
    {
        int listener = OnLoop.Listen(_path), next = FileIO.Fcntl(listener, FileIO.F_DUPFD_CLOEXEC, 3);
        List<LinkStream> held = [];
        LinkServer old = new(loop, listener, _ => new Answerer(s => { held.Add(s); return false; }));
        LinkClient client = new(loop, _path);
        Recorder first = new(), second = new();
        Assert.That(client.TryOpen(new TriggerRequest(), first, out _));
        await loop.UntilAsync(() => held.Count == 1);
        bool left = false;
        old.Left = () => left = true;
        old.Leave();
        await loop.TurnAsync();
        LinkServer fresh = new(loop, next, _ => new Answerer(_ => true));
        Assert.That(client.TryOpen(new TriggerRequest(), second, out _));
        await loop.UntilAsync(() => second.ToString() == "Reply(qmgr_reply)");
        Assert.That(left, Is.False);
        held[0].Send(FrameType.Reply, new QmgrReply());
        await loop.UntilAsync(() => left && first.ToString() == "Reply(qmgr_reply)");
        client.Close();
        await loop.UntilAsync(() => fresh.LinkCount == 0);
        Assert.That(client.TryOpen(new TriggerRequest(), second, out _), Is.False);
    });

    [Test]
    public void A_client_that_keeps_connected_comes_back() => OnLoop.Run(async loop =>
    {
        LinkClient client = new(loop, _path);
        int connects = 0;
        client.Connected = () => connects++;
        client.KeepConnected();
        Assert.That((connects, client.LastError), Is.EqualTo((0, $"connect to {_path}: No such file or directory")));
        Assert.That(await client.CallAsync<TriggerRequest, QmgrReply>(new()), Is.Null);
        List<Link> links = [];
        LinkServer server = new(loop, OnLoop.Listen(_path), _ => new Answerer(_ => true)) { LinkAccepted = links.Add };
        await loop.UntilAsync(() => links.Count == 1);
        links[0].Close();
        await loop.UntilAsync(() => links.Count == 2);
        Assert.That(await client.CallAsync<TriggerRequest, QmgrReply>(new()), Is.Not.Null);
        Assert.That(connects, Is.EqualTo(2));
        client.Close();
        await loop.UntilAsync(() => server.LinkCount == 0);
    });

    [Test]
    public void Strangers_are_not_served_where_only_the_suite_is() => OnLoop.Run(async loop =>
    {
        if (Credentials.GetEUid() != 0 || !File.Exists("/usr/bin/perl")) Assert.Ignore("needs root and perl");
        File.SetUnixFileMode(_folder, (UnixFileMode)FileModes.PublicFolder);
        int listener = OnLoop.Listen(_path);
        File.SetUnixFileMode(_path, (UnixFileMode)FileModes.WorldWritableFolder);
        int streams = 0;
        LinkServer server = new(loop, listener, _ => new Answerer(_ => ++streams > 0)) { TrustedOnly = true };
        const string script = "$( = $) = 65534; $< = $> = 65534; use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, "
            + "sockaddr_un($ARGV[0])) or die; syswrite(S, pack('VVC', 0, 1, 1)); sysread(S, $b, 1) and die; exit 0";
        using Process stranger = Process.Start("/usr/bin/perl", ["-e", script, _path]);
        await loop.UntilAsync(() => stranger.HasExited);
        Assert.That((stranger.ExitCode, streams, server.LinkCount), Is.EqualTo((0, 0, 0)));
        LinkClient own = new(loop, _path);
        Assert.That(await own.CallAsync<TriggerRequest, QmgrReply>(new()), Is.Not.Null);
    });
}
