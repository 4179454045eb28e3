using System.Net;
using System.Text;

namespace MtaSuite.Tests.Unit.Smtpd;

[TestFixture]
public class LimitTests
{
    private const string Loose = "smtpd_forbid_unauth_pipelining = no\n";

    [Test]
    public void Talking_out_of_turn_ends_the_session()
    {
        using SmtpHarness h = new();
        h.Run(async () => Assert.That(await h.Connect(early: "EHLO x\r\n").RestAsync(),
            Is.EqualTo("554 5.5.0 Error: SMTP protocol synchronization\r\n")));
        Assert.That(h.LogLines(), Does.Contain(@"improper command pipelining after CONNECT from host.example[192.0.2.7]: EHLO x\r\n"));
    }

    [Test]
    public void Talking_out_of_turn_behind_data_ends_the_session_and_in_a_group_does_not()
    {
        using SmtpHarness h = new();
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            c.Send("MAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\n");
            for (int i = 0; i < 5; i++) Assert.That(await c.ReplyAsync(), Does.StartWith("250"));
            c.Send("DATA\r\nSubject: too early\r\n");
            Assert.That(await c.ReplyAsync(), Is.EqualTo("554 5.5.0 Error: SMTP protocol synchronization"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.LogLines(), Does.Contain(
            @"improper command pipelining after DATA from host.example[192.0.2.7]: Subject: too early\r\n"));
    }

    [Test]
    public void Too_many_errors_end_the_session()
    {
        using SmtpHarness h = new(Loose + "smtpd_hard_error_limit = 3\n");
        string reply = h.Talk("EHLO x\r\nA\r\nB\r\nC\r\nNOOP\r\n");
        Assert.That(reply, Does.EndWith("500 5.5.2 Error: command not recognized\r\n421 4.7.0 mx.test Error: too many errors\r\n"));
        Assert.That(h.LogLines(), Does.Contain("too many errors after UNKNOWN from host.example[192.0.2.7]"));
    }

    [Test]
    public void Junk_commands_become_errors_and_a_message_clears_them()
    {
        using SmtpHarness h = new(Loose + "smtpd_hard_error_limit = 3\nsmtpd_junk_command_limit = 2\n");
        string noops = string.Concat(Enumerable.Repeat("NOOP\r\n", 4));
        string mail = "MAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n.\r\n";
        string reply = h.Talk("EHLO x\r\n" + noops + mail + noops + noops + "QUIT\r\n");
        Assert.That(reply, Does.Contain("queued as"));
        Assert.That(reply, Does.EndWith("421 4.7.0 mx.test Error: too many errors\r\n"));
    }

    [Test]
    public void Errors_slow_the_client_down()
    {
        using SmtpHarness h = new(Loose + "smtpd_soft_error_limit = 1\nsmtpd_error_sleep_time = 1\n");
        long start = Environment.TickCount64;
        h.Talk("A\r\nQUIT\r\n");
        Assert.That(Environment.TickCount64 - start, Is.GreaterThanOrEqualTo(950));
    }

    [Test]
    public void Recipients_beyond_the_limit_are_deferred()
    {
        using SmtpHarness h = new(Loose + "smtpd_recipient_limit = 2\nsmtpd_recipient_overshoot_limit = 1\nsmtpd_hard_error_limit = 1\n");
        string rcpt = "RCPT TO:<a@local.test>\r\n";
        string reply = h.Talk("EHLO x\r\nMAIL FROM:<>\r\n" + rcpt + rcpt + rcpt + rcpt + rcpt);
        Assert.That(reply, Does.EndWith(
            "250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n452 4.5.3 Error: too many recipients\r\n452 4.5.3 Error: too many recipients\r\n"
            + "421 4.7.0 mx.test Error: too many errors\r\n"));
    }

    [Test]
    public void Size_is_bounded_when_declared_and_when_sent()
    {
        using SmtpHarness h = new(Loose + "message_size_limit = 20\n");
        string reply = h.Talk("EHLO x\r\nMAIL FROM:<> SIZE=21\r\nMAIL FROM:<> SIZE=20\r\nRCPT "
            + "TO:<a@local.test>\r\nDATA\r\n1234567890\r\n1234567\r\n.\r\n"
            + "MAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n1234567890\r\n123456\r\n.\r\nQUIT\r\n");
        Assert.That(reply, Does.Contain("552 5.3.4 Message size exceeds fixed limit"));
        Assert.That(reply, Does.Contain("354 End data with <CR><LF>.<CR><LF>\r\n552 5.3.4 Error: message file too big\r\n250 2.1.0 Ok"));
        Assert.That(h.Queue.Queued.Single().Body, Is.EqualTo("1234567890\n123456\n"));
    }

    [Test]
    public void A_full_disk_defers_mail()
    {
        using SmtpHarness h = new("queue_minfree = 9000000000000000\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.AskAsync("MAIL FROM:<>"), Is.EqualTo("452 4.3.1 Insufficient system storage"));
            Assert.That(await c.AskAsync("RCPT TO:<a@local.test>"), Is.EqualTo("503 5.5.1 Error: need MAIL command"));
            c.Close();
        });
    }

