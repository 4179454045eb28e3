using System.Buffers;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>
/// The milter's side of the protocol, told of sessions with the codec of our client, cut anywhere, and by hostile servers.
/// </summary>
public sealed class MilterConversationTests
{
    private const MilterSteps Silent = MilterSteps.NoReplyToConnect | MilterSteps.NoReplyToHelo | MilterSteps.NoReplyToMail
        | MilterSteps.NoReplyToRcpt | MilterSteps.NoReplyToData | MilterSteps.NoReplyToHeader | MilterSteps.NoReplyToEndOfHeader
        | MilterSteps.NoReplyToBody | MilterSteps.NoReplyToUnknown;

    /// <summary>Notes what it hears, and answers by script.</summary>
    private sealed class Recorder(List<string> heard, MilterOptions wants) : MilterHandler
    {
        public Func<string, MilterAnswer> Answer { get; init; } = _ => default;
        public Action<MilterChanges> Change { get; init; } = _ => { };

        public override MilterOptions Wants => wants;

        private MilterAnswer Note(string what)
        {
            heard.Add(what);
            return Answer(what);
        }

        private ValueTask<MilterAnswer> Hear(string what) => new(Note(what));

        public override ValueTask<MilterAnswer> ConnectAsync(MilterClient client) =>
            Hear($"connect {client.Name} {client.Address} {Macros["j"]}");

        public override ValueTask<MilterAnswer> HeloAsync(string name) => Hear($"helo {name}");

        public override ValueTask<MilterAnswer> MailAsync(string path, IReadOnlyList<string> arguments) =>
            Hear($"mail {path} {string.Join(' ', arguments)} i={Macros["i"]} j={Macros["j"]}");

        public override ValueTask<MilterAnswer> RcptAsync(string path, IReadOnlyList<string> arguments) => Hear($"rcpt {path}");

        public override ValueTask<MilterAnswer> DataAsync() => Hear("data");

        public override MilterAnswer Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            Note($"header {Encoding.Latin1.GetString(name)}:{Encoding.Latin1.GetString(value)}");

        public override ValueTask<MilterAnswer> EndOfHeaderAsync() => Hear("eoh");

        public override MilterAnswer Body(ReadOnlySpan<byte> piece) => Note($"body {Encoding.Latin1.GetString(piece)}");

        public override async ValueTask<MilterAnswer> EndOfMessageAsync(MilterChanges changes)
        {
            await Task.Yield(); // as one that asks the DNS
            Change(changes);
            return await Hear($"eom i={Macros["i"]}");
        }

        public override ValueTask<MilterAnswer> UnknownAsync(string line) => Hear($"unknown {line}");

        public override void MessageDone() => heard.Add("done");

        public override void Closed() => heard.Add("closed");
    }

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Negotiate(uint version = 6, MilterSteps steps = MilterSteps.Version6) =>
        Bytes(new MilterOptions { Version = version, Actions = MilterActions.All, Steps = steps }.Write);

    private static byte[] P(MilterCommand command, params string[] texts) => Bytes(w =>
    {
        if (texts.Length == 0) MilterWriter.Write(w, (byte)command);
        else MilterWriter.Write(w, (byte)command, texts);
    });

    private static byte[] Macros(MilterCommand command, params string[] macros) => Bytes(w => MilterWriter.WriteMacros(w, command, macros));

    private static byte[] Connect() => Bytes(w => MilterWriter.WriteConnect(w, "c.test", MilterFamily.Inet, 25, "192.0.2.1"));

    private static byte[] Body(string text) => Bytes(w => MilterWriter.Write(w, (byte)MilterCommand.Body, Encoding.Latin1.GetBytes(text)));

    private static readonly byte[] s_message =
    [
        .. Macros(MilterCommand.Mail, "i", "Q1"), .. P(MilterCommand.Mail, "<a@b.test>", "SIZE=10"), .. P(MilterCommand.Rcpt, "<c@d.test>"),
        .. P(MilterCommand.Data), .. P(MilterCommand.Header, "Subject", " one"), .. P(MilterCommand.Header, "To", " c\n\t(folded)"),
        .. P(MilterCommand.EndOfHeader), .. Body("first\r\n"), .. Body("last\r\n"), .. Macros(MilterCommand.EndOfMessage, "i", "Q1"),
        .. P(MilterCommand.EndOfMessage),
    ];

    private static readonly byte[] s_session =
    [
        .. Negotiate(), .. Macros(MilterCommand.Connect, "j", "mx.test", "{daemon_name}", "d"), .. Connect(),
        .. P(MilterCommand.Helo, "helo.test"), .. s_message, .. P(MilterCommand.Quit),
    ];

