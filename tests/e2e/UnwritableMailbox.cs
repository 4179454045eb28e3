using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>A mailbox that cannot be written for now defers the mail, and nothing is lost.</summary>
[TestFixture]
public class UnwritableMailbox : InstanceTest
{
    [Test]
    public void Mail_waits_until_the_mailbox_is_repaired()
    {
        // a folder in the mailbox's place that the user may not even look into
        string box = $"{Mta.MailFolder}/{User}";
        Directory.CreateDirectory(box);
        File.SetUnixFileMode(box, UnixFileMode.None);
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, Address, "Subject: patient\n\nbody\n").Is(250).QueueId;
        Mta.WaitForLog($@"{id}: to=<{Address}>, .*dsn=4\.\d\.\d, status=deferred \(.*Permission denied\)$");
        Wait.Until(() => Mta.Queued("deferred").Contains(id), "deferred/");
        Assert.That(Mta.Command("postqueue", "", "-p").Succeeded().Output, Does.Contain(id).And.Contains("Permission denied"));
        Directory.Delete(box);
        Mta.Command("postqueue", "", "-f").Succeeded();
        Mta.Delivered("Subject: patient");
        Mta.WaitForLog($"{id}: removed");
    }
}
