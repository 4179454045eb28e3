using System.Text;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Proxy;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>
/// A filter before the queue that is away, hangs, dies or says nonsense at any step: the client gets a temporary refusal, the message is
/// neither accepted nor lost, other sessions go on, and so does this one.
/// </summary>
public sealed class ProxyMisbehaviourTests
{
    private const string Trouble = "451 4.3.0 Error: queue file write error";
    private static readonly string[] s_steps = ["connect", "EHLO", "XFORWARD", "MAIL", "RCPT", "DATA", "content", "."];
    private static readonly string[] s_session =
        ["MAIL FROM:<s@example.org>", "RCPT TO:<a@local.test>", "DATA", "Subject: x\r\n\r\na letter\r\n."];

    /// <summary>Names and what the filter says instead of what it should; "OK" stands for the right reply.</summary>
    private static readonly Dictionary<string, string> s_misdeeds = new()
    {
        ["dies"] = ScriptedFilter.Drop,
        ["hangs"] = ScriptedFilter.Silent,
        ["no number"] = "hello there\r\n",
        ["half a number"] = "25\r\n",
        ["a number and letters"] = "250OK\r\n",
        ["an empty line"] = "\r\n",
        ["NUL bytes"] = "\0\0\0\0\r\n",
        ["a code of one hundred"] = "150 wait\r\n",
        ["a code of six hundred"] = "650 no\r\n",
        ["two codes in one reply"] = "250-fine\r\n550 not fine\r\n",
        ["two codes the other way round"] = "550-not fine\r\n250 fine\r\n",
        ["a very long line"] = $"250 {new string('x', 100_000)}\r\n",
        ["a line without end"] = new string('2', 1_000_000),
        ["a reply without end"] = string.Concat(Enumerable.Repeat("250-more\r\n", 5_000)),
        ["an intermediate reply"] = "354 go on\r\n",
        ["two replies at once"] = "OK250 2.0.0 and again\r\n250 2.0.0 and again\r\n250 2.0.0 and again\r\n",
        ["half a reply"] = "250-fine\r\n25",
    };

    private static IEnumerable<string> Misdeeds() => s_misdeeds.Keys;

    private static string Script(string step, string bad, string said)
    {
        if (step != bad) return ScriptedFilter.Good(step);
        return said.StartsWith("OK", StringComparison.Ordinal) ? ScriptedFilter.Good(step) + said[2..] : said;
    }

    private static bool IsHarmless(string misdeed, string step) =>
        // what comes after the last reply that matters hurts nobody; saying nothing while content comes is what it should do; an
        // acceptance that crosses the end of the message on its way has a test of its own
        (misdeed == "two replies at once" && step is "." or "content") || (misdeed == "hangs" && step == "content")
        || (misdeed == "an intermediate reply" && step == "DATA");

    [TestCaseSource(nameof(Misdeeds))]
    public void A_filter_that_misbehaves_lets_nothing_through_and_loses_nothing(string misdeed)
    {
        foreach (string step in s_steps.Where(s => !IsHarmless(misdeed, s)))
        {
            using ScriptedFilter filter = new(s => Script(s, step, s_misdeeds[misdeed]));
            using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\nsmtpd_proxy_timeout = 1s\nsmtpd_hard_error_limit = 1000\n");
            List<string> replies = [];
            string after = "";
            h.Run(async () =>
            {
                TestClient c = h.Connect();
                await c.ReplyAsync();
                await c.AskAsync("EHLO client.example");
                foreach (string command in s_session)
                    if (replies.Count == 0 || replies[^1][0] is '2' or '3') replies.Add(await c.AskAsync(command));
                after = await c.AskAsync("RSET");
                c.Close();
            });
            Assert.That(replies[^1], Is.EqualTo(Trouble), $"{misdeed} at {step}: {string.Join(", ", replies)}");
            Assert.That(after, Is.EqualTo("250 2.0.0 Ok"), $"{misdeed} at {step}");
            Assert.That(h.Queue.Messages, Is.Empty);
        }
    }

    [Test]
    public void A_filter_that_is_away_is_a_temporary_refusal()
    {
        int port;
        using (ScriptedFilter gone = new()) port = gone.Port;
        using SmtpHarness h = new($"smtpd_proxy_filter = 127.0.0.1:{port}\nsmtpd_forbid_unauth_pipelining = no\n");
        Assert.That(h.Talk($"EHLO x\r\n{s_session[0]}\r\n{s_session[1]}\r\nDATA\r\nQUIT\r\n"), Does.Contain(
            $"250 2.1.0 Ok\r\n{Trouble}\r\n554 5.5.1 Error: no valid recipients\r\n"));
        Assert.That(string.Join('\n', h.LogLines()), Does.Contain($"connect to proxy filter 127.0.0.1:{port}: Connection refused"));
    }

