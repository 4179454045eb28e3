using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Postsuper;

namespace MtaSuite.Tests.Unit.Tools;

public class PostsuperTests
{
    private ToolHarness _harness = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private string Put(string folder, string sender = "me@x") => _harness.Put(folder, ToolHarness.Envelope(sender, "a@b"));

    private bool Has(string folder, string id) => File.Exists(_harness.Spool.PathOf(folder, id));

    private int Do(char action, string id, QueueFilter? filter = null, params string[] queues)
    {
        QueueActions actions = new(_harness.Config(), filter ?? new QueueFilter(), [.. queues]);
        actions.Add(action, id);
        return actions.Run();
    }

    [Test]
    public void Deletes_a_message_and_its_logs()
    {
        string id = Put(SpoolDirectory.Deferred), other = Put(SpoolDirectory.Deferred);
        File.WriteAllText($"{_harness.Folder}/bounce/{id}", "");
        Assert.That(Do('d', id), Is.Zero);
        Assert.That((Has("deferred", id), Has("bounce", id), Has("deferred", other)), Is.EqualTo((false, false, true)));
        Assert.That(_harness.Messages, Does.Contain($"{id}: removed\n").And.EndWith("Deleted: 1 message\n"));
    }

    [Test]
    public void All_means_the_queues_of_the_action()
    {
        string incoming = Put(SpoolDirectory.Incoming), deferred = Put(SpoolDirectory.Deferred), drop = Put(SpoolDirectory.Maildrop),
            corrupt = Put(SpoolDirectory.Corrupt);
        Do('d', "ALL");
        Assert.That((Has("incoming", incoming), Has("deferred", deferred), Has("maildrop", drop), Has("corrupt", corrupt)),
            Is.EqualTo((false, false, true, true)));
        Assert.That(_harness.Messages, Is.EqualTo("tool: Deleted: 2 messages\n"));
    }

    [Test]
    public void Named_queues_limit_it()
    {
        string incoming = Put(SpoolDirectory.Incoming), deferred = Put(SpoolDirectory.Deferred);
        Do('h', "ALL", null, "deferred");
        Assert.That((Has("incoming", incoming), Has("hold", deferred)), Is.EqualTo((true, true)));
    }

    [Test]
    public void Hold_and_release()
    {
        string id = Put(SpoolDirectory.Incoming);
        Do('h', id);
        Assert.That(Has("hold", id));
        Do('H', id);
        Assert.That((Has("hold", id), Has("deferred", id)), Is.EqualTo((false, true)));
        Assert.That(_harness.Messages, Does.Contain("placed on hold").And.Contain("Released from hold: 1 message"));
    }

    [Test]
    public void Requeue_moves_to_maildrop_with_a_new_time()
    {
        string id = Put(SpoolDirectory.Deferred);
        File.SetLastWriteTimeUtc(_harness.Spool.PathOf("deferred", id), DateTime.UtcNow.AddHours(1));
        Do('r', id);
        Assert.That(File.GetLastWriteTimeUtc(_harness.Spool.PathOf("maildrop", id)), Is.LessThanOrEqualTo(DateTime.UtcNow.AddMinutes(1)));
    }

    [Test]
    public void Expire_is_seen_by_readers_of_the_file()
    {
        string id = Put(SpoolDirectory.Deferred);
        Do('e', id);
        Assert.That(_harness.Spool.TryRead("deferred", id, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(file!.Envelope.Flags, Is.EqualTo(MessageFlags.ForceExpire));
        Assert.That(_harness.Messages, Is.EqualTo($"tool: {id}: expired\ntool: Force-expired: 1 message\n"));
    }

    [Test]
    public void Expire_and_release()
    {
        string id = Put(SpoolDirectory.Hold);
        Do('f', "ALL");
        Assert.That(_harness.Spool.TryRead("deferred", id, out QueueFile? file) == QueueFileStatus.Ok
            && file!.Envelope.Flags == MessageFlags.ForceExpire);
    }

    [Test]
    public void Selectors_choose()
    {
        string spam = Put(SpoolDirectory.Deferred, "spam@x"), good = Put(SpoolDirectory.Deferred, "good@x");
        Do('d', "ALL", new QueueFilter { From = "spam@x" });
        Assert.That((Has("deferred", spam), Has("deferred", good)), Is.EqualTo((false, true)));
        Do('d', good, new QueueFilter { From = "spam@x" });
        Do('d', "ALL", new QueueFilter { Queues = ["hold"] });
        Do('d', "ALL", new QueueFilter { OlderThan = 3600, From = "good@x" });
        Assert.That(Has("deferred", good));
    }

    [TestCase("../../etc/passwd")]
    [TestCase("all")]
    [TestCase("")]
    public void What_is_no_id_touches_nothing(string id)
    {
        string there = Put(SpoolDirectory.Deferred);
        Do('d', id);
        Assert.That(Has("deferred", there));
        Assert.That(_harness.Messages, Does.Contain("invalid mail queue id").And.EndWith("Deleted: 0 messages\n"));
    }

    [Test]
    public void Purges_old_temporary_files_only()
    {
        string id = Put(SpoolDirectory.Deferred), young = $"{_harness.Folder}/maildrop/young.tmp",
            old = $"{_harness.Folder}/maildrop/old.tmp";
        string torn = $"{_harness.Folder}/incoming/{QueueId.Next()}";
        foreach (string path in (string[])[young, old, torn]) File.WriteAllText(path, "");
        foreach (string path in (string[])[old, torn, _harness.Spool.PathOf("deferred", id)])
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-10));
        new SpoolRepair(_harness.Config()).PurgeTemporary();
        Assert.That((File.Exists(young), File.Exists(old), File.Exists(torn), Has("deferred", id)), Is.EqualTo((true, false, false, true)));
    }

    [Test]
    public void Puts_files_into_their_places()
    {
        string id = Put(SpoolDirectory.Incoming);
        File.Move(_harness.Spool.PathOf("incoming", id), $"{_harness.Folder}/deferred/{id}");
        SpoolRepair repair = new(_harness.Config($"mail_owner = {Environment.UserName}\ndata_directory = {_harness.Folder}/data"));
        repair.FixStructure();
        Assert.That((Has("deferred", id), repair.Moved, repair.Failures), Is.EqualTo((true, true, 0)), _harness.Messages);
    }
}
