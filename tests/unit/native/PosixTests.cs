using Mono.Unix;
using Mono.Unix.Native;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Our own imports of the C library against Mono.Posix, which was written by others: what ours says of files, accounts and
/// groups must be the same.</summary>
public sealed class PosixTests
{
    private string _folder = "";

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("mta-posix-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    private static void Same(string path, bool follow)
    {
        int result = follow ? Syscall.stat(path, out Stat theirs) : Syscall.lstat(path, out theirs);
        Assert.That(FileStatus.TryGet(path, out FileStatus ours, follow), Is.EqualTo(result == 0), path);
        if (result != 0) return;
        Assert.That((ours.Mode, ours.Uid, ours.Gid, ours.Size, ours.Inode, (ulong)ours.Links),
            Is.EqualTo(((uint)theirs.st_mode, theirs.st_uid, theirs.st_gid, theirs.st_size, theirs.st_ino, theirs.st_nlink)), path);
        Assert.That((ours.ModifiedSeconds, (long)ours.ModifiedNanoseconds), Is.EqualTo((theirs.st_mtime, theirs.st_mtime_nsec)), path);
        Assert.That(ours.IsDirectory, Is.EqualTo(UnixFileSystemInfo.GetFileSystemEntry(path).IsDirectory && (follow || !IsLink(path))),
            path);
    }

    private static bool IsLink(string path) => UnixFileSystemInfo.TryGetFileSystemEntry(path, out UnixFileSystemInfo entry)
        && entry.IsSymbolicLink;

    [Test]
    public void Files_of_every_kind_have_the_same_status()
    {
        File.WriteAllText($"{_folder}/file", "twelve bytes");
        File.CreateSymbolicLink($"{_folder}/link", "file");
        File.CreateSymbolicLink($"{_folder}/dangling", "nowhere");
        Assert.That(Syscall.link($"{_folder}/file", $"{_folder}/second"), Is.Zero);
        Assert.That(Syscall.mkfifo($"{_folder}/pipe", FilePermissions.S_IRUSR | FilePermissions.S_IWUSR), Is.Zero);
        Directory.CreateDirectory($"{_folder}/folder");
        foreach (string name in new[] { "file", "second", "link", "dangling", "pipe", "folder", "missing" })
            foreach (bool follow in new[] { true, false }) Same($"{_folder}/{name}", follow);
        foreach (string path in new[] { "/", "/dev/null", "/etc/passwd", "/proc/self/exe", "/tmp" }) Same(path, follow: true);
    }

    [Test]
    public void Every_mode_that_is_set_is_the_mode_that_is_read()
    {
        string path = $"{_folder}/file";
        File.WriteAllText(path, "");
        // set-id bits are dropped by the kernel for groups that the process is not in
        for (uint mode = 0; mode <= FileModes.PermissionBits; mode += 5)
        {
            Assert.That(Syscall.chmod(path, (FilePermissions)mode), Is.Zero);
            Assert.That(FileStatus.TryGet(path, out FileStatus status), Is.True);
            Assert.That(status.Permissions, Is.EqualTo(mode));
        }
    }

    [Test]
    public void Every_account_is_the_same_by_name_and_by_number()
    {
        UnixUserInfo[] all = UnixUserInfo.GetLocalUsers();
        Assert.That(all, Is.Not.Empty);
        foreach (UnixUserInfo user in all)
        {
            Assert.That(UserDatabase.Find(user.UserName, out Account? byName), Is.Zero);
            Assert.That(byName, Is.EqualTo(new Account(user.UserName, (uint)user.UserId, (uint)user.GroupId, user.RealName ?? "",
                user.HomeDirectory, user.ShellProgram)));
            Assert.That(UserDatabase.Find((uint)user.UserId, out Account? byNumber), Is.Zero);
            Assert.That(byNumber!.Uid, Is.EqualTo(byName!.Uid));
        }
        Assert.That((UserDatabase.Find("nobody-has-this-name", out Account? none), none), Is.EqualTo((0, (Account?)null)));
        Assert.That(Syscall.getpwnam("nobody-has-this-name"), Is.Null);
        Assert.That((Credentials.GetUid(), Credentials.GetEUid()), Is.EqualTo((Syscall.getuid(), Syscall.geteuid())));
    }

    [Test]
    public void Every_group_has_the_same_number_and_members()
    {
        foreach (UnixGroupInfo group in UnixGroupInfo.GetLocalGroups())
        {
            Assert.That(UserDatabase.FindGroup(group.GroupName, out GroupAccount? ours), Is.Zero);
            Assert.That(ours!.Gid, Is.EqualTo((uint)group.GroupId), group.GroupName);
            Assert.That(ours.Members, Is.EquivalentTo(group.GetMemberNames()), group.GroupName);
            Assert.That(UserDatabase.TryFindGroup(group.GroupName, out uint gid) && gid == ours.Gid, group.GroupName);
        }
    }
}
