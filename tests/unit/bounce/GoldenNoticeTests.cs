using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

/// <summary>
/// One notice of each kind, byte for byte (tests/golden/bounce/*.ref; UPDATE_GOLDEN=1 writes them anew), and what Python's email package
/// reads from them.
/// </summary>
public class GoldenNoticeTests
{
    private static readonly DeliveryRecord Waiting = Samples.Refused with
    {
        Status = new DsnStatus(4, 4, 1),
        Action = DeliveryAction.Delayed,
        Diagnostic = "",
        RemoteMta = "",
        Text = "connect to mx.there.example[192.0.2.25]:25: Connection refused",
    };

    private static readonly DeliveryRecord Delivered = Samples.Refused with
    {
        Status = new DsnStatus(2, 0, 0),
        Action = DeliveryAction.Relayed,
        Notify = Notify.Success,
        DsnOriginal = "rfc822;bob@there.example",
        Diagnostic = "250 2.0.0 Ok: queued as 12345",
        Text = "250 2.0.0 Ok: queued as 12345",
    };

    private static readonly MessageFacts Utf8Message = Samples.Message with { Sender = "jürg@exämple.example", SmtpUtf8 = true };
    private const string Utf8Mail = "From: jürg@exämple.example\nSubject: Grüße\n\nBis morgen, 明日\n";

    private static List<(Notice Notice, byte[] Content)> Make(string name) => name switch
    {
        "failure" => Samples.Send(NoticeKind.Failure, Samples.Message, [Samples.Refused, Samples.Unknown]),
        "failure-headers" =>
            Samples.Send(NoticeKind.Failure, Samples.Message with { Return = DsnReturn.Headers, EnvelopeId = "QQ314159" },
            [Samples.Refused]),
        "failure-threaded" =>
            Samples.Send(NoticeKind.Failure, Samples.Message, [Samples.Refused],
            settings: Samples.Settings with { EnableThreadedBounces = true }),
        "failure-template" => Samples.Send(NoticeKind.Failure, Samples.Message, [Samples.Refused], templates:
            "failure_template = <<EOF\nCharset: utf-8\nFrom: Post Office <post@example.com>\nSubject: Sorry\n\nSchade. $$5 an "
            + "$myhostname.\nÄrgerlich.\nEOF\n"),
        "failure-utf8" =>
            Samples.Send(NoticeKind.Failure, Utf8Message, [Samples.Refused with { Recipient = "用户@例子.example" }],
            Samples.Content(Utf8Mail)),
        "delay" => Samples.Send(NoticeKind.Delay, Samples.Message, [Waiting]),
        "success" => Samples.Send(NoticeKind.Success, Samples.Message, [Delivered]),
        "verify" => Samples.Send(NoticeKind.Verify, Samples.Message with { Flags = MessageFlags.VerifyOnly },
            [Delivered with { Action = DeliveryAction.Deliverable, Diagnostic = "", Text = "delivers to mailbox" }]),
        "double-bounce" =>
            Samples.Send(NoticeKind.Failure, Samples.Message with { Sender = "" }, [Samples.Refused],
            settings: Samples.Settings with { Classes = NotifyClass.DoubleBounce }),
        "postmaster-copy" =>
            [Samples.Send(NoticeKind.Failure, Samples.Message, [Samples.Refused],
            settings: Samples.Settings with { Classes = NotifyClass.Bounce })[1]],
        "postmaster-copy-delay" =>
            [Samples.Send(NoticeKind.Delay, Samples.Message, [Waiting],
            settings: Samples.Settings with { Classes = NotifyClass.Delay })[1]],
        _ => throw new ArgumentException(name),
    };

    private static readonly string[] Names =
        ["failure", "failure-headers", "failure-threaded", "failure-template", "failure-utf8", "delay", "success", "verify",
        "double-bounce", "postmaster-copy", "postmaster-copy-delay"];

    [TestCaseSource(nameof(Names))]
    public void As_it_was(string name)
    {
        (Notice notice, byte[] content) = Make(name).Single();
        _ = new Report(content);
        string text = $"MAIL FROM:<{notice.EnvelopeSender}> "
            + $"BODY={(notice.Body == BodyType.SevenBit ? "7BIT" : "8BITMIME")}{(notice.NeedsSmtpUtf8 ? " SMTPUTF8" : "")}\n"
            + $"RCPT TO:<{notice.EnvelopeRecipient}>\n\n{Encoding.UTF8.GetString(content)}";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(Path.Combine(Source(), name + ".ref"), text);
        Assert.That(text, Is.EqualTo(File.ReadAllText(Path.Combine(Source(), name + ".ref"))));
    }

    private static string Source([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../golden/bounce"));

    private const string Script = """
        import sys, email, email.policy
        for path in sys.argv[1:]:
            with open(path, 'rb') as f: m = email.message_from_binary_file(f, policy=email.policy.SMTPUTF8)
            parts = m.get_payload()
            status = parts[1].get_payload()
            if len(status) == 1:
                # the package takes the global type for a message: the groups for the recipients are its body then
                rest = status[0].get_payload(decode=True).decode()
                status += [email.message_from_string(g) for g in rest.strip().split('\n\n')]
            defects = [d for p in m.walk() for d in p.defects]
            print(m.get_content_type(), m.get_param('report-type'), m['to'], ' '.join(p.get_content_type() for p in parts),
                  ' '.join(g['action'] + '=' + g['final-recipient'].split(';')[1].strip() for g in status[1:] if g['action']),
                  len(defects), sep='|')
        """;

    [Test]
    public void Python_reads_them()
    {
        if (!File.Exists("/usr/bin/python3")
            && Environment.GetEnvironmentVariable("PATH")!.Split(':').All(d => !File.Exists(d + "/python3"))) Assert.Ignore("no python3");
        string folder = Directory.CreateTempSubdirectory("notices").FullName;
        foreach (string name in Names) File.WriteAllBytes(Path.Combine(folder, name), Make(name).Single().Content);
        ProcessStartInfo start = new("python3",
            ["-c", Script, .. Names.Select(n => Path.Combine(folder, n))])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using Process python = Process.Start(start)!;
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Directory.Delete(folder, true);
        const string alice = "multipart/report|delivery-status|alice@sender.example|text/plain message/delivery-status";
        const string postmaster = "multipart/report|delivery-status|postmaster@example.com|text/plain message/delivery-status";
        Assert.That(output.TrimEnd().Split('\n'), Is.EqualTo(new[]
        {
            $"{alice} message/rfc822|failed=bob@there.example failed=carol@example.com|0",
            $"{alice} text/rfc822-headers|failed=bob@there.example|0",
            $"{alice} message/rfc822|failed=bob@there.example|0",
            $"{alice} message/rfc822|failed=bob@there.example|0",
            "multipart/report|delivery-status|jürg@exämple.example|text/plain message/global-delivery-status "
                + "message/global|failed=用户@例子.example|0",
            $"{alice} text/rfc822-headers|delayed=bob@there.example|0",
            $"{alice} text/rfc822-headers|relayed=bob@there.example|0",
            $"{alice}|deliverable=bob@there.example|0",
            $"{postmaster} message/rfc822|failed=bob@there.example|0",
            $"{postmaster} text/rfc822-headers|failed=bob@there.example|0",
            $"{postmaster} text/rfc822-headers|delayed=bob@there.example|0",
        }));
    }
}
