using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// kill -9 of one program after the other, and of all, at random moments, while clients keep sending. What was promised arrives; it arrives
/// twice only where the program that delivers died between delivery and mark.
/// </summary>
[TestFixture]
public class KilledDaemon : InstanceTest
{
    /// <summary>How often each is killed: FAULT_ROUNDS, for a soak.</summary>
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("FAULT_ROUNDS"), out int n) ? n : 3;

    protected override void Prepare() => Mta.AddAliases("broken: there-is-nobody-of-this-name\n");

    [TestCase("smtpd", 1)]
    [TestCase("cleanup", 2)]
    [TestCase("qmgr", 3)]
    [TestCase("local", 4)]
    public void A_daemon_is_killed_while_clients_send(string program, int seed)
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 8);
        KillRepeatedly(clients, program, seed);
        clients.FinishAndCheck(duplicatesAllowed: program == "local");
    }

    /// <summary>
    /// Every message is returned: what is promised and must arrive is its notice. Where bounce dies it may be sent twice.
    /// </summary>
    [Test]
    public void Bounce_is_killed_while_mail_is_returned()
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4, $"broken@{Instance.HostName}");
        KillRepeatedly(clients, "bounce", 5);
        clients.FinishAndCheck(duplicatesAllowed: true);
    }

    [Test]
    public void Pickup_is_killed_while_users_submit()
    {
        using SteadyClients clients = SteadyClients.OverSendmail(Mta, 3);
        KillRepeatedly(clients, "pickup", 6);
        clients.FinishAndCheck();
    }

    private void KillRepeatedly(SteadyClients clients, string program, int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < s_rounds; round++)
        {
            clients.WaitForMore(random.Next(3, 30));
            int pid = Mta.SettledPid(program);
            Assert.That(Mta.Signal(Instance.SIGKILL, program), Is.Positive);
            Wait.Until(() => Mta.Pids(program) is var now && now.Length > 0 && !now.Contains(pid), $"a new {program}");
        }
        clients.WaitForMore(20);
    }

    [TestCase(false, 7)]
    [TestCase(true, 8)]
    public void Master_or_all_of_them_are_killed_and_started_again(bool all, int seed)
    {
        Random random = new(seed);
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 8);
        for (int round = 0; round < s_rounds; round++)
        {
            clients.WaitForMore(random.Next(3, 60));
            int master = Mta.Pid("master");
            Mta.Signal(Instance.SIGKILL, all ? null : "master");
            Wait.Until(() => Mta.Pids().Length == 0, () => $"no process is left; there are {string.Join(' ', Mta.Processes())}");
            Wait.Until(() => Instance.HasEnded(master), "master's files are closed");
            Mta.Start();
        }
        clients.WaitForMore(20);
        clients.FinishAndCheck(duplicatesAllowed: true);
    }
}
