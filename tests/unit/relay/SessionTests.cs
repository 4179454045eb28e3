using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>What goes over the wire, and when sessions are used again.</summary>
[TestFixture]
public class SessionTests
{
    private static void With(Dictionary<string, string>? script, RelaySettings? settings, Func<RelayFixture, ScriptedPeer, Task> test,
        string? offers = null, bool lmtp = false)
    {
        OnLoop.Run(async loop =>
        {
            using ScriptedPeer peer = offers == null ? new(script, lmtp: lmtp) : new(script, offers, lmtp);
            using RelayFixture fixture = new(loop, settings, peer.EndPoint);
            await test(fixture, peer);
        });
    }

    /// <summary>With a session that is kept after two messages; on that one, and on no later one, the step goes wrong.</summary>
    private static void WithUsedSession(string step, string behaviour, Func<RelayFixture, ScriptedPeer, Task> test)
    {
        Dictionary<string, string> script = [];
        With(script, null, async (f, peer) =>
        {
            await f.DeliverAsync(f.Queue(["b@x"]));
            await f.DeliverAsync(f.Queue(["c@x"]));
            for (int i = 1; i <= peer.Connections; i++) script[$"{i}:{step}"] = behaviour;
            await test(f, peer);
        });
    }

    private static string[] Said(ScriptedPeer peer)
    {
        lock (peer.Commands) return [.. peer.Commands];
    }

    private static string Taken(ScriptedPeer peer, int index = 0)
    {
        lock (peer.Taken) return Encoding.Latin1.GetString(peer.Taken[index].Content);
    }

    [Test]
    public void A_message_goes_out_with_CR_LF_and_doubled_dots() => With(null, null, async (f, peer) =>
    {
        List<RecipientOutcome> outcomes = await f.DeliverAsync(f.Queue(["b@x"]));
        Assert.That(outcomes[0].Outcome.IsOk);
        Assert.That(Taken(peer), Is.EqualTo("From: a@example.org\r\nSubject: test\r\n\r\nhello\r\n..dot\r\nend\r\n.\r\n"));
        Assert.That(Said(peer)[..4], Is.EqualTo(
            new[] { "1: EHLO client.test", "1: MAIL FROM:<a@example.org> SIZE=50", "1: RCPT TO:<b@x>", "1: DATA" }));
    });

    [Test]
    public void Several_messages_share_a_session() => With(null, null, async (f, peer) =>
    {
        for (int i = 0; i < 5; i++) Assert.That((await f.DeliverAsync(f.Queue([$"b{i}@x"])))[0].Outcome.IsOk);
        Assert.That(peer.Connections, Is.LessThanOrEqualTo(2), "the first shows no demand yet");
        Assert.That(peer.Taken, Has.Count.EqualTo(5));
        Assert.That(Said(peer).Count(c => c.Contains("EHLO")), Is.EqualTo(peer.Connections));
    });

    [Test]
    public void The_limit_of_messages_over_a_session_holds() =>
        With(null, RelayFixture.Patient with { Cache = RelayFixture.Patient.Cache with { CountLimit = 2 } }, async (f, peer) =>
        {
            for (int i = 0; i < 7; i++) await f.DeliverAsync(f.Queue([$"b{i}@x"]));
            foreach (var one in Said(peer).GroupBy(c => c.Split(':')[0]))
                Assert.That(one.Count(c => c.Contains("DATA")), Is.LessThanOrEqualTo(2));
        });

    [Test]
    public void A_session_that_has_gone_is_replaced_and_nothing_comes_twice() => WithUsedSession("RCPT gone@x", "drop", async (f, peer) =>
    {
        int before = peer.Connections;
        RecipientOutcome outcome = (await f.DeliverAsync(f.Queue(["gone@x"])))[0];
        Assert.That(outcome.Outcome.IsOk, outcome.Outcome.Text);
        Assert.That(peer.Connections, Is.EqualTo(before + 1));
        Assert.That(peer.TakenFor("gone@x"), Is.EqualTo(1));
    });

