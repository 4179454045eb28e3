using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>A daemon that does not answer: for a while nothing is lost, for longer than watchdog_timeout it is replaced.</summary>
[TestFixture]
public class StoppedDaemon : InstanceTest
{
    protected override string[] Settings => ["watchdog_timeout=15s"];

    [TestCase("smtpd")]
    [TestCase("cleanup")]
    [TestCase("qmgr")]
    [TestCase("local")]
    [TestCase("master")]
    public void A_pause_loses_nothing(string program)
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 6);
        clients.WaitForMore(10);
        int pid = Mta.Pid(program);
        Mta.Signal(Instance.SIGSTOP, program);
        Thread.Sleep(1000);
        Mta.Signal(Instance.SIGCONT, program);
        clients.WaitForMore(20);
        clients.FinishAndCheck();
        Assert.That(Mta.Pids(program), Does.Contain(pid), "it was not killed for that");
        Assert.That(clients.Broken, Is.Zero, clients.Troubles);
    }

    [Test]
    public void A_hung_daemon_is_replaced()
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4);
        clients.WaitForMore(5);
        int cleanup = Mta.Pid("cleanup"), qmgr = Mta.Pid("qmgr");
        Mta.Signal(Instance.SIGSTOP, "cleanup");
        Mta.Signal(Instance.SIGSTOP, "qmgr");
        Mta.WaitForLog($"pid {cleanup} does not answer: killed");
        Mta.WaitForLog($"pid {qmgr} does not answer: killed");
        clients.WaitForMore(20);
        Assert.That(Mta.Pids(), Does.Not.Contain(cleanup).And.Not.Contain(qmgr));
        clients.FinishAndCheck();
    }
}
