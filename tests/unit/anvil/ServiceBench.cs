using MtaSuite.Anvil;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Smtpd;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tlsrpt;
using MtaSuite.Verify;

namespace MtaSuite.Tests.Unit.Anvil;

/// <summary>The services anvil and verify over their sockets, with a cleanup that only takes notes.</summary>
internal sealed class ServiceBench : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("anvil").FullName;

    public ServiceBench()
    {
        Spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
    }

    public SpoolDirectory Spool { get; }
    public string Journal => $"{_root}/verify_cache.journal";
    /// <summary>What was submitted to cleanup.</summary>
    public List<Envelope> Submitted { get; } = [];
    /// <summary>The content of each.</summary>
    public List<string> Contents { get; } = [];
    /// <summary>What cleanup answers.</summary>
    public Outcome Answer { get; set; } = Outcome.Ok("queued");
    /// <summary>Cleanup keeps its answers back until this is completed; null: it answers at once.</summary>
    public Task? Pause { get; set; }

    public ServiceContext Context(EventLoop loop, string service, string config, bool isPrivate = true)
    {
        string path = Spool.SocketPath(isPrivate, service);
        File.Delete(path);
        return TestService.Context(loop,
            MailConfig.Parse($"myhostname = mx.test\nmyorigin = test\ndata_directory = {_root}\n{config}").Config, Spool, service,
                OnLoop.Listen(path), maxProc: 1);
    }

    public AnvilService StartAnvil(EventLoop loop, string config = "") => new(Context(loop, "anvil", config));

    public VerifyService StartVerify(EventLoop loop, string config = "") => new(Context(loop, "verify", config));

    public string TlsReportJournal => $"{_root}/tlsrpt.journal";

    public TlsReportService StartTlsReports(EventLoop loop, string config = "") => new(Context(loop, "tlsrpt", config));

    public LinkClient TlsReportClient(EventLoop loop) => new(loop, Spool.SocketPath(true, "tlsrpt"));

    public void StartCleanup(EventLoop loop) =>
        _ = new LinkServer(loop, Context(loop, "cleanup", "", isPrivate: false).Listeners[0], _ => new Cleanup(this));

    public AnvilClient AnvilClient(EventLoop loop) => new(loop, Spool.SocketPath(true, "anvil"));

    public VerifyClient VerifyClient(EventLoop loop) => new(loop, Spool.SocketPath(true, "verify"));

    public static async Task DrainAsync(IService service)
    {
        Promise<bool> done = new();
        service.Drain(() => done.TrySet(true));
        await done;
    }

    public void Dispose() => Directory.Delete(_root, true);

    private sealed class Cleanup(ServiceBench bench) : IStreamHandler
    {
        private string _content = "";

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            SubmitRequest request = new();
            if (type == FrameType.Open && AttributeDecoder.TryDecode(payload, request)) bench.Submitted.Add(request.Envelope);
            if (type != FrameType.End) return;
            bench.Contents.Add(_content);
            AnswerAsync(stream).Detach();
        }

        private async Task AnswerAsync(LinkStream stream)
        {
            if (bench.Pause is { } pause) await pause;
            stream.Send(FrameType.Reply, new SubmitReply { QueueId = "x", Outcome = bench.Answer });
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => _content += System.Text.Encoding.UTF8.GetString(data);

        public void OnReset(LinkStream stream, string reason) { }
    }
}
