using System.Text;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>
/// A milter that is away, dies, hangs, lies or talks nonsense, at each event and in the middle of changing a body: its default action
/// decides, no message is queued that it did not see, and another session goes on.
/// </summary>
public sealed class MilterMisbehaviourTests : MilterBenchTest
{
    private static byte[] Raw(string bytes) => Encoding.Latin1.GetBytes(bytes);

    /// <summary>What is wrong wherever it is said.</summary>
    internal static readonly Dictionary<string, byte[][]> Faults = new()
    {
        ["dies"] = [ScriptedMilter.Close],
        ["dies within a packet"] = [Raw("\0\0\0\u0010y550"), ScriptedMilter.Close],
        ["dies within a length"] = [Raw("\0\0"), ScriptedMilter.Close],
        ["says a length of nothing"] = [Raw("\0\0\0\0")],
        ["says a length beyond all bounds"] = [Raw("\u00ff\u00ff\u00ff\u00ffc")],
        ["says a length of 16 MB"] = [Raw("\u0001\0\0\0c")],
        ["talks HTTP"] = [Raw("HTTP/1.1 400 Bad Request\r\n\r\n")],
        ["answers with an unknown code"] = [P('Z')],
        ["answers with a code of zero"] = [P('\0')],
        ["puts data behind its answer"] = [P('c', "x")],
        ["negotiates again"] = [P('O', "\0\0\0\u0006\0\0\0\0\0\0\0\0")],
        ["refuses with a text that is none"] = [P('y', "no thanks\0")],
        ["refuses with a code of success"] = [P('y', "250 2.0.0 Ok\0")],
        ["refuses with an empty text"] = [P('y', "")],
    };

    /// <summary>What only goes wrong where changes are not allowed, or where they are.</summary>
    internal static readonly Dictionary<string, byte[][]> Early = new()
    {
        ["changes the message too early"] = [P('h', "X-A\0b\0")],
        ["replaces the body too early"] = [P('b', "body")],
    };

    internal static readonly Dictionary<string, byte[][]> Late = new()
    {
        ["adds a field without a name"] = [P('h', "\0b\0"), P('c')],
        ["adds a field whose name is two"] = [P('h', "X\nY\0b\0"), P('c')],
        ["adds a field without an end"] = [P('h', "X-A\0b"), P('c')],
        ["changes a field with half a number"] = [P('m', "\0\0"), P('c')],
        ["inserts a field behind all numbers"] = [P('i', "\u00ff\u00ff\u00ff\u00ffX\0y\0"), P('c')],
        ["adds a recipient without an end"] = [P('+', "<a@b>"), P('c')],
        ["adds two recipients at once"] = [P('+', "<a@b>\0<c@d>\0"), P('c')],
        ["changes the sender to nothing at all"] = [P('e', ""), P('c')],
        ["dies in the middle of a body"] = [P('b', "half of it\r\n"), ScriptedMilter.Close],
        ["dies at once behind a whole body"] = [P('b', "all of it\r\n"), P('p'), ScriptedMilter.Close],
        ["talks nonsense in the middle of a body"] = [P('b', "half of it\r\n"), P('Z')],
        ["cuts a piece of a body"] = [P('b', "half"), Raw("\0\0\u0001\0bof"), ScriptedMilter.Close],
        ["gives another body a length of nothing"] = [P('b', "half"), Raw("\0\0\0\0")],
    };

    private const string Events = "OCHMRTLNBE";

    public static IEnumerable<TestCaseData> Cases()
    {
        foreach (char command in Events)
        {
            foreach ((string name, byte[][] fault) in Faults.Where(f => command != 'O' || f.Key != "negotiates again"))
                yield return new TestCaseData(command, fault).SetArgDisplayNames($"{command}", name);
            foreach ((string name, byte[][] fault) in command == 'E' ? Late : Early)
                yield return new TestCaseData(command, fault).SetArgDisplayNames($"{command}", name);
        }
        foreach (string wrong in (string[])["\0\0\0\u0009\0\0\0\0\0\0\0\0", "\0\0\0\u0001\0\0\0\0\0\0\0\0",
            "\0\0\0\u0006\u00ff\0\0\0\0\0\0\0", "\0\0",
            "\0\0\0\u0006\0\0\0\0\0\0\0\0\0\0\0\u0001x"])
            yield return new TestCaseData('O', new[] { P('O', wrong) }).SetArgDisplayNames("O",
                $"agrees on {Convert.ToHexString(Raw(wrong))}");
    }

