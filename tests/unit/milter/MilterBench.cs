using System.Net;
using System.Text;
using MtaSuite.Cleanup;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Smtpd;
using MtaSuite.Tests.Unit.Hosting;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Smtpd;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>
/// smtpd and cleanup in this process with a link between them, as in production, and scripted milters: connections to these pass from the
/// one to the other as descriptors.
/// </summary>
internal sealed class MilterBench : IDisposable
{
    public const string Content = "From: a@b.test\r\nSubject: one\r\nX-Old: 1\r\n\r\nfirst line\r\nlast line\r\n.\r\n";
    private readonly string _root = Directory.CreateTempSubdirectory("milter").FullName;
    private readonly string _log;
    private readonly string _config;

    public MilterBench(string config)
    {
        Spool = new SpoolDirectory(_root);
        _log = $"{_root}/log";
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
        _config = $"compatibility_level = 3.6\nmyhostname = mx.test\nmydomain = test\nmyorigin = origin.test\nqueue_directory = {_root}\n"
            + $"mynetworks = 192.0.2.0/24\nsmtpd_error_sleep_time = 0\nnotify_classes =\n"
            + $"smtpd_peername_lookup = no\nsmtpd_milters = unix:m1\n{config}\n";
    }

    public SpoolDirectory Spool { get; }
    public EventLoop Loop { get; private set; } = null!;
    public SmtpServer Server { get; private set; } = null!;
    public ScriptedMilter Milter { get; private set; } = null!;
    public ScriptedMilter Second { get; private set; } = null!;
    public CleanupClient Cleanup { get; private set; } = null!;

    public void Run(Func<Task> test)
    {
        Log.Configure(new LogSettings("test") { File = _log });
        OnLoop.Run(async loop =>
        {
            Loop = loop;
            MailConfig config = MailConfig.Parse(_config).Config;
            LinkServer qmgr = new(loop, OnLoop.Listen(Spool.SocketPath(false, "qmgr")), _ => throw new InvalidOperationException())
            {
                LinkAccepted = l => l.Noticed = (_, _) => true,
            };
            CleanupService cleanup = new(TestService.Context(loop, config, Spool, "cleanup",
                OnLoop.Listen(Spool.SocketPath(false, "cleanup"))));
            Cleanup = new CleanupClient(loop, Spool.SocketPath(false, "cleanup"));
            using ScriptedMilter first = Milter = new ScriptedMilter(loop, $"{_root}/m1"),
                second = Second = new ScriptedMilter(loop, $"{_root}/m2");
            SmtpdSettings settings = new(config);
            NameServices names = new(new DnsResolver(loop, DnsOptions.Of(config, "")),
                new HostLookupOptions { Sources = HostSources.Native },
                lookUpClients: false);
            Server = new SmtpServer(loop, new SettingsPair(settings, settings), Cleanup.Open, new FakeAddresses(), names,
                new DiskSpace("/tmp", TimeProvider.System), 0, _root);
            await test();
            Cleanup.Close();
            bool drained = false;
            cleanup.Drain(() => drained = true);
            await loop.UntilAsync(() => drained, "cleanup is idle");
            await loop.UntilAsync(() => Server.Active == 0, "no session is left");
        });
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
    }

    public TestClient Connect()
    {
        (int a, int b) = OnLoop.Pair();
        Server.Accept(a, new IPEndPoint(IPAddress.Parse("192.0.2.7"), 4711));
        return new TestClient(Loop, b);
    }

    /// <summary>A whole session with one message; all replies.</summary>
    public async Task<List<string>> SendAsync(string content = Content, params string[] recipients)
    {
        TestClient client = Connect();
        List<string> replies = [await client.ReplyAsync()];
        foreach (string command in (string[])["EHLO client.test", "MAIL FROM:<s@from.test> SIZE=100",
            .. (recipients.Length > 0 ? recipients : ["a@local.test"]).Select(r => $"RCPT TO:<{r}>"), "DATA"])
            replies.Add(await client.AskAsync(command));
        if (replies[^1].StartsWith("354", StringComparison.Ordinal))
        {
            client.Send(Encoding.Latin1.GetBytes(content));
            replies.Add(await client.ReplyAsync());
        }
        await client.AskAsync("QUIT");
        client.Close();
        return replies;
    }

    /// <summary>Submits as pickup does.</summary>
    public async Task<SubmitReply> SubmitLocallyAsync(string content = "Subject: local\n\nbody\n")
    {
        SubmitRequest request = new()
        {
            Cleanup = CleanupFlags.All | CleanupFlags.Milters,
            LocalClient = true,
            Envelope = new Envelope { QueueId = QueueId.Next(), Sender = "me@from.test", Origin = "pickup" },
        };
        request.Envelope.Recipients.Add(new EnvelopeRecipient { Address = "r@x.test" });
        Submission submission = Cleanup.Open(request);
        submission.Write(Encoding.UTF8.GetBytes(content));
        return await submission.FinishAsync();
    }

    /// <summary>Ids of what is in the queue.</summary>
    public string[] Queued(string folder = "incoming") => [.. Directory.GetFiles($"{_root}/{folder}").Select(f => Path.GetFileName(f))];

    public QueueFile Read(string id, string folder = "incoming")
    {
        Assert.That(Spool.TryRead(folder, id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        return file!;
    }

    /// <summary>The content of the only message.</summary>
    public string Only(string folder = "incoming")
    {
        string id = Queued(folder).Single();
        return Encoding.Latin1.GetString(Read(id, folder).Content.Of(File.ReadAllBytes(Spool.PathOf(folder, id))));
    }

    public Envelope OnlyEnvelope(string folder = "incoming") => Read(Queued(folder).Single(), folder).Envelope;

    /// <summary>The log without time stamps.</summary>
    public string[] LogLines()
    {
        Log.Flush();
        return [.. File.ReadAllLines(_log).Select(l => l[(l.IndexOf("]: ", StringComparison.Ordinal) + 3)..])];
    }

    /// <summary>Descriptors that this process holds.</summary>
    public static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    public void Dispose()
    {
        // the journal may still be making a segment
        for (int i = 0; ; i++)
        {
            try
            {
                Directory.Delete(_root, true);
                return;
            }
            catch (IOException) when (i < 100)
            {
                Thread.Sleep(20);
            }
        }
    }
}
