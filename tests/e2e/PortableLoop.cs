using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>All daemons on the portable event loop: a message goes the same way, and none of them uses the engine on epoll.</summary>
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
        // the class library has an epoll descriptor of its own, unused; our engine has an eventfd beside it
        foreach ((int pid, string program) in Mta.Processes().Where(p => p.Program != "master"))
            Assert.That(Directory.EnumerateFiles($"/proc/{pid}/fd").Select(Target), Does.Not.Contain("anon_inode:[eventfd]"), program);
    }

    [Test]
    public void The_test_would_notice() =>
        Assert.That(Directory.EnumerateFiles($"/proc/{Mta.Pid("master")}/fd").Select(Target), Does.Contain("anon_inode:[eventfd]"),
        "master is on epoll always");

    private static string Target(string link) => new FileInfo(link).LinkTarget ?? "";
}
