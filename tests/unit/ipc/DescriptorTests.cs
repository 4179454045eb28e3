using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>Descriptors on links: they come with their stream, whatever else is under way, and nowhere else.</summary>
public sealed class DescriptorTests
{
    private sealed class Receiver(bool takes) : IStreamHandler
    {
        public List<FileDescriptor> Got { get; } = [];
        public string Reset { get; private set; } = "";
        public int Data { get; private set; }

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type != FrameType.End) return;
            if (takes) Got.AddRange(stream.TakeDescriptors());
            stream.Send(FrameType.Reply, new SubmitReply());
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data)
        {
            Data += data.Length;
            stream.Consumed(data.Length);
        }

        public void OnReset(LinkStream stream, string reason) => Reset = reason;
    }

    private static (Link Client, Link Server) Links(EventLoop loop, Receiver receiver, bool takes)
    {
        (int a, int b) = OnLoop.Pair();
        Link client = new(loop, a, null), server = new(loop, b, _ => receiver);
        if (takes) server.TakeDescriptors();
        client.Start();
        server.Start();
        return (client, server);
    }

    private static int Open() => Directory.GetFiles("/proc/self/fd").Length;

    [Test]
    public void Descriptors_come_with_their_stream_in_order() => OnLoop.Run(async loop =>
    {
        Receiver receiver = new(takes: true), sender = new(takes: false);
        (Link client, _) = Links(loop, receiver, takes: true);
        (int a, int b) = OnLoop.Pair();
        for (int i = 0; i < 3; i++)
        {
            LinkStream stream = client.Open(new SubmitRequest(), sender);
            stream.SendData(new byte[100_000]);
            Assert.That(stream.SendDescriptors([a]));
            stream.SendEnd();
        }
        await loop.UntilAsync(() => receiver.Got.Count == 3);
        _ = FileIO.Close(a);
        Assert.That(receiver.Data, Is.EqualTo(300_000));
        foreach (FileDescriptor descriptor in receiver.Got)
        {
            Assert.That(Sockets.Send(descriptor.Fd, "x"u8), Is.EqualTo(1));
            byte[] got = new byte[1];
            Assert.That(Sockets.Recv(b, got), Is.EqualTo(1));
            Assert.That(FileIO.Fcntl(descriptor.Fd, FileIO.F_GETFD, 0) & FileIO.FD_CLOEXEC, Is.Not.Zero, "closed on exec");
            descriptor.Dispose();
        }
        _ = FileIO.Close(b);
        client.Close();
    });

    [Test]
    public void Descriptors_that_nobody_takes_are_closed() => OnLoop.Run(async loop =>
    {
        Receiver receiver = new(takes: false), sender = new(takes: false);
        (Link client, Link server) = Links(loop, receiver, takes: true);
        (int a, int b) = OnLoop.Pair();
        int before = Open();
        for (int i = 0; i < 20; i++)
        {
            LinkStream stream = client.Open(new SubmitRequest(), sender);
            Assert.That(stream.SendDescriptors([a, b]));
            stream.SendEnd();
        }
        await loop.UntilAsync(() => client.StreamCount == 0);
        Assert.That(Open(), Is.EqualTo(before));
        Assert.That(server.IsOpen);
        client.Close();
        _ = FileIO.Close(a);
        _ = FileIO.Close(b);
    });

    [Test]
    public void A_service_that_takes_none_ends_the_link_and_holds_none() => OnLoop.Run(async loop =>
    {
        Receiver receiver = new(takes: true), sender = new(takes: false);
        (Link client, Link server) = Links(loop, receiver, takes: false);
        (int a, int b) = OnLoop.Pair();
        LinkStream stream = client.Open(new SubmitRequest(), sender);
        stream.SendDescriptors([a, b]);
        stream.SendEnd();
        await loop.UntilAsync(() => !server.IsOpen);
        _ = FileIO.Close(a);
        // the other end sees that nobody holds a copy
        byte[] one = new byte[1];
        await loop.UntilAsync(() => Sockets.Recv(b, one) == 0 || !client.IsOpen);
        Assert.That(receiver.Got, Is.Empty);
        _ = FileIO.Close(b);
    });

    [Test]
    public void A_frame_that_promises_descriptors_which_did_not_come_ends_the_link() => OnLoop.Run(async loop =>
    {
        Receiver receiver = new(takes: true);
        (int a, int b) = OnLoop.Pair();
        Link server = new(loop, b, _ => receiver);
        server.TakeDescriptors();
        server.Start();
        Connection raw = new(loop, a);
        raw.Write([1, 0, 0, 0, 1, 0, 0, 0, (byte)FrameType.Descriptors, 2]);
        await loop.UntilAsync(() => !server.IsOpen);
        raw.Dispose();
    });

    [Test]
    public void A_flood_of_descriptors_ends_the_link_and_all_are_closed() => OnLoop.Run(async loop =>
    {
        Receiver receiver = new(takes: true);
        (int a, int b) = OnLoop.Pair();
        int before = Open();
        Link server = new(loop, b, _ => receiver);
        server.TakeDescriptors();
        server.Start();
        Connection raw = new(loop, a);
        int[] many = [.. Enumerable.Repeat(a, Sockets.MaxDescriptors)];
        for (int i = 0; i < 10; i++) raw.TryWrite(Encoding.ASCII.GetBytes("\u0001"), many); // never a whole frame
        await loop.UntilAsync(() => !server.IsOpen, "the link ends");
        raw.Dispose();
        await loop.UntilAsync(() => Open() <= before, "all are closed");
    });
}
