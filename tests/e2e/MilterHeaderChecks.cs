using System.Collections.Concurrent;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.E2e;

/// <summary>milter_header_checks in real processes: a milter that adds its verdict, and what the table makes of it.</summary>
[TestFixture]
public class MilterHeaderChecks : InstanceTest
{
    private const string Rules = """
        /^X-Verdict: refused (.*)/    REJECT 5.7.3 $1 is not wanted
        /^X-Verdict: later/           REJECT 4.7.3 come again
        /^X-Verdict: dropped/         DISCARD
        /^X-Verdict: held/            HOLD by its verdict
        /^X-Verdict: redirected/      REDIRECT other@elsewhere.example
        /^X-Verdict: copied/          BCC copy@elsewhere.example
        /^X-Verdict: filtered/        FILTER filter:[127.0.0.1]:9
        /^X-Verdict: replaced (.*)/   REPLACE X-Spam-Level: $1
        /^X-Verdict: stripped/        STRIP
        /^X-Verdict: ignored/         IGNORE
        /^X-Verdict: warned/          WARN look

        """;

    private readonly ConcurrentDictionary<int, string> _subjects = new();
    private MilterThread? _milter;
    private SmtpSink? _sink;

    protected override string[] Settings
    {
        get
        {
            _sink = new SmtpSink(System.Net.IPAddress.Loopback, 0);
            return
            [
                "milter_header_checks=pcre:$config_directory/milter_checks", "milter_default_action=tempfail", "defer_transports=filter",
                $"relayhost=[127.0.0.1]:{_sink.Port}", "smtp_host_lookup=native",
            ];
        }
    }

    protected override void Prepare()
    {
        string path = $"{Mta.Folder}/milter";
        File.WriteAllText($"{Mta.Etc}/milter_checks", Rules);
        File.AppendAllText($"{Mta.Etc}/master.cf", "filter unix - - n - - smtp\n");
        Mta.Configure($"smtpd_milters=unix:{path}", $"non_smtpd_milters=unix:{path}");
        _milter = new MilterThread(path, AddsVerdict);
    }

    [OneTimeTearDown]
    public void StopMilter()
    {
        _milter?.Dispose();
        _sink?.Dispose();
    }

    /// <summary>The verdict is the subject.</summary>
    private byte[][]? AddsVerdict(Heard heard)
    {
        if (heard is { Command: MilterCommand.Header, Texts: ["Subject", var subject] }) _subjects[heard.Session] = subject;
        return heard.Command != MilterCommand.EndOfMessage ? null
            : [ScriptedMilter.Packet('h', $"X-Verdict\0{_subjects[heard.Session]}\0"), ScriptedMilter.Packet('c')];
    }

    private Reply Send(string subject)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        return peer.Deliver("a@client.example", Address, $"From: a@client.example\nSubject: {subject}\n\nmail that is {subject}\n");
    }

    [TestCase("refused mail", 550, "5.7.3 mail is not wanted")]
    [TestCase("later", 451, "4.7.3 come again")]
    public void Reject(string subject, int code, string text)
    {
        int mark = Mta.LogMark();
        Assert.That(Send(subject).Is(code).Text, Is.EqualTo(text));
        Mta.WaitForLog($@"cleanup\[\d+\]: \w+: milter-header-reject: header X-Verdict: {subject} from localhost\[127\.0\.0\.1\]; "
            + $@"from=<a@client\.example> to=<{Address}> proto=ESMTP helo=<client\.example>: {text}$", mark);
        Assert.That(Mta.CountLog("reject: ", mark), Is.EqualTo(1), "one line for one refusal");
    }

    [Test]
    public void Reject_what_a_local_user_sends()
    {
        int mark = Mta.LogMark();
        ProgramResult sent = Mta.Sendmail("Subject: refused letter\n\nx\n", Address);
        Assert.That(sent.ExitCode, Is.Not.Zero);
        Mta.WaitForLog(@"milter-header-reject: header X-Verdict: refused letter from localhost\[127\.0\.0\.1\]; .*: 5\.7\.3 letter", mark);
    }

    [Test]
    public void Discard()
    {
        string id = Send("dropped").Is(250).QueueId;
        Mta.WaitForLog($"{id}: milter-header-discard: header X-Verdict: dropped from ");
        Assert.That(Mta.Queued(), Does.Not.Contain(id));
        Assert.That(Mta.CountLog($"{id}: from="), Is.Zero, "qmgr never heard of it");
    }

    [Test]
    public void Hold()
    {
        string id = Send("held").Is(250).QueueId;
        Mta.WaitForLog($"{id}: milter-header-hold: header X-Verdict: held from .*: by its verdict$");
        Assert.That(Mta.Queued("hold"), Does.Contain(id));
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }

    [Test]
    public void Redirect_and_bcc_are_delivered()
    {
        string redirected = Send("redirected").Is(250).QueueId, copied = Send("copied").Is(250).QueueId;
        Mta.WaitForLog($"{redirected}: to=<other@elsewhere\\.example>, .*status=sent");
        Mta.WaitForLog($"{copied}: to=<copy@elsewhere\\.example>, .*status=sent");
        Assert.That(Mta.CountLog($"{redirected}: to=<{Address}>"), Is.Zero);
        Mta.Delivered("mail that is copied");
    }

    [Test]
    public void Filter()
    {
        string id = Send("filtered").Is(250).QueueId;
        Mta.WaitForLog($"{id}: milter-header-filter: header X-Verdict: filtered from .*: filter:\\[127\\.0\\.0\\.1\\]:9$");
        Mta.WaitForLog($"{id}: to=<{Address}>, .*status=deferred");
        QueueFile? file = null;
        Wait.Until(() => new SpoolDirectory(Mta.Spool).TryRead("deferred", id, out file) == QueueFileStatus.Ok, "the file in deferred");
        Assert.That(file!.Envelope.Filter, Is.EqualTo("filter:[127.0.0.1]:9"));
        Mta.Command("postsuper", "", "-d", id).Succeeded();
    }

    [Test]
    public void Fields_are_replaced_left_out_and_warned_of()
    {
        foreach (string subject in (string[])["replaced high", "stripped", "ignored", "warned"]) Send(subject).Is(250);
        Mail replaced = Mta.Delivered("mail that is replaced high");
        Assert.That((replaced.Header("X-Spam-Level"), replaced.Header("X-Verdict")), Is.EqualTo(("high", (string?)null)));
        Assert.That(Mta.Delivered("mail that is stripped").Header("X-Verdict"), Is.Null);
        Assert.That(Mta.Delivered("mail that is ignored").Header("X-Verdict"), Is.Null);
        Assert.That(Mta.Delivered("mail that is warned").Header("X-Verdict"), Is.EqualTo("warned"));
        Mta.WaitForLog("milter-header-warning: header X-Verdict: warned from .*: look$");
        Mta.WaitForLog("milter-header-strip: header X-Verdict: stripped from ");
    }
}
