using MtaSuite.Common.Native;
using MtaSuite.Tools.Postconf;

namespace MtaSuite.Tests.Unit.Config;

public class EditedFileTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Directory.CreateTempSubdirectory("edit").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(directory, true);

    private int Run(params string[] args) => PostconfCommand.Run(["-c", directory, .. args], TextWriter.Null, TextWriter.Null);

    private string Main => Path.Combine(directory, "main.cf");

    [Test]
    public void Mode_and_owner_stay()
    {
        File.WriteAllText(Main, "biff = no\n");
        Assert.That(Paths.ChMod(Main, FileModes.GroupReadableFile), Is.Zero);
        bool root = Credentials.GetEUid() == 0;
        if (root) Assert.That(Paths.ChOwn(Main, 12345, 54321), Is.Zero);
        Assert.That(Run("-e", "biff=yes"), Is.Zero);
        Assert.That(FileStatus.TryGet(Main, out FileStatus status), Is.True);
        Assert.That(status.Permissions, Is.EqualTo(FileModes.GroupReadableFile));
        if (root) Assert.That((status.Uid, status.Gid), Is.EqualTo((12345u, 54321u)));
    }

    [Test]
    public void A_missing_file_is_not_made()
    {
        Assert.That(Run("-e", "biff=yes"), Is.EqualTo(1));
        Assert.That(Directory.GetFiles(directory), Is.Empty);
    }

    [Test]
    public void Editors_at_the_same_time_lose_nothing()
    {
        File.WriteAllText(Main, "");
        Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.That(Run("-e", $"name{i}=1"), Is.Zero));
        Assert.That(File.ReadAllLines(Main), Has.Length.EqualTo(20));
    }

    [Test]
    public void A_whole_line_is_kept_byte_for_byte()
    {
        byte[] text = [(byte)'#', 0xff, 0xfe, 0, (byte)'\n', .. "biff = no\n"u8, (byte)'x', (byte)'=', 0xe9, (byte)'\n'];
        File.WriteAllBytes(Main, text);
        Assert.That(Run("-e", "biff=yes"), Is.Zero);
        byte[] expected = [.. text[..5], .. "biff = yes\n"u8, .. text[15..]];
        Assert.That(File.ReadAllBytes(Main), Is.EqualTo(expected));
    }
}
