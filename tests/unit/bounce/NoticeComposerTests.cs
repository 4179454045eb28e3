using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

public class NoticeComposerTests
{
    private static Report Only(NoticeKind kind, MessageFacts message, DeliveryRecord[] records, string mail = Samples.Mail,
        NoticeSettings? settings = null, string templates = "") =>
        new(Samples.Send(kind, message, records, Samples.Content(mail), settings, templates).Single().Content);

    private static Report Failure(params DeliveryRecord[] records) => Only(NoticeKind.Failure, Samples.Message, records);

    [Test]
    public void Fields_for_programs_follow_rfc_3464()
    {
        DeliveryRecord other = Samples.Unknown with { DsnOriginal = "rfc822;List+all@example.com" };
        Report report = Only(NoticeKind.Failure, Samples.Message with { EnvelopeId = "QQ314159" }, [Samples.Refused, other]);
        Assert.That(report.Status[0], Is.EqualTo(new Dictionary<string, string>
        {
            ["original-envelope-id"] = "QQ314159",
            ["reporting-mta"] = "dns; mx.example.com",
            ["arrival-date"] = "Mon, 02 Mar 2026 09:30:15 +0000 (UTC)",
            ["x-mtasuite-queue-id"] = Samples.Message.QueueId,
            ["x-mtasuite-sender"] = "rfc822; alice@sender.example",
        }));
        Assert.That(report.Status[1], Is.EqualTo(new Dictionary<string, string>
        {
            ["final-recipient"] = "rfc822; bob@there.example",
            ["action"] = "failed",
            ["status"] = "5.1.1",
            ["remote-mta"] = "dns; mx.there.example",
            ["diagnostic-code"] = "smtp; 550 5.1.1 <bob@there.example>: no such mailbox here",
            ["last-attempt-date"] = "Mon, 02 Mar 2026 09:31:15 +0000 (UTC)",
        }));
        Assert.That(report.Status[2]["original-recipient"], Is.EqualTo("rfc822; List+all@example.com"));
        Assert.That(report.Status[2]["diagnostic-code"], Is.EqualTo("x-mtasuite; unknown user: \"carol\""));
        Assert.That(report.Parts[2].Body, Is.EqualTo(Samples.Mail));
    }

    [Test]
    public void Only_those_who_want_it_are_in_it()
    {
        DeliveryRecord quiet = Samples.Unknown with { Notify = Notify.Never };
        Report report = Failure(Samples.Refused, quiet);
        Assert.That(report.Recipients.Single()["final-recipient"], Is.EqualTo("rfc822; bob@there.example"));
        Assert.That(report.Parts[0].Body, Does.Not.Contain("carol"));
    }

    [TestCase(NoticeKind.Failure, DsnReturn.Default, "message/rfc822")]
    [TestCase(NoticeKind.Failure, DsnReturn.Full, "message/rfc822")]
    [TestCase(NoticeKind.Failure, DsnReturn.Headers, "text/rfc822-headers")]
    [TestCase(NoticeKind.Delay, DsnReturn.Full, "text/rfc822-headers")]
    [TestCase(NoticeKind.Success, DsnReturn.Full, "text/rfc822-headers")]
    public void Ret_says_how_much_of_a_failure_returns(NoticeKind kind, DsnReturn ret, string type)
    {
        Report report = Only(kind, Samples.Message with { Return = ret },
            [Samples.Refused with { Notify = Notify.Success | Notify.Failure | Notify.Delay }]);
        Assert.That(report.Parts[2].Header["content-type"], Is.EqualTo(type));
        Assert.That(report.Parts[2].Body, type == "message/rfc822" ? Does.Contain("Noon") : Does.EndWith("Subject: Lunch\n"));
    }

    [Test]
    public void The_size_limit_cuts_at_the_header_then_at_a_line()
    {
        for (int limit = 0; limit <= Samples.Mail.Length; limit++)
        {
            Report report =
                Only(NoticeKind.Failure, Samples.Message, [Samples.Refused], settings: Samples.Settings with { BounceSizeLimit = limit });
            string returned = report.Parts[2].Body;
            Assert.That(Samples.Mail, Does.StartWith(returned));
            Assert.That(returned, Has.Length.LessThanOrEqualTo(limit));
            Assert.That(returned.Length == Samples.Mail.Length, Is.EqualTo(limit == Samples.Mail.Length));
            Assert.That(returned, Is.Empty.Or.EndsWith("\n"));
        }
    }

