using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Postmap;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class PostmapTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    /// <summary>Exit status, then standard output and error, '|' for newlines; "DIR/" is the test's folder.</summary>
    private string Run(bool aliases, string input, params string[] args)
    {
        using MemoryStream stdin = new(Encoding.Latin1.GetBytes(input)), stdout = new(), stderr = new();
        string[] words = ["-c", _folder.Folder, .. args.Select(a => a.Replace("DIR", _folder.Folder, StringComparison.Ordinal))];
        int status = PostmapCommand.Run(words, aliases, stdin, stdout, stderr);
        return Shown(status, stdout.ToArray(), stderr.ToArray());
    }

    private string Shown(int status, byte[] stdout, byte[] stderr) =>
        $"{status} {Encoding.Latin1.GetString(stdout)}{Encoding.Latin1.GetString(stderr)}".TrimEnd('\n').Replace('\n', '|')
        .Replace(_folder.Folder, "DIR", StringComparison.Ordinal);

    private string Map(params string[] args) => Run(false, "", args);

    [Test]
    public void A_map_is_built_queried_changed_and_listed()
    {
        _folder.Write("t", "a b\nC d e\na x\n");
        Assert.That(Map("DIR/t"), Is.EqualTo("0 postmap: warning: DIR/t, line 3: duplicate entry: \"a\""));
        Assert.That(Map("-q", "A", "hash:DIR/t"), Is.EqualTo("0 b"));
        Assert.That(Map("-fqA", "cdb:DIR/t"), Is.EqualTo("1 "));
        Assert.That(Map("-q", "zz", "hash:DIR/t"), Is.EqualTo("1 "));
        Assert.That(Map("-q", "zz", "hash:DIR/t", "static:y"), Is.EqualTo("0 y"));
        Assert.That(Run(false, "a\nzz\n\nC", "-q", "-", "hash:DIR/t"), Is.EqualTo("0 a\tb|C\td e"));
        Assert.That(Run(false, "zz\n", "-q", "-", "hash:DIR/t"), Is.EqualTo("1 "));
        Assert.That(Map("-s", "hash:DIR/t"), Is.EqualTo("0 a\tb|c\td e"));
        Assert.That(Map("-js", "hash:DIR/t"), Is.EqualTo("0 {\"a\": \"b\"}|{\"c\": \"d e\"}"));
        Assert.That(Map("-jq", "a", "hash:DIR/t"), Is.EqualTo("0 {\"a\": \"b\"}"));
        Assert.That(Run(false, "x y\na q\n", "-i", "hash:DIR/t"), Is.EqualTo("0 postmap: warning: stdin, line 2: duplicate entry: \"a\""));
        Assert.That(Run(false, "a q\n", "-wi", "hash:DIR/t"), Is.EqualTo("0 "));
        Assert.That(Map("-q", "a", "hash:DIR/t"), Is.EqualTo("0 b"));
        Assert.That(Run(false, "a r\n", "-ri", "hash:DIR/t"), Is.EqualTo("0 "));
        Assert.That(Map("-s", "hash:DIR/t"), Is.EqualTo("0 c\td e|x\ty|a\tr"));
        Assert.That(Map("-d", "A", "hash:DIR/t"), Is.EqualTo("0 "));
        Assert.That(Map("-d", "A", "hash:DIR/t"), Is.EqualTo("1 "));
        Assert.That(Run(false, "c\nno\n", "-d", "-", "hash:DIR/t"), Is.EqualTo("0 "));
        Assert.That(Map("-s", "hash:DIR/t"), Is.EqualTo("0 x\ty"));
    }

    [Test]
    public void An_alias_table_is_built_and_queried()
    {
        _folder.Write("aliases", "Root: joe\n\"a b\": |cmd\nbad@x: y\n");
        Assert.That(Run(true, "", "DIR/aliases"), Is.EqualTo("0 postalias: warning: DIR/aliases, line 3: name must be local"));
        Assert.That(Run(true, "root\n", "-q", "-", "hash:DIR/aliases"), Is.EqualTo("0 root:\tjoe"));
        Assert.That(Run(true, "", "-q", "a b", "hash:DIR/aliases"), Is.EqualTo("0 |cmd"));
        Assert.That(Run(true, "", "-s", "hash:DIR/aliases"), Is.EqualTo("0 root:\tjoe|a b:\t|cmd"));
    }

    [Test]
    public void Newaliases_rebuilds_every_alias_database()
    {
        _folder.Write("main.cf", $"alias_database = hash:{_folder["one"]}, {_folder["two"]}\ndefault_database_type = "
            + $"btree\ncompatibility_level = 3.6\n");
        _folder.Write("one", "a: b\n");
        _folder.Write("two", "c: d\n");
        using MemoryStream stdout = new(), stderr = new();
        Assert.That(NewaliasesCommand.Run(["-C", _folder.Folder], Stream.Null, stdout, stderr), Is.Zero,
            Encoding.UTF8.GetString(stderr.ToArray()));
        Assert.That(Run(true, "", "-s", "hash:DIR/one", "hash:DIR/two"), Is.EqualTo("0 a:\tb|c:\td"));
    }

    [Test]
    public void Values_can_be_the_contents_of_files()
    {
        _folder.Write("f1", "one\n");
        _folder.Write("f2", "two");
        _folder.Write("t", $"k {_folder["f1"]} , {_folder["f2"]}\nn {_folder["none"]}\n");
        Assert.That(Map("-F", "hash:DIR/t"),
            Is.EqualTo("0 postmap: warning: DIR/t, line 2: open DIR/none: No such file or directory: skipping this entry"));
        Assert.That(Map("-q", "k", "hash:DIR/t"), Is.EqualTo("0 b25lCgp0d28="));
        Assert.That(Map("-Fq", "k", "hash:DIR/t"), Is.EqualTo("0 one||two"));
        _folder.Write("plain", "k YW#Jj\n");
        Map("hash:DIR/plain");
        Assert.That(Map("-Fq", "k", "hash:DIR/plain"),
            Is.EqualTo("1 postmap: warning: table hash:DIR/plain: key k: malformed BASE64 value: YW#Jj|postmap: fatal: table "
                + "hash:DIR/plain: query error"));
    }

    [TestCase("texthash:DIR/t", "0 one||two")]
    [TestCase("inline:{ {k = DIR/f1, DIR/f2} }", "0 one||two")]
    [TestCase("inline:{ k=DIR/f1, n=DIR/none }",
        "1 postmap: fatal: open DIR/none: No such file or directory: \"inline:{ k=DIR/f1, n=DIR/none }\"; need "
            + "\"inline:{name=filename...}\"")]
    [TestCase("static:{DIR/f1 DIR/f2}", "0 one||two")]
    [TestCase("static:DIR/none", "1 postmap: fatal: open DIR/none: No such file or directory")]
    [TestCase("randmap:{DIR/f2}", "0 two")]
    [TestCase("randmap:{DIR/f2, DIR/none}", "1 postmap: fatal: open DIR/none: No such file or directory")]
    [TestCase("pcre:{{/k/ DIR/f1,DIR/f2}}", "0 one||two")]
    [TestCase("regexp:{{/k/ DIR/none},{/k/ DIR/f2}}",
        "0 two|postmap: warning: regexp map {{/k/ DIR/none},{/k/ DIR/f2}}, line 1: open DIR/none: No such file or directory: skipping "
            + "this rule")]
    [TestCase("cidr:{{192.0.2.1 DIR/none},{192.0.2.0/24 DIR/f2}}",
        "0 two|postmap: warning: cidr map {{192.0.2.1 DIR/none},{192.0.2.0/24 DIR/f2}}, line 1: open DIR/none: No such file or "
            + "directory: skipping this rule")]
    public void Values_of_tables_in_memory_can_name_files_as_in_Postfix(string table, string expected)
    {
        _folder.Write("f1", "one\n");
        _folder.Write("f2", "two");
        _folder.Write("t", $"k {_folder["f1"]} , {_folder["f2"]}\n");
        Assert.That(Map("-Fq", table.StartsWith("cidr", StringComparison.Ordinal) ? "192.0.2.1" : "k", table), Is.EqualTo(expected));
    }

    [TestCase("To: a\n b\nX : y\n\nbody a\n\nlast", "-hq", "0 To: a| b\thit|X: y\thit")]
    [TestCase("To: a\n b\nX : y\n\nbody a\n\nlast", "-bq", "0 body a\thit|last\thit")]
    [TestCase("To: a\nno header\nbody", "-bhq", "0 To: a\thit|no header\thit|body\thit")]
    [TestCase("Content-Type: multipart/mixed; boundary=b\n\npre\n--b\nX: y\n\nin\n--b--\n", "-hmq",
        "0 Content-Type: multipart/mixed; boundary=b\thit|X: y\thit")]
    [TestCase("Content-Type: multipart/mixed; boundary=b\n\npre\n--b\nX: y\n\nin\n--b--\n", "-bmq",
        "0 pre\thit|--b\thit|in\thit|--b--\thit")]
    public void Keys_are_taken_from_a_message(string message, string options, string expected) =>
        Assert.That(Run(false, message, options, "-", "static:hit"), Is.EqualTo(expected));

    [Test]
    public void Bytes_pass_when_UTF8_is_off()
    {
        _folder.Write("t", [(byte)'A', 0xC4, (byte)' ', 0xff]);
        Assert.That(Map("-u", "hash:DIR/t"), Is.EqualTo("0 "));
        Assert.That(Map("-us", "hash:DIR/t"), Is.EqualTo("0 a\u00c4\t\u00ff"));
        Assert.That(Run(false, "a\u00c4", "-uq", "-", "hash:DIR/t"), Is.EqualTo("0 a\u00c4\t\u00ff"));
    }

    [TestCase("600", "600")]
    [TestCase("640", "640")]
    [TestCase("664", "644")]
    [TestCase("400", "600")]
    [TestCase("755", "644")]
    public void The_file_gets_the_read_permissions_of_its_source(string source, string expected)
    {
        _folder.Write("t", "a b\n");
        File.SetUnixFileMode(_folder["t"], (UnixFileMode)Convert.ToInt32(source, 8));
        Map("cdb:DIR/t");
        Assert.That(Convert.ToString((int)File.GetUnixFileMode(_folder["t.cdb"]), 8), Is.EqualTo(expected));
        File.Delete(_folder["t.cdb"]);
        Map("-p", "cdb:DIR/t");
        Assert.That(Convert.ToString((int)File.GetUnixFileMode(_folder["t.cdb"]), 8), Is.EqualTo("644"));
        File.SetUnixFileMode(_folder["t.cdb"], (UnixFileMode)Convert.ToInt32("600", 8));
        Run(false, "c d\n", "-i", "cdb:DIR/t");
        Assert.That(Convert.ToString((int)File.GetUnixFileMode(_folder["t.cdb"]), 8), Is.EqualTo("600"), "kept by an update");
    }

    [Test]
    public void Root_makes_a_users_table_with_the_users_rights()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("needs root");
        Directory.CreateDirectory(_folder["u"]);
        _folder.Write("u/t", "a b\n");
        Chown("nobody", _folder["u"], _folder["u/t"]);
        File.SetUnixFileMode(_folder.Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        Assert.That(Map("cdb:DIR/u/t"), Is.EqualTo("0 "));
        Assert.That(Owner(_folder["u/t.cdb"]), Is.EqualTo("nobody"));
        Assert.That(Map("-o", "cdb:DIR/u/t"), Is.EqualTo("0 "));
        Assert.That(Owner(_folder["u/t.cdb"]), Is.EqualTo("root"));
        Chown("root", _folder["u"]);
        Assert.That(Map("cdb:DIR/u/t"), Is.EqualTo("1 postmap: fatal: open database DIR/u/t.cdb.tmp: Permission denied"));
    }

    private static void Chown(string user, params string[] files) => Process.Start("chown", [user, .. files]).WaitForExit();

    private static string Owner(string file)
    {
        using Process process = Process.Start(new ProcessStartInfo("stat", ["-c", "%U", file]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    private static readonly string[][] Same =
    [
        ["-q", "a", "TYPE:DIR/t"], ["-q", "A", "TYPE:DIR/t"], ["-fq", "A", "TYPE:DIR/t"], ["-q", "zz", "TYPE:DIR/t"], ["-s", "TYPE:DIR/t"],
        ["-q", "a", "texthash:DIR/t2"], ["-q", "a", "texthash:DIR/none"], ["-s", "texthash:DIR/t2"], ["-q", "a", "nosuch:t"],
        ["-q", "x", "static:foo"], ["-q", "x", "static:{ a b }"], ["-q", "x", "static:"], ["-q", "root", "unix:passwd.byname"],
        ["-q", "root", "unix:group.byname"], ["-q", "root", "unix:foo"], ["-q", "a", "inline:{a=b,c=d}"],
            ["-q", "a", "inline:{a=b, {c = d e}}"],
        ["-q", "c", "inline:{a=b, {c = d e}}"], ["-q", "a", "inline:{}"], ["-q", "a", "inline:{a}"], ["-q", "a", "inline:{a=b}c"],
            ["-q", "a", "inline:{a=b"],
        ["-q", "a", "inline:{a=}"], ["-q", "a", "inline:{a=b,a=c}"], ["-q", "HOME", "environ:x"], ["-q", "a", "-q", "b", "TYPE:DIR/t"],
            ["-s", "-q", "a", "TYPE:DIR/t"],
        ["-b", "-q", "a", "TYPE:DIR/t"], ["-m", "-q", "-", "TYPE:DIR/t"], ["TYPE:DIR/none"], ["static:DIR/t"], ["-d", "a", "static:x"],
        ["-s", "static:x"], ["-d", "nope", "TYPE:DIR/t"], ["-q", "-", "TYPE:DIR/t"], ["-q", "", "TYPE:DIR/t"],
    ];

    [Test]
    public void Postfix_beside_it_says_the_same()
    {
        if (!File.Exists("/usr/sbin/postmap")) Assert.Ignore("Postfix is not installed");
        _folder.Write("master.cf", "");
        _folder.Write("t", "a b\nC d e\n\"q r\" s\nunb\"al x\nonly\nk: v\n# c\nz 1\n # more\n  2\n");
        _folder.Write("t2", "a b\n");
        string theirs = Postfix("postmap", "", "hash:DIR/t");
        if (theirs.Contains("unsupported dictionary type", StringComparison.Ordinal)) Assert.Ignore("Postfix without hash: tables");
        Assert.That(Map("hash:DIR/t"), Is.EqualTo(theirs));
        // together, because Postfix's commands wait a second before they fail
        string[] differences = [.. Same.Select(
            row => Task.Factory.StartNew(() => Difference(row), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray().Select(task => task.Result).Where(text => text.Length > 0)];
        Assert.That(string.Join('\n', differences), Is.Empty);
    }

    private string Difference(string[] row)
    {
        string[] words = [.. row.Select(word => word.Replace("TYPE", "hash", StringComparison.Ordinal))];
        string expected = Postfix("postmap", "a\nzz\nC\n", words), got = Run(false, "a\nzz\nC\n", words);
        return Sorted(expected) == Sorted(got) ? "" : $"{string.Join(' ', words)}\n  Postfix: {expected}\n  here:    {got}";
    }

    /// <summary>The order of a listing is the table's own.</summary>
    private static string Sorted(string shown) => string.Join('|', shown[2..].Split('|').Order(StringComparer.Ordinal)) + shown[..2];

    private string Postfix(string command, string input, params string[] args)
    {
        ProcessStartInfo start = new("/usr/sbin/" + command,
            ["-c", _folder.Folder, .. args.Select(a => a.Replace("DIR", _folder.Folder, StringComparison.Ordinal))])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        if (args.Contains("-")) process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return Shown(process.ExitCode, Encoding.UTF8.GetBytes(output), Encoding.UTF8.GetBytes(errors));
    }
}