    [Test]
    public void Good_bye_on_a_used_session_is_no_failure_of_the_message() =>
        WithUsedSession("RCPT d@x", "say+drop:421 4.3.2 bye", async (f, peer) =>
    {
        Outcome outcome = (await f.DeliverAsync(f.Queue(["d@x"])))[0].Outcome;
        Assert.That(outcome.IsOk, outcome.Text);
        Assert.That(peer.TakenFor("d@x"), Is.EqualTo(1));
    });

    [Test]
    public void Many_at_once_are_pipelined_over_few_sessions() => With(null, null, async (f, peer) =>
    {
        await f.DeliverAsync(f.Queue(["warm@x"]));
        await f.DeliverAsync(f.Queue(["warmer@x"]));
        List<DeliverRequest> requests = [.. Enumerable.Range(0, 200).Select(i => f.Queue([$"b{i}@x", $"c{i}@x"]))];
        Queue<DeliverRequest> left = new(requests);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            while (left.TryDequeue(out DeliverRequest? next))
                foreach (RecipientOutcome o in await f.DeliverAsync(next)) Assert.That(o.Outcome.IsOk, o.Outcome.Text);
        }));
        for (int i = 0; i < 200; i++) Assert.That(peer.TakenFor($"b{i}@x") + peer.TakenFor($"c{i}@x"), Is.EqualTo(2), $"{i}");
        Assert.That(peer.Connections, Is.LessThanOrEqualTo(22));
    });

    [Test]
    public void A_session_lost_at_the_dot_gives_the_next_message_back() =>
        With(new() { ["1:RCPT c@x"] = "250 ok" }, null, async (f, peer) =>
        {
            // while the first sessions are busy others wait for them; the peer goes away at the dot of some of them
            await f.DeliverAsync(f.Queue(["b@x"]));
            await f.DeliverAsync(f.Queue(["c@x"]));
            List<DeliverRequest> requests = [.. Enumerable.Range(0, 10).Select(i => f.Queue([$"r{i}@x"]))];
            List<RecipientOutcome>[] all = await Task.WhenAll(requests.Select(f.DeliverAsync));
            for (int i = 0; i < 10; i++) Assert.That(peer.TakenFor($"r{i}@x"), Is.EqualTo(all[i][0].Outcome.IsOk ? 1 : 0));
        });

    [Test]
    public void The_next_host_is_tried_after_a_temporary_failure_only() => OnLoop.Run(async loop =>
    {
        using ScriptedPeer first = new(new() { ["RCPT b@x"] = "450 4.2.1 later", ["RCPT c@x"] = "550 5.1.1 never" }), second = new();
        using RelayFixture f = new(loop, null, first.EndPoint, second.EndPoint);
        List<RecipientOutcome> outcomes = await f.DeliverAsync(f.Queue(["b@x", "c@x", "d@x"]));
        Assert.That(outcomes.Select(o => o.Outcome.Kind), Is.EqualTo(new[] { OutcomeKind.Ok, OutcomeKind.Permanent, OutcomeKind.Ok }));
        Assert.That((first.TakenFor("d@x"), second.TakenFor("b@x"), second.TakenFor("c@x"), second.TakenFor("d@x")),
            Is.EqualTo((1, 1, 0, 0)));
    });

    [Test]
    public void The_next_host_is_tried_when_one_does_not_answer() => OnLoop.Run(async loop =>
    {
        ScriptedPeer closed = new();
        closed.Dispose();
        using ScriptedPeer refusing = new(new() { ["connect"] = "554 no" }), good = new();
        using RelayFixture f = new(loop, null, closed.EndPoint, refusing.EndPoint, good.EndPoint);
        Assert.That((await f.DeliverAsync(f.Queue(["b@x"])))[0].Outcome.IsOk);
        Assert.That(good.TakenFor("b@x"), Is.EqualTo(1));
    });

    [Test]
    public void DSN_goes_along_where_it_is_offered() => With(null, null, async (f, peer) =>
    {
        DeliverRequest request = f.Queue(["b@x"], adjust: e =>
        {
            (e.EnvelopeId, e.Return) = ("id+1", DsnReturn.Headers);
            (e.Recipients[0].Notify, e.Recipients[0].DsnOriginal) = (Notify.Success | Notify.Failure, "rfc822;B+tag@y");
        });
        RecipientOutcome outcome = (await f.DeliverAsync(request))[0];
        Assert.That(Said(peer)[1], Is.EqualTo("1: MAIL FROM:<a@example.org> SIZE=50 RET=HDRS ENVID=id+2B1"));
        Assert.That(Said(peer)[2], Is.EqualTo("1: RCPT TO:<b@x> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;B+2Btag@y"));
        Assert.That(outcome.Action, Is.EqualTo(DeliveryAction.PassedOn));
    });

    [Test]
    public void Without_DSN_the_mail_is_relayed() => With(null, null, async (f, peer) =>
    {
        RecipientOutcome outcome = (await f.DeliverAsync(f.Queue(["b@x"], adjust: e => e.Recipients[0].Notify = Notify.Success)))[0];
        Assert.That(outcome.Action, Is.EqualTo(DeliveryAction.Relayed));
        Assert.That(Said(peer)[2], Is.EqualTo("1: RCPT TO:<b@x>"));
    }, offers: "PIPELINING");

    [Test]
    public void SMTPUTF8_is_asked_for_only_when_needed() => With(null, null, async (f, peer) =>
    {
        await f.DeliverAsync(f.Queue(["b@x"], adjust: e => e.SmtpUtf8 = true));
        await f.DeliverAsync(f.Queue(["b\u00fc@x"], adjust: e => e.SmtpUtf8 = true));
        string[] mails = [.. Said(peer).Where(c => c.Contains("MAIL"))];
        Assert.That(mails[0], Does.Not.Contain("SMTPUTF8"));
        Assert.That(mails[1], Does.Contain("SMTPUTF8"));
    });

    [Test]
    public void Without_SMTPUTF8_only_those_who_need_it_are_refused() => With(null, null, async (f, peer) =>
    {
        List<RecipientOutcome> outcomes = await f.DeliverAsync(f.Queue(["b@x", "b\u00fc@x"]));
        Assert.That(outcomes[0].Outcome.IsOk);
        Assert.That($"{outcomes[1].Outcome.Status} {outcomes[1].Outcome.Text}",
            Is.EqualTo("5.6.7 SMTPUTF8 is required, but was not offered by host mx1.test[127.0.0.1]"));
    }, offers: "PIPELINING\n8BITMIME");

    [Test]
    public void Eight_bit_content_that_cannot_be_converted_is_returned() => With(null, null, async (f, peer) =>
    {
        byte[] content = System.Text.Encoding.UTF8.GetBytes("Content-Type: multipart/mixed; boundary=b\n\n\u00fc\n--b\n\nx\n--b--\n");
        Outcome outcome = (await f.DeliverAsync(f.Queue(["b@x"], content)))[0].Outcome;
        Assert.That($"{outcome.Status} {outcome.Text}",
            Is.EqualTo(
                "5.6.3 8BITMIME is required for a message that cannot be converted, but was not offered by host mx1.test[127.0.0.1]"));
        Assert.That(Said(peer).Any(c => c.Contains("MAIL")), Is.False);
    }, offers: "PIPELINING");

    [Test]
    public void A_message_above_the_servers_limit_is_not_sent() => With(null, null, async (f, peer) =>
    {
        Outcome outcome = (await f.DeliverAsync(f.Queue(["b@x"])))[0].Outcome;
        Assert.That($"{outcome.Status} {outcome.Text}",
            Is.EqualTo("5.3.4 message size 50 exceeds size limit 10 of server mx1.test[127.0.0.1]"));
        Assert.That(Said(peer).Any(c => c.Contains("MAIL")), Is.False);
    }, offers: "PIPELINING\nSIZE 10");

    [Test]
    public void Chunks_carry_the_content_as_it_is() => With(null, RelayFixture.Patient with { UseChunking = true }, async (f, peer) =>
    {
        byte[] large = Encoding.ASCII.GetBytes("Subject: x\n\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $".line {i}\n")));
        Assert.That((await f.DeliverAsync(f.Queue(["b@x"], large)))[0].Outcome.IsOk);
        Assert.That(Taken(peer), Is.EqualTo(Encoding.ASCII.GetString(large).Replace("\n", "\r\n")));
        Assert.That(Said(peer).Count(c => c.Contains("BDAT")), Is.GreaterThan(1));
        Assert.That(Said(peer).Any(c => c.Contains("DATA")), Is.False);
    }, offers: "PIPELINING\nCHUNKING");

    [Test]
    public void A_refused_chunk_refuses_the_message() =>
        With(new() { ["BDAT"] = "552 5.3.4 too big", ["dot"] = "503 5.5.1 no more" }, RelayFixture.Patient with { UseChunking = true },
        async (f, _) =>
    {
        Outcome outcome = (await f.DeliverAsync(f.Queue(["b@x"], Encoding.ASCII.GetBytes("a\n\n" + new string('x', 200_000)))))[0].Outcome;
        Assert.That(outcome.Text, Is.EqualTo("host mx1.test[127.0.0.1] said: 552 5.3.4 too big (in reply to end of DATA command)"));
    }, offers: "PIPELINING\nCHUNKING");

    [Test]
    public void Content_for_a_7_bit_server_is_converted() => With(null, null, async (f, peer) =>
    {
        byte[] message = Encoding.UTF8.GetBytes(
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGr\u00fc\u00dfe, this is "
            + "long enough\n");
        Assert.That((await f.DeliverAsync(f.Queue(["b@x"], message)))[0].Outcome.IsOk);
        Assert.That(Taken(peer), Does.Contain("Content-Transfer-Encoding: quoted-printable\r\n").And.Contain(
            "\r\nGr=C3=BC=C3=9Fe, this is long enough\r\n"));
    }, offers: "PIPELINING");

    [Test]
    public void The_original_client_is_told_by_XFORWARD() =>
        With(null, RelayFixture.Patient with { SendXforward = true }, async (f, peer) =>
    {
        DeliverRequest request =
            f.Queue(["b@x"], adjust: e => (e.ClientName, e.ClientAddress, e.ClientHelo) = ("c.test", "192.0.2.1", "he lo"));
        await f.DeliverAsync(request);
        Assert.That(Said(peer)[1..3], Is.EqualTo(
            new[] { "1: XFORWARD NAME=c.test ADDR=192.0.2.1 PORT=[UNAVAILABLE]",
            $"1: XFORWARD PROTO=[UNAVAILABLE] HELO=he+20lo IDENT={request.QueueId} SOURCE=REMOTE" }));
    }, offers: "PIPELINING\nXFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT");

    [Test]
    public void An_address_cannot_carry_a_command() => With(null, null, async (f, peer) =>
    {
        Outcome outcome = (await f.DeliverAsync(f.Queue(["b@x>\r\nRCPT TO:<c@x"])))[0].Outcome;
        Assert.That(outcome.Status.ToString(), Is.EqualTo("5.1.3"));
        Assert.That(peer.Connections, Is.Zero);
    });

    [Test]
    public void A_recipient_that_is_done_is_not_served_again() => With(null, null, async (f, peer) =>
    {
        DeliverRequest request = f.Queue(["b@x", "c@x"], adjust: e => e.Recipients[0].Done = true);
        List<RecipientOutcome> outcomes = await f.DeliverAsync(request);
        Assert.That(outcomes.TrueForAll(o => o.Outcome.IsOk));
        Assert.That((peer.TakenFor("b@x"), peer.TakenFor("c@x")), Is.EqualTo((0, 1)));
    });
}
