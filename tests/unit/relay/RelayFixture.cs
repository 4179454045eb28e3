using System.Buffers;
using System.Net;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>A spool with queue files, and deliveries from it to peers of the test.</summary>
internal sealed class RelayFixture : IDisposable
{
    public const string Message = "From: a@example.org\nSubject: test\n\nhello\n.dot\nend\n";

    public RelayFixture(EventLoop loop, RelaySettings? settings, params IPEndPoint[] targets)
    {
        Root = Directory.CreateTempSubdirectory("mta-relay-").FullName;
        foreach ((string folder, _) in SpoolDirectory.Folders) Directory.CreateDirectory($"{Root}/{folder}");
        Spool = new SpoolDirectory(Root);
        Settings = settings ?? Patient;
        Finder = new FixedTargets([.. targets.Select((t, i) => new Target($"mx{i + 1}.test", t, "", i))]);
        Context = new RelayContext(loop, Spool, Settings, Finder);
    }

    /// <summary>The defaults of the parameters.</summary>
    private static RelaySettings Defaults => new(MailConfig.Parse("compatibility_level = 3.11\nmyhostname = client.test\n").Config,
        lmtp: false, []);

    /// <summary>With time limits that peers who mean well never reach.</summary>
    public static RelaySettings Patient { get; } = With(TestLimits.Answer);

    /// <summary>With time limits that a test can wait for; ticks come once a second.</summary>
    public static RelaySettings Quick { get; } = With(TimeSpan.FromSeconds(8));

    /// <summary>No session is used for more than one message.</summary>
    public static CacheSettings Unshared { get; } = Defaults.Cache with { OnDemand = false };

    private static RelaySettings With(TimeSpan limit) => Defaults with
    {
        HelloName = "client.test",
        Timeouts = Defaults.Timeouts with
        {
            Connect = limit,
            Hello = limit,
            Mail = limit,
            Recipient = limit,
            DataInit = limit,
            DataTransfer = limit,
            DataDone = limit,
            Reset = limit,
            Quit = limit,
            Xforward = limit,
        },
    };

    public string Root { get; }
    public SpoolDirectory Spool { get; }
    public RelaySettings Settings { get; }
    public FixedTargets Finder { get; }
    public RelayContext Context { get; }

    /// <summary>Queues a message and makes the request that qmgr would send.</summary>
    public DeliverRequest Queue(string[] recipients, byte[]? content = null, Action<Envelope>? adjust = null)
    {
        Envelope e = new() { QueueId = QueueId.Next(), ArrivalMicroseconds = QueueId.Microseconds(), Sender = "a@example.org" };
        foreach (string r in recipients) e.Recipients.Add(new EnvelopeRecipient { Address = r });
        adjust?.Invoke(e);
        ArrayBufferWriter<byte> file = new();
        int offset = QueueFileFormat.Write(file, e);
        file.Write(content ?? Encoding.UTF8.GetBytes(Message));
        byte[] bytes = file.WrittenSpan.ToArray();
        QueueFileFormat.Finish(bytes, offset, bytes.Length - offset, e.Recipients.Count);
        File.WriteAllBytes(Spool.PathOf("active", e.QueueId), bytes);
        DeliverRequest request = new()
        {
            QueueName = "active",
            Transport = "smtp",
            Nexthop = "dest.test",
            Content = ContentSegments.InOnePiece(offset, bytes.Length - offset)
        };
        request.CopyFacts(e);
        foreach (EnvelopeRecipient r in e.Recipients)
            request.Recipients.Add(new DeliverRecipient
            {
                Offset = r.Offset,
                Address = r.Address,
                Original = r.Original,
                DsnOriginal = r.DsnOriginal,
                Notify = r.Notify
            });
        return request;
    }

    public async Task<List<RecipientOutcome>> DeliverAsync(DeliverRequest request)
    {
        List<RecipientOutcome> outcomes = await new RelayDelivery(Context, request).RunAsync();
        byte[] file = await File.ReadAllBytesAsync(Spool.PathOf("active", request.QueueId));
        foreach (RecipientOutcome outcome in outcomes)
            Assert.That((char)file[outcome.Offset], Is.EqualTo(outcome.Outcome.IsOk ? 'r' : 'R'), "the mark in the queue file");
        return outcomes;
    }

    public void Dispose()
    {
        Context.Sessions.CloseIdle();
        Directory.Delete(Root, recursive: true);
    }

    internal sealed class FixedTargets(List<Target> targets) : ITargetFinder
    {
        public int Asked { get; private set; }

        public List<Target> Targets => targets;

        public Task<TargetList> FindAsync(Nexthop nexthop)
        {
            Asked++;
            return Task.FromResult(new TargetList(targets, null));
        }
    }
}
