using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Mail that must wait: seen, flushed, held, released, deleted, put back, and printed by the tools.</summary>
[TestFixture]
public class Deferral : InstanceTest
{
    protected override string[] Settings => ["relayhost=[127.0.0.1]:1"];

    private string Blocker => $"{Mta.Folder}/open";

    /// <summary>A command decides whether mail for "gate" gets through.</summary>
    protected override void Prepare()
    {
        Mta.AddAliases($"gate: \"|test -e {Blocker} || exit 75; cat >> {Mta.Folder}/out/gate\"\n");
        Directory.CreateDirectory($"{Mta.Folder}/out");
        File.SetUnixFileMode($"{Mta.Folder}/out", (UnixFileMode)FileModes.StickyFolder);
    }

    [SetUp]
    public void Close() => File.Delete(Blocker);

    private string Gate => File.Exists($"{Mta.Folder}/out/gate") ? File.ReadAllText($"{Mta.Folder}/out/gate") : "";

    private string SendToGate(string text)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"gate@{Instance.HostName}", $"Subject: waits\n\n{text}\n").Is(250).QueueId;
        peer.Quit();
        Mta.WaitForLog($@"{id}: to=<gate@mx\.test\.example>, .*dsn=4\.\d\.\d, status=deferred \(");
        Wait.Until(() => Mta.Queued("deferred").Contains(id), $"{id} in deferred/");
        return id;
    }

    private string Listing => Mta.Command("postqueue", "", "-p").Succeeded().Output;

    [Test]
    public void A_deferred_message_is_listed_with_its_reason_and_flushed()
    {
        string id = SendToGate("flushed later");
        Wait.Until(() => Listing.Contains(id, StringComparison.Ordinal), "the listing");
        Assert.That(Listing, Does.Match(
            $@"{id} +\d+ \w{{3}} \w{{3}} +\d+ \d\d:\d\d:\d\d +{Address}\n *\(.*temporary failure.*\)\n +gate@mx\.test\.example\n"));
        Assert.That(Listing, Does.Match(@"-- \d+ Kbytes in \d+ Requests?\.\n$"));
        Assert.That(Mta.Command("postqueue", "", "-j").Succeeded().Output,
            Does.Contain($"\"queue_id\": \"{id}\"").And.Contains("\"queue_name\": \"deferred\""));
        Assert.That(Mta.Command("mailq", "").Succeeded().Output, Does.Contain(id));
        File.WriteAllText(Blocker, "");
        Mta.Command("postqueue", "", "-f").Succeeded();
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Gate, Does.Contain("flushed later"));
        Assert.That(Listing, Does.Not.Contain(id));
    }

    [Test]
    public void One_message_is_tried_again_by_its_id()
    {
        string id = SendToGate("one by id"), other = SendToGate("not this one");
        File.WriteAllText(Blocker, "");
        Mta.Command("postqueue", "", "-i", id).Succeeded();
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Mta.Queued(), Does.Contain(other));
        Mta.Command("postsuper", "", "-d", other).Succeeded();
    }

    [Test]
    public void Hold_release_and_delete()
    {
        string id = SendToGate("held");
        Assert.That(Mta.Command("postsuper", "", "-h", id).Succeeded().Error, Does.Contain("1 message"));
        Assert.That(Mta.Queued("hold"), Is.EqualTo(new[] { id }));
        Wait.Until(() => Listing.Contains(id + "!", StringComparison.Ordinal), "the mark of a held message");
        File.WriteAllText(Blocker, "");
        Mta.Command("postqueue", "", "-f").Succeeded();
        string passes = PassThroughGate();
        Assert.That(Mta.Queued("hold"), Is.EqualTo(new[] { id }), $"{passes} went by, the held one stays");
        Mta.Command("postsuper", "", "-H", id).Succeeded();
        Mta.Command("postqueue", "", "-f").Succeeded();
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Gate, Does.Contain("held"));

        File.Delete(Blocker);
        string doomed = SendToGate("doomed");
        Assert.That(Mta.Command("postsuper", "", "-d", doomed).Succeeded().Error, Does.Contain("Deleted: 1 message"));
        Assert.That(Mta.Queued(), Does.Not.Contain(doomed));
        Wait.Until(() => !Listing.Contains(doomed, StringComparison.Ordinal), "gone from the listing");
        File.WriteAllText(Blocker, "");
        Mta.Command("postqueue", "", "-f").Succeeded();
        PassThroughGate();
        Assert.That(Gate, Does.Not.Contain("doomed"));
    }

    private string PassThroughGate()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"gate@{Instance.HostName}", "Subject: passes\n\npasses\n").Is(250).QueueId;
        Mta.WaitForLog($"{id}: removed");
        return id;
    }

    [Test]
    public void Postcat_prints_envelope_head_and_body()
    {
        string id = SendToGate("printed by postcat");
        string all = Mta.Command("postcat", "", "-q", id).Succeeded().Output;
        Assert.That(all, Does.Contain($"sender: {Address}\n").And.Contains($"recipient: gate@{Instance.HostName}\n").And.Contains(
            "Subject: waits\n")
            .And.Contains("printed by postcat\n").And.Contains("*** ENVELOPE RECORDS").And.Contains("*** MESSAGE CONTENTS"));
        string body = Mta.Command("postcat", "", "-bq", id).Succeeded().Output;
        Assert.That(body, Does.Contain("printed by postcat\n").And.Not.Contains("Subject:").And.Not.Contains("sender:"));
        string head = Mta.Command("postcat", "", "-hq", id).Succeeded().Output;
        Assert.That(head, Does.Contain("Subject: waits\n").And.Not.Contains("printed by postcat"));
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }

    [Test]
    public void Requeue_gives_a_new_id_and_loses_nothing()
    {
        string id = SendToGate("requeued");
        // before the message is requeued: pickup is told of it and may have submitted it anew before postsuper returns
        File.WriteAllText(Blocker, "");
        Assert.That(Mta.Command("postsuper", "", "-r", id).Succeeded().Error, Does.Contain("Requeued: 1 message"));
        Mta.Command("postkick", "", "public", "pickup", "W").Succeeded();
        Wait.Until(() => Gate.Contains("requeued", StringComparison.Ordinal), "delivery");
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void Mail_for_a_host_that_does_not_answer_waits()
    {
        Mta.Sendmail("Subject: abroad\n\nx\n", "-f", Address, "someone@elsewhere.example").Succeeded();
        string id = Mta.WaitForLog(
            @"(\w+): to=<someone@elsewhere\.example>, .*relay=none, .*dsn=4\.4\.1, status=deferred \(connect to "
            + @"127\.0\.0\.1\[127\.0\.0\.1\]:1: Connection refused\)").Groups[1].Value;
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }
}
