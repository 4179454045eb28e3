using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Smtpd;

namespace MtaSuite.Tests.Unit.Smtpd;

[TestFixture]
public class SessionTests
{
    // Texts of keys and addresses, and what is kept of the recipient: 842 when this was written.
    private const long MostBytesOfRecipient = 1000;

    private const string Loose = "smtpd_forbid_unauth_pipelining = no\n";

    [Test]
    public void A_whole_dialogue_gives_the_same_at_every_split_point()
    {
        const string input = "EHLO client.example\r\nMAIL FROM:<s@foreign.test> SIZE=20 BODY=8BITMIME RET=HDRS ENVID=x+2By\r\n"
            + "RCPT TO:<user@local.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;u+40x\r\nRCPT TO:<nobody@local.test>\r\nDATA\r\n"
            + "Subject: hi\r\n\r\n..dot\r\nbare\nline\0\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nBDAT 5\r\nab\r\ncBDAT 4 "
            + "LAST\r\nd\r\n.QUIT\r\n";
        string expected = "";
        for (int split = 0; split < input.Length; split++)
        {
            using SmtpHarness h = new(Loose);
            string reply = Regex.Replace(h.Talk(input, split), "queued as [0-9A-Za-z]{14}", "queued as ID");
            if (split == 0) expected = reply;
            Assert.That(reply, Is.EqualTo(expected), $"split {split}");
            Assert.That(h.Queue.Queued.Select(m => m.Body), Is.EqualTo(new[] { "Subject: hi\n\n.dot\nbare\nline\0\n", "ab\ncd\n.\n" }),
                $"split {split}");
        }
        Assert.That(expected, Is.EqualTo(
            "220 mx.test ESMTP MtaSuite\r\n250-mx.test\r\n250-PIPELINING\r\n250-SIZE "
            + "10240000\r\n250-VRFY\r\n250-ETRN\r\n250-ENHANCEDSTATUSCODES\r\n"
            + "250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
            + "550 5.1.1 <nobody@local.test>: Recipient address rejected: User unknown in local recipient table\r\n"
            + "354 End data with <CR><LF>.<CR><LF>\r\n250 2.0.0 Ok: queued as ID\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok: 5 "
            + "bytes\r\n"
            + "250 2.0.0 Ok: 11 bytes queued as ID\r\n221 2.0.0 Bye\r\n"));
    }

