using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Postcat;
using MtaSuite.Tools.Postwalk;

namespace MtaSuite.Tests.Unit.Tools;

public class TextToolsTests
{
    private ToolHarness _harness = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private string Sample()
    {
        Envelope e = ToolHarness.Envelope("me@x", "a@b", "c@d");
        e.ArrivalMicroseconds = new DateTimeOffset(DateTime.SpecifyKind(new DateTime(2026, 11, 1, 9, 8, 7), DateTimeKind.Local))
            .ToUnixTimeMilliseconds() * 1000;
        e.FullName = "Me";
        e.EnvelopeId = "e1";
        e.Flags = MessageFlags.Trace;
        e.Recipients[0].Done = true;
        e.Recipients[1].Original = "alias";
        e.Recipients[1].DsnOriginal = "rfc822;alias@d";
        e.Recipients[1].Notify = Notify.Success;
        return _harness.Put(SpoolDirectory.Deferred, e, "Subject: s\nTo: x\n\nbody\n");
    }

    private string Postcat(string id, params string[] options)
    {
        File.WriteAllText($"{_harness.Folder}/main.cf", $"queue_directory = {_harness.Folder}\n");
        Assert.That(PostcatCommand.Run(["-c", _harness.Folder, .. options, "-q", id]), Is.Zero, _harness.Messages);
        return _harness.Output;
    }

    [Test]
    public void Postcat_shows_everything()
    {
        string id = Sample(), path = new SpoolDirectory("").PathOf(SpoolDirectory.Deferred, id)[1..];
        string shown = Postcat(id);
        string[] lines = shown.Split('\n');
        Assert.That(lines[0], Is.EqualTo($"*** ENVELOPE RECORDS {path} ***"));
        Assert.That(lines[1], Does.Match(@"^message_size:              23 +\d+ +2 +0 +23 +0$"));
        Assert.That(string.Join('\n', lines[2..]), Is.EqualTo($"""
            message_arrival_time: Sun Nov  1 09:08:07 2026
            sender: me@x
            sender_fullname: Me
            named_attribute: envelope_id=e1
            named_attribute: report_first_attempt=pending
            named_attribute: delay_warning=pending
            done_recipient: a@b
            original_recipient: alias
            named_attribute: dsn_orig_rcpt=rfc822;alias@d
            named_attribute: notify_flags=2
            recipient: c@d
            *** MESSAGE CONTENTS {path} ***
            Subject: s
            To: x

            body
            *** HEADER EXTRACTED {path} ***
            *** MESSAGE FILE END {path} ***

            """));
    }

    [Test]
    public void Postcat_parts()
    {
        Assert.That(Postcat(Sample(), "-h"), Is.EqualTo("Subject: s\nTo: x\n"));
    }

    [Test]
    public void Postcat_body() => Assert.That(Postcat(Sample(), "-b"), Is.EqualTo("\nbody\n"));

    [Test]
    public void Postcat_offsets_and_types()
    {
        string[] lines = Postcat(Sample(), "-do").Split('\n');
        Assert.That(lines[1], Does.StartWith("        0  67 message_size:"));
        Assert.That(lines[2], Does.StartWith("      108  84 message_arrival_time:"));
        Assert.That(Array.Find(lines, l => l.EndsWith("Subject: s", StringComparison.Ordinal)), Does.Match(@"^ +\d+  78 Subject: s$"));
    }

    [Test]
    public void Postcat_names_what_is_no_queue_file()
    {
        string path = $"{_harness.Folder}/text";
        File.WriteAllText(path, "no queue file");
        PostcatCommand.Run([path]);
        Assert.That(_harness.Messages, Is.EqualTo($"tool: warning: {path}: input is not a valid queue file\n"));
    }

