using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>A daemon that hangs is noticed within its daemon_timeout; one that lives is left alone, however short that is.</summary>
[TestFixture]
public class HungDaemon : InstanceTest
{
    protected override string[] Settings => ["daemon_timeout=8s", "qmgr_daemon_timeout=6s"];

    [Test]
    public void It_is_replaced_and_nothing_is_lost()
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4);
        clients.WaitForMore(5);
        int cleanup = Mta.Pid("cleanup"), qmgr = Mta.Pid("qmgr"), smtpd = Mta.Pid("smtpd");
        Mta.Signal(Instance.SIGSTOP, "cleanup");
        Mta.Signal(Instance.SIGSTOP, "qmgr");
        long start = Environment.TickCount64;
        Mta.WaitForLog($"pid {cleanup} does not answer: killed");
        Mta.WaitForLog($"pid {qmgr} does not answer: killed");
        Assert.That(Environment.TickCount64 - start, Is.LessThan(200_000));
        clients.WaitForMore(20);
        clients.FinishAndCheck();
        Assert.That(Mta.Pids("smtpd"), Does.Contain(smtpd));
    }
}
