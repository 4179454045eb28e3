using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Work in a folder that another user may write.</summary>
public sealed class FolderHandleTests
{
    private const uint SocketMode = FileModes.WorldWritableFile;
    private string _root = "", _folder = "", _victim = "";

    [SetUp]
    public void MakeFolders()
    {
        _root = Directory.CreateTempSubdirectory("folder").FullName;
        _folder = Directory.CreateDirectory($"{_root}/theirs").FullName;
        _victim = $"{_root}/victim";
        File.WriteAllText(_victim, "precious");
    }

    [TearDown]
    public void RemoveFolders() => Directory.Delete(_root, true);

    [Test]
    public void Replacing_a_file_writes_through_no_link_that_lies_there()
    {
        using FolderHandle folder = FolderHandle.TryOpen(_folder)!;
        foreach (string name in (string[])["note", ".note.new"]) File.CreateSymbolicLink($"{_folder}/{name}", _victim);
        Assert.That(folder.Replace("note", "new"u8, FileModes.PublicFile), Is.Zero);
        Assert.That(File.ReadAllText(_victim), Is.EqualTo("precious"));
        Assert.That(File.ReadAllText($"{_folder}/note"), Is.EqualTo("new"));
        Assert.That(folder.TryStat("note", out FileStatus status) && status.IsRegular && status.Permissions == FileModes.PublicFile);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_socket_is_bound_in_the_folder_that_was_opened_with_its_mode_from_the_beginning()
    {
        using FolderHandle folder = FolderHandle.TryOpen(_folder)!;
        // the folder is exchanged, and a link lies in the way
        Directory.Move(_folder, $"{_root}/moved");
        Directory.CreateDirectory(_folder);
        File.CreateSymbolicLink($"{_root}/moved/socket", _victim);
        int socket = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(folder.BindSocket(socket, "socket"), Is.Zero);
        Assert.That(folder.TryStat("socket", out FileStatus status), Is.True);
        Assert.That(status.Mode, Is.EqualTo(FileStatus.S_IFSOCK | SocketMode));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
        Assert.That(File.ReadAllText(_victim), Is.EqualTo("precious"));
        _ = FileIO.Close(socket);
    }

    [Test]
    public void A_folder_that_is_a_link_is_not_opened()
    {
        Directory.CreateSymbolicLink($"{_root}/link", _folder);
        Assert.That(FolderHandle.TryOpen($"{_root}/link"), Is.Null);
        using FolderHandle root = FolderHandle.TryOpen(_root)!;
        Assert.That(root.TryOpenFolder("link"), Is.Null);
        using FolderHandle? followed = FolderHandle.TryOpen($"{_root}/link", follow: true);
        Assert.That(followed, Is.Not.Null, "where the caller vouches for the way");
    }
}
