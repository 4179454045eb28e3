using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Ipc;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Bytes from a broken process: messages and frames. No exception, no memory beyond what was sent, and no harm to other links.
/// </summary>
public static class LinkFuzz
{
    /// <summary>As a message of each kind; what is taken is the same when it is written and read again.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Try<SubmitRequest>(input);
        Try<SubmitReply>(input);
        Try<QueuedNotice>(input);
        Try<DeliverRequest>(input);
        Try<DeliverReply>(input);
        Try<BounceAppend>(input);
        Try<BounceSend>(input);
        Try<QmgrRequest>(input);
        Try<QueueStates>(input);
        Try<ShowqRequest>(input);
        Try<ShowqEntry>(input);
        Try<TriggerRequest>(input);
        if (GC.GetAllocatedBytesForCurrentThread() - before > 200_000 + 100L * input.Length) throw new InvalidOperationException("memory");
    }

    private static void Try<T>(ReadOnlySpan<byte> input) where T : class, IMessage<T>, new()
    {
        T message = new();
        if (!AttributeDecoder.TryDecode(input, message)) return;
        byte[] again = LinkTests.Encoded(message);
        T second = new();
        if (!AttributeDecoder.TryDecode(again, second) || MessageFiller.Show(message) != MessageFiller.Show(second))
            throw new InvalidOperationException($"{typeof(T).Name} differs");
    }

    /// <summary>As what a peer sends on a link before it closes: completes once the link has ended, with its streams forgotten.</summary>
    public static async Task FramesAsync(EventLoop loop, byte[] input)
    {
        (int a, int raw) = OnLoop.Pair();
        Sockets.Send(raw, input);
        FileIO.Close(raw);
        Promise<bool> closed = new();
        Link link = new(loop, a, _ => new Handler())
        {
            Noticed = (_, payload) => AttributeDecoder.TryDecode(payload, new QueuedNotice()),
            Closed = _ => closed.TrySet(true)
        };
        link.Start();
        await closed;
        if (link.IsOpen || link.StreamCount > 0) throw new InvalidOperationException("streams are left");
    }

    private sealed class Handler : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type == FrameType.End) stream.Send(FrameType.Reply, new QmgrReply());
            if (payload.Length == 3) stream.Reset("three");
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) { }
    }
}

[TestFixture]
public class LinkFuzzTests
{
    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out int n) ? n : 5000;

    [Test]
    public void Mutated_messages()
    {
        Random random = new(61);
        byte[][] good = [.. MessageFiller.Kinds().Select(MessageFiller.Filled).Select(Encoded)];
        for (int i = 0; i < Count; i++)
        {
            byte[] input = [.. good[random.Next(good.Length)]];
            for (int k = random.Next(4); k > 0; k--)
                input[random.Next(input.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(9));
            if (random.Next(10) == 0) input = input[..random.Next(input.Length)];
            LinkFuzz.One(input);
        }
    }

    private static byte[] Encoded(object message) =>
        (byte[])typeof(LinkTests).GetMethod("Encoded",
        System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(message.GetType()).Invoke(null,
            [message])!;

    [Test]
    public void Frames_of_every_kind() => OnLoop.Run(async loop =>
    {
        Random random = new(62);
        FrameType[] types = Enum.GetValues<FrameType>();
        for (int i = 0; i < Count; i++)
        {
            byte[] input = Input(random, types);
            long before = GC.GetAllocatedBytesForCurrentThread();
            await LinkFuzz.FramesAsync(loop, input);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(300_000), $"input {i}");
        }
    });

    private static byte[] Input(Random random, FrameType[] types)
    {
        using MemoryStream input = new();
        for (int k = random.Next(1, 8); k > 0; k--)
        {
            byte[] payload = new byte[random.Next(12)];
            random.NextBytes(payload);
            int? length = random.Next(15) == 0 ? random.Next(-5, 100) : random.Next(30) == 0 ? random.Next() : null;
            FrameType type = random.Next(30) == 0 ? (FrameType)random.Next(256) : k % 2 == 0 ? FrameType.Open
                : types[random.Next(types.Length)];
            input.Write(LinkTests.Frame((uint)random.Next(4), type, payload, length));
        }
        byte[] bytes = input.ToArray();
        return random.Next(5) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
