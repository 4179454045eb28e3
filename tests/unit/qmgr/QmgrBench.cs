using System.Buffers;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>
/// The queue manager in this process, over a spool of its own, with a delivery agent and a bounce service that do as the test says.
/// "@a.test" and all other domains go to the transport "agent", "@none.test" to one that master.cf does not name.
/// </summary>
internal sealed class QmgrBench : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("qmgr").FullName;
    private LinkServer? _agent, _bounce;

    public QmgrBench(string config = "")
    {
        Spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
        Directory.CreateDirectory(_root + "/etc");
        File.WriteAllText(_root + "/etc/main.cf",
            $"compatibility_level = 3.6\nmyhostname = mx.test\nqueue_directory = {_root}\nmydestination =\ndefault_transport = "
                + $"agent\ntransport_maps = inline:{{none.test=nowhere:}}\n{config}\n");
        File.WriteAllText(_root + "/etc/master.cf",
            "agent unix - - n - - smtp\nbounce unix - - n - 0 bounce\nqmgr unix n - n 300 1 qmgr\n");
    }

    public SpoolDirectory Spool { get; }
    public QmgrService Qmgr { get; private set; } = null!;
    /// <summary>What happened, in order.</summary>
    public List<string> Events { get; } = [];
    /// <summary>The agent's outcome for a recipient; null: the agent dies over the job.</summary>
    public Func<string, Outcome?> Deliver { get; set; } = _ => Outcome.Ok("sent");
    /// <summary>Whether the agent says that it could not reach the recipient's site.</summary>
    public Func<string, bool> SiteFails { get; set; } = _ => false;
    /// <summary>Deliveries of these recipients are not answered until they are let go.</summary>
    public Func<string, bool> Holds { get; set; } = _ => false;
    private readonly List<Action> _held = [];
    /// <summary>What the bounce service answers, by the request's name.</summary>
    public Func<string, Outcome> Notice { get; set; } = _ => Outcome.Ok("done");
    public List<BounceAppend> Appended { get; } = [];
    /// <summary>The envelope senders of what the agent was given.</summary>
    public List<string> Senders { get; } = [];

    public void Run(Func<EventLoop, Task> test) => OnLoop.Run(async loop =>
    {
        await test(loop);
        if (Qmgr == null) return;
        bool drained = false;
        Qmgr.Drain(() => drained = true);
        await loop.UntilAsync(() => drained, "drained");
    });

    /// <summary>
    /// Replaces the queue manager as a reload does: another one serves the socket, and this one drains. The flag says when it is gone.
    /// </summary>
    public Func<bool> Replace(EventLoop loop)
    {
        QmgrService old = Qmgr;
        bool gone = false;
        _alive++;
        StartQmgr(loop);
        old.Drain(() =>
        {
            gone = true;
            _alive--;
        });
        return () => gone;
    }

    private int _alive;

    public void StartQmgr(EventLoop loop, int predecessors = 0)
    {
        string path = Spool.SocketPath(false, "qmgr");
        File.Delete(path);
        ConfigResult loaded = MailConfig.Load(_root + "/etc");
        Assert.That(loaded.Problems.Where(p => p.Severity == Severity.Error), Is.Empty);
        Qmgr = new QmgrService(TestService.Context(loop, loaded.Config, Spool, "qmgr", OnLoop.Listen(path), maxProc: 1,
            _alive + predecessors));
    }

    public void StartAgent(EventLoop loop) =>
        _agent = new LinkServer(loop, OnLoop.Listen(Spool.SocketPath(true, "agent")), _ => new Agent(this));

    public void StartBounce(EventLoop loop) =>
        _bounce = new LinkServer(loop, OnLoop.Listen(Spool.SocketPath(true, "bounce")), _ => new BounceStub(this));

    public void StartAll(EventLoop loop)
    {
        StartAgent(loop);
        StartBounce(loop);
        StartQmgr(loop);
    }

    /// <summary>Writes a message's file and gives the notice for it.</summary>
    public QueuedNotice Put(string folder, params string[] recipients) => Put(folder, null, recipients);

    public QueuedNotice Put(string folder, Action<Envelope>? change, params string[] recipients)
    {
        Envelope e = new() { QueueId = QueueId.Next(), Sender = "sender@from.test", ArrivalMicroseconds = QueueId.Microseconds() };
        foreach (string r in recipients) e.Recipients.Add(new EnvelopeRecipient { Address = r.TrimStart('!'), Done = r[0] == '!' });
        change?.Invoke(e);
        ArrayBufferWriter<byte> file = new();
        int offset = QueueFileFormat.Write(file, e);
        byte[] bytes = [.. file.WrittenSpan, .. Encoding.ASCII.GetBytes("Subject: x\n\nbody\n")];
        QueueFileFormat.Finish(bytes, offset, bytes.Length - offset, recipients.Length);
        string path = Spool.PathOf(folder, e.QueueId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return new QueuedNotice { Envelope = e, Content = ContentSegments.InOnePiece(offset, bytes.Length - offset) };
    }

    /// <summary>Tells the queue manager of a message as cleanup does.</summary>
    public void Tell(EventLoop loop, QueuedNotice notice)
    {
        LinkClient client = new(loop, Spool.SocketPath(false, "qmgr"));
        Assert.That(client.TryNotify(notice));
        client.Close();
    }

    /// <summary>What the queue manager lists.</summary>
    public async Task<List<T>> ListAsync<T, TMessage>(EventLoop loop, string command, Func<TMessage, List<T>> entries)
        where TMessage : IMessage<TMessage>, new()
    {
        Listing<T, TMessage> listing = new(entries);
        LinkClient client = new(loop, Spool.SocketPath(false, "qmgr"));
        Assert.That(client.TryOpen(new QmgrRequest { Command = command }, listing, out _));
        await loop.UntilAsync(() => listing.Reply != null);
        client.Close();
        Assert.That(listing.Reply!.Count, Is.EqualTo(listing.Items.Count), listing.Reply.Text);
        return listing.Items;
    }

    private sealed class Listing<T, TMessage>(Func<TMessage, List<T>> entries) : IStreamHandler where TMessage : IMessage<TMessage>, new()
    {
        public readonly List<T> Items = [];
        public QmgrReply? Reply;

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            TMessage part = new();
            if (type == FrameType.Progress && AttributeDecoder.TryDecode(payload, part)) Items.AddRange(entries(part));
            else AttributeDecoder.TryDecode(payload, Reply = new QmgrReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) => Reply = new QmgrReply { Ok = false, Text = reason };
    }

    public async Task<QmgrReply?> AskAsync(EventLoop loop, string command, string argument = "")
    {
        LinkClient client = new(loop, Spool.SocketPath(false, "qmgr"));
        QmgrReply? reply = await client.CallAsync<QmgrRequest, QmgrReply>(new QmgrRequest { Command = command, Argument = argument });
        client.Close();
        return reply;
    }

    /// <summary>Answers what is held back, and holds nothing back from now on.</summary>
    public void LetGo()
    {
        Holds = _ => false;
        foreach (Action answer in _held) answer();
        _held.Clear();
    }

    public bool Exists(string folder, string id) => File.Exists(Spool.PathOf(folder, id));

    /// <summary>The letters of a message's recipients in its file: R or r.</summary>
    public string Marks(string folder, string id)
    {
        Assert.That(Spool.TryRead(folder, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        return string.Concat(file!.Envelope.Recipients.Select(r => r.Done ? 'r' : 'R'));
    }

    public void Dispose() => Directory.Delete(_root, true);

    private sealed class Agent(QmgrBench bench) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            DeliverRequest request = new();
            Assert.That(AttributeDecoder.TryDecode(payload, request));
            bench.Events.Add($"deliver {string.Join(',', request.Recipients.Select(r => r.Address))}");
            bench.Senders.Add(request.Sender);
            DeliverReply reply = new() { QueueId = request.QueueId };
            if (request.Recipients.Exists(r => bench.Holds(r.Address))) bench._held.Add(() => Answer(stream, request, reply));
            else Answer(stream, request, reply);
        }

        private void Answer(LinkStream stream, DeliverRequest request, DeliverReply reply)
        {
            foreach (DeliverRecipient r in request.Recipients)
            {
                reply.SiteFailed |= bench.SiteFails(r.Address);
                if (bench.Deliver(r.Address) is not { } outcome)
                {
                    stream.Link.Close();
                    return;
                }
                reply.Recipients.Add(new RecipientOutcome { Offset = r.Offset, Outcome = outcome });
                if (outcome.IsOk) Mark(request, r.Offset);
            }
            stream.Send(FrameType.Reply, reply);
        }

        private void Mark(DeliverRequest request, long offset)
        {
            using FileStream file = new(bench.Spool.PathOf(request.QueueName, request.QueueId), FileMode.Open);
            file.Position = offset;
            file.WriteByte(QueueFileFormat.Done);
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }

    /// <summary>Keeps the logs as empty files, so that one sees whether there is one.</summary>
    private sealed class BounceStub(QmgrBench bench) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            BounceAppend append = new();
            BounceSend send = new();
            BounceRemove remove = new();
            if (AttributeDecoder.TryDecode(payload, append))
            {
                Outcome outcome = Answer(stream, $"append-{append.Log}",
                    $"append {append.Log} {string.Join(',', append.Recipients.Select(r => $"{r.Address}={r.Outcome.Status}"))}",
                        append.QueueId);
                if (!outcome.IsOk) return;
                bench.Appended.Add(append);
                string path = LogPath(append.Log, append.QueueId);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, "");
            }
            else if (AttributeDecoder.TryDecode(payload, send))
            {
                if (Answer(stream, $"send-{send.Kind}", $"send {send.Kind} {send.Log} {send.QueueName}", send.QueueId).IsOk
                    && !send.KeepLog)
                    File.Delete(LogPath(send.Log, send.QueueId));
            }
            else if (AttributeDecoder.TryDecode(payload, remove))
            {
                if (Answer(stream, $"remove-{remove.Log}", $"remove {remove.Log}", remove.QueueId).IsOk)
                    File.Delete(LogPath(remove.Log, remove.QueueId));
            }
            else Assert.Fail("unknown request");
        }

        private Outcome Answer(LinkStream stream, string name, string what, string id)
        {
            string? folder = new[] { "incoming", "active", "deferred" }.FirstOrDefault(f => bench.Exists(f, id));
            bench.Events.Add($"{what} [{(folder == null ? "gone" : bench.Marks(folder, id))}]");
            Outcome outcome = bench.Notice(name);
            stream.Send(FrameType.Reply, new BounceReply { QueueId = id, Outcome = outcome });
            return outcome;
        }

        private string LogPath(LogFolder log, string id) => bench.Spool.PathOf(BounceLog.FolderName(log), id);

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) { }

        public void OnReset(LinkStream stream, string reason) { }
    }
}
