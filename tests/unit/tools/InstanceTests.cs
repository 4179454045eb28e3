using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>An instance as the commands see it.</summary>
public sealed class InstanceTests
{
    private static Instance For(string spool, string setting = "") =>
        new(MailConfig.Parse(string.Create(CultureInfo.InvariantCulture, $"queue_directory = {spool}\n{setting}")).Config);

    [Test]
    public void The_master_is_found_by_the_lock_of_the_spool_wherever_process_id_directory_is()
    {
        string spool = Directory.CreateTempSubdirectory("instance").FullName;
        Directory.CreateDirectory($"{spool}/pid");
        Assert.That(For(spool).FindMaster(), Is.Zero);
        using (SpoolLock? held = SpoolLock.TryTake(spool, out string error))
        {
            Assert.That(error, Is.Empty);
            Assert.That(held, Is.Not.Null);
            foreach (string setting in (string[])["", "process_id_directory = run\n"])
                Assert.That(For(spool, setting).FindMaster(), Is.EqualTo(Environment.ProcessId));
            using ProcessHandle? master = For(spool).OpenMaster(out _);
            Assert.That(master?.Pid, Is.EqualTo(Environment.ProcessId));
            Assert.That(SpoolLock.TryTake(spool, out error), Is.Null, "a second one");
            Assert.That(error, Is.EqualTo($"the mail system is already running: process {Environment.ProcessId}"));
        }
        Assert.That(For(spool).FindMaster(), Is.Zero);
        Directory.Delete(spool, true);
    }

    [Test]
    public void Only_the_owner_may_open_the_lock_so_nobody_else_can_hold_it()
    {
        string spool = Directory.CreateTempSubdirectory("instance").FullName;
        Directory.CreateDirectory($"{spool}/pid");
        using (SpoolLock? held = SpoolLock.TryTake(spool, out _))
            Assert.That(File.GetUnixFileMode($"{spool}/pid/{SpoolLock.FileName}"),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Directory.Delete(spool, true);
    }

    [Test]
    public void A_result_of_a_reload_answers_only_what_was_asked_before_it_began()
    {
        string spool = Directory.CreateTempSubdirectory("instance").FullName;
        Directory.CreateDirectory($"{spool}/pid");
        using Folder folder = Folder.TryOpen($"{spool}/pid")!;
        long earlier = ReloadResult.Now;
        ReloadResult result = new(ReloadResult.Now, 78, "one\ntwo");
        Assert.That(For(spool).ResultSince(earlier), Is.Null);
        Assert.That(result.TryWrite(folder));
        Assert.That(For(spool).ResultSince(earlier), Is.EqualTo(result));
        Assert.That(For(spool).ResultSince(ReloadResult.Now), Is.Null);
        Directory.Delete(spool, true);
    }

    [Test]
    public void A_handle_of_a_process_that_has_ended_reaches_no_later_one()
    {
        int pid = Processes.Spawn("/bin/sh", ["sh", "-c", "read x"], [], "/", [0, 1, 2], []);
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        Assert.That(process.Send(Signals.SIGKILL), Is.Zero);
        Assert.That(Processes.WaitPid(pid, out _, 0), Is.EqualTo(pid));
        Assert.That(process.Send(0), Is.EqualTo(Errno.ESRCH));
    }
}