    private static readonly string[] s_messageHeard =
    [
        "mail <a@b.test> SIZE=10 i=Q1 j=mx.test", "rcpt <c@d.test>", "data", "header Subject: one", "header To: c\n\t(folded)", "eoh",
        "body first\r\n", "body last\r\n", "eom i=Q1", "done",
    ];

    private static readonly string[] s_sessionHeard =
        ["connect c.test 192.0.2.1 mx.test", "helo helo.test", .. s_messageHeard, "closed"];

    /// <summary>Sends pieces to a conversation; what it answers, as the codes of its packets, and why it ended.</summary>
    private static async Task<(string Codes, string Problem)> TalkAsync(EventLoop loop, List<string> heard, MilterSteps wants,
        IEnumerable<byte[]> pieces, Func<MilterHandler>? make = null)
    {
        (int a, int b) = OnLoop.Pair();
        MilterConversation conversation = new(new Connection(loop, a),
            make ?? (() => new Recorder(heard, new MilterOptions { Actions = MilterActions.All, Steps = wants })));
        Task running = conversation.RunAsync();
        using Connection server = new(loop, b);
        foreach (byte[] piece in pieces)
        {
            server.Write(piece);
            server.Flush();
            await loop.TurnAsync(1);
        }
        StringBuilder codes = new();
        using MilterPackets packets = new();
        while (true)
        {
            PacketStatus status = packets.TryTake(server.Input, out byte code, out _, out int consumed);
            server.Consume(consumed);
            if (status == PacketStatus.Complete) codes.Append((char)code);
            else if (await server.FillAsync() != ReadStatus.Data) break;
        }
        await running;
        return (codes.ToString(), conversation.Problem);
    }

    private static (string Codes, string Problem) Talk(List<string> heard, MilterSteps wants, params byte[][] pieces)
    {
        (string Codes, string Problem) result = default;
        OnLoop.Run(async loop => result = await TalkAsync(loop, heard, wants, pieces));
        return result;
    }

    [Test]
    public void A_session_is_the_same_cut_at_each_point() => OnLoop.Run(async loop =>
    {
        for (int cut = 1; cut < s_session.Length; cut++)
        {
            List<string> heard = [];
            (string codes, string problem) = await TalkAsync(loop, heard, Silent, [s_session[..cut], s_session[cut..]]);
            Assert.That((codes, problem), Is.EqualTo(("Oc", "")), $"cut at {cut}");
            Assert.That(heard, Is.EqualTo(s_sessionHeard), $"cut at {cut}");
        }
    });

    [Test]
    public void A_session_is_the_same_byte_by_byte()
    {
        List<string> heard = [];
        Assert.That(Talk(heard, MilterSteps.None, [.. s_session.Select(b => new[] { b })]), Is.EqualTo(($"O{new string('c', 11)}", "")));
        Assert.That(heard, Is.EqualTo(s_sessionHeard));
    }

    [Test]
    public void Events_that_are_not_answered_by_agreement_get_no_answer_and_others_do()
    {
        Assert.That(Talk([], Silent, s_session).Codes, Is.EqualTo("Oc"));
        byte[] old = [.. Negotiate(2, MilterSteps.Version2), .. s_session[Negotiate().Length..]];
        Assert.That(Talk([], Silent, old).Codes, Is.EqualTo($"O{new string('c', 11)}"), "version 2 answers everything");
    }

    [Test]
    public void Several_messages_come_on_one_connection_and_one_that_is_given_up_leaves_nothing()
    {
        List<string> heard = [];
        byte[] aborted = [.. Macros(MilterCommand.Mail, "i", "Q0"), .. P(MilterCommand.Mail, "<x@y.test>"),
            .. P(MilterCommand.Header, "A", " b"), .. P(MilterCommand.Abort)];
        (string codes, string problem) = Talk(heard, Silent,
            [.. Negotiate(), .. Connect(), .. aborted, .. s_message, .. s_message, .. P(MilterCommand.Quit)]);
        Assert.That((codes, problem), Is.EqualTo(("Occ", "")));
        string[] messages = [.. s_messageHeard.Select(h => h.Replace("j=mx.test", "j=", StringComparison.Ordinal))];
        Assert.That(heard, Is.EqualTo((string[])["connect c.test 192.0.2.1 ", "mail <x@y.test>  i=Q0 j=", "header A: b", "done",
            .. messages, .. messages, "closed"]));
    }

