using System.Globalization;
using Mono.Unix;
using Mono.Unix.Native;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// Who owns what an instance makes and who may read it, as Mono.Posix sees it: configuration, queue, sockets, log, pid file and
/// mailboxes after init, start and
/// a delivery; and as whom its processes run. By root and by an ordinary user.
/// </summary>
[TestFixture]
public class OwnersAndModes : InstanceTest
{
    private const string MailOwner = "mtasuite";
    private const uint Private = FileModes.PrivateFolder, PrivateFile = FileModes.PrivateFile, Secret = FileModes.GroupReadableFile,
        Folder = FileModes.PublicFolder, Readable = FileModes.PublicFile;
    private const uint OthersWrite = FileModes.GroupAndOthersWrite, Everything = FileModes.PermissionBits;

    protected override string[] Settings => ["transport_maps=inline:{slow.example=slow:}", "defer_transports=slow",
        "smtpd_relay_restrictions=permit_mynetworks,reject"];

    private static string Me => UnixUserInfo.GetRealUser().UserName;

    /// <summary>Who owns what belongs to the mail system, and what belongs to its administrator.</summary>
    private static string Owner => Programs.IsRoot ? MailOwner : Me;

    private static string Name(uint uid) => new UnixUserInfo(uid).UserName;

    private static Stat StatusOf(string path)
    {
        Assert.That(Syscall.lstat(path, out Stat status), Is.Zero, $"{path}: {Stdlib.GetLastError()}");
        return status;
    }

    private static uint Mode(Stat status) => (uint)status.st_mode & 0xFFF;

    private static FilePermissions Kind(Stat status) => status.st_mode & FilePermissions.S_IFMT;

