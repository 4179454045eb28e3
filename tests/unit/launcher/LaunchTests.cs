using System.Diagnostics;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Tests.Unit.Launcher;

/// <summary>What launcher refuses. What it starts is tested with the commands of local (CommandTests).</summary>
public sealed class LaunchTests
{
    private static LaunchRequest Request() =>
        new() { Uid = 1000, Gid = 1000, Groups = [1000], Candidates = [["/bin/true"]], SearchPath = "/bin" };

    [TestCase(0L, 1000L, 1000L)]
    [TestCase(1000L, 0L, 1000L)]
    [TestCase(1000L, 1000L, 0L)]
    [TestCase(-1L, 1000L, 1000L)]
    [TestCase(0xFFFFFFFFL, 1000L, 1000L)] // to setresuid(2): as it is
    [TestCase(1000L, 0xFFFFFFFFL, 1000L)]
    [TestCase(0x100000000L, 1000L, 1000L)] // 0 in 32 bits
    public void Nothing_runs_with_roots_rights(long uid, long gid, long group)
    {
        LaunchRequest request = Request();
        (request.Uid, request.Gid, request.Groups) = (uid, gid, [1000, group]);
        Assert.That(MtaSuite.Launcher.Program.Launch(request), Is.EqualTo("refusing to run a delivery command with root privileges"));
    }

    [Test]
    public void A_request_that_makes_no_sense_is_refused([Values(0, 1, 2, 3)] int what)
    {
        LaunchRequest request = Request();
        if (what == 0) request.Candidates = [[]];
        if (what == 1) request.Candidates = [["/bin/true", "a\0b"]];
        if (what == 2) request.Environment = ["A=\0"];
        if (what == 3) request.ChRoot = "/\0";
        Assert.That(MtaSuite.Launcher.Program.Launch(request), Is.EqualTo("bad request"));
    }

    [Test]
    public void Started_by_hand_it_says_what_it_is_for()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "launcher");
        if (!File.Exists(program)) Assert.Ignore("no launcher here");
        using Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardError = true })!;
        Assert.That(process.StandardError.ReadToEnd(), Does.Contain("started by local"));
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(64));
    }
}
