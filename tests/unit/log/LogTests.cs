using System.Text;
using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Logs;

/// <summary>Lines as log readers know them; nothing that a peer says can make a second one.</summary>
[NonParallelizable]
public sealed class LogTests
{
    private string _path = "";

    [SetUp]
    public void Make() => _path = Path.GetTempFileName();

    [TearDown]
    public void Remove()
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        File.Delete(_path);
    }

    private string[] Lines()
    {
        Log.Flush();
        return File.ReadAllLines(_path);
    }

    [Test]
    public void The_classic_shape()
    {
        Log.Configure(new LogSettings("mtasuite/local") { File = _path, Host = "mx.example.com" });
        LogLine.Info("ID").Address("to", "a@b").Field("relay", "local").Field("size", -12).Field("status", "sent")
            .Remark("delivered to\nmailbox\t\u007f\u00e9").Send();
        Log.Warning($"table {"x"} is {5}");
        Log.Debug($"not shown");
        string[] lines = Lines();
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.Match(
            @"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d mx mtasuite/local\[\d+\]: ID: to=<a@b>, relay=local, size=-12, status=sent "
            + @"\(delivered to\?mailbox\?\?\u00e9\)$"));
        Assert.That(lines[1], Does.EndWith("]: warning: table x is 5"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Nothing_that_a_terminal_obeys_and_no_endless_line(bool json)
    {
        Log.Configure(new LogSettings("x") { File = _path, Json = json });
        LogLine.Info("ID").Address("to", "\u009b31m\u202e\u2028x@gr\u00fc\u00dfe").Remark(new string('y', 1_000_000) + "\u0085").Send();
        Log.Warning($"{new string('z', 1_000_000)}");
        string[] lines = Lines();
        Assert.That(lines, Has.Length.EqualTo(2));
        foreach (string line in lines)
        {
            Assert.That(line.Where((_, i) => Printable.IsUnsafe(line, i)), Is.Empty);
            Assert.That(line, Has.Length.LessThan(2 * LogLine.MaxText));
            if (json) using (JsonDocument.Parse(line)) { }
        }
        Assert.That(lines[0], Does.Contain("31m").And.Contain("x@gr\u00fc\u00dfe").And.Contain("yyy..."));
    }

    [TestCase("0600", FileModes.PrivateFile)]
    [TestCase("0640", FileModes.GroupReadableFile)]
    [TestCase("0644", FileModes.PublicFile)]
    public void A_new_log_file_has_the_permissions_that_are_asked_for(string permissions, uint mode)
    {
        File.Delete(_path);
        uint before = Paths.UMask(FileModes.GroupAndOthers /* as daemons have it */);
        try
        {
            Assert.That(Logging.Start(MailConfig.Parse($"maillog_file = {_path}\nmaillog_file_permissions = {permissions}\n").Config, "x"));
            Log.Info($"line");
            Log.Flush();
        }
        finally { _ = Paths.UMask(before); }
        Assert.That((uint)File.GetUnixFileMode(_path), Is.EqualTo(mode));
    }

    [TestCase("external", "\"with spaces\"@b")]
    [TestCase("internal", "with spaces@b")]
    public void Addresses_stand_in_the_form_that_is_asked_for(string form, string expected)
    {
        string[] lines;
        try
        {
            Assert.That(Logging.Start(MailConfig.Parse($"info_log_address_format = {form}\nmaillog_file = {_path}\n").Config, "x"));
            LogLine.Info("ID").Address("from", "with spaces@b").Send();
            LogLine.Info("ID").Address("from", "a.b@c").Send();
            LogLine.Info("ID").Address("from", "").Send();
            lines = Lines();
        }
        finally { LogLine.AddressForm = null; }
        Assert.That(lines.Select(l => l[(l.IndexOf("from=", StringComparison.Ordinal) + 5)..]),
            Is.EqualTo(new[] { $"<{expected}>", "<a.b@c>", "<>" }));
    }

    [TestCase("", true)]
    [TestCase("maillog_file_prefixes = /var\n", false)]
    [TestCase("maillog_file_prefixes = /var TEMP/\n", true)]
    public void A_log_file_lies_where_one_may(string prefixes, bool written)
    {
        string folder = Path.GetDirectoryName(_path)!;
        Assert.That(Logging.Start(MailConfig.Parse(
            $"maillog_file = {_path}\n{prefixes.Replace("TEMP", folder, StringComparison.Ordinal)}").Config, "x"));
        Log.Info($"line");
        Assert.That(Lines(), Has.Length.EqualTo(written ? 1 : 0));
        LogLine.AddressForm = null;
    }

    [Test]
    public void What_may_not_be_written_goes_to_the_service()
    {
        File.Delete(_path);
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.BindUnix(fd, _path), Is.Zero);
        Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_PASSCRED, 1);
        Assert.That(Log.Configure(new LogSettings("t") { File = "/nonexistent/x", Service = _path }));
        Log.Info($"one");
        Log.Info($"two");
        Log.Flush();
        byte[] line = new byte[100];
        foreach (string expected in (string[])["one", "two"])
        {
            int n = Sockets.ReceiveWithUser(fd, line, out uint uid);
            Assert.That(Encoding.ASCII.GetString(line, 0, n),
                Does.Match(@"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d localhost t\[\d+\]: " + expected + "$"));
            Assert.That(uid, Is.EqualTo(Credentials.GetEUid()));
        }
        Assert.That(Sockets.ReceiveWithUser(fd, line, out _), Is.EqualTo(-1));
        FileIO.Close(fd);
        Assert.That(Log.Configure(new LogSettings("t") { File = "/nonexistent/x", Service = _path }), Is.False, "nobody is there any more");
    }

    [Test]
    public void As_objects()
    {
        Log.Configure(new LogSettings("mtasuite/local") { File = _path, Host = "mx.example.com", Json = true });
        LogLine.Info("ID").Address("to", "a\"b\\@c\n").Field("size", 12).Remark("x\u0000\u00e9").Send();
        Log.Error($"bad \"thing\"");
        string[] lines = Lines();
        JsonElement one = JsonDocument.Parse(lines[0]).RootElement, two = JsonDocument.Parse(lines[1]).RootElement;
        Assert.That((one.GetProperty("queue_id").GetString(), one.GetProperty("to").GetString(), one.GetProperty("size").GetInt64(),
            one.GetProperty("text").GetString()),
            Is.EqualTo(("ID", "a\"b\\@c?", 12L, "x?\u00e9")));
        Assert.That((two.GetProperty("severity").GetString(), two.GetProperty("text").GetString()), Is.EqualTo(("error", "bad \"thing\"")));
    }

    [Test]
    public void A_file_that_was_renamed_is_opened_again()
    {
        Log.Configure(new LogSettings("t") { File = _path });
        Log.Info($"one");
        Log.Flush();
        File.Move(_path, _path + ".1");
        Log.Info($"two");
        Log.Reopen();
        Log.Info($"three");
        Assert.That(Lines(), Has.Length.EqualTo(1).And.One.EndsWith("three"));
        Assert.That(File.ReadAllLines(_path + ".1"), Has.Length.EqualTo(2));
        File.Delete(_path + ".1");
    }

    [Test]
    public void A_file_that_cannot_be_opened_is_said() =>
        Assert.That(Log.Configure(new LogSettings("t") { File = "/nonexistent/x" }), Is.False);

    [Test]
    public void The_systems_logger_gets_a_datagram_a_line_and_hears_of_lost_ones()
    {
        File.Delete(_path);
        Log.Configure(new LogSettings("mtasuite/qmgr") { SyslogSocket = _path });
        Log.Info($"lost");
        Log.Info($"lost as well");
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.BindUnix(fd, _path), Is.Zero);
        Log.Info($"arrives");
        List<string> got = [];
        byte[] buffer = new byte[1000];
        for (int n; (n = Sockets.Recv(fd, buffer)) > 0;) got.Add(Encoding.UTF8.GetString(buffer, 0, n));
        FileIO.Close(fd);
        Assert.That(got, Has.Count.EqualTo(2));
        Assert.That(got[0], Does.StartWith("<20>").And.EndWith("warning: 2 log lines were lost"));
        Assert.That(got[1], Does.Match(@"^<22>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d mtasuite/qmgr\[\d+\]: arrives$"));
    }
}
