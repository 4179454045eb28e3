using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Cleanup;

/// <summary>What cleanup makes of header sections.</summary>
public sealed class CleanupHeaderTests
{
    private CleanupBench _bench = null!;

    [TearDown]
    public void Remove() => _bench.Dispose();

    private void Bench(Func<Task> test, string config = "")
    {
        _bench = new CleanupBench(config);
        _bench.Run(_ => test());
    }

    private static SubmitRequest Local(Action<SubmitRequest>? change = null, params string[] recipients)
    {
        SubmitRequest request = CleanupBench.Request(recipients.Length == 0 ? ["rcpt@to.test"] : recipients);
        request.LocalClient = true;
        request.Envelope.Origin = "pickup";
        change?.Invoke(request);
        return request;
    }

    private const string Complete =
        "From: a@b.test\nTo: c@d.test\nDate: Mon, 2 Mar 2026 09:30:15 +0000\nMessage-Id: <1@b.test>\nSubject: x\n\nbody\n";

    [Test]
    public void A_complete_message_stays_as_it_is() =>
        Bench(async () => Assert.That(await _bench.QueueAsync(Complete), Is.EqualTo(Complete)));

    [Test]
    public void A_local_client_gets_what_is_missing() => Bench(async () =>
    {
        SubmitRequest request = Local(r => r.Envelope.FullName = "A. Person");
        string id = request.Envelope.QueueId;
        string content = await _bench.QueueAsync("Subject: x\n\nbody\n", request);
        string[] lines = content.Split('\n');
        Assert.That(lines[0], Is.EqualTo("Subject: x"));
        Assert.That(lines[1], Does.StartWith("Message-Id: <2026").And.Contain(id).And.EndWith("@mx.test>"));
        Assert.That(lines[2], Does.StartWith("Date: Mon, ").Or.StartWith("Date: Tue, "));
        Assert.That(lines[3], Is.EqualTo("From: \"A. Person\" <sender@from.test>"));
        Assert.That(string.Join('\n', lines[4..]), Is.EqualTo("\nbody\n"));
    });

    [Test]
    public void An_empty_message_id_gets_none_beside_it() => Bench(async () =>
    {
        string content = Complete.Replace("<1@b.test>", "", StringComparison.Ordinal);
        Assert.That(await _bench.QueueAsync(content, Local()), Is.EqualTo(content));
    });

    [Test]
    public void A_remote_client_gets_nothing_unless_asked() => Bench(async () =>
        Assert.That(await _bench.QueueAsync("Subject: x\n\nbody\n"), Is.EqualTo("Subject: x\n\nbody\n")));

    [Test]
    public void Headers_are_added_where_those_of_others_are_completed_with_a_domain() => Bench(async () =>
    {
        string content = await _bench.QueueAsync("Subject: x\nTo: a\n\nbody\n");
        Assert.That(content, Does.Contain("To: a@remote.test\n").And.Contain("Message-Id: <").And.Contain("Date: ").And.Contain(
            "From: sender@from.test\n"));
    }, "remote_header_rewrite_domain = remote.test");

    [Test]
    public void Headers_are_added_for_everybody_when_the_site_says_so() => Bench(async () =>
    {
        string content = await _bench.QueueAsync("Subject: x\n\nbody\n");
        Assert.That(content, Does.Contain("Message-Id: <").And.Contain("Date: ").And.Contain("From: sender@from.test\n").And.Contain(
            "To: undisclosed-recipients:;\n"));
    }, "always_add_missing_headers = yes\nundisclosed_recipients_header = To: undisclosed-recipients:;");

    [Test]
    public void A_message_without_a_sender_is_from_the_mailer() => Bench(async () =>
        Assert.That(await _bench.QueueAsync("Subject: x\n\n", Local(r => r.Envelope.Sender = "")),
        Does.Contain("From: MAILER-DAEMON@origin.test\n")));

