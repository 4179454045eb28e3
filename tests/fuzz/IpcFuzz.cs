using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Messages between processes: what decodes is encoded and decoded again to the same bytes, nothing else than "broken" comes of the rest.
/// And a link that is sent arbitrary frames closes, with every stream told, and does nothing else.
/// </summary>
public static class IpcFuzz
{
    private static readonly byte[][] Samples = MakeSamples();

    /// <summary>The first byte chooses a good message, the rest are changes {position, position, new value}.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        if (input.Length == 0) return;
        byte[] message = [.. Samples[input[0] % Samples.Length]];
        for (int i = 1; i + 2 < input.Length; i += 3) message[(input[i] << 8 | input[i + 1]) % message.Length] = input[i + 2];
        Decode(message);
        Decode(message.AsSpan(0, input.Length * 7 % message.Length));
        Feed(message, input);
    }

    private static void Decode(ReadOnlySpan<byte> bytes)
    {
        Stable<SubmitRequest>(bytes);
        Stable<SubmitReply>(bytes);
        Stable<QueuedNotice>(bytes);
        Stable<QmgrRequest>(bytes);
        Stable<QmgrReply>(bytes);
        Stable<QueueStates>(bytes);
        Stable<DestinationStates>(bytes);
        Stable<InFlowNotice>(bytes);
        Stable<HandoverNotice>(bytes);
        Stable<DeliveryOverNotice>(bytes);
        Stable<ReleasedNotice>(bytes);
        Stable<DeliverRequest>(bytes);
        Stable<DeliverReply>(bytes);
        Stable<ShowqRequest>(bytes);
        Stable<ShowqEntry>(bytes);
        Stable<ShowqReply>(bytes);
        ShowqEntry.Take(bytes, out _);
    }

    private static void Stable<T>(ReadOnlySpan<byte> bytes) where T : IMessage<T>, new()
    {
        T first = new();
        if (!AttributeDecoder.TryDecode(bytes, first)) return;
        byte[] once = Encode(first);
        T second = new();
        if (!AttributeDecoder.TryDecode(once, second) || !Encode(second).AsSpan().SequenceEqual(once))
            throw new InvalidOperationException($"{typeof(T).Name} changes on its way: {Convert.ToHexString(bytes)}");
    }

    private static byte[] Encode<T>(T message) where T : IMessage<T>
    {
        ArrayBufferWriter<byte> output = new();
        AttributeEncoder.Encode(output, message);
        return output.WrittenSpan.ToArray();
    }

    private static byte[][] MakeSamples()
    {
        Envelope e = new()
        {
            QueueId = "0dZGDFPPfc06k7",
            Sender = "s@x",
            FullName = "N",
            EnvelopeId = "e",
            ClientName = "c",
            Flags = MessageFlags.Trace,
            Recipients = [new() { Address = "r@x", Original = "o", Notify = Notify.Success }, new() { Address = "q@x" }],
        };
        QueueEntry entry =
            new() { QueueId = "0dZGDFPPfc06k7", QueueName = "hold", Sender = "s", Recipients = [new() { Address = "r", Reason = "w" }] };
        DeliverRequest deliver = new() { QueueId = "0dZGDFPPfc06k7", Nexthop = "n", Recipients = [new() { Address = "r", Offset = 5 }] };
        return
        [
            Encode(new SubmitRequest { Envelope = e, Cleanup = CleanupFlags.All }),
                Encode(new SubmitReply { Outcome = Outcome.Bounce("5.1.1", "no") }),
            Encode(new QueuedNotice { Envelope = e }), Encode(new QmgrRequest { Command = "flush" }), Encode(new QmgrReply { Text = "t" }),
            Encode(new DestinationStates { Entries = [new() { Transport = "t", Name = "a", Window = 5, Reason = "r" }] }),
                Encode(new InFlowNotice { Slow = true }),
            Encode(new HandoverNotice { Deliveries = [new() { QueueId = "a", Transport = "t" }], WantedIds = ["b"], WantedSites = ["c"],
                IsComplete = true }),
            Encode(new DeliveryOverNotice { Delivery = new() { QueueId = "a", Nexthop = "n" } }),
                Encode(new ReleasedNotice { QueueId = "a", NextMicroseconds = 5 }),
            Encode(new QueueStates { Entries = [new() { QueueId = "a", State = "active" }] }), Encode(deliver),
            Encode(new DeliverReply { Recipients = [new() { Offset = 5, Outcome = Outcome.Ok("t") }] }),
            Encode(new ShowqRequest { Filter = new() { From = "f", Queues = ["hold"], Ids = ["x"] } }),
                Encode(new ShowqEntry { Entry = entry }), Encode(new ShowqReply { Text = "t" }),
        ];
    }

    private sealed class Handler : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type == FrameType.End) stream.Send(FrameType.Reply, new QmgrReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) { }
    }

    /// <summary>
    /// A link gets frames with the message as payload, of types and streams that the input chooses, then the input itself.
    /// </summary>
    private static void Feed(byte[] message, ReadOnlySpan<byte> input)
    {
        using EventLoop loop = new();
        if (!Sockets.TrySocketPair(out int ours, out int theirs)) throw new InvalidOperationException(Errno.Text());
        _ = FileIO.Fcntl(theirs, FileIO.F_SETFL, FileIO.O_RDWR | FileIO.O_NONBLOCK);
        Link link = new(loop, theirs, _ => new Handler()) { Closed = _ => loop.Stop() };
        link.Start();
        ArrayBufferWriter<byte> frames = new();
        foreach (byte b in input[..Math.Min(input.Length, 8)])
        {
            frames.Write(BitConverter.GetBytes(message.Length));
            frames.Write(BitConverter.GetBytes((uint)(b >> 4)));
            frames.Write([(byte)(b & 15)]);
            frames.Write(message);
        }
        frames.Write(input);
        _ = Sockets.Send(ours, frames.WrittenSpan);
        _ = FileIO.Close(ours);
        loop.Run();
        if (link.IsOpen || link.StreamCount > 0) throw new InvalidOperationException("the link outlives its connection");
    }
}

public sealed class IpcFuzzTests
{
    [Test]
    public void Messages_and_frames() => FuzzRunner.Run(IpcFuzz.One, 11, "\0\0\u0001\u0008abc\x7f\xff@"u8, 40);
}