    private void Run(char command, byte[][] fault, string action, Func<List<string>, Task> check)
    {
        Make($"milter_default_action = {action}\nmilter_command_timeout = 30\n");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == command && h.Session == 1 ? fault : null;
            Task<List<string>> bad = Bench.SendAsync();
            List<string> good = await Bench.SendAsync(MilterBench.Content.Replace("first", "good"));
            Assert.That(good[^1], Does.StartWith("250"), "another session");
            await check(await bad);
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void With_tempfail_nothing_is_accepted(char command, byte[][] fault) => Run(command, fault, "tempfail", replies =>
    {
        Assert.That(replies, Has.Some.StartsWith("451 4."));
        Assert.That(Bench.Queued(), Has.Length.EqualTo(1),
            $"the good one's message: {string.Join(' ', replies)}; {string.Join(' ', Bench.Queued())}");
        Assert.That(Bench.Only(), Does.Contain("good line"));
        Assert.That(Bench.LogLines(), Has.Some.StartsWith("warning: milter unix:m1: "));
        return Task.CompletedTask;
    });

    [TestCaseSource(nameof(Cases))]
    public void With_accept_the_message_is_as_the_client_sent_it_or_not_there(char command, byte[][] fault) =>
        Run(command, fault, "accept", replies =>
        {
            bool changes = fault[0].Length > 5 && fault[0][4] == 'b' && command == 'E';
            Assert.That(replies[^1], Does.StartWith(changes ? "451 4.3.0" : "250"), "a body that was half replaced is never queued");
            string[] queued = Bench.Queued();
            Assert.That(queued, Has.Length.EqualTo(changes ? 1 : 2));
            string all = string.Concat(queued.Select(id =>
                Encoding.Latin1.GetString(File.ReadAllBytes(Bench.Spool.PathOf("incoming", id)))));
            Assert.That(all, Does.Contain("good line\nlast line\n").And.Not.Contain("half").And.Not.Contain("all of it"));
            if (!changes) Assert.That(all, Does.Contain("first line\nlast line\n"));
            return Task.CompletedTask;
        });

    [TestCase("reject", "550 5.5.0"), TestCase("shutdown", "421 4.7.1"), TestCase("tempfail", "451 4.7.1")]
    public void A_milter_that_dies_is_answered_as_its_default_action_says(string action, string reply) =>
        Run('M', [ScriptedMilter.Close], action, replies =>
        {
            Assert.That(replies[2], Does.StartWith(reply));
            return Task.CompletedTask;
        });

    [Test]
    public void A_milter_that_dies_may_mean_hold() => Run('T', [ScriptedMilter.Close], "quarantine", replies =>
    {
        Assert.That(replies[^1], Does.StartWith("250"));
        Assert.That((Bench.Queued().Length, Bench.Queued("hold").Length), Is.EqualTo((1, 1)));
        return Task.CompletedTask;
    });

    [TestCase("tempfail", "451 4.7.1"), TestCase("accept", "250")]
    public void A_milter_that_is_away_is_answered_as_its_default_action_says(string action, string last)
    {
        Make($"smtpd_milters = unix:nobody\nmilter_default_action = {action}");
        Bench.Run(async () =>
        {
            List<string> replies = await Bench.SendAsync();
            Assert.That(replies.Skip(2), Has.Some.StartsWith(last));
            Assert.That(Bench.Queued(), Has.Length.EqualTo(action == "accept" ? 1 : 0));
            Assert.That(Bench.LogLines(), Has.Some.Match("warning: connect to Milter service unix:nobody: No such file or directory"));
        });
    }

    [Test]
    public void A_milter_that_hangs_is_given_up_in_time([Values('O', 'C', 'M', 'L', 'B', 'E')] char command)
    {
        Make("milter_default_action = tempfail\nmilter_command_timeout = 1\nmilter_content_timeout = 1");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == command ? [ScriptedMilter.Hang] : null;
            Assert.That(await Bench.SendAsync(), Has.Some.StartsWith("451 4.7.1"));
            Assert.That(Bench.Queued(), Is.Empty);
            Assert.That(Bench.LogLines(), Has.Some.Match(
                "warning: milter unix:m1: can't read SMFIC_.* reply packet header: Connection timed out"));
        });
    }

    [Test]
    public void A_milter_that_is_still_at_work_is_waited_for()
    {
        Make("milter_default_action = tempfail");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' ? [.. Enumerable.Repeat(P('p'), 1000), P('c')] : null;
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        });
    }

    [Test]
    public void A_flood_of_changes_is_refused_and_others_get_their_turn()
    {
        Make("milter_default_action = accept");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' && h.Session == 1
                ? [.. Enumerable.Repeat(P('h', "X-Flood\0" + new string('x', 1000) + "\0"), 5000), P('c')] : null;
            List<string> replies = await Bench.SendAsync();
            Assert.That(replies[^1], Does.StartWith("250").Or.StartsWith("451"));
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        });
    }

    [Test]
    public void A_configuration_that_can_never_work_is_deferred_mail_not_unseen_mail(
        [Values("inet", "tcp:host:25", "inet:host:none", "unix:")] string service)
    {
        Make($"smtpd_milters = {service}\nmilter_default_action = tempfail");
        Bench.Run(async () =>
        {
            Assert.That(await Bench.SendAsync(), Has.Some.StartsWith("451 4.3.5"));
            Assert.That(Bench.Queued(), Is.Empty);
        });
    }

    [Test]
    public void The_session_of_a_milter_that_failed_stays_refused_and_a_new_one_is_asked_again()
    {
        Make("milter_default_action = tempfail");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' && h.Session == 1 ? [ScriptedMilter.Close] : null;
            var client = Bench.Connect();
            await client.ReplyAsync();
            foreach (string command in (string[])["EHLO x", "MAIL FROM:<s@from.test>", "RCPT TO:<a@local.test>", "DATA"])
                await client.AskAsync(command);
            client.Send(MilterBench.Content);
            Assert.That(await client.ReplyAsync(), Does.StartWith("451 4.7.1"));
            Assert.That(await client.AskAsync("MAIL FROM:<s@from.test>"), Does.StartWith("451 4.7.1"));
            client.Close();
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("250"));
        });
    }
}