    [Test]
    public void Resent_messages_get_resent_headers() => Bench(async () =>
    {
        string content = await _bench.QueueAsync("Resent-To: x@y.test\n" + Complete, Local());
        Assert.That(content, Does.Contain("\nResent-Message-Id: <").And.Contain("\nResent-Date: ").And.Contain(
            "\nResent-From: sender@from.test\n").And.Contain("\nMessage-Id: <1@b.test>\n"));
    });

    [Test]
    public void Some_headers_are_dropped() => Bench(async () =>
        Assert.That(await _bench.QueueAsync("Return-Path: <x>\nBCC: secret@x.test,\n\tmore@x.test\nContent-Length: 5\n" + Complete),
        Is.EqualTo(Complete)));

    [Test]
    public void Which_ones_is_the_sites_choice() => Bench(async () =>
        Assert.That(await _bench.QueueAsync("Bcc: x@x.test\nX-Secret: 1\n" + Complete), Is.EqualTo("Bcc: x@x.test\n" + Complete)),
        "message_drop_headers = x-secret");

    [Test]
    public void Recipients_are_taken_from_the_header() => Bench(async () =>
    {
        SubmitRequest request = Local(r => { r.Cleanup |= CleanupFlags.ExtractRecipients; r.Envelope.Recipients.Clear(); });
        string content =
            await _bench.QueueAsync("To: A <a@x.test>, b@x.test\nCc: group: c@x.test;\nBcc: hidden@x.test\nSubject: x\n\n", request);
        Assert.That(_bench.Read(request.Envelope.QueueId).Envelope.Recipients.Select(r => r.Address),
            Is.EqualTo(new[] { "a@x.test", "b@x.test", "c@x.test", "hidden@x.test" }));
        Assert.That(content, Does.Not.Contain("hidden"));
    });

    [Test]
    public void Resent_recipients_count_instead_where_there_are_any() => Bench(async () =>
    {
        SubmitRequest request = Local(r => { r.Cleanup |= CleanupFlags.ExtractRecipients; r.Envelope.Recipients.Clear(); });
        await _bench.QueueAsync("Resent-To: r@x.test\nResent-Bcc: s@x.test\nTo: a@x.test\n\n", request);
        Assert.That(_bench.Read(request.Envelope.QueueId).Envelope.Recipients.Select(r => r.Address),
            Is.EqualTo(new[] { "r@x.test", "s@x.test" }));
    });

    private static SubmitRequest FromHeader(params string[] recipients) => Local(r =>
    {
        r.Cleanup |= CleanupFlags.ExtractRecipients;
        r.ExtractedNotify = Notify.Never;
        r.Envelope.Recipients.Clear();
        foreach (string recipient in recipients) r.Envelope.Recipients.Add(new EnvelopeRecipient { Address = recipient });
    });

    private static string Addresses(int count) =>
        string.Join(",\n ", Enumerable.Range(0, count).Select(i => $"\"User, no. {i}\" <user{i}@some.where.example>"));

    [Test]
    public void All_recipients_of_a_header_are_taken_whatever_its_limits_cut() => Bench(async () =>
    {
        using CapturedLog log = new();
        SubmitRequest request = FromHeader("first@x.test");
        string id = request.Envelope.QueueId;
        string header = $"Subject: x\nTo: {Addresses(Limits.Recipients - 2)}\nBcc: last@x.test\n";
        string content = await _bench.QueueAsync(header + "\nbody\n", request);
        List<EnvelopeRecipient> recipients = _bench.Read(id).Envelope.Recipients;
        Assert.That(recipients, Has.Count.EqualTo(Limits.Recipients));
        Assert.That((recipients[0].Address, recipients[1].Address, recipients[^1].Address),
            Is.EqualTo(("first@x.test", "user0@some.where.example", "last@x.test")));
        Assert.That((recipients[0].Notify, recipients[^1].Notify), Is.EqualTo((Notify.Default, Notify.Never)));
        Assert.That(content, Has.Length.LessThan(HeaderScanner.DefaultSizeLimit + 2000).And.Not.Contain("last@x.test"));
        Assert.That(log.Text, Does.Contain($"{id}: header_size_limit: header field To is cut to {HeaderScanner.DefaultSizeLimit} bytes"));
    }, "duplicate_filter_limit = 1000");

