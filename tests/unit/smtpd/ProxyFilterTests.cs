using System.Text;
using MtaSuite.Common.Milter;
using MtaSuite.Tests.Unit.Milter;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>smtpd_proxy_filter: what a filter before the queue is told, what its replies do, and what goes with it.</summary>
public sealed class ProxyFilterTests
{
    private const string Passed = "250 2.0.0 scanned and passed on";
    private const string Trouble = "451 4.3.0 Error: queue file write error";

    private static SmtpHarness Harness(ScriptedFilter filter, string config = "", string spool = "") =>
        new($"smtpd_proxy_filter = {filter.Address}\n{config}", spool: spool);

    /// <summary>Replies to the commands of a session, EHLO and the banner left out; content is a command of several lines.</summary>
    private static List<string> Say(SmtpHarness h, params string[] commands)
    {
        List<string> replies = [];
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO client.example");
            foreach (string command in commands) replies.Add(await c.AskAsync(command));
            c.Close();
        });
        return replies;
    }

    private static readonly string[] s_letter =
        ["MAIL FROM:<s@example.org>", "RCPT TO:<a@local.test>", "DATA", "Subject: x\r\n\r\n.a letter\r\n..\r\n."];

    [Test]
    public void A_message_goes_through_the_filter_and_not_to_the_queue()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter);
        List<string> replies = Say(h, "MAIL FROM: s@example.org SIZE=100 BODY=8BITMIME", "RCPT TO:<a@local.test> NOTIFY=NEVER", "DATA",
            s_letter[3]);
        Assert.That(replies, Is.EqualTo(new[] { "250 2.1.0 Ok", "250 2.1.5 Ok", "354 End data with <CR><LF>.<CR><LF>", Passed }));
        Assert.That(h.Queue.Messages, Is.Empty);
        Assert.That(filter.Messages, Has.Length.EqualTo(1));
        Assert.That(filter.Messages[0], Does.StartWith("Received: from client.example (host.example [192.0.2.7])\r\n\tby mx.test (")
            .And.Not.Contains(" id ").And.EndsWith("\r\nSubject: x\r\n\r\na letter\r\n..\r\n"));
        Assert.That(filter.Commands[..5], Is.EqualTo(new[]
        {
            "EHLO mx.test",
            "XFORWARD NAME=host.example ADDR=192.0.2.7 PORT=4711 HELO=client.example IDENT=[UNAVAILABLE] PROTO=ESMTP SOURCE=REMOTE",
            "MAIL FROM:<s@example.org> SIZE=100 BODY=8BITMIME", "RCPT TO:<a@local.test> NOTIFY=NEVER", "DATA",
        }));
        string log = string.Join('\n', h.LogLines());
        Assert.That(log, Does.Contain("NOQUEUE: client=host.example[192.0.2.7]\n"));
        Assert.That(log, Does.Contain($"proxy-accept: END-OF-MESSAGE: {Passed}; from=<s@example.org> to=<a@local.test> proto=ESMTP "
            + "helo=<client.example>"));
    }

    [Test]
    public void The_filter_s_refusals_are_the_client_s()
    {
        using ScriptedFilter filter = new(step => step == "." ? "554-5.7.1 a virus:\r\n554 5.7.1 Eicar\r\n" : ScriptedFilter.Good(step));
        using SmtpHarness h = Harness(filter);
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo("554-5.7.1 a virus:|554 5.7.1 Eicar"));
        Assert.That(string.Join('\n', h.LogLines()), Does.Contain("proxy-reject: END-OF-MESSAGE: 554 5.7.1 a virus: Eicar; from="));
    }

    [TestCase("MAIL", "550 5.7.1 not you\r\n", "550 5.7.1 not you")]
    [TestCase("RCPT", "452 try again\r\n", "452 try again")]
    [TestCase("EHLO", "550 5.7.1 not you\r\n", Trouble, Description = "none of the client's business")]
    [TestCase("connect", "554 closed\r\n", Trouble)]
    [TestCase("XFORWARD", "550 5.7.1 not you\r\n", Trouble)]
    [TestCase("MAIL", "354 go on\r\n", Trouble)]
    public void Refusals_before_the_content_are_the_reply_to_RCPT(string step, string said, string reply)
    {
        using ScriptedFilter filter = new(s => s == step ? said : ScriptedFilter.Good(s));
        using SmtpHarness h = Harness(filter);
        Assert.That(Say(h, s_letter[..2])[^1], Is.EqualTo(reply));
        Assert.That(Say(h, "MAIL FROM:<s@example.org>", "RCPT TO:<a@local.test>", "DATA")[^1],
            Is.EqualTo("554 5.5.1 Error: no valid recipients"));
    }

    [Test]
    public void A_refused_recipient_does_not_stop_the_others()
    {
        int count = 0;
        using ScriptedFilter filter = new(step => step == "RCPT" && ++count == 2 ? "550 5.1.1 no\r\n" : ScriptedFilter.Good(step));
        using SmtpHarness h = Harness(filter);
        List<string> replies = Say(h, "MAIL FROM:<>", "RCPT TO:<a@local.test>", "RCPT TO:<b@local.test>", "RCPT TO:<c@local.test>",
            "DATA", ".");
        Assert.That(replies[1..], Is.EqualTo(new[]
            { "250 2.1.5 Ok", "550 5.1.1 no", "250 2.1.5 Ok", "354 End data with <CR><LF>.<CR><LF>", Passed }));
    }

    [Test]
    public void Restrictions_refuse_before_the_filter_is_asked()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_recipient_restrictions = reject\n");
        Assert.That(Say(h, s_letter[..2])[^1], Does.StartWith("554 5.7.1 <a@local.test>: Recipient address rejected"));
        Assert.That(filter.Commands, Is.Empty);
    }

    [Test]
    public void End_of_data_restrictions_refuse_before_the_filter_hears_of_the_end()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_end_of_data_restrictions = reject\n");
        Assert.That(Say(h, s_letter)[^1], Does.StartWith("554 5.7.1"));
        Assert.That(filter.Messages, Is.Empty);
        Assert.That(filter.Commands, Does.Not.Contain("QUIT"));
    }

    [Test]
    public void Chunks_of_BDAT_are_one_DATA_for_the_filter()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter);
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            foreach (string command in (string[])["EHLO x", .. s_letter[..2]]) await c.AskAsync(command);
            c.Send("BDAT 10\r\nA: b\r\n\r\n.\r");
            Assert.That(await c.ReplyAsync(), Does.StartWith("250"));
            c.Send("BDAT 9 LAST\r\n\n.\r\nend..");
            Assert.That(await c.ReplyAsync(), Is.EqualTo(Passed));
            c.Close();
        });
        Assert.That(filter.Messages.Single(), Does.EndWith("\r\nA: b\r\n\r\n..\r\n..\r\nend..\r\n"));
    }

    [TestCase("HOLD")]
    [TestCase("DISCARD")]
    [TestCase("FILTER smtp:[127.0.0.1]")]
    [TestCase("REDIRECT x@example.org")]
    [TestCase("BCC x@example.org")]
    public void Actions_of_cleanup_are_not_there(string action)
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, $"smtpd_recipient_restrictions = check_recipient_access static:{{{action}}}\n");
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo(Passed));
        Assert.That(filter.Messages, Has.Length.EqualTo(1));
        Assert.That(string.Join('\n', h.LogLines()),
            Does.Contain($"with smtpd_proxy_filter specified, action {action.Split(' ')[0]} is unavailable"));
    }

    [Test]
    public void Prepended_fields_go_to_the_filter()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_recipient_restrictions = check_recipient_access static:{PREPEND X-Seen: yes}\n");
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo(Passed));
        Assert.That(filter.Messages.Single(), Does.StartWith("X-Seen: yes\r\nReceived: "));
    }

    [Test]
    public void An_upstream_client_is_passed_on_and_our_own_trace_left_out()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_authorized_xforward_hosts = 192.0.2.7\n");
        const string upstream = "XFORWARD NAME=up.example ADDR=198.51.100.9 PORT=25 HELO=up IDENT=ABC PROTO=SMTP SOURCE=LOCAL";
        Assert.That(Say(h, [upstream, .. s_letter])[^1], Is.EqualTo(Passed));
        Assert.That(filter.Commands[1], Is.EqualTo(upstream));
        Assert.That(filter.Messages.Single(), Does.StartWith("Subject: x\r\n"));
    }

    [TestCase("", ExpectedResult = Passed)]
    [TestCase("d", ExpectedResult = "250 2.0.0 Ok: queued as", Description = "it discards the message")]
    [TestCase("r", ExpectedResult = "550 5.7.1 Command rejected")]
    public string A_milter_beside_it_sees_the_commands_alone(string answerToRcpt)
    {
        string path = Path.Combine(Path.GetTempPath(), $"milter-{Guid.NewGuid():N}");
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, $"smtpd_milters = unix:{path}\n");
        using ScriptedMilter milter = new(h.Loop, path)
        {
            Script = heard => heard.Command == MilterCommand.Rcpt && answerToRcpt.Length > 0
                ? [ScriptedMilter.Packet(answerToRcpt[0])] : null,
        };
        List<string> replies = Say(h, s_letter);
        Assert.That(filter.Messages, Has.Length.EqualTo(answerToRcpt.Length == 0 ? 1 : 0));
        Assert.That(milter.Commands(), Does.Contain("MR").And.Not.Contains("B").And.Not.Contains("E"));
        Assert.That(h.Queue.Messages, Is.Empty);
        File.Delete(path);
        string reply = answerToRcpt == "r" ? replies[1] : replies[^1];
        return reply.StartsWith("250 2.0.0 Ok: queued as ", StringComparison.Ordinal) ? reply[..reply.LastIndexOf(' ')] : reply;
    }

    [TestCase("127.0.0.1:{0}")]
    [TestCase("inet:[127.0.0.1]:{0}")]
    [TestCase("localhost:{0}")]
    [TestCase("{0}")]
    [TestCase("inet::{0}")]
    public void Addresses_are_written_as_in_Postfix(string form)
    {
        using ScriptedFilter filter = new();
        string address = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, filter.Port);
        using SmtpHarness h = new($"smtpd_proxy_filter = {address}\nsmtpd_proxy_ehlo = other.example\n");
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo(Passed));
        Assert.That(filter.Commands[0], Is.EqualTo("EHLO other.example"));
    }

    [Test]
    public void A_socket_in_the_file_system_is_an_address()
    {
        string path = Path.Combine(Path.GetTempPath(), $"filter-{Guid.NewGuid():N}");
        using ScriptedFilter filter = new(path: path);
        using SmtpHarness h = Harness(filter);
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo(Passed));
        File.Delete(path);
    }

    [TestCase("nonsense", "unknown port")]
    [TestCase("unix:", "a path of")]
    [TestCase("a/b:25", "neither a name nor an address")]
    public void A_bad_address_lets_nothing_through(string address, string problem)
    {
        using SmtpHarness h = new($"smtpd_proxy_filter = {address}\n");
        Assert.That(h.Settings.Normal.Problems(), Has.Some.StartsWith("smtpd_proxy_filter: ").And.Some.Contains(problem));
        Assert.That(Say(h, s_letter[..2])[^1], Is.EqualTo(Trouble));
    }

    // ---- speed_adjust ----------------------------------------------------------------------------------------------

    private static string LargeText()
    {
        StringBuilder text = new();
        for (int i = 0; i < 5000; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i} {new string('x', i % 90)}\r\n");
        return text.ToString();
    }

    [TestCase(false)]
    [TestCase(true)]
    public void With_speed_adjust_the_filter_hears_of_whole_messages_alone(bool large)
    {
        string spool = Directory.CreateTempSubdirectory("mtasuite-proxy").FullName;
        Directory.CreateDirectory($"{spool}/incoming");
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_proxy_options = speed_adjust\n", spool);
        string text = large ? LargeText() : ".a\r\n";
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            foreach (string command in (string[])["EHLO x", .. s_letter[..3]]) await c.AskAsync(command);
            c.Send($"Subject: large\r\n\r\n{text}");
            await h.TurnAsync();
            Assert.That(filter.Commands, Is.Empty);
            Assert.That(await c.AskAsync("."), Is.EqualTo(Passed));
            c.Close();
        });
        Assert.That(filter.Messages.Single(), Does.EndWith($"Subject: large\r\n\r\n{(large ? text : "a\r\n")}"));
        Assert.That(Directory.GetFiles($"{spool}/incoming"), Is.Empty);
        Directory.Delete(spool, recursive: true);
    }

    [Test]
    public void With_speed_adjust_a_buffer_that_cannot_be_written_is_a_temporary_refusal()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = Harness(filter, "smtpd_proxy_options = speed_adjust\n", "/nonexistent");
        Assert.That(Say(h, [.. s_letter[..3], $"{LargeText()}."])[^1], Is.EqualTo(Trouble));
        Assert.That(filter.Messages, Is.Empty);
        Assert.That(string.Join('\n', h.LogLines()), Does.Contain("proxy speed-adjust log I/O error"));
    }

    [TestCase("RCPT", "550 5.1.1 nobody\r\n", "550 5.1.1 nobody")]
    [TestCase(".", "451 4.7.0 later\r\n", "451 4.7.0 later")]
    [TestCase("content", ScriptedFilter.Drop, Trouble)]
    public void With_speed_adjust_the_first_refusal_is_the_reply_to_the_message(string step, string said, string reply)
    {
        using ScriptedFilter filter = new(s => s == step ? said : ScriptedFilter.Good(s));
        using SmtpHarness h = Harness(filter, "smtpd_proxy_options = speed_adjust\n");
        Assert.That(Say(h, s_letter)[^1], Is.EqualTo(reply));
    }
}
