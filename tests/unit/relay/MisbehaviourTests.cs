using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>
/// Servers that misbehave at each step: the outcome, its status and words, and that nobody gets the mail twice who need not.
/// </summary>
[TestFixture]
public class MisbehaviourTests
{
    private const string Duplicate =
        "lost connection with mx1.test[127.0.0.1] while sending end of data -- message may be sent more than once";

    /// <param name="Outcomes">For b@x and c@x: "kind status text", "ok", where text may be the beginning.</param>
    /// <param name="Taken">How often each recipient's mail was taken by the peer.</param>
    public sealed record Case(string Name, Dictionary<string, string> Script, string[] Outcomes, int[] Taken, int Connections = 1,
        string? Offers = null, bool Lmtp = false)
    {
        public override string ToString() => Name;
    }

    private static Case One(string name, string step, string action, string outcome, int taken = 0, int connections = 1,
        string? offers = null) =>
        new(name, new() { [step] = action }, [outcome, outcome], [taken, taken], connections, offers);

    private const string NoPipelining = "8BITMIME";

    private static Case[] Cases { get; } =
    [
        One("all is well", "NOOP", "250 ok", "ok 2.0.0 250 2.0.0 taken", taken: 1),
        One("all is well without pipelining", "NOOP", "250 ok", "ok 2.0.0 250 2.0.0 taken", taken: 1, offers: NoPipelining),
        // dropped
        One("drop at the greeting", "connect", "drop",
            "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while receiving the initial server greeting"),
        One("drop at EHLO", "EHLO", "drop", "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while performing the EHLO handshake"),
        One("drop at MAIL", "MAIL", "drop", "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while sending MAIL FROM"),
        One("drop at RCPT", "RCPT", "drop", "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while sending RCPT TO"),
        One("drop at DATA", "DATA", "drop", "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while sending DATA command"),
        One("drop before the content", "body", "drop", "defer 4.4.2 lost connection with mx1.test[127.0.0.1] while sending"),
        One("drop after the dot, not taken", "dot", "drop", $"defer 4.4.2 {Duplicate}"),
        One("drop after the dot, taken", "dot", "take+drop", $"defer 4.4.2 {Duplicate}", taken: 1),
        One("drop at MAIL without pipelining", "MAIL", "drop", "defer 4.4.2 lost connection", offers: NoPipelining),
        One("drop at RCPT without pipelining", "RCPT", "drop", "defer 4.4.2 lost connection", offers: NoPipelining),
        One("drop at QUIT", "QUIT", "drop", "ok 2.0.0 250 2.0.0 taken", taken: 1),
        One("reset at the greeting", "connect", "reset", "defer 4.4."),
        One("reset at MAIL", "MAIL", "reset", "defer 4.4.2 lost connection"),
        One("reset after the dot", "dot", "reset", $"defer 4.4.2 {Duplicate}"),
        // silent
        One("silent at the greeting", "connect", "silent",
            "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while receiving the initial server greeting"),
        One("silent at EHLO", "EHLO", "silent",
            "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while performing the EHLO handshake"),
        One("silent at MAIL", "MAIL", "silent", "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while sending MAIL FROM"),
        One("silent at RCPT", "RCPT", "silent", "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while sending RCPT TO"),
        One("silent at DATA", "DATA", "silent", "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while sending DATA command"),
        One("silent after the dot", "dot", "silent",
            "defer 4.4.2 conversation with mx1.test[127.0.0.1] timed out while sending end of data -- message may be sent more than once"),
        One("silent at QUIT", "QUIT", "silent", "ok 2.0.0 250 2.0.0 taken", taken: 1),
        // refused for now
        One("4xx greeting", "connect", "450 4.3.2 later", "defer 4.3.2 host mx1.test[127.0.0.1] refused to talk to me: 450 4.3.2 later"),
        One("421 greeting", "connect", "421 busy", "defer 4.0.0 host mx1.test[127.0.0.1] refused to talk to me: 421 busy"),
        One("5xx greeting is passed over", "connect", "554 5.7.1 no",
            "defer 4.7.1 host mx1.test[127.0.0.1] refused to talk to me: 554 5.7.1 no"),
        One("4xx to EHLO and HELO", "EHLO", "450 later", "ok 2.0.0 250 2.0.0 taken", taken: 1),
        new("4xx to both hellos", new() { ["EHLO"] = "450 later", ["HELO"] = "450 4.5.6 later" },
            ["defer 4.5.6 host mx1.test[127.0.0.1] refused to talk to me: 450 4.5.6 later", "defer 4.5.6"], [0, 0]),
        new("5xx to both hellos", new() { ["EHLO"] = "502 what", ["HELO"] = "550 5.7.1 not you" },
            ["bounce 5.7.1 host mx1.test[127.0.0.1] refused to talk to me: 550 5.7.1 not you", "bounce 5.7.1"], [0, 0]),
        One("EHLO unknown, HELO works", "EHLO", "500 what", "ok 2.0.0 250 2.0.0 taken", taken: 1),
        One("421 to EHLO", "EHLO", "421 4.3.2 going down", "defer 4.3.2 host mx1.test[127.0.0.1] refused to talk to me: 421"),
        One("4xx to MAIL", "MAIL", "451 4.7.1 greylisted",
            "defer 4.7.1 host mx1.test[127.0.0.1] said: 451 4.7.1 greylisted (in reply to MAIL FROM command)"),
        One("5xx to MAIL", "MAIL", "550 5.1.8 bad sender",
            "bounce 5.1.8 host mx1.test[127.0.0.1] said: 550 5.1.8 bad sender (in reply to MAIL FROM command)"),
        One("4xx to RCPT", "RCPT", "450 4.2.1 busy",
            "defer 4.2.1 host mx1.test[127.0.0.1] said: 450 4.2.1 busy (in reply to RCPT TO command)"),
        One("5xx to RCPT", "RCPT", "550 5.1.1 unknown",
            "bounce 5.1.1 host mx1.test[127.0.0.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)"),
        One("5xx to RCPT without pipelining", "RCPT", "550 5.1.1 unknown", "bounce 5.1.1", offers: NoPipelining),
        new("one recipient refused", new() { ["RCPT c@x"] = "550 5.1.1 unknown" }, ["ok 2.0.0", "bounce 5.1.1"], [1, 0]),
        new("one recipient refused for now", new() { ["RCPT b@x"] = "450 4.2.2 full" }, ["defer 4.2.2", "ok 2.0.0"], [0, 1]),
        new("one recipient refused without pipelining", new() { ["RCPT b@x"] = "550 5.1.1 unknown" }, ["bounce 5.1.1", "ok 2.0.0"], [0, 1],
            Offers: NoPipelining),
        new("all refused, DATA taken all the same", new() { ["RCPT"] = "550 5.1.1 unknown", ["DATA"] = "354 go" },
            ["bounce 5.1.1", "bounce 5.1.1"], [0, 0]),
        One("4xx to DATA", "DATA", "451 4.3.0 not now",
            "defer 4.3.0 host mx1.test[127.0.0.1] said: 451 4.3.0 not now (in reply to DATA command)"),
        One("5xx to DATA", "DATA", "554 5.7.0 no", "bounce 5.7.0 host mx1.test[127.0.0.1] said: 554 5.7.0 no (in reply to DATA command)"),
        One("4xx to the dot", "dot", "451 4.3.0 disk",
            "defer 4.3.0 host mx1.test[127.0.0.1] said: 451 4.3.0 disk (in reply to end of DATA command)"),
        One("5xx to the dot", "dot", "554 5.7.1 spam",
            "bounce 5.7.1 host mx1.test[127.0.0.1] said: 554 5.7.1 spam (in reply to end of DATA command)"),
        One("status of another class than the code", "dot", "550 4.2.2 odd", "bounce 5.0.0 host mx1.test[127.0.0.1] said: 550 4.2.2 odd"),
        One("several lines", "RCPT", "550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user",
            "bounce 5.1.1 host mx1.test[127.0.0.1] said: 550-5.1.1 no 550-5.1.1 such 550 5.1.1 user"),
        // good-bye in mid-session
        One("421 to MAIL", "MAIL", "say+drop:421 4.3.2 bye",
            "defer 4.3.2 host mx1.test[127.0.0.1] said: 421 4.3.2 bye (in reply to MAIL FROM command)"),
        One("421 to RCPT", "RCPT", "say+drop:421 4.3.2 bye",
            "defer 4.3.2 host mx1.test[127.0.0.1] said: 421 4.3.2 bye (in reply to RCPT TO command)"),
        One("421 to DATA", "DATA", "say+drop:421 4.3.2 bye",
            "defer 4.3.2 host mx1.test[127.0.0.1] said: 421 4.3.2 bye (in reply to DATA command)"),
        One("421 to the dot", "dot", "say+drop:421 4.3.2 bye",
            "defer 4.3.2 host mx1.test[127.0.0.1] said: 421 4.3.2 bye (in reply to end of DATA command)"),
        new("421 to the second recipient", new() { ["RCPT c@x"] = "say+drop:421 4.3.2 bye" }, ["defer 4.3.2", "defer 4.3.2"], [0, 0]),
        // nonsense
        One("garbage as greeting", "connect", "raw:SSH-2.0-OpenSSH_9.9\r\n",
            "defer 4.5.0 protocol error: unexpected response from mx1.test[127.0.0.1] while receiving the initial server greeting"),
        One("garbage at RCPT", "RCPT", "raw:what?\r\n", "defer 4.5.0 protocol error"),
        One("binary at MAIL", "MAIL", "raw:\0\x01\xff\xfe\r\n", "defer 4.5.0 protocol error"),
        One("a code of two digits", "MAIL", "raw:25 ok\r\n", "defer 4.5.0 protocol error"),
        One("a code above 599", "MAIL", "999 odd", "defer 4.5.0 protocol error"),
        One("3xx to MAIL", "MAIL", "354 early", "defer 4.5.0 protocol error"),
        new("MAIL refused, the rest accepted", new() { ["MAIL"] = "451 4.7.1 greylisted", ["RCPT"] = "250 ok", ["DATA"] = "354 go" },
            ["defer 4.7.1", "defer 4.7.1"], [0, 0]),
        One("354 to the dot", "dot", "354 more", "defer 4.5.0 protocol error"),
        One("250 to DATA", "DATA", "250 ok", "defer 4.5.0 protocol error"),
        One("endless reply", "EHLO", "endless", "defer 4.5.0 protocol error"),
        One("endless line", "MAIL", "longline", "defer 4.5.0 protocol error"),
        One("slow bytes", "EHLO", "slow:250-peer.test\n250 PIPELINING", "ok 2.0.0", taken: 1),
        One("bare line feeds", "EHLO", "raw:250-peer.test\n250 PIPELINING\n", "ok 2.0.0", taken: 1),
        One("control bytes in a refusal", "RCPT", "raw:550 5.1.1 a\tb\x01\x02\r\n", "bounce 5.1.1"),
        // out of step
        One("a reply too many at the greeting", "connect", "220 peer\n250 early", "defer 4.5.0 protocol error"),
        One("a reply too many at EHLO", "EHLO", "raw:250 peer.test\r\n250 early\r\n", "defer 4.5.0 protocol error"),
        One("a reply too many at RCPT", "RCPT", "raw:250 ok\r\n250 ok\r\n", "defer 4.5.0 protocol error"),
        One("the reply to the dot before the content", "DATA", "354 go\n250 taken it", "defer 4.5.0 protocol error"),
        One("a refusal of the content before the content", "DATA", "354 go\n552 5.3.4 too big",
            "bounce 5.3.4 host mx1.test[127.0.0.1] said: 552 5.3.4 too big (in reply to DATA command)"),
        new("replies too few", new() { ["RCPT"] = "raw:", ["DATA"] = "354 go" },
            ["defer 4.5.0 protocol error", "defer 4.5.0 protocol error"], [0, 0]),
        new("a reply too few", new() { ["RCPT c@x"] = "raw:" }, ["defer 4.5.0 protocol error", "defer 4.5.0 protocol error"], [0, 0]),
        new("a reply too few without pipelining", new() { ["RCPT c@x"] = "raw:" }, ["defer 4.4.2 conversation", "defer 4.4.2 conversation"],
            [0, 0], Offers: NoPipelining),
        // LMTP
        new("LMTP, all well", [], ["ok 2.0.0 250 2.0.0 <b@x> taken", "ok 2.0.0 250 2.0.0 <c@x> taken"], [1, 1], Lmtp: true),
        new("LMTP, one refused at the end", new() { ["dot c@x"] = "552 5.2.2 full" },
            ["ok 2.0.0", "bounce 5.2.2 host mx1.test[127.0.0.1] said: 552 5.2.2 full (in reply to end of DATA command)"], [1, 1],
                Lmtp: true),
        new("LMTP, one refused at RCPT", new() { ["RCPT b@x"] = "550 5.1.1 no" }, ["bounce 5.1.1", "ok 2.0.0"], [0, 1], Lmtp: true),
        new("LMTP, lost between the replies", new() { ["dot c@x"] = "drop" }, ["ok 2.0.0", $"defer 4.4.2 {Duplicate}"], [1, 1], Lmtp: true),
        new("LMTP, no LHLO", new() { ["LHLO"] = "500 what" }, ["bounce 5.0.0", "bounce 5.0.0"], [0, 0], Lmtp: true),
    ];