    [Test]
    public void An_acceptance_before_the_end_of_the_message_is_none()
    {
        using ScriptedFilter filter = new(s => s == "content" ? "250 2.0.0 whatever it is\r\n" : s == "." ? "" : ScriptedFilter.Good(s));
        using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\n");
        Assert.That(LastReply(h), Is.EqualTo(Trouble));
        Assert.That(filter.Messages, Is.Empty, "the end of the message was not sent");
    }

    [Test]
    public void A_refusal_before_the_end_of_the_message_is_passed_on()
    {
        using ScriptedFilter filter = new(s => s == "content" ? "552 5.3.4 too much\r\n" : ScriptedFilter.Good(s));
        using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\n");
        Assert.That(LastReply(h), Is.EqualTo("552 5.3.4 too much"));
        Assert.That(filter.Messages, Is.Empty);
    }

    /// <summary>The reply to a message whose content comes well behind the reply to DATA.</summary>
    private static string LastReply(SmtpHarness h)
    {
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            await c.AskAsync("DATA");
            c.Send("Subject: x\r\n\r\n");
            await h.Loop.Delay(TimeSpan.FromMilliseconds(300)); // for what the filter says meanwhile
            reply = await c.AskAsync("a letter\r\n.");
            c.Close();
        });
        return reply;
    }

    [Test]
    public void A_client_that_leaves_in_the_middle_leaves_no_message()
    {
        using ScriptedFilter filter = new();
        using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\nsmtpd_forbid_unauth_pipelining = no\n");
        Assert.That(h.Talk($"EHLO x\r\n{s_session[0]}\r\n{s_session[1]}\r\nDATA\r\nSubject: x\r\n\r\nhalf a letter\r\n"), Does.EndWith(
            "354 End data with <CR><LF>.<CR><LF>\r\n"));
        Assert.That(filter.Messages, Is.Empty);
    }

    [Test]
    public void A_filter_that_hangs_holds_up_its_own_session_only()
    {
        int sessions = 0;
        using ScriptedFilter filter = new(s => s == "." && Interlocked.Increment(ref sessions) == 1 ? ScriptedFilter.Silent
            : ScriptedFilter.Good(s));
        using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\n");
        h.Run(async () =>
        {
            TestClient stuck = await h.ConnectWithRecipientAsync();
            await stuck.AskAsync("DATA");
            stuck.Send("Subject: x\r\n\r\n.\r\n");
            while (Volatile.Read(ref sessions) == 0) await h.TurnAsync();
            for (int i = 0; i < 20; i++)
            {
                TestClient other = await h.ConnectWithRecipientAsync();
                await other.AskAsync("DATA");
                Assert.That(await other.AskAsync("Subject: x\r\n\r\n."), Does.StartWith("250 2.0.0"));
                other.Close();
            }
            Assert.That(stuck.Connection.Input.IsEmpty);
            stuck.Close();
            filter.Dispose();
        });
    }

    [Test]
    public void A_filter_that_does_not_read_holds_up_the_client_and_is_given_up()
    {
        using ScriptedFilter filter = new(s =>
        {
            if (s == "content") Thread.Sleep(Timeout.Infinite);
            return ScriptedFilter.Good(s);
        });
        using SmtpHarness h = new($"smtpd_proxy_filter = {filter.Address}\nsmtpd_proxy_timeout = 1s\nmessage_size_limit = 0\n");
        string reply = "";
        h.Run(async () =>
        {
            TestClient c = await h.ConnectWithRecipientAsync();
            await c.AskAsync("DATA");
            c.Send(string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 500_000))); // more than sockets hold
            reply = await c.AskAsync(".");
            c.Close();
        });
        Assert.That(reply, Is.EqualTo(Trouble));
        Assert.That(string.Join('\n', h.LogLines()), Does.Contain("timeout talking to proxy"));
    }

    [Test]
    public void Replies_are_read_at_every_split_point()
    {
        byte[] wire = Encoding.ASCII.GetBytes("250-2.1.0 one\r\n250 2.1.0 two\r\n550-5.7.1 a\r\n550 b\r\n354\r\n");
        for (int split = 0; split <= wire.Length; split++)
        {
            ProxyReplyReader reader = new(2048);
            List<string> replies = [];
            int start = 0;
            foreach (int end in new[] { split, wire.Length })
            {
                ProxyReplyStatus status;
                do
                {
                    status = reader.Next(wire.AsSpan(start, end - start), out SmtpReply reply, out int consumed);
                    start += consumed;
                    if (status == ProxyReplyStatus.Complete) replies.Add($"{reply.Code}/{reply.Status}/{reply.Text.Replace('\n', '|')}");
                }
                while (status == ProxyReplyStatus.Complete);
            }
            Assert.That(replies, Is.EqualTo(new[] { "250/2.1.0/one|two", "550//5.7.1 a|b", "354//" }), $"split at {split}");
        }
    }
}
