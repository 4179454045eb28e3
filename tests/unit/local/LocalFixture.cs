using System.Text;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Local;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>A temporary folder, a queue file in it, and services that remember what they were asked.</summary>
internal sealed class LocalFixture : ILocalServices, IDisposable
{
    public const string Message = "Subject: test\nFrom: a@example.org\n\nFrom here on\nfine\n.dot\n";

    private readonly List<int> _open = [];

    public LocalFixture()
    {
        Root = Path.Combine(Path.GetTempPath(), "mta-local-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Root);
        // recipients need to get through
        File.SetUnixFileMode(Root, (UnixFileMode)FileModes.PublicFolder);
        UserDatabase.Find(Credentials.GetEUid(), out Account? me);
        Me = me!;
        Settings = new LocalSettings(MailConfig.Parse("compatibility_level = 3.11\nalias_maps =\n").Config, Warnings) with
        {
            MailSpoolDirectory = Root + "/spool/",
            ForwardPath = [],
            Locking = new MailboxLocking(LockMethods.Fcntl | LockMethods.DotLock, 3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(500),
                TimeProvider.System)
            { Pause = Pauses.Add },
        };
        Directory.CreateDirectory(Root + "/spool");
    }

    public string Root { get; }
    public Account Me { get; }
    public LocalSettings Settings { get; set; }
    public List<TimeSpan> Pauses { get; } = [];
    public List<string> Warnings { get; } = [];
    public List<ForwardedMessage> Forwards { get; } = [];
    public List<(string Owner, string Address, Outcome Outcome)> OwnerNotices { get; } = [];
    public List<(string Transport, string Nexthop, string Address)> Passed { get; } = [];
    /// <summary>What the other agent says that it did.</summary>
    public DeliveryAction PassedAction { get; set; }
    /// <summary>Where the agent that was passed the last recipient finds its record.</summary>
    public long PassedOffset { get; private set; }
    public Outcome ForwardOutcome { get; set; } = Outcome.Ok("");

    public static bool IsRoot => FileIdentity.IsPrivileged;

    /// <summary>Text tables: inline:{ key = value }.</summary>
    public static Maps Table(params string[] entries) =>
        Maps.Open("inline:{" + string.Join(", ", entries.Select(e => "{" + e + "}")) + "}");

    public int QueueFile(byte[] content, out long offset)
    {
        string path = Path.Combine(Root, "queue-" + Guid.NewGuid().ToString("N"));
        byte[] before = Encoding.ASCII.GetBytes("envelope of the queue file\n");
        offset = before.Length;
        File.WriteAllBytes(path, [.. before, .. content]);
        int fd = FileIO.Open(path, FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        _open.Add(fd);
        return fd;
    }

    public DeliveryJob Job(string recipient, string content = Message, string sender = "sender@example.org", string original = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        int fd = QueueFile(bytes, out long offset);
        DeliverRequest request = new()
        {
            QueueId = "TEST",
            Transport = "local",
            Nexthop = "example.com",
            Sender = sender,
            Content = ContentSegments.InOnePiece(offset, bytes.Length),
            ClientName = "client.example",
            ClientAddress = "192.0.2.1",
        };
        DeliverRecipient to = new() { Address = recipient, Original = original, Offset = 77 };
        request.Recipients.Add(to);
        return new DeliveryJob(request, to, fd);
    }

    public RecipientOutcome Deliver(DeliveryJob job) => new LocalDelivery(Settings, this).Deliver(job);

    public Outcome Deliver(string recipient) => Deliver(Job(recipient)).Outcome;

    public string Read(string name) => File.ReadAllText(Path.Combine(Root, name));

    public string Write(string name, string text, uint mode = FileModes.PublicFile)
    {
        string path = Path.Combine(Root, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }

    public string[] Maildir(string name) => [.. Directory.GetFiles(Path.Combine(Root, name, "new")).Select(File.ReadAllText)];

    // ---- the rest of the suite

    public Resolution Resolve(string address)
    {
        if (address.Contains(' ')) return new Resolution(ResolutionStatus.BadSyntax, address);
        string full = address.Contains('@') ? address : address + "@example.com";
        return new Resolution(ResolutionStatus.Ok, full,
            full.EndsWith("@example.com", StringComparison.OrdinalIgnoreCase) ? "local" : "smtp", "");
    }

    public Forwarded Forward(ForwardedMessage message)
    {
        Forwards.Add(message);
        return new Forwarded(ForwardOutcome, "NEWID");
    }

    public RecipientOutcome Pass(string transport, string nexthop, DeliverRequest request, DeliverRecipient recipient)
    {
        Passed.Add((transport, nexthop, recipient.Address));
        PassedOffset = recipient.Offset;
        return new RecipientOutcome { Offset = recipient.Offset, Outcome = Outcome.Ok("passed on"), Action = PassedAction };
    }

    public bool TryNotifyOwner(DeliverRequest request, DeliverRecipient recipient, string owner, Outcome outcome)
    {
        OwnerNotices.Add((owner, recipient.Address, outcome));
        return true;
    }

    public void Warn(string text) => Warnings.Add(text);

    public void Dispose()
    {
        foreach (int fd in _open) _ = FileIO.Close(fd);
        Directory.Delete(Root, recursive: true);
    }
}
