using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// kill -9 of a filter that edits each message, and of each daemon, while clients keep sending: what was accepted arrives, and whatever
/// arrives has been through the filter. With a milter under milter_default_action = tempfail, and content filters before and behind the
/// queue.
/// </summary>
[TestFixture, Category("e2e")]
public class KilledFilter
{
    private const string TheFilter = "the filter";

    /// <summary>How often each is killed: FAULT_ROUNDS, for a soak.</summary>
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("FAULT_ROUNDS"), out int n) ? n : 1;

    // short waits: what was deferred because the filter was away is soon tried again
    private static readonly string[] s_settings =
        ["minimal_backoff_time=1s", "maximal_backoff_time=2s", "queue_run_delay=1s", "transport_retry_time=1s", "notify_classes="];

    [Test]
    public void A_milter_and_the_daemons_beside_it()
    {
        using EditingFilter filter = EditingFilter.Milter();
        using Instance mta = Instance.Create([.. s_settings,
            $"smtpd_milters=inet:127.0.0.1:{filter.Port}", "milter_default_action=tempfail"]);
        KillAll(mta, filter, [TheFilter, "smtpd", "cleanup", "qmgr", "local"], doubledBy: ["local"]);
    }

    [Test]
    public void A_filter_before_the_queue_and_the_daemons_beside_it([Values("", "speed_adjust")] string options)
    {
        int back = Instance.FreePort();
        using EditingFilter filter = EditingFilter.Smtp(back);
        using Instance mta = Instance.Create([.. s_settings,
            $"smtpd_proxy_filter=127.0.0.1:{filter.Port}", $"smtpd_proxy_options={options}"]);
        File.AppendAllText($"{mta.Etc}/master.cf",
            $"\n127.0.0.1:{back} inet n - n - - smtpd\n  -o smtpd_proxy_filter= -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n");
        KillAll(mta, filter, [TheFilter, "smtpd", "cleanup", "qmgr", "local"], doubledBy: ["local"]);
    }

    [Test]
    public void A_filter_behind_the_queue_and_the_daemons_beside_it()
    {
        int back = Instance.FreePort();
        using EditingFilter filter = EditingFilter.Smtp(back);
        using Instance mta = Instance.Create([.. s_settings, $"content_filter=filter:[127.0.0.1]:{filter.Port}"]);
        File.AppendAllText($"{mta.Etc}/master.cf",
            $"\nfilter unix - - n - 10 smtp\n127.0.0.1:{back} inet n - n - - smtpd\n  -o content_filter=\n"
            + "  -o receive_override_options=no_unknown_recipient_checks,no_address_mappings\n");
        // whoever dies between "passed on" and "passed on, I have heard" leaves the message to be passed on again
        KillAll(mta, filter, [TheFilter, "smtpd", "cleanup", "qmgr", "relay", "local"],
            doubledBy: [TheFilter, "smtpd", "cleanup", "relay", "local"]);
    }

    private static void KillAll(Instance mta, EditingFilter filter, string[] victims, string[] doubledBy)
    {
        mta.Start();
        try
        {
            foreach (string victim in victims) KillOne(mta, filter, victim, doubledBy.Contains(victim));
        }
        catch (AssertionException)
        {
            TestContext.Out.WriteLine(mta.Describe());
            throw;
        }
        mta.Stop();
        Assert.That(mta.LogText(), Does.Not.Contain("panic:"));
    }

    private static void KillOne(Instance mta, EditingFilter filter, string victim, bool doubles)
    {
        using SteadyClients small = SteadyClients.OverSmtp(mta, 6), large = SteadyClients.OverSmtp(mta, 2, size: 200_000);
        Random random = new(victim.Length);
        for (int round = 0; round < s_rounds; round++)
        {
            small.WaitForMore(random.Next(3, 30));
            Kill(mta, filter, victim);
        }
        small.WaitForMore(10);
        large.WaitForMore(1);
        small.Dispose();
        large.Dispose();
        small.FinishAndCheck(duplicatesAllowed: doubles);
        large.FinishAndCheck(duplicatesAllowed: doubles);
        Mail[] unseen = [.. mta.Mailbox().Where(mail => !EditingFilter.HasSeen(mail))];
        Assert.That(unseen.Select(m => m.Text[..Math.Min(m.Text.Length, 1000)]), Is.Empty, $"{victim} killed: past the filter");
        foreach (Mail mail in mta.Mailbox()) File.Delete(mail.Path);
    }

    private static void Kill(Instance mta, EditingFilter filter, string victim)
    {
        if (victim == TheFilter)
        {
            filter.Kill();
            Thread.Sleep(300); // clients and daemons meet a filter that is away
            filter.Start();
            return;
        }
        int pid = mta.SettledPid(victim);
        Assert.That(mta.Signal(Instance.SIGKILL, victim), Is.Positive);
        Wait.Until(() => mta.Pids(victim) is var now && now.Length > 0 && !now.Contains(pid), $"a new {victim}");
    }
}
