using System.Text;
using MtaSuite.Cleanup;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>cleanup in this process, over a spool of its own, with a queue manager that notes what it is told.</summary>
internal sealed class CleanupBench : IDisposable
{
    /// <summary>When all messages of the tests arrived.</summary>
    public const long Arrival = 1_772_443_815_000_000;
    private readonly string _root = Directory.CreateTempSubdirectory("cleanup").FullName;
    private readonly string _config;
    private CleanupService _service = null!;
    private CleanupClient _client = null!;

    public CleanupBench(string config = "")
    {
        Spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
        _config = $"compatibility_level = 3.6\nmyhostname = mx.test\nmyorigin = origin.test\nlocal_header_rewrite_clients = "
            + $"permit_inet_interfaces\n{config}\n";
    }

    public SpoolDirectory Spool { get; }
    public List<QueuedNotice> Notices { get; } = [];
    public int Active => _service.Active;

    /// <summary>Asked in this order once a message has come.</summary>
    public List<IContentFilter> Filters { get; } = [];

    /// <summary>Runs a test with the service up, then drains it: nothing may be left under way.</summary>
    public void Run(Func<EventLoop, Task> test) => OnLoop.Run(async loop =>
    {
        LinkServer qmgr = new(loop, OnLoop.Listen(Spool.SocketPath(false, "qmgr")), _ => throw new InvalidOperationException())
        {
            LinkAccepted = l => l.Noticed = (_, payload) =>
            {
                QueuedNotice notice = new();
                Notices.Add(notice);
                return AttributeDecoder.TryDecode(payload, notice);
            },
        };
        _service = new CleanupService(
            TestService.Context(loop, MailConfig.Parse(_config).Config, Spool, "cleanup",
            OnLoop.Listen(Spool.SocketPath(false, "cleanup"))));
        _service.Filters.AddRange(Filters);
        _client = new CleanupClient(loop, Spool.SocketPath(false, "cleanup"));
        await test(loop);
        _client.Close();
        bool drained = false;
        _service.Drain(() => drained = true);
        await loop.UntilAsync(() => drained, "drained");
        Assert.That(_service.Active, Is.Zero);
    });

    public static SubmitRequest Request(params string[] recipients)
    {
        SubmitRequest request = new()
        {
            Cleanup = CleanupFlags.All,
            Envelope =
                new Envelope { QueueId = QueueId.Next(), Sender = "sender@from.test", ArrivalMicroseconds = Arrival, Origin = "smtpd" },
        };
        foreach (string r in recipients) request.Envelope.Recipients.Add(new EnvelopeRecipient { Address = r });
        return request;
    }

    public Submission Open(SubmitRequest request) => _client.Open(request);

    /// <summary>Submits content in pieces of a size.</summary>
    public async Task<SubmitReply> SubmitAsync(SubmitRequest request, byte[] content, int pieces = 8192)
    {
        Submission submission = _client.Open(request);
        for (int at = 0; at < content.Length && !submission.IsAnswered; at += pieces)
        {
            submission.Write(content.AsSpan(at, Math.Min(pieces, content.Length - at)));
            if (!submission.HasRoom) await submission.RoomAsync();
        }
        return await submission.FinishAsync();
    }

    public Task<SubmitReply> SubmitAsync(SubmitRequest request, string content) => SubmitAsync(request, Encoding.Latin1.GetBytes(content));

    /// <summary>Submits to one recipient and gives the content as it was queued.</summary>
    public async Task<string> QueueAsync(string content, SubmitRequest? request = null)
    {
        SubmitReply reply = await SubmitAsync(request ?? Request("rcpt@to.test"), content);
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        return Content(reply.QueueId);
    }

    public string Content(string id) => Encoding.Latin1.GetString(ContentBytes(id));

    public byte[] ContentBytes(string id, string folder = "incoming")
    {
        QueueFile file = Read(id, folder);
        return file.Content.Of(File.ReadAllBytes(Spool.PathOf(folder, id)));
    }

    public QueueFile Read(string id, string folder = "incoming")
    {
        Assert.That(Spool.TryRead(folder, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        return file!;
    }

    public string[] Files(string folder = "incoming") => Directory.GetFiles($"{_root}/{folder}");

    public void Dispose()
    {
        Directory.Delete(_root, true);
    }
}