    [TestCase("reject", "x\r\ny\n.\r\n.\r\n", "550 5.5.2 mx.test Error: bare <LF> received\r\n221")]
    [TestCase("normalize", "x\r\ny\n.\r\nz\r\n.\r\n", "queued as")]
    [TestCase("note", "x\ny\r\n.\r\n", "queued as")]
    public void Bare_newlines(string policy, string content, string expected)
    {
        using SmtpHarness h = new(Loose + $"smtpd_forbid_bare_newline = {policy}\nmynetworks = 127.0.0.1\n");
        string reply = h.Talk("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n" + content + "QUIT\r\n");
        Assert.That(reply, Does.Contain(expected));
        if (policy == "reject") Assert.That(h.LogLines(), Has.Some.Contain(": reject: END-OF-MESSAGE from host.example[192.0.2.7]: bare "
            + "<LF> received; from=<> to=<a@local.test>"));
        if (policy == "note") Assert.That(h.LogLines()[^1], Does.EndWith(" notes=bare_lf"));
        if (policy == "normalize") Assert.That(h.Queue.Queued.Single().Body, Is.EqualTo("x\ny\nz\n"));
    }

    [Test]
    public void A_bare_newline_behind_a_command_is_refused_where_forbidden()
    {
        using SmtpHarness h = new(Loose + "smtpd_forbid_bare_newline = reject\nmynetworks = 127.0.0.1\n");
        Assert.That(h.Talk("EHLO x\nNOOP\r\n"), Does.EndWith("\r\n550 5.5.2 mx.test Error: bare <LF> received\r\n"));
    }

    [Test]
    public void Smuggled_messages_stay_one_message()
    {
        string[] ends = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r\n\0.\r\n"];
        foreach (string end in ends)
        {
            using SmtpHarness h = new(Loose + "mynetworks = 127.0.0.1\n");
            h.Talk($"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\none{end}MAIL FROM:<>\r\nRCPT "
                + $"TO:<b@local.test>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n");
            Assert.That(h.Queue.Queued.Count(), Is.EqualTo(1), end.Replace("\r", "CR").Replace("\n", "LF"));
            Assert.That(h.Queue.Queued.Single().Body, Does.Contain("MAIL FROM:").And.Not.Contain("\r"));
        }
    }

    [Test]
    public void Commands_of_other_protocols_end_the_session()
    {
        foreach (string line in new[] { "GET / HTTP/1.0", "Host: x", "\x16\x03\x01", "CONNECT x:25 HTTP/1.1" })
        {
            using SmtpHarness h = new(Loose);
            Assert.That(h.Talk(line + "\r\nNOOP\r\n"), Does.EndWith("221 2.7.0 Error: I can break rules, too. Goodbye.\r\n"), line);
            Assert.That(h.LogLines(), Has.Some.StartsWith("warning: non-SMTP command from host.example[192.0.2.7]: "));
        }
    }