    [Test]
    public void One_recipient_too_many_and_nobody_gets_it() => Bench(async () =>
    {
        SubmitReply reply = await _bench.SubmitAsync(FromHeader("first@x.test"), $"To: {Addresses(Limits.Recipients)}\n\nbody\n");
        Assert.That((reply.Outcome.Status.ToString(), reply.Outcome.Text),
            Is.EqualTo(("5.5.3", "too many recipients: 50001, and 50000 is the limit")));
        Assert.That(_bench.Files(), Is.Empty);
    });

    [Test]
    public void An_address_that_cannot_be_used_is_not_passed_over() => Bench(async () =>
    {
        SubmitReply reply = await _bench.SubmitAsync(FromHeader(), "To: a@b.test, j\u00fcrgen@b.test\n\nbody\n");
        Assert.That(reply.Outcome.Status.ToString(), Is.EqualTo("5.1.3"));
        Assert.That(reply.Outcome.Text, Does.StartWith("unusable recipient addresses in the header: 1 of 2"));
    });

    [Test]
    public void What_the_limits_leave_unread_is_logged() => Bench(async () =>
    {
        using CapturedLog log = new();
        string id = (await _bench.SubmitAsync(Local(), $"X-Long: {new string('x', 300)}\nTo: a, b, c, d\n\nbody\n")).QueueId;
        Assert.That(_bench.Content(id), Does.Contain("To: a@origin.test, b@origin.test, c, d\n"));
        Assert.That(log.Text, Does.Contain($"{id}: header_size_limit: header field X-Long is cut to 200 bytes")
            .And.Contain($"{id}: header_address_token_limit: only the first addresses of header field To are rewritten"));
    }, "header_size_limit = 200\nheader_address_token_limit = 4");

    [Test]
    public void White_space_before_the_colon_goes() => Bench(async () =>
        Assert.That(await _bench.QueueAsync("Subject : x\nTo\t \t: c@d.test\nX-Y  :\n z\n\nA : b\n"),
            Is.EqualTo("Subject: x\nTo: c@d.test\nX-Y:\n z\n\nA : b\n")));

    [Test]
    public void Without_recipients_it_is_refused() => Bench(async () =>
    {
        SubmitReply reply = await _bench.SubmitAsync(
            Local(r => { r.Cleanup |= CleanupFlags.ExtractRecipients; r.Envelope.Recipients.Clear(); }), "Subject: x\n\nbody\n");
        Assert.That(reply.Outcome.IsPermanent && _bench.Files().Length == 0, reply.Outcome.Text);
    });

    [Test]
    public void Addresses_of_local_clients_are_completed() => Bench(async () =>
    {
        SubmitRequest request = Local(r => r.Envelope.Sender = "joe");
        string content = await _bench.QueueAsync("From: Joe <joe>\nTo: ann (Ann), \"x y\"@b.test\n"
            + Complete[(Complete.IndexOf("Date", StringComparison.Ordinal))..], request);
        Assert.That(content, Does.StartWith("From: Joe <joe@origin.test>\nTo: ann@origin.test (Ann), \"x y\"@b.test\n"));
        Assert.That(_bench.Read(request.Envelope.QueueId).Envelope.Sender, Is.EqualTo("joe@origin.test"));
    });

    [TestCase(3, true)]
    [TestCase(4, false)]
    public void Too_many_hops(int hops, bool accepted) => Bench(async () =>
    {
        SubmitReply reply = await _bench.SubmitAsync(CleanupBench.Request("r@x.test"),
            string.Concat(Enumerable.Repeat("Received: by x\n", hops)) + Complete);
        Assert.That((reply.Outcome.IsOk, reply.Outcome.Status.ToString()), Is.EqualTo(accepted ? (true, "2.0.0") : (false, "5.4.0")));
        Assert.That(_bench.Files(), Has.Length.EqualTo(accepted ? 1 : 0));
    }, "hopcount_limit = 3");

