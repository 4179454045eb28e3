using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>One stream's events as text.</summary>
internal sealed class Recorder : IStreamHandler
{
    public StringBuilder Events { get; } = new();
    public LinkStream? Stream { get; set; }
    public long Bytes { get; private set; }
    public bool Consumes { get; set; } = true;
    public Action<LinkStream, FrameType>? Then { get; set; }
    public List<DeliverReply> Replies { get; } = [];

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        Stream = stream;
        Events.Append($"{type}({Encoding.ASCII.GetString(AttributeDecoder.ProtocolOf(payload))}) ");
        DeliverReply reply = new();
        if (AttributeDecoder.TryDecode(payload, reply)) Replies.Add(reply);
        Then?.Invoke(stream, type);
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data)
    {
        Bytes += data.Length;
        if (data.Length < 100) Events.Append($"'{Encoding.ASCII.GetString(data)}' ");
        if (Consumes) stream.Consumed(data.Length);
    }

    public void OnReset(LinkStream stream, string reason) => Events.Append($"reset:{reason} ");

    public override string ToString() => Events.ToString().TrimEnd();
}

/// <summary>Links over socket pairs: framing, credit, sizes, and what a broken peer can do.</summary>
public sealed class LinkTests
{
    internal static byte[] Frame(uint stream, FrameType type, ReadOnlySpan<byte> payload, int? length = null) =>
        [.. BitConverter.GetBytes(length ?? payload.Length), .. BitConverter.GetBytes(stream), (byte)type, .. payload];

    internal static byte[] Encoded<T>(T message) where T : IMessage<T>
    {
        ArrayBufferWriter<byte> output = new();
        AttributeEncoder.Encode(output, message);
        return output.WrittenSpan.ToArray();
    }

    private static readonly byte[] Open = Encoded(new TriggerRequest { Reason = "why" });

    /// <summary>A link to a recorder that answers End, and the raw other end of its socket.</summary>
    private static (Link Server, int Raw, Recorder Events) RawPeer(EventLoop loop)
    {
        (int a, int b) = OnLoop.Pair();
        Recorder events = new() { Then = (s, t) => { if (t == FrameType.End) s.Send(FrameType.Reply, new QmgrReply { Count = 7 }); } };
        Link server = new(loop, a, _ => events);
        server.Start();
        return (server, b, events);
    }

    private static (Link Client, Link Server, Recorder Events) Links(EventLoop loop)
    {
        (int a, int b) = OnLoop.Pair();
        Recorder events = new();
        Link server = new(loop, a, _ => events), client = new(loop, b, null);
        server.Start();
        client.Start();
        return (client, server, events);
    }