    [Test]
    public void The_envelope_and_the_trace_header_carry_everything()
    {
        using SmtpHarness h = new(Loose);
        h.Talk("EHLO client.example\r\nMAIL FROM:<s@foreign.test> BODY=8BITMIME RET=HDRS ENVID=x+2By\r\n"
            + "RCPT TO:<user@local.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;u@x\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
        var message = h.Queue.Queued.Single();
        var e = message.Request.Envelope;
        Assert.Multiple(() =>
        {
            Assert.That(e.Sender, Is.EqualTo("s@foreign.test"));
            Assert.That((e.Return, e.EnvelopeId, e.Body),
                Is.EqualTo((Common.Mail.DsnReturn.Headers, "x+y", Common.Mail.BodyType.EightBitMime)));
            Assert.That((e.ClientName, e.ClientAddress, e.ClientPort, e.ClientHelo, e.ClientProtocol, e.Origin),
                Is.EqualTo(("host.example", "192.0.2.7", "4711", "client.example", "ESMTP", "smtpd")));
            Assert.That(e.Recipients.Single().Address, Is.EqualTo("user@local.test"));
            Assert.That(e.Recipients.Single().DsnOriginal, Is.EqualTo("rfc822;u@x"));
            Assert.That(e.Recipients.Single().Notify, Is.EqualTo(Common.Mail.Notify.Success | Common.Mail.Notify.Delay));
            Assert.That(message.Content, Does.Match(
                "^Received: from client\\.example \\(host\\.example \\[192\\.0\\.2\\.7\\]\\)\n\tby mx\\.test \\(MtaSuite\\) "
                + "with ESMTP id [0-9A-Za-z]{14}\n\tfor <user@local\\.test>; \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d "
                + "[+-]\\d{4}.*\nx\n$"));
        });
    }

    [Test]
    public void Log_lines_have_the_known_shape()
    {
        using SmtpHarness h = new(Loose);
        h.Talk("EHLO c\r\nMAIL FROM:<s@f.test>\r\nRCPT TO:<no@local.test>\r\nRCPT TO:<a@local.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
        string id = h.Queue.Queued.Single().Request.Envelope.QueueId;
        Assert.That(h.LogLines().Where(l => !l.StartsWith("improper", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "connect from host.example[192.0.2.7]",
            "NOQUEUE: reject: RCPT from host.example[192.0.2.7]: 550 5.1.1 <no@local.test>: Recipient address rejected: "
                + "User unknown in local recipient table; from=<s@f.test> to=<no@local.test> proto=ESMTP helo=<c>",
            $"{id}: client=host.example[192.0.2.7]",
            "disconnect from host.example[192.0.2.7] ehlo=1 mail=1 rcpt=1/2 data=1 quit=1 commands=5/6",
        }));
    }

    [TestCase("", "lost connection after CONNECT from host.example[192.0.2.7]")]
    [TestCase("EHLO x\r\nFOO\r\n", "lost connection after UNKNOWN from host.example[192.0.2.7]")]
    [TestCase("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\nabc\r\n",
        "lost connection after DATA (5 bytes) from host.example[192.0.2.7]")]
    public void A_lost_connection_is_logged_with_what_was_under_way(string input, string line)
    {
        using SmtpHarness h = new(Loose);
        h.Talk(input);
        Assert.That(h.LogLines(), Does.Contain(line));
        Assert.That(h.Queue.Queued, Is.Empty);
        Assert.That(h.Queue.Messages.All(m => m.Aborted));
    }

    [Test]
    public void The_order_of_commands_is_kept()
    {
        using SmtpHarness h = new("smtpd_helo_required = yes\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo("503 5.5.1 Error: send HELO/EHLO first"));
            Assert.That(await c.AskAsync("HELO"), Is.EqualTo("501 Syntax: HELO hostname"));
            Assert.That(await c.AskAsync("HELO a b"), Is.EqualTo("250 mx.test"));
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Is.EqualTo("503 5.5.1 Error: need MAIL command"));
            Assert.That(await c.AskAsync("DATA"), Is.EqualTo("503 5.5.1 Error: need RCPT command"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo("250 2.1.0 Ok"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo("503 5.5.1 Error: nested MAIL command"));
            Assert.That(await c.AskAsync("DATA"), Is.EqualTo("554 5.5.1 Error: no valid recipients"));
            Assert.That(await c.AskAsync("XCLIENT NAME=x"), Is.EqualTo("503 5.5.1 Error: MAIL transaction in progress"));
            Assert.That(await c.AskAsync("RSET"), Is.EqualTo("250 2.0.0 Ok"));
            Assert.That(await c.AskAsync("RSET x"), Is.EqualTo("501 5.5.4 Syntax: RSET"));
            Assert.That(await c.AskAsync("XCLIENT NAME=x"), Is.EqualTo("550 5.7.0 Error: insufficient authorization"));
            Assert.That(await c.AskAsync("STARTTLS"), Is.EqualTo("502 5.5.1 Error: command not implemented"));
            Assert.That(await c.AskAsync("ETRN local.test"), Is.EqualTo("459 <local.test>: service unavailable"));
            Assert.That(await c.AskAsync("VRFY <a@local.test>"), Is.EqualTo("252 2.0.0 <a@local.test>"));
            Assert.That(await c.AskAsync("HELP"), Does.StartWith("214 2.0.0 Commands: BDAT DATA EHLO"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>x"), Is.EqualTo("501 5.1.7 Bad sender address syntax"));
            Assert.That(await c.AskAsync("MAIL TO:<a@b>"), Is.EqualTo("501 5.5.4 Syntax: MAIL FROM:<address>"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b> ENVID=+00"), Is.EqualTo("501 5.5.4 Bad ENVID parameter syntax"));
            Assert.That(await c.AskAsync("QUIT"), Is.EqualTo("221 2.0.0 Bye"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
    }

    [TestCase("", "a@", "501 5.1.7 Bad sender address syntax")]
    [TestCase("", "a@192.0.2.1", "501 5.1.7 Bad sender address syntax")]
    [TestCase("", "a@192.0.2.256", "501 5.1.7 Bad sender address syntax")]
    [TestCase("", "a@0.0.2.1", "501 5.1.7 Bad sender address syntax")]
    [TestCase("resolve_numeric_domain = yes\n", "a@192.0.2.256", "501 5.1.7 Bad sender address syntax")]
    [TestCase("", "-f@local.test", "501 5.1.7 Bad sender address syntax")]
    [TestCase("", "\"-f x\"@local.test", "501 5.1.7 Bad sender address syntax")]
    [TestCase("allow_min_user = yes\n", "-f@local.test", "250 2.1.0 Ok")]
    [TestCase("", "a@[192.0.2.1]", "250 2.1.0 Ok")]
    [TestCase("", "a@b.192", "250 2.1.0 Ok")]
    [TestCase("resolve_null_domain = yes\n", "a@", "250 2.1.0 Ok")]
    [TestCase("resolve_numeric_domain = yes\n", "a@192.0.2.1", "250 2.1.0 Ok")]
    public void Addresses_without_a_domain_that_mail_could_go_to_are_refused_at_once(string settings, string address, string reply)
    {
        using SmtpHarness h =
            new("smtpd_forbid_unauth_pipelining = no\nsmtpd_reject_unlisted_recipient = no\nmynetworks = 192.0.2.7\n" + settings);
        string said = h.Talk($"EHLO x\r\nMAIL FROM:<{address}>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<{address}>\r\nQUIT\r\n");
        Assert.That(said, Does.Contain($"\r\n{reply}\r\n").And.Contain("\r\n"
            + reply.Replace("1.7 Bad sender", "1.3 Bad recipient", StringComparison.Ordinal)
            .Replace("2.1.0", "2.1.5", StringComparison.Ordinal) + "\r\n"));
    }

    [TestCase("192.0.2.7", 2)]
    [TestCase("198.51.100.7", 1)]
    public void Only_clients_in_mynetworks_end_a_message_by_bare_line_feeds(string address, int messages)
    {
        using SmtpHarness h = new("smtpd_forbid_unauth_pipelining = no\nsmtpd_relay_restrictions = permit_mynetworks, "
            + "reject_unauth_destination\n");
        const string envelope = "MAIL FROM:<a@b>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n";
        h.Talk($"EHLO x\r\n{envelope}one\n.\n{envelope}two\r\n.\r\nQUIT\r\n", address: address);
        Assert.That(h.Queue.Queued.Count(), Is.EqualTo(messages));
    }

    [TestCase("HOLD", ExpectedResult = "True   ")]
    [TestCase("FILTER smtp:[127.0.0.1]:10025", ExpectedResult = "False smtp:[127.0.0.1]:10025  ")]
    [TestCase("REDIRECT other@local.test", ExpectedResult = "False  other@local.test ")]
    [TestCase("BCC copy@local.test", ExpectedResult = "False   copy@local.test")]
    [TestCase("OK", ExpectedResult = "")]
    public string What_is_decided_at_the_end_of_the_data_goes_with_it(string action)
    {
        using SmtpHarness h = new($"smtpd_end_of_data_restrictions = check_sender_access inline:{{ {{ a@b = {action} }} "
            + $"}}\nsmtpd_sender_restrictions = check_sender_access inline:{{ {{ a@b = BCC early@local.test }} }}\n");
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            await c.AskAsync("DATA");
            Assert.That(await c.AskAsync("x\r\n."), Does.StartWith("250"));
            c.Close();
        });
        FakeMessage message = h.Queue.Messages.Single();
        Assert.That(message.Request.MayChange);
        Assert.That(message.Request.Envelope.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "a@local.test", "early@local.test" }));
        return message.Late is { } late ? $"{late.Hold} {late.Filter} {late.Redirect} {string.Join(',', late.Copies)}" : "";
    }

    [Test]
    public void A_message_is_opened_when_its_first_content_is_there()
    {
        using SmtpHarness h = new("");
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            Assert.That(await c.AskAsync("DATA"), Does.StartWith("354"));
            Assert.That(h.Queue.Messages, Is.Empty);
            Assert.That(await c.AskAsync("."), Does.StartWith("250"));
            c.Close();
        });
        Assert.That(h.Queue.Queued.Single().Content, Does.StartWith("Received: "));
    }

    [Test]
    public void Nothing_of_a_transaction_survives_its_end()
    {
        using SmtpHarness h = new("smtpd_end_of_data_restrictions = reject\n");
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            Assert.That(await c.AskAsync("DATA"), Does.StartWith("354"));
            Assert.That(await c.AskAsync("x\r\n."), Does.StartWith("554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: Access denied"));
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Does.StartWith("503"));
            Assert.That(await c.AskAsync("DATA"), Does.StartWith("503"));
            c.Close();
        });
        Assert.That(h.Queue.Messages.Single().Aborted);
    }

    [Test]
    public void After_a_refused_chunk_the_rest_is_skipped_and_nothing_is_kept()
    {
        using SmtpHarness h = new("message_size_limit = 100\n");
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            c.Send("BDAT 101\r\n" + new string('x', 101));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("552 5.3.4 Chunk exceeds message size limit"));
            Assert.That(await c.AskAsync("RCPT TO:<b@local.test>"), Is.EqualTo("503 5.5.1 Error: RCPT after BDAT"));
            Assert.That(await c.AskAsync("DATA"), Is.EqualTo("503 5.5.1 Error: DATA after BDAT"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo("503 5.5.1 Error: MAIL after BDAT"));
            c.Send("BDAT 3\r\nQUI");
            Assert.That(await c.ReplyAsync(), Is.EqualTo("551 5.0.0 Discarded 3 bytes after earlier error"));
            c.Send("BDAT 3 LAST\r\nQUI");
            Assert.That(await c.ReplyAsync(), Is.EqualTo("551 5.0.0 Discarded 3 bytes after earlier error"));
            Assert.That(await c.AskAsync("DATA"), Is.EqualTo("503 5.5.1 Error: need RCPT command"));
            Assert.That(await c.AskAsync("MAIL FROM:<a@b>"), Is.EqualTo("250 2.1.0 Ok"));
            Assert.That(await c.AskAsync("BDAT x"), Is.EqualTo("521 5.5.4 Syntax: BDAT count [LAST]"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.Queue.Queued, Is.Empty);
    }

    [Test]
    public void A_flood_of_one_byte_chunks_becomes_few_writes()
    {
        using SmtpHarness h = new(Loose);
        string chunks = string.Concat(Enumerable.Repeat("BDAT 1\r\nx", 5000));
        string reply = h.Talk("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\n" + chunks + "BDAT 0 LAST\r\nQUIT\r\n");
        Assert.That(reply, Does.Contain("250 2.0.0 Ok: 5002 bytes queued as "));
        Assert.That(h.Queue.Queued.Single().Body, Is.EqualTo(new string('x', 5000) + "\n"));
        Assert.That(h.Queue.Messages.Single().Writes, Is.LessThan(20));
    }

    [Test]
    public void Vrfy_with_utf8_leaves_the_transaction_alone()
    {
        using SmtpHarness h = new("strict_smtputf8 = yes\n");
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            Assert.That(await c.AskAsync("VRFY <ü@local.test>"), Does.StartWith("553 5.6.7"));
            Assert.That(await c.AskAsync("VRFY <ü@local.test> SMTPUTF8"), Does.StartWith("550 5.1.1"));
            Assert.That(await c.AskAsync("VRFY \u00fc\xff"), Does.Not.StartWith("2"));
            Assert.That(await c.AskAsync("DATA"), Does.StartWith("354"));
            Assert.That(await c.AskAsync("."), Does.StartWith("250 2.0.0 Ok: queued as"));
            c.Close();
        });
        Assert.That(h.Queue.Queued.Single().Request.Envelope.Recipients.Single().Address, Is.EqualTo("a@local.test"));
    }

