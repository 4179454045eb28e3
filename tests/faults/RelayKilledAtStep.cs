using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// kill -9 of relay at each step of an outgoing session, while clients keep sending: nothing is lost, and only what a lost reply makes
/// unavoidable comes twice.
/// </summary>
[TestFixture]
public class RelayKilledAtStep : InstanceTest
{
    private Instance _next = null!;

    protected override void Prepare()
    {
        _next = Instance.Create();
        _next.Start();
        // new connections all along, and no long pauses
        Mta.Configure("mydestination=", $"relayhost=[127.0.0.1]:{_next.SmtpPort}", "smtpd_relay_restrictions=permit_mynetworks,reject",
            "minimal_backoff_time=1s",
            "queue_run_delay=1s", "transport_retry_time=1s", "smtp_connection_reuse_count_limit=5");
    }

    [OneTimeTearDown]
    public void StopNext()
    {
        _next.Stop();
        _next.Dispose();
    }

    // the step that does not happen any more; of other messages under way in the process the next host may have taken one already: that one
    // comes twice
    [TestCase("openat", 2, true, TestName = "relay before it opens the queue file")]
    [TestCase("connect", 1, true, TestName = "relay before it connects")]
    [TestCase("sendto", 1, true, TestName = "relay before it sends, first")]
    [TestCase("sendto", 2, true, TestName = "relay before it sends, second")]
    [TestCase("sendto", 3, true, TestName = "relay before it sends, third")]
    [TestCase("recvfrom", 2, true, TestName = "relay before it reads a reply")]
    [TestCase("recvfrom", 5, true, TestName = "relay before it reads another reply")]
    [TestCase("pwrite64", 2, true, TestName = "relay before it marks a recipient")]
    [TestCase("close", 3, true, TestName = "relay before it closes")]
    public void Of_a_session(string calls, int when, bool twice)
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4, destination: _next);
        clients.WaitForMore(3);
        KilledAtStep.KillAt(Mta, "relay", calls, when);
        clients.WaitForMore(20);
        clients.FinishAndCheck(twice);
    }

    [Test]
    public void The_next_host_killed_again_and_again()
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4, destination: _next);
        for (int i = 0; i < 4; i++)
        {
            clients.WaitForMore(10);
            foreach (int pid in _next.Pids("smtpd")) _ = Common.Native.Signals.Kill(pid, Common.Native.Signals.SIGKILL);
        }
        clients.WaitForMore(20);
        clients.FinishAndCheck(duplicatesAllowed: true);
    }
}