    [Test]
    public void Each_has_its_outcome()
    {
        List<string> wrong = [];
        OnLoop.Run(async loop =>
        {
            // all at once: most of them wait for time limits
            Task<string?>[] running = [.. Cases.Select(c => RunAsync(loop, c))];
            foreach (Task<string?> one in running)
                if (await one is { } error) wrong.Add(error);
        });
        Assert.That(wrong, Is.Empty);
        Assert.That(Cases, Has.Length.GreaterThan(60));
    }

    private static async Task<string?> RunAsync(Common.Net.EventLoop loop, Case c)
    {
        using ScriptedPeer peer = c.Offers == null ? new(c.Script, lmtp: c.Lmtp) : new(c.Script, c.Offers, c.Lmtp);
        using RelayFixture fixture =
            new(loop, RelayFixture.Quick with { IsLmtp = c.Lmtp, Cache = RelayFixture.Unshared }, peer.EndPoint);
        List<RecipientOutcome> outcomes = await fixture.DeliverAsync(fixture.Queue(["b@x", "c@x"]));
        for (int i = 0; i < 2; i++)
        {
            Outcome o = outcomes[i].Outcome;
            string found = $"{(o.IsOk ? "ok" : o.IsPermanent ? "bounce" : "defer")} {o.Status} {o.Text}";
            if (!found.StartsWith(c.Outcomes[i], StringComparison.Ordinal))
                return $"{c.Name}: {(i == 0 ? "b" : "c")}: {found}\n    instead of {c.Outcomes[i]}";
            if (peer.TakenFor(i == 0 ? "b@x" : "c@x") != c.Taken[i])
                return $"{c.Name}: {(i == 0 ? "b" : "c")} was taken {peer.TakenFor(i == 0 ? "b@x" : "c@x")} times";
        }
        return peer.Connections == c.Connections ? null : $"{c.Name}: {peer.Connections} connections";
    }
}