    [Test]
    public void Texts_of_others_cannot_add_lines()
    {
        const string evil = "x\r\n\r\n--=_4XwZ12bCdF0QrS.1772443335\nEvil: yes\0\x1b[31m \u2028 \ud800";
        DeliveryRecord record = Samples.Refused with
        {
            Recipient = $"a{evil}@b",
            Original = evil,
            DsnOriginal = "rfc822;" + evil,
            Text = evil,
            Diagnostic = evil,
            DiagnosticType = "smtp\nEvil: no",
            RemoteMta = evil,
        };
        Report report = Only(NoticeKind.Failure, Samples.Message with { EnvelopeId = evil, Sender = evil }, [record]);
        Assert.That(report.Parts, Has.Count.EqualTo(3));
        Assert.That(report.Status, Has.Count.EqualTo(2));
        Assert.That(report.Status.SelectMany(g => g.Keys).Concat(report.Header.Select(f => f.Name)), Does.Not.Contain("evil"));
        Assert.That(report.Recipients.Single()["diagnostic-code"], Does.StartWith("x-mtasuite; x"));
    }

    [Test]
    public void An_original_with_the_boundary_in_it_gets_another_one()
    {
        string boundary = $"=_{Samples.Message.QueueId}.{Samples.Now.ToUnixTimeSeconds()}";
        for (int pad = 16 * 1024 - 40; pad < 16 * 1024 + 4; pad++)
        {
            Report report = Only(NoticeKind.Failure, Samples.Message, [Samples.Refused],
                $"A: b\n\n{new string('\n', pad)}--{boundary}--\n--{boundary}.1\nend\n");
            Assert.That(report.Parts, Has.Count.EqualTo(3));
            Assert.That(report.Parts[2].Body, Does.EndWith($"--{boundary}.1\nend\n"));
        }
    }

    [Test]
    public void The_original_is_made_fit_for_mail()
    {
        string mail = "A: b\r\n\r\none\rtwo\0\r\n" + new string('x', 2500) + "\nlast";
        Report report = Only(NoticeKind.Failure, Samples.Message, [Samples.Refused], mail);
        Assert.That(report.Parts[2].Body,
            Is.EqualTo($"A: b\n\none\ntwo?\n{new string('x', 990)}\n {new string('x', 989)}\n {new string('x', 521)}\nlast\n"));
    }

    [Test]
    public void Eight_bit_bytes_are_labelled_where_they_are()
    {
        (Notice notice, byte[] content) =
            Samples.Send(NoticeKind.Failure, Samples.Message, [Samples.Refused], Samples.Content("A: b\n\ncafé\n")).Single();
        Report report = new(content);
        Assert.That(notice.Body, Is.EqualTo(BodyType.EightBitMime));
        Assert.That(report.Header, Does.Contain(("content-transfer-encoding", "8bit")));
        Assert.That(report.Parts.Select(p => p.Header.ContainsKey("content-transfer-encoding")), Is.EqualTo(new[] { false, false, true }));
        // bytes that are not returned do not count
        (notice, _) = Samples.Send(NoticeKind.Delay, Samples.Message, [Samples.Refused], Samples.Content("A: b\n\ncafé\n")).Single();
        Assert.That(notice.Body, Is.EqualTo(BodyType.SevenBit));
    }

    [Test]
    public void An_address_beyond_ascii_is_encoded_for_a_sender_without_smtputf8()
    {
        DeliveryRecord record = Samples.Refused with { Recipient = "jürg+x@exämple.example", Diagnostic = "550 für ihn" };
        Report report = Failure(record);
        Assert.That(report.Parts[1].Header["content-type"], Is.EqualTo("message/delivery-status"));
        Assert.That(report.Recipients.Single()["final-recipient"], Is.EqualTo(@"utf-8; j\x{FC}rg\x{2B}x@ex\x{E4}mple.example"));
        Assert.That(report.Recipients.Single()["diagnostic-code"], Is.EqualTo(@"smtp; 550 f\x{FC}r ihn"));
        Assert.That(report.Parts[0].Header["content-type"], Is.EqualTo("text/plain; charset=utf-8"));
    }

    [Test]
    public void A_site_charset_is_not_mixed_with_utf8()
    {
        byte[] file = Encoding.Latin1.GetBytes("failure_template = <<EOF\nCharset: iso-8859-1\n\nZurück.\nEOF\n");
        BounceTemplates templates = BounceTemplates.Parse("t", file, Samples.Settings, Samples.Config);
        DeliveryRecord record = Samples.Refused with { Text = "für" };
        PlannedNotice plan = new NoticePlanner(Samples.Settings).Plan(NoticeKind.Failure, Samples.Message, [record]).Notices.Single();
        System.Buffers.ArrayBufferWriter<byte> output = new();
        new NoticeComposer(Samples.Settings, templates).Compose(plan, Samples.Message, [record], Samples.Content(Samples.Mail), Samples.Now)
            .WriteTo(output);
        Report report = new(output.WrittenSpan.ToArray());
        Assert.That(report.Parts[0].Header["content-type"], Is.EqualTo("text/plain; charset=iso-8859-1"));
        Assert.That(report.Parts[0].Body, Does.StartWith("Zur\u00fcck.\n").And.Contain(@"f\x{FC}r"));
    }