    private static void CheckFile(string path, FilePermissions kind, string owner, uint mode)
    {
        Stat status = StatusOf(path);
        Assert.That((Kind(status), Name(status.st_uid), Convert.ToString(Mode(status), 8)),
            Is.EqualTo((kind, owner, Convert.ToString(mode, 8))), path);
    }

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories);

    [TestCase("etc", Folder)]
    [TestCase("log", Folder)]
    [TestCase("spool", Folder)]
    [TestCase("spool/pid", Folder)]
    public void Folders_of_the_administrator(string path, uint mode) =>
        CheckFile($"{Mta.Folder}/{path}", FilePermissions.S_IFDIR, Me, mode);

    [TestCase("data", Private)]
    [TestCase("spool/active", Private)]
    [TestCase("spool/bounce", Private)]
    [TestCase("spool/corrupt", Private)]
    [TestCase("spool/defer", Private)]
    [TestCase("spool/deferred", Private)]
    [TestCase("spool/hold", Private)]
    [TestCase("spool/incoming", Private)]
    [TestCase("spool/journal", Private)]
    [TestCase("spool/maildrop", Private)]
    [TestCase("spool/private", Private)]
    [TestCase("spool/public", Folder)]
    [TestCase("spool/trace", Private)]
    public void Folders_of_the_mail_system(string path, uint mode) =>
        CheckFile($"{Mta.Folder}/{path}", FilePermissions.S_IFDIR, Owner, mode);

    [Test]
    public void Configuration_is_for_all_to_read_and_secrets_are_not()
    {
        foreach (string file in new[] { "main.cf", "master.cf", "aliases" }) CheckFile($"{Mta.Etc}/{file}", FilePermissions.S_IFREG, Me,
            Readable);
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, "mode@mx.test.example"], "password\n").Succeeded();
        foreach (string file in new[] { "passwd", "server.pem" })
        {
            CheckFile($"{Mta.Etc}/{file}", FilePermissions.S_IFREG, Me, Secret);
            Assert.That(StatusOf($"{Mta.Etc}/{file}").st_gid, Is.EqualTo((uint)new UnixUserInfo(Owner).GroupId), file);
        }
    }

    [Test]
    public void Sockets_are_open_to_those_who_may_enter_their_folder()
    {
        string[] sockets = [.. Directory.GetFileSystemEntries($"{Mta.Spool}/public"),
            .. Directory.GetFileSystemEntries($"{Mta.Spool}/private")];
        Assert.That(sockets.Select(s => Path.GetFileName(s)),
            Is.SupersetOf(new[] { "cleanup", "pickup", "qmgr", "showq", "local", "bounce" }));
        foreach (string socket in sockets)
        {
            Stat status = StatusOf(socket);
            Assert.That(Kind(status), Is.EqualTo(FilePermissions.S_IFSOCK), socket);
            Assert.That(Name(status.st_uid), Is.EqualTo(Owner).Or.EqualTo(Me), socket);
            Assert.That(Mode(status) & FileModes.PrivateFile, Is.EqualTo(FileModes.PrivateFile), socket);
        }
    }

    [Test]
    public void Nothing_below_the_instance_belongs_to_strangers_or_can_be_written_by_others()
    {
        Send("looked at", $"u@slow.example {Address}");
        Mta.Delivered("Subject: looked at");
        foreach (string path in Below(Mta.Folder).Where(p => !p.StartsWith($"{Mta.MailFolder}/", StringComparison.Ordinal)
            && p != Mta.MailFolder))
        {
            // files of the queue come and go
            if (Syscall.lstat(path, out Stat status) != 0) continue;
            Assert.That(Name(status.st_uid), Is.EqualTo(Owner).Or.EqualTo(Me), path);
            if (Kind(status) != FilePermissions.S_IFSOCK) Assert.That(Mode(status) & OthersWrite, Is.Zero,
                $"{path}: {Convert.ToString(Mode(status), 8)}");
            Assert.That(Mode(status) & ~Everything, Is.Zero, $"{path} has set-id bits");
            Assert.That(Kind(status), Is.Not.EqualTo(FilePermissions.S_IFLNK), path);
        }
    }

    [Test]
    public void A_waiting_message_is_one_file_that_only_the_mail_system_reads()
    {
        string id = Send("waits", "u@slow.example");
        Mta.WaitForLog($"{id}: to=<u@slow.example>.*status=deferred");
        string file = "";
        Wait.Until(() => (file = Below($"{Mta.Spool}/deferred").FirstOrDefault(f => Path.GetFileName(f) == id) ?? "").Length > 0,
            "its file in deferred");
        Stat status = StatusOf(file);
        Assert.That((Kind(status), Name(status.st_uid), status.st_nlink), Is.EqualTo((FilePermissions.S_IFREG, Owner, 1ul)));
        Assert.That(Mode(status) & ~Private, Is.Zero, Convert.ToString(Mode(status), 8));
        foreach (string name in Below($"{Mta.Spool}/journal").Concat(Below($"{Mta.Spool}/defer")))
            if (Syscall.lstat(name, out Stat other) == 0 && Kind(other) == FilePermissions.S_IFREG)
                Assert.That((Name(other.st_uid), Mode(other) & ~Private), Is.EqualTo((Owner, 0u)), name);
    }

    [Test]
    public void A_maildir_and_its_messages_belong_to_the_user_alone()
    {
        Send("mine", Address);
        string message = Mta.Delivered("Subject: mine").Path;
        UnixUserInfo user = new(User);
        foreach (string folder in new[] { "", "/new", "/cur", "/tmp" }) CheckFile($"{Mta.MailFolder}/{User}{folder}",
            FilePermissions.S_IFDIR, User, Private);
        CheckFile(message, FilePermissions.S_IFREG, User, PrivateFile);
        Stat status = StatusOf(message);
        Assert.That((status.st_gid, status.st_nlink), Is.EqualTo(((uint)user.GroupId, 1ul)));
        Assert.That(Directory.GetFiles($"{Mta.MailFolder}/{User}/tmp"), Is.Empty);
    }

    [Test]
    public void The_pid_file_names_the_master_and_the_log_belongs_to_the_mail_system()
    {
        string path = $"{Mta.Spool}/pid/master.pid";
        CheckFile(path, FilePermissions.S_IFREG, Me, Readable);
        // the master holds a lock on it, which .NET's ways of reading would respect
        using StreamReader reader = new(new UnixStream(Syscall.open(path, OpenFlags.O_RDONLY)));
        int pid = int.Parse(reader.ReadToEnd(), CultureInfo.InvariantCulture);
        Assert.That(Mta.Pids("master"), Is.EqualTo(new[] { pid }));
        Assert.That(Syscall.kill(pid, 0), Is.Zero);
        Stat log = StatusOf(Mta.LogFile);
        Assert.That((Kind(log), Name(log.st_uid), Mode(log) & OthersWrite), Is.EqualTo((FilePermissions.S_IFREG, Owner, 0u)));
    }

    /// <summary>master and local need rights of root; nobody else keeps any: not as real, not as effective, not as saved user.</summary>
    [Test]
    public void Processes_run_as_the_mail_system_unless_they_need_root()
    {
        Send("as whom", Address);
        Mta.Delivered("Subject: as whom");
        foreach (string program in new[] { "master", "qmgr", "smtpd", "cleanup", "local" })
        {
            int pid = Mta.Pid(program);
            string expected = program is "master" or "local" ? Me : Owner;
            string[] users = File.ReadLines($"/proc/{pid}/status").First(l =>
                l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
            Assert.That(users.Select(u => Name(uint.Parse(u, CultureInfo.InvariantCulture))), Is.All.EqualTo(expected), program);
        }
    }

    /// <summary>One executable under many names: commands by symbolic links, daemons as names of the same file.</summary>
    [Test]
    public void Programs_are_links()
    {
        foreach (string name in new[] { "sendmail", "mailq", "postqueue", "mtasuite" })
        {
            UnixSymbolicLinkInfo link = new($"{Programs.Build}/sbin/{name}");
            Assert.That((link.IsSymbolicLink, link.ContentsPath), Is.EqualTo((true, "../libexec/tools")), name);
        }
        Stat first = StatusOf($"{Programs.Build}/libexec/master");
        foreach (string name in new[] { "smtpd", "qmgr", "local" })
            Assert.That(StatusOf($"{Programs.Build}/libexec/{name}").st_ino, Is.EqualTo(first.st_ino), name);
        Assert.That(first.st_nlink, Is.GreaterThanOrEqualTo(4ul));
    }

    private string Send(string subject, string to)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, to, $"Subject: {subject}\n\nbody\n").Is(250).QueueId;
        peer.Quit();
        return id;
    }
}
