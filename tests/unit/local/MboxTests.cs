using MtaSuite.Common.Spool;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Tests.Unit.Local;

public sealed class MboxTests
{
    private LocalFixture _fix = null!;
    private string _box = "";

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = _fix.Root + "/spool" };
        _box = $"{_fix.Root}/spool/{_fix.Me.Name}";
    }

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private Outcome Deliver() => _fix.Deliver($"{_fix.Me.Name}@example.com");

    [Test]
    public void A_message_is_appended_with_a_From_line_and_quoted_lines()
    {
        Assert.That(Deliver().Text, Is.EqualTo("delivered to mailbox"));
        Assert.That(Deliver().IsOk);
        string[] lines = File.ReadAllLines(_box);
        string date = lines[0]["From sender@example.org  ".Length..];
        Assert.That(date, Does.Match("^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$"));
        Assert.That(lines[1..4], Is.EqualTo(new[]
        {
            "Return-Path: <sender@example.org>", $"X-Original-To: {_fix.Me.Name}@example.com", $"Delivered-To: {_fix.Me.Name}@example.com",
        }));
        Assert.That(lines[4..11], Is.EqualTo(new[] { "Subject: test", "From: a@example.org", "", ">From here on", "fine", ".dot", "" }));
        Assert.That(lines.Count(l => l.StartsWith("From ", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(File.GetUnixFileMode(_box), Is.EqualTo((UnixFileMode)FileModes.PrivateFile));
        Assert.That(File.Exists(_box + ".lock"), Is.False);
    }

    [Test]
    public void A_torn_message_at_the_end_does_not_swallow_the_next_one([Values("From x\nbody cut", "From x\nbody\n", "")] string before)
    {
        File.WriteAllText(_box, before);
        Assert.That(Deliver().IsOk);
        string text = File.ReadAllText(_box);
        Assert.That(text, Does.StartWith(before));
        Assert.That(text[before.Length..].TrimStart('\n'), Does.StartWith("From sender@example.org"));
        if (before.Length > 0) Assert.That(text, Does.Contain("\n\nFrom sender@example.org"));
    }

    [Test]
    public void Anothers_lock_file_defers_after_the_attempts()
    {
        File.WriteAllText(_box + ".lock", "");
        Outcome outcome = Deliver();
        Assert.That(outcome.Status.ToString(), Is.EqualTo("4.2.0"));
        Assert.That(outcome.Text, Is.EqualTo(
            $"cannot update mailbox {_box} for user {_fix.Me.Name}. unable to create lock file {_box}.lock: File exists"));
        Assert.That(_fix.Pauses, Has.Count.EqualTo(2));
        Assert.That(File.Exists(_box + ".lock"), "somebody else's lock stays");
        Assert.That(File.Exists(_box), Is.False);
    }

    [Test]
    public void A_stale_lock_file_is_removed()
    {
        File.WriteAllText(_box + ".lock", "");
        File.SetLastWriteTimeUtc(_box + ".lock", DateTime.UtcNow.AddSeconds(-501));
        Assert.That(Deliver().IsOk);
        Assert.That(File.Exists(_box + ".lock"), Is.False);
    }

    [Test]
    public void A_lock_file_of_a_killed_process_of_this_machine_is_no_lock()
    {
        using Script gone = Script.Start("sh", "-c", "echo $$");
        string pid = gone.ReadLine()!;
        gone.Dispose();
        File.WriteAllText(_box + ".lock", $"{pid} another.host\n");
        Assert.That(Deliver().Status.ToString(), Is.EqualTo("4.2.0"), "who knows what runs there");
        File.WriteAllText(_box + ".lock", $"{Environment.ProcessId} {LocalHost.Name()}\n");
        Assert.That(Deliver().Status.ToString(), Is.EqualTo("4.2.0"), "alive");
        File.WriteAllText(_box + ".lock", $"{pid} {LocalHost.Name()}\n");
        Assert.That(Deliver().IsOk);
        Assert.That(File.Exists(_box + ".lock"), Is.False);
    }

    [Test]
    public void A_kernel_lock_of_another_process_defers([Values(LockMethods.Fcntl, LockMethods.Flock)] LockMethods method)
    {
        File.WriteAllText(_box, "");
        _fix.Settings = _fix.Settings with { Locking = _fix.Settings.Locking with { Methods = method } };
        string lockCall = method == LockMethods.Fcntl ? "lockf" : "flock";
        using Script holder = Script.Start("python3", "-c",
            $"import fcntl,sys; f=open('{_box}','a'); fcntl.{lockCall}(f,fcntl.LOCK_EX); print('held',flush=True); sys.stdin.read()");
        Assert.That(holder.ReadLine(), Is.EqualTo("held"));
        Outcome outcome = Deliver();
        Assert.That(outcome.Status.ToString(), Is.EqualTo("4.2.0"));
        Assert.That(outcome.Text, Does.EndWith("unable to lock for exclusive access: Resource temporarily unavailable"));
        Assert.That(new FileInfo(_box).Length, Is.Zero);
    }

    [Test]
    public void Links_are_not_followed()
    {
        File.WriteAllText(_fix.Root + "/target", "precious\n");
        File.CreateSymbolicLink(_box, _fix.Root + "/target");
        if (!LocalFixture.IsRoot)
        {
            Outcome soft = Deliver();
            Assert.That(soft.Text, Does.EndWith("file is a symbolic link"));
            Assert.That(soft.Status.ToString(), Is.EqualTo("5.2.0"));
        }
        File.Delete(_box);
        Assert.That(Paths.Link(_fix.Root + "/target", _box), Is.Zero);
        Assert.That(Deliver().Text, Does.EndWith("file has 2 hard links"));
        Assert.That(_fix.Read("target"), Is.EqualTo("precious\n"));
    }

    [Test]
    public void A_users_link_in_a_common_folder_is_refused_for_root_too()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        File.WriteAllText(_fix.Root + "/target", "precious\n");
        File.SetUnixFileMode(_fix.Root + "/spool", (UnixFileMode)FileModes.StickyFolder);
        File.CreateSymbolicLink(_box, _fix.Root + "/target");
        Assert.That(Deliver().Text, Does.EndWith("file is a symbolic link"));
    }

    [Test]
    public void What_fails_leaves_the_mailbox_as_it_was()
    {
        File.WriteAllText(_box, "From x\n\nold\n\n");
        _fix.Settings = _fix.Settings with { MailboxSizeLimit = 250 };
        DeliveryJob job = _fix.Job($"{_fix.Me.Name}@example.com", "Subject: x\n\n" + new string('x', 70000));
        Outcome outcome = _fix.Deliver(job).Outcome;
        Assert.That(outcome.Status.ToString(), Is.EqualTo("5.2.2"));
        Assert.That(outcome.Text, Is.EqualTo(
            $"cannot update mailbox {_box} for user {_fix.Me.Name}. error writing message: File too large"));
        Assert.That(File.ReadAllText(_box), Is.EqualTo("From x\n\nold\n\n"));
        // as long as the buffers, so that part of it is written before the disk is full
        job.Request.Content = job.Request.Content with { BodyLength = job.Request.Content.BodyLength + 5 };
        _fix.Settings = _fix.Settings with { MailboxSizeLimit = 0 };
        outcome = _fix.Deliver(job).Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Temporary));
        Assert.That(File.ReadAllText(_box), Is.EqualTo("From x\n\nold\n\n"));
    }

    [Test]
    public void Somebody_elses_mailbox_is_not_written_to()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        File.WriteAllText(_box, "");
        Assert.That(Paths.ChOwn(_box, 65534, 65534), Is.Zero);
        Outcome outcome = Deliver();
        Assert.That(outcome.Status.ToString(), Is.EqualTo("4.2.0"));
        Assert.That(outcome.Text, Does.EndWith($"destination {_box} is not owned by recipient"));
        _fix.Settings = _fix.Settings with { StrictOwnership = false };
        Assert.That(Deliver().IsOk);
    }

    [Test]
    public void Root_makes_the_mailbox_for_a_user_in_its_spool(
        [Values(FileModes.PublicFolder, FileModes.PublicFolder | FileModes.GroupWrite, FileModes.StickyFolder)] uint mode)
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("takes root");
        File.SetUnixFileMode(_fix.Root + "/spool", (UnixFileMode)mode);
        Assert.That(Paths.ChOwn(_fix.Root + "/spool", 0, 8 /* mail */), Is.Zero);
        Assert.That(_fix.Deliver("nobody@example.com").Text, Is.EqualTo("delivered to mailbox"));
        UserDatabase.Find("nobody", out Account? nobody);
        Assert.That(FileStatus.TryGet(_fix.Root + "/spool/nobody", out FileStatus status));
        Assert.That((status.Uid, status.Permissions), Is.EqualTo((nobody!.Uid, FileModes.PrivateFile)));
        Assert.That(Credentials.CurrentFileUser(), Is.Zero);
        Assert.That(_fix.Deliver("nobody@example.com").IsOk);
    }

    [Test]
    public void Threads_take_turns_without_lock_attempts()
    {
        LocalDelivery delivery = new(_fix.Settings, _fix);
        Outcome[] outcomes = new Outcome[64];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (int i = t; i < outcomes.Length; i += 8)
            {
                DeliveryJob job;
                lock (_fix) job = _fix.Job($"{_fix.Me.Name}@example.com", $"Subject: number {i}\n\nbody\n");
                outcomes[i] = delivery.Deliver(job).Outcome;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(outcomes.All(o => o.IsOk));
        Assert.That(_fix.Pauses, Is.Empty);
        string[] lines = File.ReadAllLines(_box);
        Assert.That(lines.Count(l => l.StartsWith("From ", StringComparison.Ordinal)), Is.EqualTo(64));
        Assert.That(lines.Where(l => l.StartsWith("Subject: number ", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(64));
    }

    [Test]
    public void Who_waits_for_a_mailbox_is_taken_along_by_the_next_one()
    {
        MboxQueue queue = new(_ => { });
        using ManualResetEventSlim first = new(), go = new();
        List<int> sizes = [];
        int synced = 0, early = 0;
        DeliveryJob job = _fix.Job("x@example.com");
        MboxEntry Entry(uint uid) => new(new MessageContent(job.QueueFile, default), new CopySpec("", "", "", CopyOptions.Mbox),
            new MboxTarget(_box, new(uid, uid, "u", null, null), uid, uid), job.Sync);
        void Append(List<MboxEntry> batch)
        {
            lock (sizes) sizes.Add(batch.Count);
            foreach (MboxEntry entry in batch) entry.Outcome = Outcome.Ok("");
            first.Set();
            go.Wait();
            Interlocked.Add(ref synced, batch.Count);
        }
        MboxEntry[] entries = [Entry(1), Entry(1), Entry(2), Entry(1), Entry(1)];
        Thread[] threads = [.. entries.Select((e, i) => new Thread(() =>
        {
            queue.Run(e, Append);
            if (i > 0 && Volatile.Read(ref synced) < 2) Interlocked.Increment(ref early);
        }))];
        threads[0].Start();
        first.Wait();
        foreach (Thread thread in threads[1..]) thread.Start();
        while (threads[1..].Any(t => t.ThreadState != System.Threading.ThreadState.WaitSleepJoin)) Poll.Wait([], 5);
        Poll.Wait([], 120); // beyond the first timeout
        go.Set();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(entries.All(e => e.Outcome != null));
        Assert.That(early, Is.Zero, "nobody is told of success before the batch is synced");
        Assert.That(sizes[0], Is.EqualTo(1));
        Assert.That(sizes[1..].Order(), Is.EqualTo(new[] { 1, 3 }), "three for the same user at once; another user's apart");
    }

    [Test]
    public void Python_reads_both_kinds_of_mailbox()
    {
        for (int i = 0; i < 3; i++) Assert.That(Deliver().IsOk);
        _fix.Settings = _fix.Settings with { MailSpoolDirectory = _fix.Root + "/dirs/" };
        Directory.CreateDirectory(_fix.Root + "/dirs");
        for (int i = 0; i < 2; i++) Assert.That(Deliver().IsOk);
        using Script python = Script.Start("python3", "-c",
            $"import mailbox; b=mailbox.mbox('{_box}'); print(len(b), b[2]['Subject'], b[2].get_from()[:18]); " +
            $"d=mailbox.Maildir('{_fix.Root}/dirs/{_fix.Me.Name}', create=False); print(len(d), [m['Delivered-To'] for m in d][0])");
        Assert.That(python.ReadLine(), Is.EqualTo("3 test sender@example.org"));
        Assert.That(python.ReadLine(), Is.EqualTo($"2 {_fix.Me.Name}@example.com"));
    }
}
