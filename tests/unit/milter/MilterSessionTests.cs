using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Smtpd;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>What milters hear of sessions and messages, in what order, and what becomes of their verdicts and changes.</summary>
public sealed class MilterSessionTests : MilterBenchTest
{
    private void Run(string config, Func<ScriptedMilter, Task> test)
    {
        Make(config);
        Bench.Run(() => test(Bench.Milter));
    }

    private static Func<Heard, byte[][]?> At(char command, params byte[][] answer) => h => (char)h.Command == command ? answer : null;

    [Test]
    public void A_milter_hears_of_each_event_in_order_with_its_macros() => Run("", async m =>
    {
        List<string> replies = await Bench.SendAsync();
        Assert.That(replies[^1], Does.StartWith("250 2.0.0 Ok: queued as "));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRTLLLNBEQ"));
        string[][] macros = [.. m.Log.Where(h => h.Command == MilterCommand.Macro).Select(h => h.Texts)];
        Assert.That(macros[0][..3], Is.EqualTo(new[] { "C", "j", "mx.test" }));
        Assert.That(macros.Single(t => t[0] == "R"), Does.Contain("{rcpt_addr}").And.Contain("a@local.test"));
        Assert.That(macros.Single(t => t[0] == "T")[1], Is.EqualTo("i"));
        Assert.That(macros.Last(t => t[0] == "E")[2], Is.EqualTo(Bench.Queued().Single()), "the queue id goes on to cleanup");
        Heard connect = m.Log.Single(h => h.Command == MilterCommand.Connect), mail = m.Log.Single(h => h.Command == MilterCommand.Mail);
        Assert.That(connect.Texts, Is.EqualTo(new[] { "[192.0.2.7]" }));
        Assert.That(mail.Texts, Is.EqualTo(new[] { "<s@from.test>", "SIZE=100" }));
        string[][] fields = [.. m.Log.Where(h => h.Command == MilterCommand.Header).Select(h => h.Texts)];
        Assert.That(fields.Select(f => f[0]), Is.EqualTo(new[] { "From", "Subject", "X-Old" }), "our own Received is not shown");
        Assert.That(m.Log.Single(h => h.Command == MilterCommand.Body).Content, Is.EqualTo("first line\r\nlast line\r\n"));
    });

    [TestCase("<a@b.test> SIZE=1", "<a@b.test>|SIZE=1"), TestCase("<a@b.test>", "<a@b.test>"), TestCase("<> SIZE=1", "<>|SIZE=1")]
    [TestCase("<a@b.test> RET=HDRS  SIZE=1", "<a@b.test>|RET=HDRS|SIZE=1"), TestCase("<\"a>b\"@c.test> SIZE=1", "<\"a>b\"@c.test>|SIZE=1")]
    [TestCase("<\"a\\\">b\"@c.test> SIZE=1", "<\"a\\\">b\"@c.test>|SIZE=1"), TestCase(" a@b.test SIZE=1", "<a@b.test>|SIZE=1")]
    public void Parameters_are_what_stands_behind_the_path(string arguments, string expected) => Run("", async m =>
    {
        TestClient client = Bench.Connect();
        await client.ReplyAsync();
        await client.AskAsync("EHLO client.test");
        Assert.That(await client.AskAsync($"MAIL FROM:{arguments}"), Does.StartWith("250"));
        client.Close();
        Assert.That(string.Join('|', m.Log.Single(h => h.Command == MilterCommand.Mail).Texts), Is.EqualTo(expected));
    });

    [Test]
    public void Steps_that_a_milter_does_not_want_are_left_out_and_silent_ones_not_waited_for() => Run("", async m =>
    {
        m.Wants = new()
        {
            Actions = MilterActions.All,
            Steps = MilterSteps.NoConnect | MilterSteps.NoHelo | MilterSteps.NoUnknown | MilterSteps.NoBody | MilterSteps.NoReplyToMail
                | MilterSteps.NoReplyToRcpt | MilterSteps.NoReplyToData | MilterSteps.NoReplyToHeader | MilterSteps.NoReplyToEndOfHeader,
        };
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OMRTLLLNEQ"));
    });

