using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Names in folders, made durable.</summary>
public sealed class FolderTests
{
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
