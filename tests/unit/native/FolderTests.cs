using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Work in a folder that another user may write, and names in folders made durable.</summary>
public sealed class FolderTests
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
        using Folder folder = Folder.TryOpen(_folder)!;
        foreach (string name in (string[])["note", ".note.new"]) File.CreateSymbolicLink($"{_folder}/{name}", _victim);
        Assert.That(folder.TryReplace("note", "new"u8, FileModes.PublicFile));
        Assert.That(File.ReadAllText(_victim), Is.EqualTo("precious"));
        Assert.That(File.ReadAllText($"{_folder}/note"), Is.EqualTo("new"));
        Assert.That(folder.TryStat("note", out FileStatus status) && status.IsRegular && status.Permissions == FileModes.PublicFile);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_socket_is_bound_in_the_folder_that_was_opened_with_its_mode_from_the_beginning()
    {
        using Folder folder = Folder.TryOpen(_folder)!;
        // the folder is exchanged, and a link lies in the way
        Directory.Move(_folder, $"{_root}/moved");
        Directory.CreateDirectory(_folder);
        File.CreateSymbolicLink($"{_root}/moved/socket", _victim);
        using FileDescriptor socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM)!;
        Assert.That(folder.TryBindSocket(socket.Fd, "socket"));
        Assert.That(folder.TryStat("socket", out FileStatus status), Is.True);
        Assert.That(status.Mode, Is.EqualTo(FileStatus.S_IFSOCK | SocketMode));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
        Assert.That(File.ReadAllText(_victim), Is.EqualTo("precious"));
    }

    [Test]
    public void A_folder_that_is_a_link_is_not_opened()
    {
        Directory.CreateSymbolicLink($"{_root}/link", _folder);
        Assert.That(Folder.TryOpen($"{_root}/link"), Is.Null);
        using Folder root = Folder.TryOpen(_root)!;
        Assert.That(root.TryOpenFolder("link"), Is.Null);
        using Folder? followed = Folder.TryOpen($"{_root}/link", follow: true);
        Assert.That(followed, Is.Not.Null, "where the caller vouches for the way");
    }

    [Test]
    public void A_folder_is_synced_and_what_is_none_is_an_error([Values] bool wholeFileSystem)
    {
        string folder = Directory.CreateTempSubdirectory("sync").FullName;
        try
        {
            string file = Path.Combine(folder, "file");
            File.WriteAllText(file, "");
            Assert.That(FileSystem.SyncFolder(folder, wholeFileSystem), Is.Zero);
            Assert.That(FileSystem.SyncFolder(file, wholeFileSystem), Is.EqualTo(Errno.ENOTDIR));
            Assert.That(FileSystem.SyncFolder(file + "2", wholeFileSystem), Is.EqualTo(Errno.ENOENT));
        }
        finally { Directory.Delete(folder, true); }
    }
}
