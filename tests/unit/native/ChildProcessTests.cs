using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Children by pidfd: a number that is somebody else's by now is never waited for or killed.</summary>
public sealed class ChildProcessTests
{
    private static int Spawn(string command) =>
        Processes.Spawn("/bin/sh", ["/bin/sh", "-c", command], [], "/", [0, 1, 2], [], session: true);

    [TestCase("exit 7", 7, 0)]
    [TestCase("exit 0", 0, 0)]
    [TestCase("kill -TERM $$", -1, 15)]
    public void How_a_child_ended(string command, int code, int signal)
    {
        using ChildProcess child = new(Spawn(command));
        Assert.That(child.TryReap(wait: true, out int status), Is.EqualTo(ChildState.Ended));
        Assert.That((Processes.ExitCode(status), Processes.ExitSignal(status)), Is.EqualTo((code, signal)));
        Assert.That(child.TryReap(wait: false, out _), Is.EqualTo(ChildState.Lost), "it ends once");
    }

    [Test]
    public void A_child_that_runs_is_ended_with_its_group()
    {
        using ChildProcess child = new(Spawn("sleep 1000 & exec sleep 1000"));
        Assert.That(child.TryReap(wait: false, out _), Is.EqualTo(ChildState.Running));
        child.SignalGroup(Signals.SIGKILL);
        Assert.That(child.TryReap(wait: true, out int status), Is.EqualTo(ChildState.Ended));
        Assert.That(Processes.ExitSignal(status), Is.EqualTo(Signals.SIGKILL));
    }

    [Test]
    public void A_child_that_somebody_else_reaped_is_lost_and_its_number_is_not_signalled()
    {
        int pid = Spawn("exit 0");
        using ChildProcess child = new(pid);
        Assert.That(Processes.WaitPid(pid, out _, 0), Is.EqualTo(pid));
        child.SignalGroup(Signals.SIGKILL); // to nobody
        Assert.That(child.TryReap(wait: true, out _), Is.EqualTo(ChildState.Lost));
    }
}
