using System.Text;
using MtaSuite.Cleanup;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>What cleanup finds in content decides about the message as the tables say, for small and large messages alike.</summary>
public sealed class ContentInspectionTests
{
    private CleanupBench? _bench;

    [TearDown]
    public void Remove()
    {
        _bench?.Dispose();
        _bench = null;
    }

    private static string Table(string parameter, string rules) =>
        $"{parameter} = pcre:{{{string.Concat(rules.Split('\n').Select(r => $" {{{r}}}"))} }}\n";

    private static string Padding(int size) => string.Concat(Enumerable.Range(0, size / 10).Select(i => $"{i:D9}\n"));

    /// <summary>Submits a message, small and large, in pieces of several sizes.</summary>
    private void Each(string config, string head, string tail, Action<SubmitReply, string> check, CleanupFlags flags = CleanupFlags.All)
    {
        foreach ((int size, int piece) in ((int, int)[])[(0, 4096), (500, 7), (200_000, 10_000)])
        {
            Remove();
            _bench = new CleanupBench(config);
            _bench.Run(async _ =>
            {
                SubmitRequest request = CleanupBench.Request("r@x.test");
                request.Cleanup = flags;
                string padding = Padding(size);
                check(await _bench.SubmitAsync(request, Encoding.Latin1.GetBytes(head + padding + tail), piece), padding);
            });
        }
    }

    private QueueFile Queued(SubmitReply reply, string folder = "incoming")
    {
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        return _bench!.Read(reply.QueueId, folder);
    }

    private string ContentOf(SubmitReply reply, string folder = "incoming") =>
        Encoding.Latin1.GetString(_bench!.ContentBytes(reply.QueueId, folder));

    private void Refused(SubmitReply reply, string text)
    {
        Assert.That($"{reply.Outcome.Code} {reply.Outcome.Status} {reply.Outcome.Text}", Is.EqualTo(text));
        Assert.That(reply.Failure, Is.EqualTo(SubmitFailure.Filtered));
        Assert.That(_bench!.Files().Concat(_bench.Files("hold")), Is.Empty);
    }

    private const string Head = "Received: x\nSubject: one\nX-Old: 1\n more\nTo: c@d.test\n\nfirst\n", Tail = "last\n";

    [TestCase("header_checks", "/^Subject: one/ REJECT not here", "550 5.7.1 not here")]
    [TestCase("header_checks", "/^Received/ REJECT 4.7.0 later", "451 4.7.0 later")]
    [TestCase("body_checks", "/^first/ REJECT", "550 5.7.1 message content rejected")]
    [TestCase("body_checks", "/^last/ REJECT 5.9.9 not that", "550 5.9.9 not that")]
    public void A_match_refuses(string parameter, string rule, string reply) =>
        Each(Table(parameter, rule) + "body_checks_size_limit = 0", Head, Tail, (answer, _) => Refused(answer, reply));

    [TestCase("header_checks", "/^X-Old/ DISCARD gone")]
    [TestCase("body_checks", "/^last/ DISCARD")]
    public void A_match_drops_the_message_and_nobody_hears_of_it(string parameter, string rule) =>
        Each(Table(parameter, rule) + "body_checks_size_limit = 0", Head, Tail, (reply, _) =>
        {
            Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
            Assert.That(reply.Failure, Is.EqualTo(SubmitFailure.None));
            Assert.That(_bench!.Files().Concat(_bench.Files("hold")), Is.Empty);
        });

    [TestCase("header_checks", "X-Old")]
    [TestCase("body_checks", "first")]
    [TestCase("body_checks", "last")]
    public void A_match_changes_the_envelope(string parameter, string text) => Each(
        Table(parameter, $"/^{text}/ HOLD") + "body_checks_size_limit = 0", Head, Tail, (held, padding) =>
        {
            Assert.That(Queued(held, "hold").Envelope.Flags & MessageFlags.Hold, Is.Not.Zero);
            Assert.That(ContentOf(held, "hold"), Is.EqualTo(Head + padding + Tail));
        });