    [Test]
    public void Overload_is_answered_before_the_banner()
    {
        using SmtpHarness h = new("smtpd_client_connection_count_limit = 2\nmynetworks = 127.0.0.1\n");
        h.Run(async () =>
        {
            TestClient a = h.Connect(), b = h.Connect(), c = h.Connect(), other = h.Connect("192.0.2.8");
            Assert.That(await c.RestAsync(), Is.EqualTo("421 4.7.0 mx.test Error: too many connections from 192.0.2.7\r\n"));
            Assert.That(await other.ReplyAsync(), Does.StartWith("220"));
            Assert.That(h.Server.Active, Is.EqualTo(3));
            a.Close();
            while (h.Server.Active == 3) await h.TurnAsync();
            Assert.That(await h.Connect().ReplyAsync(), Does.StartWith("220"));
            bool drained = false;
            h.Server.Drain(() => drained = true);
            Assert.That(await h.Connect("192.0.2.10").RestAsync(), Is.EqualTo("421 4.3.2 mx.test Service shutting down\r\n"));
            Assert.That(await other.AskAsync("NOOP"), Is.EqualTo("250 2.0.0 Ok"));
            h.Server.Stop();
            Assert.That(await other.ReplyAsync(), Is.EqualTo("421 4.3.2 mx.test Service shutting down"));
            while (!drained) await h.TurnAsync();
            b.Close();
        });
        Assert.That(h.LogLines(), Has.Some.EqualTo(
            "warning: Connection concurrency limit exceeded: 3 from host.example[192.0.2.7] for service "));
    }

    [Test]
    public void Too_many_sessions_and_stress()
    {
        SmtpHarness.MaxSessions = 10;
        using SmtpHarness h = new("smtpd_client_connection_count_limit = 0\n");
        SmtpHarness.MaxSessions = 0;
        h.Run(async () =>
        {
            List<TestClient> clients = [.. Enumerable.Range(0, 10).Select(_ => h.Connect())];
            Assert.That(await h.Connect().RestAsync(), Is.EqualTo("421 4.3.2 mx.test All server ports are busy\r\n"));
            Assert.That(h.Settings.Now.Timeout, Is.EqualTo(TimeSpan.FromSeconds(10)));
            clients.ForEach(c => c.Close());
            while (h.Server.Active > 0) await h.TurnAsync();
            Assert.That(h.Settings.Now.Timeout, Is.EqualTo(TimeSpan.FromSeconds(300)));
        });
    }