    [Test]
    public void A_new_MAIL_ends_the_message_before_it_and_keeps_its_own_macros()
    {
        List<string> heard = [];
        byte[] open = [.. P(MilterCommand.Mail, "<x@y.test>"), .. P(MilterCommand.Data)];
        Assert.That(Talk(heard, Silent, [.. Negotiate(), .. open, .. s_message, .. P(MilterCommand.Quit)]).Problem, Is.Empty);
        Assert.That(heard.SkipWhile(h => h != "done").Skip(1).First(), Is.EqualTo("mail <a@b.test> SIZE=10 i=Q1 j="));
    }

    [TestCase(false), TestCase(true)]
    public void A_connection_is_used_again_with_or_without_another_negotiation(bool again)
    {
        List<string> heard = [];
        byte[] second = [.. again ? Negotiate() : [], .. Connect(), .. s_message, .. P(MilterCommand.Quit)];
        (string codes, string problem) = Talk(heard, Silent, [.. s_session[..^5], .. P(MilterCommand.QuitAndReuse), .. second]);
        Assert.That((codes, problem), Is.EqualTo((again ? "OcOc" : "Occ", "")));
        Assert.That(heard.Count(h => h == "closed"), Is.EqualTo(2));
        Assert.That(heard, Does.Contain("mail <a@b.test> SIZE=10 i=Q1 j="), "macros of the first session are gone");
    }

    [TestCase("00000000", "bad packet length"), TestCase("ffffffff", "bad packet length")]
    [TestCase("000000054d3c613e00", "before anything")]
    public void What_comes_first_must_be_a_negotiation(string hex, string problem)
    {
        (string codes, string found) = Talk([], Silent, Convert.FromHexString(hex));
        Assert.That(codes, Is.Empty);
        Assert.That(found, Does.Contain(problem));
    }

    [Test]
    public void What_is_malformed_or_out_of_turn_ends_the_connection()
    {
        byte[] header = P(MilterCommand.Header, "A", " b"), mail = P(MilterCommand.Mail, "<a@b.test>"), eoh = P(MilterCommand.EndOfHeader);
        (byte[] Bytes, string Problem)[] cases =
        [
            (header, "out of turn"), (Body("x"), "out of turn"), (eoh, "out of turn"), (P(MilterCommand.EndOfMessage), "out of turn"),
            (P(MilterCommand.Rcpt, "<a@b.test>"), "out of turn"), ([.. mail, .. eoh, .. header], "out of turn"),
            ([.. mail, .. header, .. P(MilterCommand.Rcpt, "<a@b.test>")], "out of turn"), (Negotiate(), "second negotiation"),
            (Bytes(w => MilterWriter.Write(w, (byte)'H', "no end"u8)), "null terminator"),
            (Bytes(w => MilterWriter.Write(w, (byte)'L', "A\0"u8)), "bad number"),
            (Bytes(w => MilterWriter.Write(w, (byte)'z')), "unknown"),
            (Bytes(w => MilterWriter.Write(w, (byte)'D')), "too short for macros"),
            (Bytes(w => MilterWriter.Write(w, (byte)'D', "Mi\0v\0x\0"u8)), "without a value"),
            (Bytes(w => MilterWriter.Write(w, (byte)'C', "name\04"u8)), "too short for an address"),
            (Bytes(w => MilterWriter.Write(w, (byte)'E', "x"u8)), "out of turn"), ([0, 0x20, 0, 0, (byte)'B'], "bad packet length"),
            (Bytes(w => MilterWriter.Write(w, (byte)'Q', "x"u8)), "followed by"),
        ];
        foreach ((byte[] bytes, string problem) in cases)
        {
            List<string> heard = [];
            (string codes, string found) = Talk(heard, Silent, [.. Negotiate(), .. bytes]);
            Assert.That(found, Does.Contain(problem), Encoding.Latin1.GetString(bytes));
            Assert.That(codes, Is.EqualTo("O"));
            Assert.That(heard[^1], Is.EqualTo("closed"));
        }
    }

    [TestCase(1u), TestCase(0u)]
    public void Versions_that_nobody_speaks_are_not_agreed_on(uint version) =>
        Assert.That(Talk([], Silent, Negotiate(version, MilterSteps.None)).Codes, Is.Empty);

    [Test]
    public void A_server_that_tells_no_end_of_header_and_sends_the_last_piece_with_the_end_loses_nothing()
    {
        List<string> heard = [];
        byte[] message = [.. P(MilterCommand.Mail, "<a@b.test>"), .. Body("one"), .. Bytes(w =>
            MilterWriter.Write(w, (byte)MilterCommand.EndOfMessage, "two"u8))];
        Assert.That(Talk(heard, Silent, [.. Negotiate(), .. message, .. P(MilterCommand.Quit)]).Problem, Is.Empty);
        Assert.That(heard.Skip(1).Take(4), Is.EqualTo(new[] { "eoh", "body one", "body two", "eom i=" }));
        heard.Clear();
        byte[] empty = [.. P(MilterCommand.Mail, "<a@b.test>"), .. P(MilterCommand.EndOfMessage), .. P(MilterCommand.Quit)];
        Talk(heard, Silent, [.. Negotiate(), .. empty]);
        Assert.That(heard.Skip(1).Take(3), Is.EqualTo(new[] { "eoh", "body ", "eom i=" }), "a message without content");
    }

