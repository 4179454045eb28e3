using System.Diagnostics;
using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// As containers run it: master is process 1 of a PID namespace, its user has no account, nothing but the instance's folder can be
/// written, and the log goes to standard output.
/// </summary>
[TestFixture, Category("e2e")]
public class Containers
{
    private const uint Uid = 54321;
    private const int SigTerm = 15;
    private Instance _mta = null!;
    private Process _outside = null!;
    private Task<string> _log = null!;

    [OneTimeSetUp]
    public void StartInstance()
    {
        if (!Programs.IsRoot) Assert.Ignore("needs root, for the namespaces");
        Programs.Require("unshare", "setpriv", "mount");
        _mta = Instance.CreateFor(Uid, "maillog_file=/dev/stdout");
        File.AppendAllText($"{_mta.Etc}/aliases", $"orphan: \"|setsid sh -c 'sleep 1; touch {_mta.Folder}/orphaned' & exit 0\"\n");
        _mta.Own("newaliases", "-C", _mta.Etc).Succeeded();
        string script = $"mount --bind {_mta.Folder} {_mta.Folder} && mount -o remount,bind,ro / && exec \"$@\"";
        string[] command = [.. Instance.As(Uid), $"{Programs.Build}/sbin/mtasuite", "-c", _mta.Etc, "start-fg"];
        _outside = Programs.Start("unshare", ["-m", "-p", "-f", "--mount-proc", "--kill-child", "sh", "-c", script, "sh", .. command]);
        _log = _outside.StandardOutput.ReadToEndAsync();
        Wait.Until(() => _outside.HasExited || _mta.Pids("qmgr").Length == 1, "the queue manager");
        if (_outside.HasExited) throw new AssertionException($"{_log.Result}{_outside.StandardError.ReadToEnd()}");
    }

    [OneTimeTearDown]
    public void EndInstance()
    {
        if (_outside is { HasExited: false }) _outside.Kill();
        _mta?.Dispose();
    }

    private int Master => _mta.Pid("master");

    /// <summary>A command of the suite within the container.</summary>
    private ProgramResult Inside(string command, string input, params string[] arguments) => Programs.Run("nsenter",
        ["-t", $"{Master}", "-m", "-p", .. Instance.As(Uid), $"{Programs.Build}/sbin/{command}", .. arguments], input,
            ("MAIL_CONFIG", _mta.Etc));

    private void SendAndReceive(string subject)
    {
        Inside("sendmail", $"Subject: {subject}\n\n", $"{Uid}@{Instance.HostName}").Succeeded();
        Mail mail = _mta.Delivered($"Subject: {subject}", $"{Uid}");
        Assert.That(mail.Text, Does.Contain($"From: {Uid}@{Instance.HostName}"));
    }

    /// <summary>Children of process 1 that have ended and were not waited for.</summary>
    private static int Zombies(int master)
    {
        int count = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(directory)[0])) continue;
            try
            {
                string stat = File.ReadAllText($"{directory}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // state ppid ...
                if (fields[0] == "Z" && fields[1] == master.ToString(CultureInfo.InvariantCulture)) count++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { } // it has ended
        }
        return count;
    }

    [Test, Order(1)]
    public void A_user_without_an_account_runs_it_and_gets_mail() => SendAndReceive("to a number");

    [Test, Order(2)]
    public void Daemons_that_are_killed_are_started_again()
    {
        foreach (string program in (string[])["qmgr", "pickup", "qmgr"])
        {
            int pid = _mta.SettledPid(program);
            _ = Signals.Kill(pid, Instance.SIGKILL);
            Wait.Until(() => _mta.Pids(program) is [var now] && now != pid, $"another {program}");
        }
        SendAndReceive("after the deaths");
        Wait.Until(() => Zombies(Master) == 0, "no zombies");
    }

    [Test, Order(3)]
    public void Orphans_that_process_1_inherits_are_reaped()
    {
        Inside("sendmail", "Subject: leaves one behind\n\n", $"orphan@{Instance.HostName}").Succeeded();
        Wait.Until(() => File.Exists($"{_mta.Folder}/orphaned"), "the orphan to have run");
        Wait.Until(() => Zombies(Master) == 0, "no zombies");
        SendAndReceive("after the orphan");
    }

    [Test, Order(4)]
    public void Commands_find_process_1_from_inside_and_from_outside()
    {
        Assert.That(Inside("mtasuite", "", "status").Succeeded().Output, Does.Contain("is running: PID: 1\n"));
        Assert.That(Instance.Run("mtasuite", "-c", _mta.Etc, "status").Succeeded().Output, Does.Contain($"is running: PID: {Master}\n"));
        Inside("mtasuite", "", "reload").Succeeded();
        SendAndReceive("after the reload");
    }

    [Test, Order(5)]
    public void TERM_ends_everything_within_bounded_time()
    {
        int master = Master;
        // one that hangs does not hold it up
        _ = Signals.Kill(_mta.Pid("qmgr"), Instance.SIGSTOP);
        _ = Signals.Kill(master, SigTerm);
        Assert.That(_outside.WaitForExit(TimeSpan.FromMinutes(3)), Is.True);
        Assert.That(_outside.ExitCode, Is.Zero, _outside.StandardError.ReadToEnd());
        Assert.That(_mta.Processes(), Is.Empty);
        Assert.That(_log.Result, Does.Contain("daemon started").And.Contain($"to=<{Uid}@{Instance.HostName}>").And.Not.Contain("panic"));
    }
}
