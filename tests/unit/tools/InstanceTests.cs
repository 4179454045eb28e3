using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>An instance as the commands see it.</summary>
public sealed class InstanceTests
{
    [TestCase("", "pid")]
    [TestCase("process_id_directory = run\n", "run")]
    public void The_master_is_found_by_the_lock_in_process_id_directory(string setting, string folder)
    {
        string spool = Directory.CreateTempSubdirectory("instance").FullName;
        string file = Path.Combine(Directory.CreateDirectory(Path.Combine(spool, folder)).FullName, "master.pid");
        File.WriteAllText(file, $"{Environment.ProcessId}\n");
        int fd = Libc.Open(file, Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        Assert.That(Libc.Flock(fd, Libc.LOCK_EX), Is.Zero);
        Instance instance = new(MailConfig.Parse(string.Create(CultureInfo.InvariantCulture, $"queue_directory = {spool}\n{setting}")).Config);
        Assert.That(instance.FindMaster(), Is.EqualTo(Environment.ProcessId));
        _ = Libc.Close(fd);
        Assert.That(instance.FindMaster(), Is.Zero);
        Directory.Delete(spool, true);
    }
}