    [TestCase('C', "r", "554 mx.test ESMTP not accepting connections")]
    [TestCase('M', "r", "550 5.7.1 Command rejected")]
    [TestCase('R', "t", "451 4.7.1 Service unavailable - try again later")]
    [TestCase('T', "y550 5.7.1 not today\0", "550 5.7.1 not today")]
    [TestCase('L', "r", "550 5.7.1 Command rejected")]
    [TestCase('N', "t", "451 4.7.1 Service unavailable - try again later")]
    [TestCase('B', "r", "550 5.7.1 Command rejected")]
    [TestCase('E', "y554-5.7.1 one\r\n554 5.7.1 two\0", "554-5.7.1 one|554 5.7.1 two")]
    [TestCase('H', "4", "421 4.7.0 Server closing connection")]
    public void A_refusal_is_answered_where_it_is_said(char command, string answer, string expected) => Run("", async m =>
    {
        m.Script = At(command, P(answer[0], answer[1..]));
        List<string> replies = await Bench.SendAsync();
        Assert.That(replies, Does.Contain(expected));
        Assert.That(Bench.Queued(), Is.Empty);
        string where = command switch
        {
            'C' => "CONNECT",
            'H' => "EHLO",
            'M' => "MAIL",
            'R' => "RCPT",
            'T' => "DATA",
            _ => "END-OF-MESSAGE"
        };
        Assert.That(Bench.LogLines(), Has.Some.Match($"milter-reject: {where} from unknown\\[192\\.0\\.2\\.7\\]: .*; .*proto=.*"));
    });

    [Test]
    public void A_refusal_at_HELO_is_the_answer_to_MAIL() => Run("", async m =>
    {
        m.Script = At('H', P('r'));
        List<string> replies = await Bench.SendAsync();
        Assert.That(replies[1], Does.StartWith("250-"));
        Assert.That(replies[2], Is.EqualTo("550 5.7.1 Command rejected"));
    });

    [Test]
    public void Discard_is_answered_with_250_and_nothing_is_queued([Values('M', 'R', 'T', 'L', 'B', 'E')] char command) => Run("",
        async m =>
    {
        m.Script = At(command, P('d'));
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250 2.0.0"));
        Assert.That(Bench.Queued().Length + Bench.Queued("hold").Length, Is.Zero);
        Assert.That(Bench.LogLines(), Has.Some.Contains("milter-discard: "));
    });

    [Test]
    public void Quarantine_puts_the_message_on_hold() => Run("", async m =>
    {
        m.Script = At('E', P('q', "why\0"), P('c'));
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250 2.0.0"));
        Assert.That(Bench.Queued("hold"), Has.Length.EqualTo(1));
        Assert.That(Bench.LogLines(), Has.Some.Contains(
            "milter-hold: END-OF-MESSAGE from unknown[192.0.2.7]: milter triggers HOLD action; from="));
    });

    [Test]
    public void A_hold_before_the_end_of_a_message_is_not_taken_back_by_later_answers(
        [Values('C', 'H', 'M', 'R', 'T', 'L', 'N', 'B')] char command) => Run("", async m =>
    {
        m.Script = At(command, P('q', "why\0"), P('c'));
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250 2.0.0"));
        Assert.That((Bench.Queued().Length, Bench.Queued("hold").Length), Is.EqualTo((0, 1)));
    });

    [Test]
    public void A_session_that_is_refused_with_421_at_connect_ends_at_once() => Run("", async m =>
    {
        m.Script = At('C', P('4'));
        TestClient client = Bench.Connect();
        Assert.That(await client.ReplyAsync(), Does.StartWith("421"));
        await Bench.Loop.UntilAsync(() => Bench.Server.Active == 0, "no command is waited for");
        client.Close();
    });