    [Test]
    public void Bad_utf8_and_long_and_blank_lines_are_errors()
    {
        using SmtpHarness h = new(Loose);
        string reply = h.Talk("NOOP\xff\r\n \r\n" + new string('y', 5000) + "\r\nNOOP\r\nQUIT\r\n");
        Assert.That(reply.Split("\r\n")[1..], Is.EqualTo(new[]
        {
            "500 5.5.2 Error: bad UTF-8 syntax", "500 5.5.2 Error: bad syntax", "500 5.5.2 mx.test Error: command too long", "250 2.0.0 Ok",
                "221 2.0.0 Bye", "",
        }));
    }

    [Test]
    public void An_endless_line_ends_the_session()
    {
        using SmtpHarness h = new(Loose);
        Assert.That(h.Talk(new string('y', 300_000)), Does.EndWith("500 5.5.2 mx.test Error: command too long\r\n"));
    }

    [Test]
    public void Commands_cost_no_memory()
    {
        using SmtpHarness h = new("smtpd_junk_command_limit = 100000\n");
        long each = 0;
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            byte[] group = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("RSET\r\n", 50)));
            // until the runtime has compiled the hot methods for good
            for (int i = 0; i < 100; i++) await c.ExchangeAsync(group, 50);
            await h.Loop.Delay(TimeSpan.FromMilliseconds(500));
            for (int i = 0; i < 100; i++) await c.ExchangeAsync(group, 50);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) await c.ExchangeAsync(group, 50);
            each = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
            c.Close();
        });
        // the client's own waits are in it: one for each group
        Assert.That(each, Is.LessThan(16));
    }

    [Test]
    public void A_recipient_with_its_restrictions_costs_little_memory()
    {
        const string config = "mydestination = local.test\nlocal_recipient_maps = inline:{user=x}\n"
            + "smtpd_recipient_limit = 1000000\nsmtpd_junk_command_limit = 1000000\nsmtpd_relay_restrictions =\n"
            + "smtpd_client_restrictions = check_client_access inline:{other=REJECT}\n"
            + "smtpd_sender_restrictions = check_sender_access inline:{other=REJECT}, reject_non_fqdn_sender\n"
            + "smtpd_recipient_restrictions = check_recipient_access inline:{other=REJECT}, reject_unauth_destination\n";
        using SmtpHarness h = new(config, addresses: new RoutingAddresses(Common.Config.MailConfig.Parse(config).Config));
        long each = 0;
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            byte[] group = Encoding.ASCII.GetBytes("MAIL FROM:<s@f.test>\r\n"
                + string.Concat(Enumerable.Repeat("RCPT TO:<user@local.test>\r\n", 48)) + "RSET\r\n");
            for (int i = 0; i < 100; i++) await c.ExchangeAsync(group, 50);
            await h.Loop.Delay(TimeSpan.FromMilliseconds(500));
            for (int i = 0; i < 100; i++) await c.ExchangeAsync(group, 50);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) await c.ExchangeAsync(group, 50);
            each = (GC.GetAllocatedBytesForCurrentThread() - before) / (20 * 48);
            c.Close();
        });
        Assert.That(each, Is.LessThan(MostBytesOfRecipient));
    }

    [Test]
    public void A_slow_queue_holds_the_client_back_and_loses_nothing()
    {
        using SmtpHarness h = new(Loose);
        h.Queue.Slow = true;
        string body = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i}\r\n"));
        h.Talk("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n" + body + ".\r\nQUIT\r\n");
        Assert.That(h.Queue.Queued.Single().Body, Is.EqualTo(body.Replace("\r\n", "\n", StringComparison.Ordinal)));
    }

    [TestCase("From x\r\nA: b\r\n", "X-Mailbox-Line: From x\nA: b\n")]
    [TestCase(">>From x\r\n", "X-Mailbox-Line: >>From x\n")]
    [TestCase(" x\r\n", "\n x\n")]
    [TestCase("Fro", "Fro\n")]
    public void The_first_line_cannot_pass_for_something_else(string content, string expected)
    {
        for (int split = 0; split <= content.Length; split++)
        {
            using SmtpHarness h = new(Loose);
            const string before = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\n";
            string bdat = $"BDAT {split}\r\n{content[..split]}BDAT {content.Length - split} LAST\r\n{content[split..]}";
            if (split == 0) bdat = $"BDAT {content.Length} LAST\r\n{content}";
            h.Talk(before + bdat + "QUIT\r\n");
            Assert.That(h.Queue.Queued.Single().Body, Is.EqualTo(expected), $"split {split}");
        }
    }

    [Test]
    public void What_the_queue_says_is_what_the_client_hears()
    {
        const string mail = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\nx\r\n.\r\n";
        using SmtpHarness h = new(Loose);
        (h.Queue.Answer, h.Queue.Failure) = (Common.Mail.Outcome.Defer("4.3.0", "no connection to /var/secret"), SubmitFailure.Unavailable);
        Assert.That(h.Talk(mail + "QUIT\r\n"), Does.Contain("451 4.3.0 Error: queue file write error\r\n221"));
        using SmtpHarness big = new(Loose);
        (big.Queue.Answer, big.Queue.Failure) = (SubmitReply.TooBig, SubmitFailure.TooBig);
        Assert.That(big.Talk(mail + "QUIT\r\n"), Does.Contain("552 5.3.4 Error: message file too big\r\n221"));
        using SmtpHarness again = new(Loose);
        again.Queue.Answer = Common.Mail.Outcome.Bounce("5.7.1", "message content rejected");
        Assert.That(again.Talk(mail + "QUIT\r\n"), Does.Contain("550 5.7.1 message content rejected\r\n221"));
    }

    [Test]
    public void Too_many_hops_are_logged_as_a_rejection()
    {
        using SmtpHarness h = new(Loose);
        h.Queue.Answer = Common.Mail.Outcome.Bounce("5.4.0", "Error: too many hops") with { Code = 554 };
        Assert.That(h.Talk("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"),
            Does.Contain("554 5.4.0 Error: too many hops\r\n221"));
        Assert.That(h.LogLines(), Has.Some.Match(
            "^[0-9A-Za-z]+: reject: END-OF-MESSAGE from host\\.example\\[192\\.0\\.2\\.7\\]: 554 5\\.4\\.0 Error: too many hops; from=<> "
            + "to=<a@local\\.test> proto=ESMTP helo=<x>$"));
    }
}
