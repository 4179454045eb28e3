using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Tests.Unit.Local;

public sealed class MaildirTests
{
    private LocalFixture _fix = null!;

    [SetUp]
    public void SetUp() => _fix = new LocalFixture();

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private string User => _fix.Me.Name;

    [Test]
    public void A_message_arrives_whole_with_the_headers_of_delivery()
    {
        Outcome outcome = _fix.Deliver(_fix.Job($"{User}@example.com", original: "alias@example.com")).Outcome;
        Assert.That(outcome.Text, Is.EqualTo("delivered to maildir"));
        Assert.That(outcome.Status.ToString(), Is.EqualTo("2.0.0"));
        string text = _fix.Maildir($"spool/{User}").Single();
        Assert.That(text, Is.EqualTo(
            $"Return-Path: <sender@example.org>\nX-Original-To: alias@example.com\nDelivered-To: {User}@example.com\n"
            + LocalFixture.Message));
        string folder = $"{_fix.Root}/spool/{User}";
        Assert.That(Directory.GetFiles(folder + "/tmp"), Is.Empty);
        Assert.That(File.GetUnixFileMode(folder), Is.EqualTo((UnixFileMode)FileModes.PrivateFolder));
        Assert.That(File.GetUnixFileMode(Directory.GetFiles(folder + "/new")[0]), Is.EqualTo((UnixFileMode)FileModes.PrivateFile));
        Assert.That(Directory.Exists(folder + "/cur"));
    }

    [Test]
    public void Names_are_unique_and_sizes_around_the_buffers_arrive_unchanged(
        [Values(0, 1, 65535, 65536, 65537, 200_000)] int size)
    {
        string body = string.Concat(Enumerable.Repeat("0123456789abcde\n", size / 16 + 1))[..size];
        for (int i = 0; i < 3; i++) Assert.That(_fix.Deliver(_fix.Job($"{User}@example.com", body)).Outcome.IsOk);
        string expected = body.Length == 0 || body.EndsWith('\n') ? body : body + "\n";
        string[] all = _fix.Maildir($"spool/{User}");
        Assert.That(all, Has.Length.EqualTo(3));
        foreach (string text in all)
            Assert.That(text[text.IndexOf("Delivered-To: ", StringComparison.Ordinal)..].Split('\n', 2)[1], Is.EqualTo(expected));
    }

    [Test]
    public void A_folder_that_was_removed_or_replaced_is_found_again()
    {
        MtaSuite.Local.LocalDelivery delivery = new(_fix.Settings, _fix);
        string folder = $"{_fix.Root}/spool/{User}";
        Assert.That(delivery.Deliver(_fix.Job($"{User}@example.com")).Outcome.IsOk);
        Directory.Delete(folder, recursive: true);
        Assert.That(delivery.Deliver(_fix.Job($"{User}@example.com")).Outcome.IsOk);
        Assert.That(Directory.GetFiles(folder + "/new"), Has.Length.EqualTo(1));
        // renamed: the open folders still work, so only the look at the path tells
        Directory.Move(folder, folder + ".old");
        Poll.Wait([], 1100);
        Assert.That(delivery.Deliver(_fix.Job($"{User}@example.com")).Outcome.IsOk);
        Assert.That(Directory.GetFiles(folder + "/new"), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFiles(folder + ".old/new"), Has.Length.EqualTo(1));
    }

    [Test]
    public void The_size_limit_bounces_and_leaves_nothing()
    {
        _fix.Settings = _fix.Settings with { MailboxSizeLimit = 20 };
        Outcome outcome = _fix.Deliver($"{User}@example.com");
        Assert.That(outcome.Status.ToString(), Is.EqualTo("5.2.2"));
        Assert.That(outcome.Text, Is.EqualTo("maildir delivery failed: error writing message: File too large"));
        Assert.That(Directory.GetFiles($"{_fix.Root}/spool/{User}/tmp"), Is.Empty);
    }

    [Test]
    public void A_file_in_the_way_is_temporary()
    {
        _fix.Write($"spool/{User}", "not a folder");
        Outcome outcome = _fix.Deliver($"{User}@example.com");
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Temporary));
        Assert.That(outcome.Status.ToString(), Is.EqualTo("4.2.0"));
    }

    [Test]
    public void Many_threads_and_mailboxes_share_few_open_folders()
    {
        MaildirDelivery maildirs = new(TimeProvider.System, 0);
        MtaSuite.Local.DeliveryJob job = _fix.Job($"{User}@example.com");
        UserRights rights = UserRights.Of(_fix.Me);
        Outcome[] outcomes = new Outcome[400];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (int i = t; i < outcomes.Length; i += 8)
            {
                MessageContent content = new(job.QueueFile, job.Request.Content);
                outcomes[i] = maildirs.Deliver(content, new CopySpec("", "", "x@y", CopyOptions.Maildir), $"{_fix.Root}/many/{i % 200}/",
                    rights, new DeliverySync());
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(outcomes.All(o => o.IsOk), outcomes.FirstOrDefault(o => !o.IsOk)?.Text);
        Assert.That(Enumerable.Range(0, 200).Sum(i => _fix.Maildir($"many/{i}").Length), Is.EqualTo(400));
        int open = Directory.GetFiles("/proc/self/fd").Count(f => Target(f).StartsWith(_fix.Root + "/many/", StringComparison.Ordinal));
        Assert.That(open, Is.LessThanOrEqualTo(2 * 128));
    }

    /// <summary>Empty when somebody else in this process has closed it meanwhile.</summary>
    private static string Target(string descriptor)
    {
        try { return File.ResolveLinkTarget(descriptor, false)?.FullName ?? ""; }
        catch (IOException) { return ""; }
    }

    [Test]
    public void The_sync_may_be_left_to_the_caller_who_can_take_the_message_back()
    {
        using LocalFixture fix = new();
        fix.Settings = fix.Settings with { MailSpoolDirectory = fix.Root + "/dirs/" };
        Directory.CreateDirectory(fix.Root + "/dirs");
        if (LocalFixture.IsRoot) File.SetUnixFileMode(fix.Root + "/dirs", (UnixFileMode)FileModes.WorldWritableFolder);
        DeliverySync sync = new() { MayHold = true };
        DeliveryJob job = fix.Job($"{fix.Me.Name}@example.com") with { Sync = sync };
        Assert.That(fix.Deliver(job).Outcome.IsOk);
        Assert.That(sync.Held, Is.Not.Null);
        Assert.That(fix.Maildir("dirs/" + fix.Me.Name), Has.Length.EqualTo(1));
        Outcome outcome = sync.Held!.Remove(Errno.EIO);
        Assert.That(outcome.IsTemporary);
        Assert.That(fix.Maildir("dirs/" + fix.Me.Name), Is.Empty, "what may be lost is not left to be found");
        Assert.That(sync.Held.Descriptor, Is.Negative);
    }

    [Test]
    public void Below_an_alias_everything_is_durable_on_return()
    {
        using LocalFixture fix = new();
        fix.Settings =
            fix.Settings with { MailSpoolDirectory = fix.Root + "/dirs/", AliasMaps = LocalFixture.Table($"list = {fix.Me.Name}") };
        Directory.CreateDirectory(fix.Root + "/dirs");
        if (LocalFixture.IsRoot) File.SetUnixFileMode(fix.Root + "/dirs", (UnixFileMode)FileModes.WorldWritableFolder);
        DeliverySync sync = new() { MayHold = true };
        Assert.That(fix.Deliver(fix.Job("list@example.com") with { Sync = sync }).Outcome.IsOk);
        Assert.That(sync.Held, Is.Null);
    }
}
