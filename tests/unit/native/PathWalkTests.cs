using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Paths in which others could put something else in the place of what was looked at.</summary>
public sealed class PathWalkTests
{
    private const uint Stranger = 12345;

    private string _root = "";

    [SetUp]
    public void SetUp()
    {
        _root = Directory.CreateTempSubdirectory("mta-walk-").FullName;
        Directory.CreateDirectory($"{_root}/own/below");
        File.WriteAllText($"{_root}/own/below/file", "");
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_root, true);

    private static int ErrnoOf(string path, uint? user = null)
    {
        using PathWalk? walk = PathWalk.To(path, user ?? Credentials.GetEUid(), out int errno);
        return errno;
    }

    private static bool OthersMayWrite(string path, uint? user = null)
    {
        using PathWalk? walk = PathWalk.To(path, user ?? Credentials.GetEUid(), out _);
        return walk!.OthersMayWrite;
    }

    private static void Open(string folder, uint mode) => File.SetUnixFileMode(folder, (UnixFileMode)mode);

    [Test]
    public void What_is_there_and_what_is_not_yet()
    {
        using PathWalk? file = PathWalk.To($"{_root}/own/./below//file", Credentials.GetEUid(), out _);
        Assert.That((file!.Name, file.Status!.Value.IsRegular, file.OthersMayWrite), Is.EqualTo(("file", true, false)));
        using PathWalk? none = PathWalk.To($"{_root}/own/new", Credentials.GetEUid(), out _);
        Assert.That((none!.Name, none.Status), Is.EqualTo(("new", (FileStatus?)null)));
        Assert.That(ErrnoOf($"{_root}/none/file"), Is.EqualTo(Errno.ENOENT));
        Assert.That(ErrnoOf($"{_root}/own/below/file/x"), Is.EqualTo(Errno.ENOTDIR));
        Assert.That(ErrnoOf("relative"), Is.EqualTo(Errno.EINVAL));
        Assert.That(ErrnoOf("/"), Is.Zero);
    }

    [Test]
    public void Own_links_in_own_folders_are_followed()
    {
        File.CreateSymbolicLink($"{_root}/absolute", $"{_root}/own");
        File.CreateSymbolicLink($"{_root}/own/relative", "../own/below");
        File.CreateSymbolicLink($"{_root}/last", "own/below/file");
        using PathWalk? walk = PathWalk.To($"{_root}/absolute/relative/file", Credentials.GetEUid(), out _);
        Assert.That((walk!.Name, walk.Status!.Value.IsRegular), Is.EqualTo(("file", true)));
        using PathWalk? last = PathWalk.To($"{_root}/last", Credentials.GetEUid(), out _);
        Assert.That(last!.Name, Is.EqualTo("file"));
        File.CreateSymbolicLink($"{_root}/circle", $"{_root}/circle");
        Assert.That(ErrnoOf($"{_root}/circle"), Is.EqualTo(Errno.ELOOP));
    }

    [TestCase(FileModes.PrivateFolder | FileModes.GroupAndOthersRead | FileModes.GroupAndOthersWrite)]
    [TestCase(FileModes.PublicFolder | FileModes.GroupWrite)]
    [TestCase(FileModes.StickyFolder)]
    public void Links_in_a_folder_that_others_can_write_are_refused(uint mode)
    {
        File.CreateSymbolicLink($"{_root}/own/link", $"{_root}/own/below/file");
        Open($"{_root}/own", mode);
        Assert.That(ErrnoOf($"{_root}/own/link"), Is.EqualTo(Errno.ELOOP));
        Assert.That(OthersMayWrite($"{_root}/own/below"));
    }

    [Test]
    public void Below_such_a_folder_nothing_is_certain_but_what_a_sticky_one_keeps()
    {
        File.CreateSymbolicLink($"{_root}/own/below/link", "file");
        Open($"{_root}/own", FileModes.WorldWritableFolder);
        Assert.That(ErrnoOf($"{_root}/own/below/link"), Is.EqualTo(Errno.ELOOP));
        Assert.That(OthersMayWrite($"{_root}/own/below/file"));
        Open($"{_root}/own", FileModes.StickyFolder);
        Assert.That(ErrnoOf($"{_root}/own/below/link"), Is.Zero);
        Assert.That(OthersMayWrite($"{_root}/own/below/file"), Is.False);
        Assert.That(OthersMayWrite($"{_root}/own/new"));
    }

    [Test]
    public void Folders_and_links_of_another_user_are_not_trusted()
    {
        if (Credentials.GetEUid() != 0) Assert.Ignore("needs root");
        File.CreateSymbolicLink($"{_root}/own/below/link", "file");
        _ = Paths.ChOwn($"{_root}/own", Stranger, Stranger);
        Assert.That(ErrnoOf($"{_root}/own/below/link"), Is.EqualTo(Errno.ELOOP));
        Assert.That(ErrnoOf($"{_root}/own/below/link", Stranger), Is.Zero);
        Assert.That(OthersMayWrite($"{_root}/own/below/file"));
        Assert.That(OthersMayWrite($"{_root}/own/below/file", Stranger), Is.False);
    }

    [Test]
    public void A_file_is_given_away_by_descriptor_and_only_when_it_is_one()
    {
        if (Credentials.GetEUid() != 0) Assert.Ignore("needs root");
        using Folder folder = Folder.TryWalk($"{_root}/own/below")!;
        File.CreateSymbolicLink($"{_root}/own/below/link", $"{_root}/target");
        File.WriteAllText($"{_root}/target", "");
        _ = Paths.Link($"{_root}/target", $"{_root}/own/below/second");
        Assert.That(folder.TryGiveFile("link", Stranger, Stranger), Is.False);
        Assert.That(folder.TryGiveFile("second", Stranger, Stranger), Is.False);
        Assert.That(folder.TryGiveFile("file", Stranger, Stranger));
        Assert.That(FileStatus.TryGet($"{_root}/target", out FileStatus target) && target.Uid == 0);
        Assert.That(FileStatus.TryGet($"{_root}/own/below/file", out FileStatus file) && file.Uid == Stranger);
        Assert.That(folder.TryOpenFile("link", FileIO.O_RDONLY), Is.Null);
        Assert.That(folder.Names(), Is.EquivalentTo(new[] { "file", "link", "second" }));
        Assert.That((folder.TryRename("file", folder, "second"), Errno.Last), Is.EqualTo((false, Errno.EEXIST)));
    }
}