    [Test]
    public void A_silent_client_is_sent_away()
    {
        using SmtpHarness h = new("smtpd_timeout = 1s\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.ReplyAsync(), Is.EqualTo("421 4.4.2 mx.test Error: timeout exceeded"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.LogLines(), Does.Contain("timeout after EHLO from host.example[192.0.2.7]"));
    }

    [Test]
    public void Xclient_changes_who_the_client_is()
    {
        using SmtpHarness h = new("smtpd_authorized_xclient_hosts = 192.0.2.7\nsmtpd_client_port_logging = yes\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            Assert.That(await c.AskAsync("EHLO x"),
                Does.Contain("|250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT|"));
            Assert.That(await c.AskAsync("XCLIENT FOO=x"), Is.EqualTo("501 5.5.4 Bad XCLIENT attribute name: FOO"));
            Assert.That(await c.AskAsync("XCLIENT ADDR=300.1.1.1"), Is.EqualTo("501 5.5.4 Bad ADDR syntax: 300.1.1.1"));
            Assert.That(await c.AskAsync("XCLIENT NAME="), Is.EqualTo("501 5.5.4 Error: attribute=value expected"));
            Assert.That(await c.AskAsync("XCLIENT NAME=spike.example ADDR=IPv6:2001:db8::9 PORT=99 HELO=h.example PROTO=esmtp LOGIN=joe"),
                Does.StartWith("220 "));
            Assert.That(await c.AskAsync("XCLIENT NAME=x"), Is.EqualTo("550 5.7.0 Error: insufficient authorization"));
            Assert.That(await c.AskAsync("MAIL FROM:<>"), Is.EqualTo("250 2.1.0 Ok"));
            Assert.That(await c.AskAsync("RCPT TO:<x@foreign.test>"), Is.EqualTo("250 2.1.5 Ok"));
            await c.AskAsync("DATA");
            Assert.That(await c.AskAsync("."), Does.Contain("queued as"));
            c.Close();
        });
        var message = h.Queue.Queued.Single();
        Assert.That(message.Content, Does.StartWith(
            "Received: from h.example (spike.example [IPv6:2001:db8::9])\n\tby mx.test (MtaSuite) with ESMTPA id "));
        Assert.That(message.Request.Envelope.SaslLogin, Is.EqualTo("joe"));
        Assert.That(h.LogLines(), Does.Contain(
            $"{message.Request.Envelope.QueueId}: client=spike.example[2001:db8::9]:99, sasl_method=XCLIENT, sasl_username=joe"));
    }

    [TestCase("permit_mynetworks", true)]
    [TestCase("permit_inet_interfaces, permit_sasl_authenticated", false)]
    [TestCase("check_address_map inline:{192.0.2.7=x}", true)]
    [TestCase("", false)]
    public void Local_rewriting_is_for_listed_clients(string list, bool local)
    {
        using SmtpHarness h = new(Loose + $"local_header_rewrite_clients = {list}\n");
        h.Talk("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n.\r\nQUIT\r\n");
        Assert.That(h.Queue.Queued.Single().Request.LocalClient, Is.EqualTo(local));
    }

    [Test]
    public void Xforward_names_the_client_of_one_message()
    {
        using SmtpHarness h = new(Loose + "smtpd_authorized_xforward_hosts = 192.0.2.7\n");
        string said = h.Talk("EHLO x\r\nXFORWARD NAME=spike.example ADDR=198.51.100.9 PORT=99 IDENT=ABC\r\nXFORWARD HELO=h.example "
            + "PROTO=SMTP\r\n"
            + "MAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<a@local.test>\r\nDATA\r\n.\r\nQUIT\r\n");
        Assert.That(said, Does.Contain("250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT\r\n"));
        var e = h.Queue.Queued.Select(m => m.Request.Envelope).ToArray();
        Assert.That((e[0].ClientName, e[0].ClientAddress, e[0].ClientPort, e[0].ClientHelo, e[0].ClientProtocol),
            Is.EqualTo(("spike.example", "198.51.100.9", "99", "h.example", "SMTP")));
        Assert.That(e[1].ClientName, Is.EqualTo("host.example"));
        Assert.That(h.LogLines(), Does.Contain(
            $"{e[0].QueueId}: client=host.example[192.0.2.7], orig_queue_id=ABC, orig_client=spike.example[198.51.100.9]"));
    }

    [Test]
    public void A_proxy_names_the_client()
    {
        using SmtpHarness h = new("smtpd_upstream_proxy_protocol = haproxy\nsmtpd_client_connection_count_limit = 1\nmynetworks = "
            + "127.0.0.1\n");
        h.Run(async () =>
        {
            TestClient a = h.Connect("127.0.0.1");
            a.Send("PROXY TCP4 192.0.2.7 192.0.2.1 1 25\r");
            await h.TurnAsync();
            a.Send("\n");
            Assert.That(await a.ReplyAsync(), Does.StartWith("220"));
            TestClient b = h.Connect("127.0.0.1");
            b.Send("PROXY TCP4 192.0.2.7 192.0.2.1 2 25\r\n");
            Assert.That(await b.ReplyAsync(), Is.EqualTo("421 4.7.0 mx.test Error: too many connections from 192.0.2.7"));
            TestClient c = h.Connect("127.0.0.1");
            c.Send("EHLO x\r\n");
            Assert.That(await c.RestAsync(), Is.EqualTo("421 4.3.0 mx.test Server local error\r\n"));
            a.Close();
        });
        Assert.That(h.LogLines(), Does.Contain("connect from host.example[192.0.2.7]"));
    }

    [Test]
    public void Ehlo_keywords_are_discarded_with_what_they_announce()
    {
        using SmtpHarness h = new("smtpd_discard_ehlo_keyword_address_maps = inline:{{192.0.2.7=chunking, dsn, "
            + "etrn}}\nsmtpd_reject_footer = \\c. Call $client_address\\nnow\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            Assert.That(await c.AskAsync("EHLO x"), Does.Not.Contain("CHUNKING").And.Not.Contain("DSN").And.Not.Contain("ETRN"));
            Assert.That(await c.AskAsync("MAIL FROM:<> RET=FULL"),
                Is.EqualTo("501-5.7.1 DSN support is disabled. Call 192.0.2.7|501 5.7.1 now"));
            Assert.That(await c.AskAsync("BDAT 1"), Does.StartWith("521"));
            Assert.That(await c.ReplyAsync(), Is.EqualTo("EOF"));
        });
        Assert.That(h.LogLines(), Does.Contain("discarding EHLO keywords: etrn dsn chunking"));
    }
}