    [TestCase("Nov 21 20:39:01 mail mtasuite/pickup[19768]: 0dZG9LxJ2t07J8: uid=0 from=<root>", "Nov 21 20:39:01", "pickup",
        "uid=0 from=<root>")]
    [TestCase("2026-11-21T20:39:01.123+00:00 mail mtasuite/submission/smtpd[1]: 0dZG9LxJ2t07J8: client=x", "2026-11-21T20:39:01.123+00:00",
        "smtpd", "client=x")]
    [TestCase(
        """{"time":"2026-11-21T20:39:01.5Z","host":"m","process":"mtasuite/qmgr","pid":1,"queue_id":"0dZG9LxJ2t07J8","from":"a@b","""
        + "\"size\":5}",
        "2026-11-21T20:39:01.5Z", "qmgr", "from=<a@b>, size=5")]
    public void Log_lines_are_taken_apart(string line, string time, string process, string text)
    {
        Assert.That(LogRecord.TryParse(line, out LogRecord record));
        Assert.That(record, Is.EqualTo(new LogRecord(time, process, "0dZG9LxJ2t07J8", text)));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("Nov 21 20:39:01 mail mtasuite/smtpd[1]: connect from x")]
    [TestCase("Nov 21 20:39:01 mail mtasuite/smtpd[1]: warning: x")]
    [TestCase("]: a: b")]
    public void Other_lines_are_none(string line) => Assert.That(LogRecord.TryParse(line, out _), Is.False);

    [Test]
    public void A_walk_follows_notices_and_requeued_copies()
    {
        string log = $"{_harness.Folder}/log";
        File.WriteAllText(log, """
            Nov 21 20:00:01 m mtasuite/cleanup[1]: 1stMessage0000: message-id=<x@y>
            Nov 21 20:00:01 m mtasuite/cleanup[1]: otherMessage00: message-id=<z@y>
            Nov 21 20:00:02 m mtasuite/cleanup[1]: theNotice00000: message-id=<n@y>
            Nov 21 20:00:02 m mtasuite/bounce[2]: 1stMessage0000: sender non-delivery notification: theNotice00000
            Nov 21 20:00:03 m mtasuite/pickup[3]: again000000000: uid=0 from=<a@b> orig_id=theNotice00000
            """);
        Assert.That(PostwalkCommand.Run(["-l", log, "<x@y>"]), Is.Zero);
        Assert.That(_harness.Output, Is.EqualTo("""
            1stMessage0000
              Nov 21 20:00:01  cleanup    message-id=<x@y>
              Nov 21 20:00:02  bounce     sender non-delivery notification: theNotice00000
            theNotice00000 (from 1stMessage0000)
              Nov 21 20:00:02  cleanup    message-id=<n@y>
            again000000000 (from theNotice00000)
              Nov 21 20:00:03  pickup     uid=0 from=<a@b> orig_id=theNotice00000

            """));
        Assert.That(PostwalkCommand.Run(["-l", log, "unknown0000000"]), Is.EqualTo(1));
    }

    [TestCase("127.0.0.1", "127.0.0.1:", "127.0.0.1")]
    [TestCase("0.0.0.0", "", "all")]
    [TestCase("192.0.2.1", "192.0.2.1:", "192.0.2.1")]
    [TestCase("2001:db8::1", "[2001:db8::1]:", "2001:db8::1")]
    public void Files_of_a_new_instance_have_no_faults_and_listen_where_init_says(string listen, string host, string interfaces)
    {
        InitOptions o = new("/i", "mail.example.com", 2525, 2587, 2465, "/d", "/c", System.Net.IPAddress.Parse(listen));
        foreach (bool root in (bool[])[true, false])
        {
            ConfigResult main = MailConfig.Parse(InstanceFiles.MainCf(o, "me", root));
            Assert.That(main.Problems, Is.Empty);
            Assert.That(main.Config.Get(Common.Config.Params.CommonParams.InetInterfaces), Is.EqualTo(interfaces));
            Assert.That(main.Config.Get(Common.Config.Params.LocalParams.MailSpoolDirectory), Is.EqualTo(root ? "/var/mail" : "/i/mail/"));
        }
        List<ConfigProblem> problems = [];
        List<ServiceEntry> services = MasterCf.Parse(InstanceFiles.Master(o), "master.cf", problems);
        Assert.That(problems, Is.Empty);
        Assert.That(services.Select(s => s.Name),
            Does.Contain($"{host}2525").And.Contain($"{host}2587").And.Contain($"{host}2465").And.Contain("qmgr").And.Contain("local"));
    }

    [Test]
    public void A_rotated_logs_name() =>
        Assert.That(LogRotateCommand.Suffix("%Y%m%d-%H%M%S%%x%", new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)),
        Is.EqualTo("20260304-050607%%x%"));
}
