using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Expansion;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>Whose rights open .forward and included files, and what they may be.</summary>
public sealed class ListFileTests
{
    private const string Secret = "secret.line.of@root.example";
    private LocalFixture _fix = null!;
    private Account _user = null!;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        _ = UserDatabase.Find(LocalFixture.IsRoot ? "games" : _fix.Me.Name, out Account? user);
        _user = user!;
        Directory.CreateDirectory($"{_fix.Root}/users");
        _ = Paths.ChOwn($"{_fix.Root}/users", _user.Uid, _user.Gid);
    }

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private Outcome Include(string path)
    {
        _fix.Settings = _fix.Settings with { AliasMaps = LocalFixture.Table($"list = :include:{path}") };
        return _fix.Deliver("list@example.com");
    }

    private void Own(string name) => _ = Paths.ChOwn($"{_fix.Root}/{name}", _user.Uid, _user.Gid);

    private void ExpectRefusal(Outcome outcome, string warning)
    {
        Assert.That(outcome.Text, Is.EqualTo("mail system configuration error"));
        Assert.That(_fix.Warnings[^1], Does.Contain(warning));
        Assert.That(string.Join('\n', _fix.Warnings), Does.Not.Contain("secret"));
        Assert.That(_fix.Forwards, Is.Empty);
    }

    [Test]
    public void A_link_in_a_users_folder_does_not_lead_roots_alias_to_what_only_root_may_read()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("needs root");
        string secret = _fix.Write("shadow", Secret + "\n", FileModes.PrivateFile);
        File.CreateSymbolicLink($"{_fix.Root}/users/list", secret);
        ExpectRefusal(Include($"{_fix.Root}/users/list"), "symbolic link");
        // nor does one in the place of a folder, nor a second name
        File.CreateSymbolicLink($"{_fix.Root}/users/folder", _fix.Root);
        ExpectRefusal(Include($"{_fix.Root}/users/folder/shadow"), "symbolic link");
        _ = Paths.Link(secret, $"{_fix.Root}/users/hard");
        ExpectRefusal(Include($"{_fix.Root}/users/hard"), "hard links");
        // and what lies there is opened as the folder's owner
        File.Move(secret, $"{_fix.Root}/users/moved");
        File.Delete($"{_fix.Root}/users/hard");
        ExpectRefusal(Include($"{_fix.Root}/users/moved"), "Permission denied");
    }

    [Test]
    public void Lists_of_root_and_of_a_list_manager_work()
    {
        Directory.CreateDirectory($"{_fix.Root}/etc");
        _fix.Write("etc/private", "a@remote.example\n", FileModes.PrivateFile);
        File.CreateSymbolicLink($"{_fix.Root}/etc/current", "private");
        File.CreateSymbolicLink($"{_fix.Root}/lists", "etc");
        Assert.That(Include($"{_fix.Root}/lists/current").Text, Is.EqualTo("forwarded as NEWID"), "root's links to root's private file");
        _fix.Write("users/managed", "b@remote.example\n", FileModes.PrivateFile);
        Own("users/managed");
        Assert.That(Include($"{_fix.Root}/users/managed").Text, Is.EqualTo("forwarded as NEWID"), "the manager's private list");
        _fix.Write("etc/users", "c@remote.example\n", FileModes.PrivateFile);
        Own("etc/users");
        Assert.That(Include($"{_fix.Root}/etc/users").Text, Is.EqualTo("forwarded as NEWID"), "a user's list in root's folder");
    }

    [Test]
    public void An_alias_table_of_roots_in_a_users_folder_has_the_users_rights()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("needs root");
        string mine = _fix.Write("table", ""), theirs = _fix.Write("users/table", "");
        Assert.That(AliasTables.OwnerOf($"texthash:{mine}"), Is.Zero);
        Assert.That(AliasTables.OwnerOf($"texthash:{theirs}"), Is.EqualTo(_user.Uid));
        Directory.CreateDirectory($"{_fix.Root}/users/roots");
        _fix.Write("users/roots/table", "");
        Assert.That(AliasTables.OwnerOf($"texthash:{_fix.Root}/users/roots/table"), Is.EqualTo(_user.Uid), "he can rename the folder");
        File.CreateSymbolicLink($"{_fix.Root}/users/link", mine);
        Assert.That(AliasTables.OwnerOf($"texthash:{_fix.Root}/users/link"), Is.Null);
        Own("users/table");
        File.CreateSymbolicLink($"{_fix.Root}/users/second", theirs);
        Assert.That(AliasTables.OwnerOf($"texthash:{_fix.Root}/users/second"), Is.EqualTo(_user.Uid));
    }

    [TestCase("/proc/self/maps")]
    [TestCase("/proc/self/environ")]
    [TestCase("/sys/kernel/mm/transparent_hugepage/enabled")]
    public void Files_that_show_the_state_of_the_kernel_are_no_lists(string path)
    {
        if (!File.Exists(path)) Assert.Ignore($"no {path} here");
        ExpectRefusal(Include(path), "state of the kernel");
    }

    [Test]
    public void What_is_no_regular_file_is_not_opened([Values("/dev/zero", "fifo", "folder")] string what)
    {
        string path = what.StartsWith('/') ? what : $"{_fix.Root}/{what}";
        if (what == "fifo") Harness.MakeFifo(path);
        if (what == "folder") Directory.CreateDirectory(path);
        ExpectRefusal(Include(path), "is not a regular file");
    }

    [Test]
    public void A_forward_file_behind_somebody_elses_link_does_not_count()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("needs root");
        Directory.CreateDirectory($"{_fix.Root}/real");
        _fix.Write("real/forward", "x@remote.example\n");
        Own("real/forward");
        const uint openToAll = FileModes.WorldWritableFolder;
        Directory.CreateDirectory($"{_fix.Root}/shared");
        File.CreateSymbolicLink($"{_fix.Root}/shared/user", $"{_fix.Root}/real");
        _fix.Settings = _fix.Settings with { ForwardPath = [$"{_fix.Root}/shared/user/forward"] };
        Assert.That(_fix.Deliver($"{_user.Name}@example.com").Text, Is.EqualTo("forwarded as NEWID"), "root's own link");
        File.SetUnixFileMode($"{_fix.Root}/shared", (UnixFileMode)openToAll);
        Assert.That(_fix.Deliver($"{_user.Name}@example.com").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(_fix.Warnings[^1], Does.Contain("symbolic link that others could change"));
    }

    [Test]
    public void A_huge_file_is_deferred_unread([Values("include", "forward")] string kind)
    {
        string path = _fix.Write("users/huge", "x@remote.example\n");
        using (FileStream file = File.OpenWrite(path)) file.SetLength(1L << 40); // sparse
        Own("users/huge");
        if (kind == "forward") _fix.Settings = _fix.Settings with { ForwardPath = [path] };
        Outcome outcome = kind == "forward" ? _fix.Deliver($"{_user.Name}@example.com") : Include(path);
        const string reason = "expansion stopped: more than 16777216 bytes in lists (local_list_size_limit)";
        Assert.That((outcome.IsTemporary, outcome.Text), Is.EqualTo((true, reason)));
        Assert.That(_fix.Forwards, Is.Empty);
    }
}
