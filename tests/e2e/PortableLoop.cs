using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>All daemons on the portable event loop: a message goes the same way, and nothing of them uses epoll.</summary>
[TestFixture]
public class PortableLoop : InstanceTest
{
    protected override string[] Settings => ["import_environment=MTASUITE_EVENT_LOOP=portable"];

    [Test]
    public void A_message_goes_through_daemons_without_epoll()
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        for (int i = 0; i < 20; i++) peer.Deliver(Address, Address, $"Subject: portable {i}\n\n{new string('x', i * 997)}\n").Is(250);
        peer.Quit();
        for (int i = 0; i < 20; i++) Mta.Delivered($"Subject: portable {i}\n");
        Mta.WaitUntilEmpty();
        foreach ((int pid, string program) in Mta.Processes().Where(p => p.Program != "master"))
            Assert.That(Directory.EnumerateFiles($"/proc/{pid}/fd").Select(Target), Does.Not.Contain("anon_inode:[eventpoll]"), program);
    }

    private static string Target(string link) => new FileInfo(link).LinkTarget ?? "";
}
