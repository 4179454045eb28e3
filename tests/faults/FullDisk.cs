using System.Text.RegularExpressions;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using NUnit.Framework.Interfaces;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// A queue, and a mailbox, on a disk that is full: new mail is put off, and nothing that was taken is lost or torn. Needs root, to mount.
/// </summary>
[TestFixture, Category("e2e")]
public class FullDisk
{
    private const int Size = 200_000;
    private static readonly string s_body = string.Concat(Enumerable.Repeat($"{new string('y', 99)}\n", Size / 100));

    /// <summary>A small file system in memory over a folder.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _folder;

        public SmallDisk(string folder, string size, string mode)
        {
            _folder = folder;
            ProgramResult mount = Programs.Run("mount", ["-t", "tmpfs", "-o", $"size={size},mode={mode}", "tmpfs", folder]);
            if (mount.ExitCode != 0) Assert.Ignore($"cannot mount: {mount}");
        }

        public void Resize(string size) => Programs.Run("mount", ["-o", $"remount,size={size}", _folder]).Succeeded();

        public void Dispose() => Programs.Run("umount", ["-l", _folder]);
    }

    private Instance? _instance;
    private SmallDisk? _disk;

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
        _disk?.Dispose();
        _instance?.Dispose();
    }

    [Test]
    public void A_full_queue_puts_new_mail_off_and_keeps_the_old()
    {
        Instance mta = _instance = Instance.Create("message_size_limit=500000");
        SmallDisk disk = _disk = new(mta.Spool, "8m", "755");
        mta.AddAliases($"gate: \"|test -e {mta.Folder}/open || exit 75; cat > {mta.Folder}/out/$$\"\n");
        Directory.CreateDirectory($"{mta.Folder}/out");
        File.SetUnixFileMode($"{mta.Folder}/out", (UnixFileMode)FileModes.StickyFolder);
        mta.Start();
        string gate = $"gate@{Instance.HostName}";
        int accepted = 0;
        using (SmtpPeer peer = SmtpPeer.Open(mta.SmtpPort))
        {
            Reply reply = new(0, []);
            for (; reply.Code != 452 && accepted < 100; accepted += reply.Code == 250 ? 1 : 0)
            {
                reply = peer.Say($"MAIL FROM:<{Instance.Address}>");
                if (reply.Code != 250) continue;
                peer.Say($"RCPT TO:<{gate}>").Is(250);
                peer.Say("DATA").Is(354);
                reply = peer.SendContent($"Subject: number {accepted}\n\n{s_body}");
            }
            Assert.That(reply.Code, Is.EqualTo(452), $"{accepted} accepted, {reply}");
            Assert.That(reply.Text, Does.StartWith("4.3.1 "));
            Assert.That(accepted, Is.InRange(10, 45));
            // the disk is looked at once a second
            Wait.Until(() =>
            {
                Reply mail = peer.Say($"MAIL FROM:<{Instance.Address}>");
                if (mail.Code == 250) peer.Say("RSET").Is(250);
                return mail.Code == 452;
            }, "452 at MAIL, before anything is sent");
        }
        Wait.Until(() => mta.Queued("deferred").Length == accepted, () => $"{accepted} deferred");
        FillWhileSending(mta, disk, gate);
        disk.Resize("64m");
        File.WriteAllText($"{mta.Folder}/open", "");
        mta.Command("postqueue", "", "-f").Succeeded();
        mta.WaitUntilEmpty();
        string delivered = string.Concat(Directory.EnumerateFiles($"{mta.Folder}/out").Select(File.ReadAllText));
        for (int i = 0; i < accepted; i++) Assert.That(delivered, Does.Contain($"Subject: number {i}\n"), $"{accepted} were accepted");
        Assert.That(Regex.Count(delivered, "^y{99}$", RegexOptions.Multiline), Is.EqualTo(accepted * Size / 100), "whole messages");
        mta.Stop();
    }

    /// <summary>The disk fills between MAIL and the data: 452 at the end of the data, and no file stays.</summary>
    private static void FillWhileSending(Instance mta, SmallDisk disk, string to)
    {
        disk.Resize("12m");
        Wait.Until(() =>
        {
            using SmtpPeer visitor = new(mta.SmtpPort);
            return visitor.Read().Code == 220;
        }, "new sessions");
        using SmtpPeer peer = SmtpPeer.Open(mta.SmtpPort);
        peer.Say($"MAIL FROM:<{Instance.Address}>").Is(250);
        peer.Say($"RCPT TO:<{to}>").Is(250);
        peer.Say("DATA").Is(354);
        Programs.Run("dd", ["if=/dev/zero", $"of={mta.Spool}/ballast", "bs=64k"]);
        string[] before = mta.Queued();
        Reply reply = peer.SendContent($"Subject: too late\n\n{s_body}");
        Assert.That(reply.Code, Is.EqualTo(452), $"{reply}");
        Assert.That(reply.Text, Does.StartWith("4.3.1 "));
        Wait.Until(() => !mta.Queued().Except(before).Any(), "the unfinished file to be removed");
        File.Delete($"{mta.Spool}/ballast");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_full_mailbox_disk_defers(bool maildir)
    {
        Instance mta = _instance = Instance.Create();
        SmallDisk disk = _disk = new(mta.MailFolder, "1m", "1777");
        if (!maildir) mta.Configure($"mail_spool_directory={mta.MailFolder}");
        mta.Start();
        using (SmtpPeer peer = SmtpPeer.Open(mta.SmtpPort))
            for (int i = 0; i < 8; i++) peer.Deliver(Instance.Address, Instance.Address, $"Subject: number {i}\n\n{s_body}").Is(250);
        mta.WaitForLog(@"dsn=4\.\d\.\d, status=deferred \(.*No space left on device");
        Wait.Until(() => mta.CountLog("status=(deferred|sent)") >= 8 && mta.Queued("incoming").Length == 0, "eight attempts");
        disk.Resize("32m");
        mta.Command("postqueue", "", "-f").Succeeded();
        mta.WaitUntilEmpty();
        string all = maildir ? string.Concat(mta.Mailbox().Select(m => m.Text)) : File.ReadAllText($"{mta.MailFolder}/{Instance.User}");
        for (int i = 0; i < 8; i++) Assert.That(all.Split($"Subject: number {i}\n"), Has.Length.EqualTo(2), $"number {i} once");
        Assert.That(Regex.Count(all, "^y{99}$", RegexOptions.Multiline), Is.EqualTo(8 * Size / 100), "nothing torn");
        mta.Stop();
    }
}
