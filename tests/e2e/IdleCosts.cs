using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>What an instance costs that has nothing to do, and what a session costs that waits. The limits hold for ahead-of-time compiled programs.</summary>
[TestFixture]
public class IdleCosts : InstanceTest
{
    private const int Sessions = 2000;
    private const int KibOfInstance = 30 * 1024, BytesOfSession = 6 * 1024;

    // the pages that one session, one client and one burst may touch are not what is measured
    protected override string[] Settings => ["smtpd_client_connection_count_limit=0"];

    [Test, Order(1)]
    public void An_idle_instance_is_small()
    {
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort)) peer.Deliver(Address, Address, "Subject: one\n\nbody\n").Is(250);
        Mta.Delivered("Subject: one");
        foreach ((int pid, string program) in Mta.Processes()) TestContext.Out.WriteLine($"{program,-10} {Instance.Kib(pid, "Pss"),6} KiB");
        long all = Mta.ProportionalKib();
        TestContext.Out.WriteLine($"{"all",-10} {all,6} KiB");
        if (!Programs.IsAheadOfTime) Assert.Ignore("not compiled ahead of time: measured only");
        Assert.That(all, Is.LessThanOrEqualTo(KibOfInstance));
    }

    [Test, Order(2)]
    public void A_waiting_session_is_small()
    {
        List<SmtpPeer> peers = [];
        try
        {
            // a first hundred, so that what is made once is there
            for (int i = 0; i < 100; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
            long before = Mta.ProportionalKib("smtpd");
            for (int i = 0; i < Sessions; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
            long each = (Mta.ProportionalKib("smtpd") - before) * 1024 / Sessions;
            TestContext.Out.WriteLine($"{each} bytes for each of {Sessions} sessions");
            peers[^1].Deliver(Address, Address, "Subject: among many\n\nbody\n").Is(250);
            Mta.Delivered("Subject: among many");
            foreach (SmtpPeer peer in peers.Where((_, i) => i % 100 == 0)) peer.Say("NOOP").Is(250);
            if (!Programs.IsAheadOfTime) Assert.Ignore("not compiled ahead of time: measured only");
            Assert.That(each, Is.LessThanOrEqualTo(BytesOfSession));
        }
        finally { foreach (SmtpPeer peer in peers) peer.Dispose(); }
    }
}