    [Test]
    public void Accept_is_the_last_word_on_the_message_and_the_next_one_is_asked_about() => Run("", async m =>
    {
        m.Script = At('R', P('a'));
        TestClient client = Bench.Connect();
        await client.ReplyAsync();
        await client.AskAsync("EHLO x");
        for (int i = 0; i < 2; i++)
        {
            foreach (string command in (string[])["MAIL FROM:<s@from.test>", "RCPT TO:<a@local.test>", "DATA"])
                await client.AskAsync(command);
            client.Send(MilterBench.Content);
            Assert.That(await client.ReplyAsync(), Does.StartWith("250"));
        }
        await client.AskAsync("QUIT");
        client.Close();
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRAMRAQ"));
    });

    [Test]
    public void Skip_ends_the_events_of_its_kind_alone() => Run("milter_pipelining = no", async m =>
    {
        m.Script = h => h.Command is MilterCommand.Header or MilterCommand.Body ? [P('s')] : null;
        Assert.That((await Bench.SendAsync(MilterBench.Content.Replace("first", new string('x', 200_000))))[^1], Does.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRTLNBEQ"));
    });

    [Test]
    public void A_large_body_comes_in_chunks_and_whole() => Run("", async m =>
    {
        string line = new string('x', 70) + "\r\n", body = string.Concat(Enumerable.Repeat(line, 5000));
        Assert.That((await Bench.SendAsync($"Subject: x\r\n\r\n{body}.\r\n"))[^1], Does.StartWith("250"));
        string[] chunks = [.. m.Log.Where(h => h.Command == MilterCommand.Body).Select(h => h.Content)];
        Assert.That(string.Concat(chunks), Is.EqualTo(body));
        Assert.That(chunks[..^1], Has.All.Property("Length").InRange(MilterPackets.ChunkSize - 1, MilterPackets.ChunkSize));
    });

    [Test]
    public void All_changes_of_a_message_are_in_the_queue() => Run("", async m =>
    {
        m.Script = At('E', P('h', "X-Added\0one\n two\0"), P('i', "\0\0\0\0X-Top\0t\0"), P('i', "\0\0\0\u0002X-Second\0u\0"),
            P('m', "\0\0\0\u0001Subject\0changed\0"), P('m', "\0\0\0\u0001x-old\0\0"), P('m', "\0\0\0\u0001X-New\0n\u00e9\0"), P('p'),
            P('e', "<new@from.test>\0RET=HDRS ENVID=abc\0"), P('+', "<b@local.test>\0"), P('2', "<c@local.test>\0NOTIFY=NEVER\0"),
            P('-', "<a@local.test>\0"), P('b', "new "), P('b', "body\r"), P('b', "\nend"), P('c'));
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        string[] lines = Bench.Only().Split('\n');
        Assert.That(lines[0], Is.EqualTo("X-Top: t"));
        Assert.That(lines[1], Does.StartWith("Received: "));
        Assert.That(Bench.Only(), Does.Contain("\nX-Second: u\nFrom:").And.Contain("\nSubject: changed\n")
            .And.Contain("\nX-Added: one\n two\n")
            .And.Contain("\nX-New: n\u00e9\n").And.Not.Contain("X-Old").And.EndsWith("\n\nnew body\nend\n"));
        Envelope e = Bench.OnlyEnvelope();
        Assert.That((e.Sender, e.EnvelopeId, e.Return), Is.EqualTo(("new@from.test", "abc", DsnReturn.Headers)));
        Assert.That(e.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "b@local.test", "c@local.test" }));
        Assert.That(e.Recipients[1].Notify, Is.EqualTo(Notify.Never));
    });

    [Test]
    public void Values_keep_their_first_space_where_that_was_agreed_on() => Run("", async m =>
    {
        m.Wants = new() { Actions = MilterActions.All, Steps = MilterSteps.HeaderLeadingSpace };
        m.Script = At('E', P('h', "X-A\0tight\0"), P('c'));
        await Bench.SendAsync();
        Assert.That(m.Log.First(h => h.Command == MilterCommand.Header).Texts[1], Is.EqualTo(" a@b.test"));
        Assert.That(Bench.Only(), Does.Contain("\nX-A:tight\n"));
    });

    [Test]
    public void Each_milter_sees_what_the_one_before_it_changed_and_a_refusal_ends_the_row() =>
        Run("smtpd_milters = unix:m1, { unix:m2, default_action = accept }", async m =>
        {
            m.Script = At('E', P('i', "\0\0\0\0X-First\0yes\0"), P('b', "other\r\n"), P('c'));
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
            Assert.That(Bench.Second.Log.Where(h => h.Command == MilterCommand.Header).Select(h => h.Texts[0]), Does.Contain("X-First")
                .And.Not.Contain("Received"));
            Assert.That(Bench.Second.Log.Single(h => h.Command == MilterCommand.Body).Content, Is.EqualTo("other\r\n"));
            m.Script = At('E', P('r'));
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("550"));
            await Bench.Loop.UntilAsync(() => Bench.Second.Commands(2).EndsWith('Q'));
            Assert.That(Bench.Second.Commands(2), Is.EqualTo("OCHMRTAQ").Or.EqualTo("OCHMRTAAQ"), "the second one is told to forget it");
        });

    [Test]
    public void Refused_recipients_are_told_to_those_who_want_to_hear_of_them() => Run("", async m =>
    {
        m.Wants = new() { Actions = MilterActions.All, Steps = MilterSteps.RefusedRecipients };
        List<string> replies = await Bench.SendAsync(MilterBench.Content, "nobody@local.test", "a@local.test");
        Assert.That(replies[3], Does.StartWith("550 5.1.1"));
        Assert.That(replies[^1], Does.StartWith("250"));
        string[] macros = m.Log.First(h => h.Command == MilterCommand.Macro && h.Texts[0] == "R").Texts;
        Assert.That(macros, Does.Contain("{rcpt_mailer}").And.Contain("error").And.Contain("5.1.1"));
        Assert.That(m.Commands(), Does.StartWith("OCHMRRT"));
    });

    [Test]
    public void Recipients_that_are_refused_are_not_told_to_others() => Run("", async m =>
    {
        await Bench.SendAsync(MilterBench.Content, "nobody@local.test", "a@local.test");
        Assert.That(m.Commands(), Does.StartWith("OCHMRT"));
    });

    [Test]
    public void A_milter_names_its_own_macros() => Run("milter_macro_defaults = site=here", async m =>
    {
        m.Wants = new() { Actions = MilterActions.SetMacroLists };
        m.Wants.MacroLists[MacroStage.Helo] = "{client_addr} {site} {nothing}";
        await Bench.SendAsync();
        string[] macros = m.Log.Single(h => h.Command == MilterCommand.Macro && h.Texts[0] == "H").Texts;
        Assert.That(macros, Is.EqualTo(new[] { "H", "{client_addr}", "192.0.2.7", "{site}", "here" }));
    });

    [Test]
    public void An_unknown_command_is_told_and_may_be_refused_with_another_text() => Run("", async m =>
    {
        m.Script = At('U', P('y', "550 5.7.1 stop that\0"));
        TestClient client = Bench.Connect();
        await client.ReplyAsync();
        Assert.That(await client.AskAsync("WIZ now"), Is.EqualTo("550 5.7.1 stop that"));
        Assert.That(m.Log.Single(h => h.Command == MilterCommand.Unknown).Texts, Is.EqualTo(new[] { "WIZ now" }));
        client.Close();
    });

    [Test]
    public void RSET_and_a_second_EHLO_abort_a_message() => Run("", async m =>
    {
        TestClient client = Bench.Connect();
        await client.ReplyAsync();
        foreach (string command in (string[])["EHLO x", "MAIL FROM:<a@b.test>", "RSET", "MAIL FROM:<a@b.test>", "EHLO y", "QUIT"])
            await client.AskAsync(command);
        client.Close();
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMAMAHQ"));
    });

    [Test]
    public void XCLIENT_makes_a_new_session_with_the_client_that_it_names() =>
        Run("smtpd_authorized_xclient_hosts = 192.0.2.7", async m =>
        {
            TestClient client = Bench.Connect();
            await client.ReplyAsync();
            await client.AskAsync("EHLO x");
            await client.AskAsync("XCLIENT NAME=other.test ADDR=IPv6:2001:db8::9 PORT=99");
            await client.AskAsync("QUIT");
            client.Close();
            Assert.That(m.Log.Last(h => h.Command == MilterCommand.Connect).Texts, Is.EqualTo(new[] { "other.test" }));
            Assert.That(m.Log.Last(h => h.Command == MilterCommand.Connect).Session, Is.EqualTo(2));
        });

    [TestCase("192.0.2.7 DISABLE", "")]
    [TestCase("192.0.2.7 unix:m2", "O")]
    public void A_table_names_the_milters_of_a_client(string entry, string expected)
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, entry + "\n");
        Run($"smtpd_milter_maps = texthash:{path}", async m =>
        {
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
            Assert.That(m.Log, Is.Empty);
            Assert.That(Bench.Second.Commands(), Does.StartWith(expected));
        });
        File.Delete(path);
    }

    [Test]
    public void Local_mail_is_told_as_a_session_from_localhost() => Run("non_smtpd_milters = unix:m1", async m =>
    {
        m.Script = At('E', P('h', "X-Seen\0yes\0"), P('c'));
        SubmitReply reply = await Bench.SubmitLocallyAsync();
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Does.Match("^OCHMRTL+NBEQ$"));
        Assert.That(m.Log.Single(h => h.Command == MilterCommand.Connect).Texts, Is.EqualTo(new[] { "localhost" }));
        Assert.That(m.Log.Single(h => h.Command == MilterCommand.Rcpt).Texts, Is.EqualTo(new[] { "<r@x.test>" }));
        Assert.That(Bench.Only(), Does.Contain("\nX-Seen: yes\n"));
    });

    [TestCase('E', "r", 550), TestCase('M', "t", 451), TestCase('R', "r", 451), TestCase('C', "r", 550)]
    public void Local_mail_is_refused_too(char command, string answer, int code) => Run("non_smtpd_milters = unix:m1", async m =>
    {
        m.Script = At(command, P(answer[0]));
        SubmitReply reply = await Bench.SubmitLocallyAsync();
        Assert.That((reply.Outcome.Code, reply.Failure), Is.EqualTo((code, SubmitFailure.Filtered)));
        Assert.That(Bench.Queued(), Is.Empty);
    });

    [Test]
    public void Mail_of_clients_is_not_told_to_the_milters_of_local_mail() => Run("smtpd_milters =\nnon_smtpd_milters = unix:m1", async m =>
    {
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        Assert.That(m.Log, Is.Empty);
    });

    [Test]
    public void A_slow_milter_slows_its_own_session_only() => Run("", async m =>
    {
        m.Script = h => h.Session == 1 && h.Command == MilterCommand.EndOfMessage ? [ScriptedMilter.Hang] : null;
        Task<List<string>> slow = Bench.SendAsync();
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('E'));
        for (int i = 0; i < 20; i++) Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        Assert.That(slow.IsCompleted, Is.False);
        m.Dispose();
        Assert.That((await slow)[^1], Does.StartWith("421"), "milter_default_action = shutdown");
    });

    [Test]
    public void Many_sessions_leave_no_descriptor_behind() => Run("", async m =>
    {
        await Bench.SendAsync();
        await Bench.Loop.TurnAsync(20);
        int before = MilterBench.Descriptors();
        for (int i = 0; i < 10; i++) await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Bench.SendAsync()));
        await Bench.Loop.UntilAsync(() => MilterBench.Descriptors() <= before, "all are closed again");
        Assert.That(Bench.Queued(), Has.Length.EqualTo(101), string.Join(' ', Bench.Queued()));
    });
}
