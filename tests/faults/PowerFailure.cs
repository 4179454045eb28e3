using System.Globalization;
using System.Text.RegularExpressions;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Tests.E2e.Harness;
using NUnit.Framework.Interfaces;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// The machine fails: what was not synced is gone. The queue lies on a file system in a file; a copy of that file while all daemons stand
/// still is what a disk would hold after a power failure. Needs root, to mount.
/// </summary>
[TestFixture, Category("e2e")]
public class PowerFailure
{
    private const int Count = 20;
    private Instance? _instance;
    private string _disk = "";

    [SetUp]
    public void RootOnly()
    {
        Programs.RequireBuild();
        if (!Programs.IsRoot) Assert.Ignore("only root can mount");
    }

    [TearDown]
    public void End()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed && _instance != null)
            TestContext.Out.WriteLine(_instance.Describe());
        if (_instance != null) Programs.Run("umount", ["-l", _instance.Spool]);
        _instance?.Dispose();
        _instance = null;
        if (_disk.Length > 0) File.Delete(_disk);
    }

    private void Mount(string image)
    {
        ProgramResult mount = Programs.Run("mount", ["-o", "loop", image, _instance!.Spool]);
        if (mount.ExitCode != 0) Assert.Ignore($"cannot mount: {mount}");
    }

    /// <summary>An instance with its queue on a disk of its own; mail for wait@ is deferred.</summary>
    private Instance MakeInstance(string method, string fileSystem)
    {
        Instance mta = _instance = Instance.Create($"file_sync_method={method}", "minimal_backoff_time=1h");
        _disk = $"{mta.Folder}.disk";
        using (FileStream file = File.Create(_disk)) file.SetLength(320 * 1024 * 1024);
        Programs.Run($"mkfs.{fileSystem}", ["-q", fileSystem == "ext4" ? "-F" : "-f", _disk]).Succeeded();
        Mount(_disk);
        Instance.Run("mtasuite", "-c", mta.Etc, "set-permissions").Succeeded();
        mta.AddAliases("wait: \"|exit 75\"\n");
        mta.Start();
        return mta;
    }

    private static string Waits => $"wait@{Instance.HostName}";

    private static Reply Send(SmtpPeer peer, string subject, params string[] recipients)
    {
        peer.Say($"MAIL FROM:<{Instance.Address}>").Is(250);
        foreach (string recipient in recipients) peer.Say($"RCPT TO:<{recipient}>").Is(250);
        peer.Say("DATA").Is(354);
        Reply reply = peer.SendContent($"Subject: {subject}\n\ntext\n");
        Assert.That(reply.Code, Is.EqualTo(250));
        return reply;
    }

    /// <summary>Sends messages that are delivered and messages that are deferred, in turn; returns the ids of those.</summary>
    private static List<string> Send(Instance mta)
    {
        List<string> deferred = [];
        using SmtpPeer peer = SmtpPeer.Open(mta.SmtpPort);
        for (int i = 0; i < Count; i++)
        {
            bool waits = i % 2 == 0;
            Reply reply = Send(peer, $"number {i}", waits ? Waits : Instance.Address);
            if (waits) deferred.Add(Regex.Match(reply.Text, "queued as (\\w+)").Groups[1].Value);
        }
        return deferred;
    }

    /// <summary>The daemons stop where they are, the disk keeps what it has, the rest is gone.</summary>
    private void Fail(Instance mta)
    {
        mta.Signal(Instance.SIGSTOP);
        string left = $"{_disk}.left";
        File.Copy(_disk, left);
        mta.Signal(Instance.SIGKILL);
        Wait.Until(() => mta.Pids().Length == 0, "all daemons to end");
        Wait.Until(() =>
        {
            EndCommands(mta.Spool);
            return Programs.Run("umount", [mta.Spool]).ExitCode == 0;
        }, "the disk to be free");
        File.Move(left, _disk, overwrite: true);
        Mount(_disk);
        foreach (string segment in Directory.GetFiles($"{mta.Spool}/{SpoolDirectory.Journal}")
            .Where(f => !f.Contains("removed", StringComparison.Ordinal))) OfAnEarlierBoot(segment);
    }

    /// <summary>
    /// Ends commands of deliveries: one that began in the wrong moment was stopped with the daemons, and stands still with the disk as its
    /// folder.
    /// </summary>
    private static void EndCommands(string spool)
    {
        foreach (string process in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            if (new FileInfo($"{process}/cwd").LinkTarget?.StartsWith(spool, StringComparison.Ordinal) == true)
                _ = Signals.Kill(pid, Instance.SIGKILL);
        }
    }

    /// <summary>The kernel is the same one here.</summary>
    private static void OfAnEarlierBoot(string segment)
    {
        byte[] bytes = File.ReadAllBytes(segment);
        if (!JournalFormat.TryReadHead(bytes, out ulong generation, out _)) return;
        JournalFormat.WriteHead(bytes, generation, Guid.NewGuid());
        File.WriteAllBytes(segment, bytes);
    }

    [Test]
    public void Nothing_that_was_promised_is_lost([Values("journal", "group", "fsync")] string method,
        [Values("ext4", "xfs", "btrfs")] string fileSystem)
    {
        Instance mta = MakeInstance(method, fileSystem);
        List<string> deferred = Send(mta); // so that everything runs, and the journal is ready
        Thread.Sleep(3000);
        deferred.AddRange(Send(mta));
        mta.Signal(Instance.SIGSTOP, "cleanup"); // else it would write everything out within seconds
        Wait.Until(() => mta.Mailbox().Count == Count && mta.Queued(SpoolDirectory.Deferred).Length == Count, "all deliveries");
        Thread.Sleep(1000); // what was removed is noted as removed
        Fail(mta);
        mta.Start();
        Wait.Until(() => deferred.TrueForAll(mta.Waiting().Contains), "every message that had been promised and not delivered");
        if (method != "journal") return;
        mta.WaitForLog("journal: [0-9]+ messages brought back after a failure of the machine");
        Thread.Sleep(500);
        Assert.That(mta.Mailbox(), Has.Count.EqualTo(Count), "what had been delivered comes no second time");
    }

    /// <summary>
    /// Mailboxes on the disk that the queue lies on: their files need no sync of their own while the journal has the messages.
    /// </summary>
    [Test]
    public void What_was_delivered_on_the_queue_s_disk_is_there_or_comes_again([Values("boxes/", "boxes")] string boxes,
        [Values("ext4", "xfs", "btrfs")] string fileSystem)
    {
        Instance mta = MakeInstance("journal", fileSystem);
        string folder = $"{mta.Spool}/boxes";
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.StickyFolder);
        // the lock of a mailbox may have reached the disk
        mta.Configure($"mail_spool_directory={mta.Spool}/{boxes}", "stale_lock_time=5s");
        mta.Reload();
        using SmtpPeer peer = SmtpPeer.Open(mta.SmtpPort);
        // files come and go meanwhile
        string InBoxes() =>
            string.Concat(Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => ConfigFile.TryRead(f, out string text, out _) ? text : ""));
        for (int i = 0; i < Count; i++) Send(peer, $"warm {i}.", Instance.Address, Waits);
        Thread.Sleep(4000); // the journal is ready, and what came before is on the disk
        for (int i = 0; i < Count; i++) Send(peer, $"number {i}.", Instance.Address, Waits);
        Wait.Until(() => InBoxes().Contains($"number {Count - 1}.", StringComparison.Ordinal), "the last delivery");
        Fail(mta);
        string left = InBoxes();
        TestContext.Out.WriteLine($"{Enumerable.Range(0, Count).Count(i => left.Contains($"number {i}.", StringComparison.Ordinal))} of "
            + $"{Count} deliveries had reached the disk");
        mta.Start();
        Wait.Until(() => Enumerable.Range(0, Count).All(i => InBoxes().Contains($"number {i}.", StringComparison.Ordinal)),
            "every message that had been promised");
        Assert.That(Enumerable.Range(0, Count).All(i => InBoxes().Contains($"warm {i}.", StringComparison.Ordinal)));
        Wait.Until(() => mta.Waiting().Length == 2 * Count, "what had been deferred");
    }
}
