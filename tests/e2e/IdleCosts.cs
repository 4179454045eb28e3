using System.Diagnostics;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// What an instance costs that has nothing to do, and what a session costs that waits. The limits hold for ahead-of-time compiled programs.
/// </summary>
[TestFixture]
public class IdleCosts : InstanceTest
{
    /// <summary>As many as the limit of descriptors allows, 10,000 at most: this process holds the other ends.</summary>
    private static readonly int s_sessions = (int)Math.Min(10_000, ResourceLimits.RaiseOpenFileLimit() - 1000);
    private const int KibOfInstance = 30 * 1024, BytesOfSession = 6 * 1024;

    // the pages that one session, one client and one burst may touch are not what is measured
    protected override string[] Settings => ["smtpd_client_connection_count_limit=0", "default_process_limit=12000"];

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
    public void Memory_of_a_load_is_given_back_at_rest()
    {
        const int messages = 2000, restKib = 20 * 1024;
        if (!Programs.IsAheadOfTime) Assert.Ignore("not compiled ahead of time");
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
            for (int i = 0; i < messages; i++) peer.Deliver(Address, Address, "Subject: load\n\nbody\n").Is(250);
        Mta.WaitUntilEmpty();
        long all = Mta.ProportionalKib();
        for (long end = Environment.TickCount64 + 120_000; all > restKib && Environment.TickCount64 < end; all = Mta.ProportionalKib())
            Thread.Sleep(500);
        Assert.That(all, Is.LessThanOrEqualTo(restKib));
    }

    [Test, Order(3)]
    public void A_waiting_session_is_small()
    {
        List<SmtpPeer> peers = [];
        try
        {
            // a first hundred, so that what is made once is there
            for (int i = 0; i < 100; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
            long before = Mta.ProportionalKib("smtpd");
            for (int i = 0; i < s_sessions; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
            long each = (Mta.ProportionalKib("smtpd") - before) * 1024 / s_sessions;
            TestContext.Out.WriteLine($"{each} bytes for each of {s_sessions} sessions");
            peers[^1].Deliver(Address, Address, "Subject: among many\n\nbody\n").Is(250);
            Mta.Delivered("Subject: among many");
            foreach (SmtpPeer peer in peers.Where((_, i) => i % 100 == 0)) peer.Say("NOOP").Is(250);
            if (!Programs.IsAheadOfTime) Assert.Ignore("not compiled ahead of time: measured only");
            Assert.That(each, Is.LessThanOrEqualTo(BytesOfSession));
        }
        finally { foreach (SmtpPeer peer in peers) peer.Dispose(); }
    }

    /// <summary>
    /// A measurement, for a quiet machine: the rate of one busy client without and with all the others, in turns; the medians' ratio.
    /// </summary>
    [Test, Order(4), Explicit("takes a minute and a quiet machine")]
    public void Waiting_sessions_do_not_slow_a_busy_one()
    {
        const int rounds = 5;
        List<double> alone = [], among = [];
        BusyRate(TimeSpan.FromSeconds(2)); // warm
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(BusyRate(TimeSpan.FromSeconds(3)));
            List<SmtpPeer> peers = [];
            try
            {
                for (int i = 0; i < s_sessions; i++) peers.Add(SmtpPeer.Open(Mta.SmtpPort));
                among.Add(BusyRate(TimeSpan.FromSeconds(3)));
            }
            finally { foreach (SmtpPeer peer in peers) peer.Dispose(); }
            TestContext.Out.WriteLine($"alone {alone[^1]:F0} messages/s, among {s_sessions} {among[^1]:F0}");
        }
        alone.Sort();
        among.Sort();
        double ratio = among[rounds / 2] / alone[rounds / 2];
        TestContext.Out.WriteLine($"ratio of the medians {ratio:F3}");
        Assert.That(ratio, Is.GreaterThanOrEqualTo(0.9));
    }

    private double BusyRate(TimeSpan time)
    {
        Mta.WaitUntilEmpty();
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string message = $"Subject: busy\n\n{new string('x', 70)}\n";
        int sent = 0;
        long start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < time; sent++) peer.Deliver(Address, Address, message).Is(250);
        return sent / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