    [TestCase("Subject: x\nnot a header\nbody\n", "Subject: x\n\nnot a header\nbody\n")]
    [TestCase("just text\n", "\njust text\n")]
    [TestCase("", "\n")]
    [TestCase("Subject: x\n", "Subject: x\n\n")]
    [TestCase("Subject: x", "Subject: x\n\n")]
    [TestCase("Subject: x\n folded", "Subject: x\n folded\n\n")]
    [TestCase("\nbody", "\nbody")]
    public void Header_sections_that_end_oddly(string input, string expected) =>
        Bench(async () => Assert.That(await _bench.QueueAsync(input), Is.EqualTo(expected)));

    [Test]
    public void Content_may_be_split_at_every_byte() => Bench(async () =>
    {
        byte[] input = Encoding.Latin1.GetBytes("Received: x\nTo: joe,\n ann@b.test\nBcc: secret\nSubject: "
            + "=?utf-8?q?x?=\n\tmore\n\nbody\r\n.\n\nend");
        string? first = null;
        for (int split = 0; split <= input.Length; split++)
        {
            SubmitRequest request = Local();
            request.Envelope.QueueId = $"0000000000{split / 10:00}{split % 10:00}"[..14];
            request.Cleanup &= ~CleanupFlags.ExtractRecipients;
            var submission = _bench.Open(request);
            submission.Write(input.AsSpan(0, split));
            submission.Write(input.AsSpan(split));
            SubmitReply reply = await submission.FinishAsync();
            Assert.That(reply.Outcome.IsOk);
            string content = _bench.Content(reply.QueueId).Replace(reply.QueueId, "ID");
            first ??= content;
            Assert.That(content, Is.EqualTo(first), $"split at {split}");
        }
        Assert.That(first, Does.StartWith("Received: x\nTo: joe@origin.test,\n ann@b.test\nSubject: ").And.EndWith("\n\nbody \n.\n\nend"));
    });

    // wish in the envelope, header fields, settings -> flags, and whether our own field is added
    [TestCase(0u, "TLS-Required: no\n", "", MessageFlags.TlsOptional, 0)]
    [TestCase(0u, "tls-required:\n No\n", "", MessageFlags.TlsOptional, 0)]
    [TestCase(0u, "TLS-Required: yes\n", "", MessageFlags.None, 0)]
    [TestCase(0u, "TLS-Required: no\n", "tls_required_enable = no", MessageFlags.None, 0)]
    [TestCase((uint)MessageFlags.RequireTls, "", "", MessageFlags.RequireTls, 1)]
    [TestCase((uint)MessageFlags.RequireTls, "", "requiretls_esmtp_header = no", MessageFlags.RequireTls, 0)]
    [TestCase(0u, "Require-TLS-ESMTP: yes\n", "", MessageFlags.RequireTls, 1)]
    [TestCase((uint)MessageFlags.RequireTls, "Require-TLS-ESMTP: yes\n", "", MessageFlags.RequireTls, 1)]
    [TestCase(0u, "Require-TLS-ESMTP: no\n", "", MessageFlags.None, 0)]
    [TestCase(0u, "Require-TLS-ESMTP: yes\n", "requiretls_enable = no", MessageFlags.None, 1)]
    [TestCase(0u, "Require-TLS-ESMTP: yes\nTLS-Required: no\n", "", MessageFlags.RequireTls | MessageFlags.TlsOptional, 1)]
    public void What_the_sender_wishes_for_tls(uint asked, string header, string config, MessageFlags flags, int fields) =>
        Bench(async () =>
    {
        SubmitRequest request = CleanupBench.Request("rcpt@to.test");
        request.Envelope.Flags = (MessageFlags)asked;
        string id = request.Envelope.QueueId;
        string content = await _bench.QueueAsync($"{header}Subject: x\n\nTLS-Required: no\n", request);
        Assert.That(_bench.Read(id).Envelope.Flags, Is.EqualTo(flags));
        Assert.That(content.Split("Require-TLS-ESMTP: yes\n").Length - 1, Is.EqualTo(fields));
    }, config);
}