    [Test]
    public void Our_client_understands_changes_and_refusals_whatever_is_in_them() => OnLoop.Run(async loop =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"conversation-{Environment.ProcessId}");
        File.Delete(path);
        List<string> heard = [];
        Recorder Make() => new(heard, new MilterOptions
        {
            Actions = MilterActions.AddHeaders | MilterActions.ChangeHeaders,
            Steps = Silent | MilterSteps.HeaderLeadingSpace,
        })
        {
            Answer = what => what.StartsWith("eom", StringComparison.Ordinal) ? MilterAnswer.Reply("550 5.7.26 100% refused") : default,
            Change = changes =>
            {
                Assert.That(changes.InsertHeader(0, "X-New", " value\n\tfolded"u8));
                Assert.That(changes.AddHeader("X-Last", " v"u8));
                Assert.That(changes.DeleteHeader("X-Old", 2));
                Assert.That(changes.Quarantine("odd"), Is.False, "not agreed on");
            },
        };
        using Listener listener = new(loop, OnLoop.Listen(path), (fd, _) =>
            new MilterConversation(new Connection(loop, fd), Make).RunAsync().Detach());
        MilterService service = new()
        {
            Name = "m",
            Address = new Common.Config.ServiceAddress("", 0, path),
            ConnectTimeout = TestLimits.Answer,
            CommandTimeout = TestLimits.Answer,
            ContentTimeout = TestLimits.Answer,
        };
        service = service.WithProtocol("6");
        using MilterSession session = new(loop, service);
        HostLookup hosts = new(new DnsResolver(loop, new DnsOptions()), new HostLookupOptions { Sources = HostSources.Native });
        await session.ConnectAsync(new ServiceConnector(loop, hosts, "/"), new MilterClient("c.test", MilterFamily.Inet, 1, "192.0.2.1"),
            _ => ["j", "mx.test"]);
        await session.HeloAsync("helo.test", null);
        await session.MailAsync(["<a@b.test>"], ["i", "Q1"]);
        await session.DataAsync(null);
        await session.HeaderAsync("Subject"u8.ToArray(), " one"u8.ToArray(), null);
        await session.EndOfHeaderAsync(null);
        await session.BodyAsync("x\r\n"u8.ToArray(), null);
        Edits edits = new();
        MilterVerdict verdict = await session.EndOfMessageAsync(edits, ["i", "Q1"]);
        Assert.That((verdict.Kind, verdict.Reply.ToString()), Is.EqualTo((MilterVerdictKind.Refuse, "550 5.7.26 100% refused")));
        Assert.That(edits.Taken,
            Is.EqualTo(new[] { "InsertHeader 0 X-New: value\n\tfolded", "AddHeader 0 X-Last: v", "ChangeHeader 2 X-Old:" }));
        session.Quit();
        await loop.UntilAsync(() => heard.Contains("closed"));
        Assert.That(heard, Does.Contain("header Subject: one").And.Contain("eom i=Q1"));
        File.Delete(path);
    });

    private sealed class Edits : IMilterEdits
    {
        public List<string> Taken { get; } = [];

        public bool IsDamaged => false;

        public bool TryTake(in MilterResponse edit)
        {
            Taken.Add($"{edit.Kind} {edit.Index} {Encoding.UTF8.GetString(edit.Name)}:{Encoding.UTF8.GetString(edit.Value)}");
            return true;
        }

        public ValueTask ApplyAsync() => default;

        public ValueTask<bool> FinishAsync() => new(true);
    }

    [Test]
    public void A_flood_of_macros_is_not_kept()
    {
        string[] many = [.. Enumerable.Range(0, 20_000).SelectMany(i => new[] { $"m{i}", "v" })];
        MilterMacros macros = new();
        byte[] packet = Macros(MilterCommand.Mail, [.. many.Take(4000)]);
        macros.Take(MilterCommand.Mail, packet.AsSpan(6));
        Assert.That(Enumerable.Range(0, 2000).Count(i => macros[$"m{i}"].Length > 0), Is.EqualTo(100));
        macros.Take(MilterCommand.Mail, Macros(MilterCommand.Mail, many).AsSpan(6));
        Assert.That(macros["m0"], Is.Empty);
    }
}
