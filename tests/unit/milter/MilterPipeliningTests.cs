using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Milter;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Smtpd;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>Events of the content go out together; a milter's last word amid them costs its connection, and nothing else.</summary>
public sealed class MilterPipeliningTests : MilterBenchTest
{
    private void Run(string config, Func<ScriptedMilter, Task> test)
    {
        Make(config);
        Bench.Run(() => test(Bench.Milter));
    }

    /// <summary>
    /// Keeps its answers to fields and body back until the end of the header and of the message: a server that waits for each hangs.
    /// </summary>
    private static Func<Heard, byte[][]?> LateAnswers()
    {
        int owed = 0;
        return h =>
        {
            if (h.Command is MilterCommand.Header or MilterCommand.Body)
            {
                owed++;
                return [];
            }
            if (h.Command is not (MilterCommand.EndOfHeader or MilterCommand.EndOfMessage)) return null;
            byte[][] answers = [.. Enumerable.Repeat(P('c'), owed + 1)];
            owed = 0;
            return answers;
        };
    }

    /// <summary>Answers the n-th field of each session so.</summary>
    private static Func<Heard, byte[][]?> AtField(int n, char answer)
    {
        Dictionary<int, int> fields = [];
        return h =>
        {
            if (h.Command == MilterCommand.Mail) fields[h.Session] = 0;
            return h.Command == MilterCommand.Header && ++fields[h.Session] == n ? [P(answer)] : null;
        };
    }

    private static async Task EnvelopeAsync(TestClient client)
    {
        foreach (string command in (string[])["MAIL FROM:<s@from.test>", "RCPT TO:<a@local.test>", "DATA"])
            await client.AskAsync(command);
    }

    /// <summary>Sends messages in one session; the answers to their content.</summary>
    private async Task<List<string>> SendSeveralAsync(int messages)
    {
        TestClient client = Bench.Connect();
        List<string> replies = [];
        await client.ReplyAsync();
        await client.AskAsync("EHLO client.test");
        for (int i = 0; i < messages; i++)
        {
            await EnvelopeAsync(client);
            client.Send(System.Text.Encoding.Latin1.GetBytes(MilterBench.Content));
            replies.Add(await client.ReplyAsync());
        }
        await client.AskAsync("QUIT");
        client.Close();
        return replies;
    }

    [Test]
    public void Fields_and_body_are_sent_without_waiting_for_each_answer() => Run("", async m =>
    {
        m.Script = LateAnswers();
        Assert.That(await SendSeveralAsync(2), Is.All.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRTLLLNBEMRTLLLNBEQ"));
    });

    [Test]
    public void Mail_of_this_machine_too() => Run("non_smtpd_milters = $smtpd_milters", async m =>
    {
        m.Script = LateAnswers();
        SubmitReply reply = await Bench.SubmitLocallyAsync();
        Assert.That(reply.Outcome.IsOk, reply.Outcome.Text);
    });

    [TestCase('a', "250"), TestCase('r', "550 5.7.1"), TestCase('t', "451 4.7.1"), TestCase('d', "250")]
    public void A_last_word_amid_them_counts_and_later_messages_get_a_new_connection(char answer, string reply) => Run("", async m =>
    {
        m.Script = AtField(2, answer);
        Assert.That(await SendSeveralAsync(3), Is.All.StartWith(reply));
        await Bench.Loop.UntilAsync(() => m.Commands(2).EndsWith('Q'));
        Assert.That(m.Commands(1), Does.Match("^OCHMRTLLL?N?$"), "what it may have seen of the first message");
        Assert.That(m.Commands(2), Does.Match("^OCHMRTLLA?MRTLLA?Q$"), "one event after the other, in one connection");
        Assert.That(Bench.Queued(), Has.Length.EqualTo(answer == 'a' ? 3 : 0));
        Assert.That(m.Log.Single(h => h is { Session: 2, Command: MilterCommand.Helo }).Texts[0], Is.EqualTo("client.test"));
    });

    [Test]
    public void A_last_word_at_the_end_of_the_header_costs_no_connection() => Run("", async m =>
    {
        m.Script = h => h.Command == MilterCommand.EndOfHeader ? [P('a')] : null;
        Assert.That(await SendSeveralAsync(2), Is.All.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRTLLLNMRTLLLNQ"));
    });

    [Test]
    public void A_refusal_at_connect_over_the_new_connection_is_the_answer_to_MAIL() => Run("", async m =>
    {
        m.Script = h => h.Command == MilterCommand.Connect && h.Session > 1 ? [P('t')]
            : h.Command == MilterCommand.Header ? [P('a')] : null;
        TestClient client = Bench.Connect();
        await client.ReplyAsync();
        await client.AskAsync("EHLO client.test");
        await EnvelopeAsync(client);
        client.Send(System.Text.Encoding.Latin1.GetBytes(MilterBench.Content));
        Assert.That(await client.ReplyAsync(), Does.StartWith("250"));
        Assert.That(await client.AskAsync("MAIL FROM:<s@from.test>"), Does.StartWith("451 4.7.1"));
        client.Close();
    });

    [TestCase("milter_pipelining = no"), TestCase("smtpd_milters = { unix:m1, pipelining=no }")]
    public void It_can_be_switched_off(string config) => Run(config, async m =>
    {
        m.Script = AtField(2, 'a');
        Assert.That(await SendSeveralAsync(2), Is.All.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Is.EqualTo("OCHMRTLLMRTLLQ"));
    });

    [Test]
    public void A_large_body_waits_for_answers_and_stops_where_the_milter_has_had_enough() => Run("", async m =>
    {
        int pieces = 0;
        m.Script = h => h.Command == MilterCommand.Body && ++pieces == 2 ? [P('s')] : null;
        string body = string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 6000));
        List<string> replies = await Bench.SendAsync($"Subject: large\r\n\r\n{body}.\r\n");
        Assert.That(replies[^1], Does.StartWith("250"));
        await Bench.Loop.UntilAsync(() => m.Commands().EndsWith('Q'));
        Assert.That(m.Commands(), Does.Match("^OCHMRTLNBBB?EQ$"));
    });

    [Test]
    public void An_answer_that_is_an_edit_or_one_too_many_is_a_fault() => Run("milter_default_action = tempfail", async m =>
    {
        m.Script = h => h.Command == MilterCommand.Header && h.Texts[0] == "Subject" ? [P('h', "X-A\0b\0"), P('c')] : null;
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("451 4.7.1"));
        m.Script = h => h.Command == MilterCommand.EndOfHeader ? [P('c'), P('c')] : null;
        Assert.That((await Bench.SendAsync())[^1], Does.StartWith("451 4.7.1"));
    });
}
