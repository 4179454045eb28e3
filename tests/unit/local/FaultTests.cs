using System.Diagnostics;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>Disks that are full and folders that may not be written to: the mail waits, and what was there stays as it was.</summary>
public sealed class FaultTests
{
    private LocalFixture _fix = null!;
    private string _disk = "";
    private bool _mounted;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        _disk = _fix.Root + "/disk";
        Directory.CreateDirectory(_disk);
    }

    [TearDown]
    public void TearDown()
    {
        if (_mounted) Run("umount", "-l", _disk);
        _fix.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private void MountSmallDisk()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=128k,mode=755", "tmpfs", _disk);
        if (!_mounted) Assert.Ignore("cannot mount here");
    }

    [Test]
    public void A_full_disk_defers_and_truncates([Values("/box", "/dir/")] string kind)
    {
        MountSmallDisk();
        bool isMaildir = kind.EndsWith('/');
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = isMaildir ? _disk + "/" : _disk };
        string user = _fix.Me.Name, path = $"{_disk}/{user}";
        Assert.That(_fix.Deliver($"{user}@example.com").IsOk);
        string before = isMaildir ? "" : File.ReadAllText(path);
        Outcome outcome =
            _fix.Deliver(_fix.Job($"{user}@example.com", string.Concat(Enumerable.Repeat("0123456789abcde\n", 20_000)))).Outcome;
        Assert.That((outcome.Kind, outcome.Status.ToString()), Is.EqualTo((OutcomeKind.Temporary, "4.3.0")));
        Assert.That(outcome.Text, Does.EndWith("error writing message: No space left on device"));
        if (isMaildir) Assert.That(Directory.GetFiles(path + "/tmp").Concat(Directory.GetFiles(path + "/new")).Count(), Is.EqualTo(1));
        else Assert.That(File.ReadAllText(path), Is.EqualTo(before));
        Assert.That(_fix.Deliver($"{user}@example.com").IsOk, "there is room for a small one");
    }

    [Test]
    public void A_folder_that_may_not_be_written_to_defers()
    {
        File.SetUnixFileMode(_disk, (UnixFileMode)(FileModes.PublicFolder & ~FileModes.OwnerWrite));
        if (LocalFixture.IsRoot) Assert.That(Paths.ChOwn(_disk, 1, 1), Is.Zero);
        foreach (string alias in (string[])[_disk + "/box", _disk + "/dir/"])
        {
            _fix.Settings = _fix.Settings with { AliasMaps = LocalFixture.Table($"a = {alias}") };
            Outcome outcome = _fix.Deliver("a@example.com");
            Assert.That((outcome.Kind, outcome.Status.ToString()), Is.EqualTo((OutcomeKind.Temporary, "4.2.0")), outcome.Text);
            Assert.That(outcome.Text, Does.EndWith("Permission denied"));
        }
        Assert.That(Directory.GetFileSystemEntries(_disk), Is.Empty);
    }

    [Test]
    public void Root_makes_a_Maildir_in_its_spool_but_not_in_one_that_others_may_write_to()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = _disk + "/" };
        File.SetUnixFileMode(_disk, (UnixFileMode)FileModes.PublicFolder);
        Assert.That(_fix.Deliver("nobody@example.com").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(FileStatus.TryGet(_disk + "/nobody", out FileStatus status));
        Assert.That((status.Uid, status.Permissions), Is.EqualTo((65534u, FileModes.PrivateFolder)));
        // a link in its place is not followed
        Assert.That(Paths.ChOwn(_disk, 1, 1), Is.Zero);
        Outcome outcome = _fix.Deliver("daemon@example.com");
        Assert.That(outcome.IsOk, "it is his own folder");
        outcome = _fix.Deliver("bin@example.com");
        Assert.That(outcome.Status.ToString(), Is.EqualTo("4.2.0"));
        Assert.That(Directory.Exists(_disk + "/bin"), Is.False);
    }

    [Test]
    public void A_queue_file_that_is_too_short_defers_and_leaves_nothing()
    {
        DeliveryJob job = _fix.Job($"{_fix.Me.Name}@example.com");
        job.Request.Content = job.Request.Content with { BodyLength = job.Request.Content.BodyLength + 10 };
        Outcome outcome = _fix.Deliver(job).Outcome;
        Assert.That((outcome.Status.ToString(), outcome.Text), Is.EqualTo(("4.3.0", "error reading message: Input/output error")));
        Assert.That(Directory.GetFileSystemEntries(_fix.Root + "/spool"), Is.Empty);
    }

    [Test]
    public void Mutt_reads_what_was_delivered()
    {
        if (!File.Exists("/usr/bin/mutt") || !File.Exists("/usr/bin/script")) Assert.Ignore("takes mutt and script");
        string user = _fix.Me.Name;
        Assert.That(_fix.Deliver($"{user}@example.com").IsOk);
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = _disk };
        Assert.That(_fix.Deliver($"{user}@example.com").IsOk && _fix.Deliver($"{user}@example.com").IsOk);
        foreach ((string box, int count) in ((string, int)[])[($"{_fix.Root}/spool/{user}", 1), ($"{_disk}/{user}", 2)])
        {
            // tags all messages and copies them to a file
            string outFile = _fix.Root + "/saved";
            File.Delete(outFile);
            string keys = $"<tag-pattern>~s test<enter><tag-prefix><copy-message>{outFile}<enter><exit>";
            string command = $"/usr/bin/mutt -n -F /dev/null -f {box} -e 'set mbox_type=mbox confirmappend=no confirmcreate=no move=no "
                + $"quit=yes delete=no mark_old=no' -e 'push \"{keys}\"'";
            ProcessStartInfo start =
                new("script", ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
            start.Environment["TERM"] = "vt100";
            start.Environment["HOME"] = _fix.Root;
            using Process mutt = Process.Start(start)!;
            string screen = "";
            Thread reader = new(() => screen = mutt.StandardOutput.ReadToEnd());
            reader.Start();
            if (!mutt.WaitForExit(TestLimits.Wait)) mutt.Kill(entireProcessTree: true);
            reader.Join();
            Assert.That(File.Exists(outFile), screen);
            Assert.That(File.ReadAllLines(outFile).Count(l => l == "Subject: test"), Is.EqualTo(count), box);
        }
    }
}
