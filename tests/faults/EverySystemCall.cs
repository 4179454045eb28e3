using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// Every system call of a daemon that handles a message fails once, or is the daemon's last: a sample of what "make soak" does in full
/// (tests/faults/calls/every_call.py). SYSTEM_CALL_SEED repeats the sample of a run that failed.
/// </summary>
[TestFixture, Category("e2e")]
public class EverySystemCall
{
    private const int CannotTrace = 77, Cases = 80;

    [Test]
    public void A_sample_loses_nothing_doubles_nothing_and_hangs_nowhere()
    {
        // the same sample each time; make soak goes through all of them
        string seed = Environment.GetEnvironmentVariable("SYSTEM_CALL_SEED") ?? "4711";
        Run($"SYSTEM_CALL_SEED={seed}", "--sample", $"{Cases}", "--seed", seed);
    }

    [TestCase("smtp to maildir", "smtpd", "ENOSPC", TestName = "A connection that cannot be watched at once is served all the same")]
    [TestCase("smtp to maildir", "cleanup", "ENOMEM", TestName = "A socket short of memory for a moment keeps its connection")]
    [TestCase("smtp to mbox", "cleanup", "EINTR", TestName = "An interrupted sync is made again")]
    [TestCase("smtp to mbox", "local", "EIO", TestName = "A mailbox that cannot be looked at for a moment is tried again")]
    public void Of_one_daemon(string path, string daemon, string fault) =>
        Run($"{path}, {daemon}, {fault}", "--path", path, "--daemon", daemon, "--fault", fault);

    private static void Run(string what, params string[] arguments)
    {
        Programs.RequireBuild();
        Programs.Require("python3");
        ProgramResult result = Programs.Run("python3",
            [$"{Programs.Root}/tests/faults/calls/every_call.py", "--limit", $"{TestLimits.Wait.TotalSeconds}", .. arguments],
            "", ("MTA_BUILD", Programs.Build));
        TestContext.Out.WriteLine(result);
        if (result.ExitCode == CannotTrace) Assert.Ignore(result.Output);
        Assert.That(result.ExitCode, Is.Zero, what);
    }
}
