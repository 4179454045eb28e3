using System.Diagnostics;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>kill -9 of a daemon exactly before a step of docs/STATES.md, by strace, which kills at the entry of a system call.</summary>
[TestFixture]
public class KilledAtStep : InstanceTest
{
    protected override void Prepare() => Mta.AddAliases("broken: there-is-nobody-of-this-name\n");

    // the step that does not happen any more                    state  twice?
    [TestCase("cleanup", "openat", 3, false, TestName = "cleanup before it makes the file (2)")]
    [TestCase("cleanup", "pwritev", 2, false, TestName = "cleanup before it writes into the journal (4)")]
    [TestCase("cleanup", "pwrite64", 2, false, TestName = "cleanup before it writes (3)")]
    [TestCase("cleanup", "fdatasync", 2, false, TestName = "cleanup before it syncs (4)")]
    [TestCase("cleanup", "close", 5, false, TestName = "cleanup before it closes (5)")]
    [TestCase("qmgr", "openat", 2, false, TestName = "qmgr before it reads a file (6)")]
    [TestCase("qmgr", "unlink,unlinkat", 2, false, TestName = "qmgr before it removes (17)")]
    [TestCase("local", "openat", 4, true, TestName = "local before it opens (8)")]
    [TestCase("local", "rename,renameat,renameat2", 2, true, TestName = "local before the final name (8)")]
    [TestCase("local", "pwrite64", 2, true, TestName = "local before it marks (9)")]
    public void Of_a_delivery(string program, string calls, int when, bool twice) => KillInDeliveries(Mta, program, calls, when, twice);

    /// <summary>Where the journal does not answer for deliveries.</summary>
    [Test]
    public void Local_before_it_syncs()
    {
        using Instance mta = Instance.Create("file_sync_method=group");
        mta.Start();
        KillInDeliveries(mta, "local", "fsync,syncfs", 2, twice: true);
    }

    private static void KillInDeliveries(Instance mta, string program, string calls, int when, bool twice)
    {
        using SteadyClients clients = SteadyClients.OverSmtp(mta, 4);
        clients.WaitForMore(3);
        KillAt(mta, program, calls, when);
        clients.WaitForMore(20);
        clients.FinishAndCheck(twice);
    }

    [TestCase("bounce", "write,writev,pwrite64", 2, TestName = "bounce before it logs (11)")]
    [TestCase("bounce", "fsync,fdatasync", 2, TestName = "bounce before it syncs the log (11)")]
    [TestCase("bounce", "unlink,unlinkat", 2, TestName = "bounce before it removes the log (13)")]
    [TestCase("local", "pwrite64", 2, TestName = "local before it marks a failed recipient (12)")]
    [TestCase("qmgr", "unlink,unlinkat", 1, TestName = "qmgr before it removes a returned message (17)")]
    public void Of_a_return(string program, string calls, int when)
    {
        using SteadyClients clients = SteadyClients.OverSmtp(Mta, 4, $"broken@{Instance.HostName}");
        clients.WaitForMore(3);
        KillAt(program, calls, when);
        clients.WaitForMore(10);
        clients.FinishAndCheck(duplicatesAllowed: true);
    }

    /// <summary>Waits until the daemon has died at the call.</summary>
    private void KillAt(string program, string calls, int when) => KillAt(Mta, program, calls, when);

    /// <summary>Waits until the daemon of an instance has died at the call.</summary>
    internal static void KillAt(Instance mta, string program, string calls, int when)
    {
        Programs.Require("strace");
        int pid = mta.SettledPid(program);
        using Process strace = Programs.Start("strace",
            ["-f", "-qq", "-o", "/dev/null", "-p", $"{pid}", "-e", $"trace={calls}", "-e", $"inject={calls}:signal=KILL:when={when}"]);
        try
        {
            Wait.Until(() => strace.HasExited || IsTraced(pid) || !mta.Pids(program).Contains(pid), "strace to attach");
            if (strace.HasExited && mta.Pids(program).Contains(pid))
                Assert.Ignore($"strace cannot attach: {strace.StandardError.ReadToEnd()}");
            Wait.Until(() => !mta.Pids(program).Contains(pid), $"{program} to reach {calls}");
        }
        finally
        {
            if (!strace.HasExited) strace.Kill();
            strace.WaitForExit();
        }
    }

    private static bool IsTraced(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status")
            .Any(l => l.StartsWith("TracerPid:", StringComparison.Ordinal) && !l.EndsWith("\t0", StringComparison.Ordinal));
        }
        catch (IOException) { return false; }
    }
}
