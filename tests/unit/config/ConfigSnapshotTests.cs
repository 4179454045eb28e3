using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Config;

/// <summary>The files of a configuration as they were at one moment.</summary>
public sealed class ConfigSnapshotTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("snapshot").FullName;
        File.WriteAllText($"{_folder}/mailname", "first.example\n");
        File.WriteAllText($"{_folder}/main.cf",
            $"myhostname = host.example\nmyorigin = {_folder}/mailname\nmessage_size_limit = 1234567\n");
        File.WriteAllText($"{_folder}/master.cf", $"smtp inet n - n - - smtpd\n  -o myorigin={_folder}/missing\n");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, true);

    private MailConfig Load(ConfigSnapshot? files) => MailConfig.Load(_folder, files: files).Config;

    private void Change()
    {
        File.WriteAllText($"{_folder}/mailname", "second.example\n");
        File.WriteAllText($"{_folder}/missing", "third.example\n");
        File.WriteAllText($"{_folder}/main.cf", $"myhostname = other.example\nmyorigin = {_folder}/mailname\n");
        File.WriteAllText($"{_folder}/master.cf", "");
    }

    [Test]
    public void What_it_has_stays_as_it_was_taken_with_the_files_that_hold_values()
    {
        ConfigSnapshot taken = ConfigSnapshot.Take(_folder);
        Change();
        ConfigSnapshot read = ConfigSnapshot.TryDecode(taken.Encode())!;
        foreach (ConfigSnapshot files in (ConfigSnapshot[])[taken, read])
        {
            MailConfig config = Load(files);
            Assert.That((config.Get(CommonParams.Myhostname), config.Get(CommonParams.Myorigin),
                config.Get(CleanupParams.MessageSizeLimit)),
                Is.EqualTo(("host.example", "first.example", 1234567)));
            Assert.That(MasterCf.Load(_folder, [], files), Has.Count.EqualTo(1));
            Assert.That(files.TryRead($"{_folder}/missing", out _, out string reason), Is.False, "it was missing");
            Assert.That(reason, Is.EqualTo("No such file or directory"));
        }
        Assert.That(Load(null).Get(CommonParams.Myorigin), Is.EqualTo("second.example"), "without a snapshot the files hold");
        Assert.That(Load(ConfigSnapshot.Take(_folder)).Get(CommonParams.Myhostname), Is.EqualTo("other.example"));
    }

    [Test]
    public void It_passes_through_a_descriptor_that_nobody_can_write()
    {
        using FileDescriptor? copy = AcceptedFiles.TryWrite(ConfigSnapshot.Take(_folder));
        Assert.That(copy, Is.Not.Null, Errno.Text());
        int fd = copy!.Fd;
        Change();
        Assert.That(FileIO.PWriteAll(fd, "x"u8, 0), Is.False);
        Assert.That(FileIO.FTruncate(fd, 0), Is.Not.Zero);
        using FileDescriptor? again = FileDescriptor.TryOpen($"/proc/self/fd/{fd}", FileIO.O_RDWR);
        Assert.That(again != null && FileIO.PWriteAll(again.Fd, "x"u8, 0), Is.False, "opened by another name");
        // the descriptor is every child's: nobody's reading moves it for another
        for (int i = 0; i < 2; i++) Assert.That(Load(AcceptedFiles.TryRead(fd)).Get(CommonParams.Myhostname), Is.EqualTo("host.example"));
    }

    [TestCase("X 1 /a\nb")]
    [TestCase("F 5 /a\nb")]
    [TestCase("F -1 /a\n")]
    [TestCase("F 1\nb")]
    [TestCase("F 1 /a")]
    public void What_it_is_not_is_no_snapshot(string text) => Assert.That(ConfigSnapshot.TryDecode(Encoding.UTF8.GetBytes(text)), Is.Null);
}