    [Test]
    public void A_defer_log_of_an_expired_message_reports_failure()
    {
        Report report = Failure(Samples.Refused with { Action = DeliveryAction.Delayed, Status = new DsnStatus(4, 4, 1) });
        Assert.That(report.Recipients.Single()["action"], Is.EqualTo("failed"));
        Assert.That(report.Recipients.Single()["status"], Is.EqualTo("4.4.1"));
        Assert.That(report.Recipients.Single().ContainsKey("will-retry-until"), Is.False);
    }

    [Test]
    public void A_report_of_what_would_happen_says_so()
    {
        MessageFacts verify = Samples.Message with { Flags = MessageFlags.VerifyOnly };
        Report report = Only(NoticeKind.Verify, verify,
            [Samples.Refused, Samples.Unknown with { Action = DeliveryAction.Delivered, Status = new DsnStatus(2, 0, 0) }]);
        Assert.That(report.Recipients.Select(r => r["action"]), Is.EqualTo(new[] { "undeliverable", "deliverable" }));
        Assert.That(report.Parts, Has.Count.EqualTo(2));
    }

    [Test]
    public void Threaded_notices_name_the_original()
    {
        NoticeSettings threaded = Samples.Settings with { EnableThreadedBounces = true };
        Report report = Only(NoticeKind.Failure, Samples.Message, [Samples.Refused], settings: threaded);
        Assert.That(report.Header, Does.Contain(("references", "<first.1@sender.example>")).And.Contain(
            ("in-reply-to", "<first.1@sender.example>")));
        report =
            Only(NoticeKind.Failure, Samples.Message, [Samples.Refused], "message-id:\n  <folded@x>\nmessage-id: <second@x>\n\n", threaded);
        Assert.That(report.Header, Does.Contain(("references", "<folded@x>")));
        report = Only(NoticeKind.Failure, Samples.Message, [Samples.Refused], "Message-ID: <a b@x>\n\nMessage-ID: <in.body@x>\n", threaded);
        Assert.That(report.Header.Select(f => f.Name), Does.Not.Contain("references"));
    }

    [Test]
    public void A_notice_is_sent_even_when_log_and_original_are_lost()
    {
        byte[] content = Samples.Send(NoticeKind.Failure, Samples.Message, [], new MemoryContent()).Single().Content;
        Assert.That(new Report(content).Parts[0].Body, Does.Contain("lost"));
    }

    [Test]
    public void Ten_thousand_recipients_come_in_small_pieces()
    {
        DeliveryRecord[] records = [.. Enumerable.Range(0, 10_000).Select(i => Samples.Refused with { Recipient = $"r{i}@there.example" })];
        NoticeComposer composer = new(Samples.Settings, Samples.Templates());
        PlannedNotice plan = new NoticePlanner(Samples.Settings).Plan(NoticeKind.Failure, Samples.Message, records).Notices.Single();
        Notice notice = composer.Compose(plan, Samples.Message, records, Samples.Content(Samples.Mail), Samples.Now);
        MemoryStream all = new();
        foreach (ReadOnlyMemory<byte> piece in notice.Pieces())
        {
            Assert.That(piece.Length, Is.LessThan(32 * 1024));
            all.Write(piece.Span);
        }
        Assert.That(new Report(all.ToArray()).Recipients.Count(), Is.EqualTo(10_000));
    }

    [TestCase(MessageFlags.None, "message/rfc822", false)]
    [TestCase(MessageFlags.TlsOptional, "message/rfc822", true)]
    [TestCase(MessageFlags.RequireTls, "text/rfc822-headers", false)]
    [TestCase(MessageFlags.RequireTls | MessageFlags.TlsOptional, "text/rfc822-headers", false)]
    public void What_the_sender_wished_for_tls_holds_for_the_notice(MessageFlags flags, string type, bool optional)
    {
        Report report = Only(NoticeKind.Failure, Samples.Message with { Flags = flags }, [Samples.Refused]);
        Assert.That(report.Parts[2].Header["content-type"], Is.EqualTo(type));
        Assert.That(report.Header.Exists(h => h.Name.Equals("tls-required", StringComparison.OrdinalIgnoreCase)), Is.EqualTo(optional));
    }
}