    [TestCase("FILTER smtp:[127.0.0.1]:10025")]
    [TestCase("REDIRECT other@y.test")]
    [TestCase("BCC copy@y.test")]
    public void A_match_sends_the_message_elsewhere(string action)
    {
        foreach ((string parameter, string text) in ((string, string)[])[("header_checks", "X-Old"), ("body_checks", "last")])
        {
            Each(Table(parameter, $"/^{text}/ {action}") + "body_checks_size_limit = 0", Head, Tail, (reply, padding) =>
            {
                Envelope e = Queued(reply).Envelope;
                string word = action.Split(' ')[1];
                Assert.That(action[0] switch { 'F' => e.Filter, 'R' => e.Redirect, _ => e.Recipients[^1].Address }, Is.EqualTo(word));
                if (action[0] == 'B') Assert.That((e.Recipients.Count, e.Recipients[^1].Notify), Is.EqualTo((2, Notify.Never)));
                Assert.That(ContentOf(reply), Is.EqualTo(Head + padding + Tail));
            });
        }
    }

    [Test]
    public void Fields_and_lines_change() => Each(
        Table("header_checks", "/^Subject: one/ REPLACE Subject: two\n/^X-Old/ IGNORE\n/^To:/ PREPEND X-Before: 1")
            + Table("body_checks", "/^first/ REPLACE FIRST\n/^last/ PREPEND before") + "body_checks_size_limit = 0", Head, Tail,
        (reply, padding) => Assert.That(ContentOf(reply),
            Is.EqualTo($"Received: x\nSubject: two\nX-Before: 1\nTo: c@d.test\n\nFIRST\n{padding}before\nlast\n")));

    [Test]
    public void A_replaced_field_counts_as_what_it_became()
    {
        Each("always_add_missing_headers = yes\n" + Table("header_checks", "/^Subject/ REPLACE Date: now\n/^X-Old/ REPLACE Bcc: z@d.test"),
            Head, Tail, (reply, _) =>
            {
                Assert.That(ContentOf(reply), Does.Contain("\nDate: now\n").And.Not.Contains("Bcc").And.Not.Contains("X-Old"));
                Assert.That(ContentOf(reply).Split("Date:"), Has.Length.EqualTo(2), "no other one was added");
            });
    }

    [Test]
    public void Mail_that_is_not_to_be_checked_is_not() => Each(Table("header_checks", "/./ REJECT") + Table("body_checks", "/./ REJECT"),
        Head, Tail, (reply, padding) => Assert.That(ContentOf(reply), Is.EqualTo(Head + padding + Tail)), CleanupFlags.None);

    [Test]
    public void A_table_that_cannot_be_asked_takes_no_mail()
    {
        foreach (string parameter in (string[])["header_checks", "body_checks"])
            Each($"{parameter} = fail:broken", Head, Tail, (reply, _) =>
            {
                Assert.That((reply.Failure, reply.Outcome.IsTemporary), Is.EqualTo((SubmitFailure.Unavailable, true)));
                Assert.That(_bench!.Files(), Is.Empty);
            });
    }

    [Test]
    public void Loops_are_found_though_checks_drop_the_fields() => Each(
        Table("header_checks", "/^Received: y/ IGNORE") + "hopcount_limit = 3", string.Concat(Enumerable.Repeat("Received: y\n", 5)) + Head,
        Tail, (reply, _) => Assert.That($"{reply.Outcome.Code} {reply.Outcome.Status}", Is.EqualTo("554 5.4.0")));

    [TestCase("message_reject_characters = \\0", "Subject: a\0b\n\nx\n", "550 5.7.1 disallowed character")]
    [TestCase("message_reject_characters = \\000\\377", "Subject: a\n\nx\u00ff\n", "550 5.7.1 disallowed character")]
    [TestCase("strict_7bit_headers = yes", "Subject: \u00fc\n\nx\n", "550 5.6.0 improper use of 8-bit data in message header")]
    [TestCase("strict_8bitmime = yes", "Subject: x\n\n\u00fc\n", "550 5.6.0 improper use of 8-bit data in message body")]
    [TestCase("strict_8bitmime_body = yes", "Subject: x\n\n\u00fc\n", "550 5.6.0 improper use of 8-bit data in message body")]
    [TestCase("strict_mime_encoding_domain = yes", "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\nx\n",
        "550 5.6.0 invalid message/* or multipart/* encoding domain")]
    [TestCase("non_empty_end_of_header_action = reject", "Subject: x\nno field\n",
        "550 5.6.0 primary header was terminated with non-empty line")]
    public void What_is_not_wanted_is_refused(string config, string content, string text) =>
        Each(config, content, Tail, (reply, _) => Refused(reply, text));