    [Test]
    public void Frames_may_be_split_at_every_byte() => OnLoop.Run(async loop =>
    {
        byte[] input = [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Data, "abc"u8), .. Frame(1, FrameType.Data, ""u8),
            .. Frame(1, FrameType.End, ""u8)];
        for (int split = 0; split <= input.Length; split++)
        {
            (Link server, int raw, Recorder events) = RawPeer(loop);
            Sockets.Send(raw, input.AsSpan(0, split));
            await loop.TurnAsync();
            if (split < input.Length) Sockets.Send(raw, input.AsSpan(split));
            await loop.TurnAsync();
            Assert.That(events.ToString(), Is.EqualTo("Open(trigger) 'abc' '' End()"), $"split at {split}");
            byte[] answer = new byte[500];
            int n = Sockets.Recv(raw, answer);
            Assert.That(answer.AsSpan(0, n).SequenceEqual(Frame(1, FrameType.Reply, Encoded(new QmgrReply { Count = 7 }))));
            Assert.That(server.StreamCount, Is.Zero);
            FileIO.Close(raw);
            server.Close();
        }
    });

    [Test]
    public void A_receiver_that_does_not_consume_stops_the_sender() => OnLoop.Run(async loop =>
    {
        (Link client, _, Recorder server) = Links(loop);
        server.Consumes = false;
        LinkStream stream = client.Open(new TriggerRequest(), new Recorder());
        byte[] piece = new byte[10_000];
        long sent = 0;
        while (stream.HasCredit)
        {
            stream.SendData(piece);
            sent += piece.Length;
            await loop.TurnAsync();
        }
        Assert.That(sent, Is.InRange(LinkStream.Window, LinkStream.Window + piece.Length));
        bool? room = null;
        async Task WaitAsync() => room = await stream.CreditAsync();
        WaitAsync().Detach();
        await loop.UntilAsync(() => server.Bytes == sent);
        await loop.TurnAsync(5);
        Assert.That(room, Is.Null);
        server.Stream!.Consumed((int)sent);
        await loop.UntilAsync(() => room == true);
        server.Stream.Reset("enough");
        await loop.UntilAsync(() => !stream.IsOpen);
        Assert.That(await stream.CreditAsync(), Is.False);
    });

    [TestCase(3)]
    [TestCase(4)]
    [TestCase(60)]
    [TestCase(450)]
    public void Large_messages_arrive(int texts) => OnLoop.Run(async loop =>
    {
        DeliverReply big = new();
        for (int i = 0; i < texts; i++)
            big.Recipients.Add(new RecipientOutcome
            {
                Offset = i,
                Outcome = Outcome.Defer("4.0.0", new string((char)('a' + i % 26), Limits.Text))
            });
        (Link client, _, Recorder server) = Links(loop);
        server.Then = (s, t) => s.Send(FrameType.Reply, big);
        Recorder answer = new();
        client.Open(new TriggerRequest(), answer);
        await loop.UntilAsync(() => answer.Replies.Count == 1);
        Assert.That(MessageFiller.Show(answer.Replies[0]), Is.EqualTo(MessageFiller.Show(big)));
        Assert.That(client.IsOpen);
    });

    [Test]
    public void A_message_over_the_limit_ends_its_stream_only() => OnLoop.Run(async loop =>
    {
        BounceAppend huge = new();
        for (int i = 0; i < 600; i++)
            huge.Recipients.Add(new BounceRecipient { Outcome = Outcome.Defer("4.0.0", new string('x', Limits.Text)) });
        DeliverReply hugeReply = new();
        foreach (BounceRecipient r in huge.Recipients) hugeReply.Recipients.Add(new RecipientOutcome { Outcome = r.Outcome });
        (Link client, Link serverLink, Recorder server) = Links(loop);
        server.Then = (s, t) => s.Send(FrameType.Reply, hugeReply);
        Recorder asked = new(), answered = new(), fieldTooLong = new();
        client.Open(huge, asked);
        client.Open(new TriggerRequest(), answered);
        client.Open(new TriggerRequest { Reason = new string('x', 5000) }, fieldTooLong);
        await loop.UntilAsync(() => answered.Events.Length > 0 && asked.Events.Length > 0 && fieldTooLong.Events.Length > 0);
        Assert.That((asked.ToString(), answered.ToString(), fieldTooLong.ToString()),
            Is.EqualTo(("reset:message too large", "reset:message too large", "reset:message too large")));
        Assert.That(client.SendNotice(huge), Is.False);
        await loop.TurnAsync();
        Assert.That(client.IsOpen && serverLink.IsOpen && client.StreamCount == 0 && serverLink.StreamCount == 0);
    });

    [Test]
    public void A_peer_gets_no_more_streams_than_it_may_have() => OnLoop.Run(async loop =>
    {
        (Link server, int raw, Recorder _) = RawPeer(loop);
        byte[] input = [.. Enumerable.Range(1, Link.MaxStreamsTrusted + 3).SelectMany(i => Frame((uint)i, FrameType.Open, []))];
        for (int sent = 0; sent < input.Length; await loop.TurnAsync(1)) sent += Math.Max(0, Sockets.Send(raw, input.AsSpan(sent)));
        await loop.TurnAsync();
        Assert.That((server.StreamCount, server.IsOpen), Is.EqualTo((Link.MaxStreamsTrusted, true)));
        byte[] answer = new byte[500];
        int n = Sockets.Recv(raw, answer);
        Assert.That(Encoding.ASCII.GetString(answer, 0, n).Split("too many requests at once"), Has.Length.EqualTo(4));
        server.Close();
        FileIO.Close(raw);
    });

    private static readonly (string What, byte[] Bytes)[] Broken =
    [
        ("negative length", Frame(1, FrameType.Open, Open, -5)),
        ("message over the limit", Frame(1, FrameType.Open, [], Link.MaxMessage + 1)),
        ("data over the limit", [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Data, [], Link.MaxData + 1)]),
        ("unknown type", [.. Frame(1, FrameType.Open, Open), .. Frame(1, (FrameType)99, [])]),
        ("data for stream 0", Frame(0, FrameType.Data, "x"u8)),
        ("a stream opened twice", [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Open, Open)]),
        ("a notice that nobody expects", Frame(0, FrameType.Notice, Open)),
        ("short credit", [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Credit, "xx"u8)]),
        ("an answer from the side that asks", [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Reply, Open)]),
        ("content beyond all credit", [.. Frame(1, FrameType.Open, Open),
            .. Enumerable.Repeat(Frame(1, FrameType.Data, new byte[Link.MaxData]), 19).SelectMany(f => f)]),
        ("progress from the side that asks", [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.Progress, Open)]),
    ];

    [Test]
    public void A_broken_frame_closes_its_link_and_no_other() => OnLoop.Run(async loop =>
    {
        (Link good, int goodRaw, Recorder goodEvents) = RawPeer(loop);
        foreach ((string what, byte[] bytes) in Broken)
        {
            (Link bad, int raw, Recorder events) = RawPeer(loop);
            events.Consumes = false;
            bool closed = false;
            bad.Closed = _ => closed = true;
            for (int sent = 0; sent < bytes.Length && !closed; await loop.TurnAsync())
                sent += Math.Max(0, Sockets.Send(raw, bytes.AsSpan(sent)));
            await loop.TurnAsync();
            Assert.That(closed && !bad.IsOpen, what);
            if (events.Events.Length > 0) Assert.That(events.ToString(), Does.EndWith("reset:protocol error"), what);
            FileIO.Close(raw);
        }
        Sockets.Send(goodRaw, [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.End, [])]);
        await loop.TurnAsync();
        Assert.That(good.IsOpen && goodEvents.ToString() == "Open(trigger) End()");
        FileIO.Close(goodRaw);
    });

    [Test]
    public void Frames_for_a_stream_that_is_over_are_no_error() => OnLoop.Run(async loop =>
    {
        (Link server, int raw, Recorder events) = RawPeer(loop);
        Sockets.Send(raw, [.. Frame(1, FrameType.Open, Open), .. Frame(1, FrameType.End, []), .. Frame(1, FrameType.Data, "x"u8),
            .. Frame(1, FrameType.Reset, "why"u8), .. Frame(9, FrameType.Data, "x"u8)]);
        await loop.TurnAsync();
        Assert.That(server.IsOpen && events.ToString() == "Open(trigger) End()", events.ToString());
        FileIO.Close(raw);
    });

    [Test]
    public void The_death_of_a_peer_resets_every_stream() => OnLoop.Run(async loop =>
    {
        (int a, int b) = OnLoop.Pair();
        Link client = new(loop, a, null);
        client.Start();
        Recorder one = new(), two = new();
        LinkStream stream = client.Open(new TriggerRequest(), one);
        client.Open(new TriggerRequest(), two);
        bool? room = null;
        while (stream.HasCredit) stream.SendData(new byte[32_000]);
        async Task WaitAsync() => room = await stream.CreditAsync();
        WaitAsync().Detach();
        bool closed = false;
        client.Closed = _ => closed = true;
        FileIO.Close(b);
        await loop.UntilAsync(() => closed);
        Assert.That((one.ToString(), two.ToString(), room), Is.EqualTo(("reset:connection lost", "reset:connection lost", (bool?)false)));
        stream.SendData("late"u8);
        stream.SendEnd();
        stream.Reset("late");
    });
}