    [Test]
    public void Characters_are_taken_out() => Each("message_strip_characters = \\0x\\n", "Subject: a\0b\nX-Old: x\n\nfi\0rst\n", "x\0\n",
        (reply, padding) => Assert.That(ContentOf(reply), Is.EqualTo($"Subject: ab\nX-Old: \n\nfirst\n{padding}\n")));

    [Test]
    public void What_ends_the_checks_ends_them_for_characters_too() => Each(
        Table("header_checks", "/^X-Old/ PASS") + "message_reject_characters = \\001\nmessage_strip_characters = \\0",
        "Subject: a\0\n" + Head.Replace("\nSubject: one", ""), "\u0001\0\n",
        (reply, padding) => Assert.That(ContentOf(reply),
            Is.EqualTo("Subject: a\n" + Head.Replace("\nSubject: one", "") + padding + "\u0001\0\n")));

    [Test]
    public void Fields_of_milters_are_checked()
    {
        SubmitRequest request = CleanupBench.Request("r@x.test");
        MilterFieldChecks checks = new(request, new QueueFileWriter(null!, request.Envelope, null!));
        CheckTable table = CheckTable.Open("milter_header_checks",
            "pcre:{ {/^X-Spam/ HOLD spam} {/^X-Before/ PREPEND X: 1} {/^X-Old/ REPLACE X-New: 1} {/^X-Gone/ STRIP} {/^X-Bad/ REJECT} }");
        CheckVerdict Check(string field)
        {
            ValueTask<CheckVerdict> check = checks.CheckAsync(table, Encoding.ASCII.GetBytes(field));
            Assert.That(check.IsCompletedSuccessfully);
            return check.Result;
        }
        Assert.That(Check("X-Before: 1").Action, Is.EqualTo(CheckAction.Keep), "it is not for milters");
        Assert.That(Check("X-Old: 1").Text, Is.EqualTo("X-New: 1"));
        Assert.That(Check("X-Gone: 1").Drops);
        Check("X-Spam: yes");
        Assert.That(request.Envelope.Flags & MessageFlags.Hold, Is.Not.Zero);
        Check("X-Bad: 1");
        Assert.That($"{checks.Effects.Failure!.Code} {checks.Effects.Failure.Status}", Is.EqualTo("550 5.7.1"));
        Assert.That(Check("X-Old: 1").Action, Is.EqualTo(CheckAction.Keep), "nothing more is checked");
    }

    [TestCase("fix_quietly", "")]
    [TestCase("add_header", "MIME-Error: message header was not terminated by empty line\n")]
    public void A_header_section_that_ends_badly_is_mended(string action, string added) =>
        Each($"non_empty_end_of_header_action = {action}", "Subject: x\nno field\n", Tail,
            (reply, padding) => Assert.That(ContentOf(reply), Is.EqualTo($"Subject: x\n{added}\nno field\n{padding}last\n")));

    [Test]
    public void Content_is_made_7_bit_before_it_is_queued() => Each("force_mime_input_conversion = yes",
        "Content-Transfer-Encoding: 8bit\nSubject: x\n\ngr\u00fc\u00df\n", "\u00fc=\n", (reply, padding) => Assert.That(ContentOf(reply),
            Is.EqualTo($"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\ngr=FC=DF\n{padding}=FC=3D\n")), CleanupFlags.None);

    /// <summary>Bytes allocated for one message, after some of the same.</summary>
    private long Allocated(string config)
    {
        Remove();
        _bench = new CleanupBench(config);
        long allocated = 0;
        byte[] content = Encoding.Latin1.GetBytes(Head + Padding(2_000_000) + Tail);
        _bench.Run(async _ =>
        {
            for (int i = 0; i < 4; i++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                await _bench.SubmitAsync(CleanupBench.Request("r@x.test"), content, 32_768);
                allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            }
        });
        return allocated;
    }

    [Test]
    [NonParallelizable] // all threads of the process are counted
    public void A_large_body_is_never_held_whole()
    {
        long plain = Allocated(""), checkedHeaders = Allocated(Table("header_checks", "/nothing/ REJECT"));
        Assert.That(checkedHeaders - plain, Is.LessThan(500_000), $"{plain} and {checkedHeaders} bytes for a body of two million");
    }
}
