using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>The blocking client against the event loop's server.</summary>
public class BlockingLinkTests
{
    private sealed class Server(Action<LinkStream, FrameType, byte[]> message, Action<LinkStream, int>? data = null) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload) => message(stream, type, payload.ToArray());

        public void OnData(LinkStream stream, ReadOnlySpan<byte> bytes) => data?.Invoke(stream, bytes.Length);

        public void OnReset(LinkStream stream, string reason) { }
    }

    private static BlockingLink Connect(ToolHarness harness, Func<LinkStream, IStreamHandler> accept)
    {
        string path = $"{harness.Folder}/public/test";
        int fd = ToolHarness.Listen(path);
        harness.Serve(() => _ = new LinkServer(harness.Loop, fd, accept));
        return BlockingLink.Connect(path, out _)!;
    }

    [Test]
    public void Much_content_goes_over_as_credit_allows()
    {
        using ToolHarness harness = new();
        long received = 0;
        using BlockingLink link = Connect(harness, _ => new Server((stream, type, _) =>
        {
            if (type == FrameType.End) stream.Send(FrameType.Reply, new SubmitReply { Outcome = Outcome.Ok($"{received}") });
        }, (stream, n) =>
        {
            received += n;
            stream.Consumed(n);
        }));
        link.Open(new SubmitRequest());
        byte[] piece = new byte[100_000];
        for (int i = 0; i < 50; i++) Assert.That(link.Send(piece));
        link.SendEnd();
        SubmitReply reply = new();
        Assert.That(link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload) && AttributeDecoder.TryDecode(payload, reply));
        Assert.That((type, reply.Outcome.Text), Is.EqualTo((FrameType.Reply, "5000000")));
    }

    [Test]
    public void A_trigger_waits_for_a_stuck_service_no_longer_than_told()
    {
        using ToolHarness harness = new();
        string path = $"{harness.Folder}/public/stuck";
        // nobody accepts: connections succeed until the queue of the socket is full
        int fd = ToolHarness.Listen(path);
        TimeSpan timeout = TimeSpan.FromMilliseconds(300);
        List<BlockingLink> links = [];
        int errno = 0;
        while (links.Count < 10_000 && BlockingLink.Connect(path, timeout, out errno) is { } link) links.Add(link);
        Assert.That(errno, Is.EqualTo(Libc.ETIMEDOUT));
        links[0].Open(new TriggerRequest());
        Assert.That(links[0].TryReceive(out _, out _), Is.False);
        Assert.That(links[0].Error, Is.EqualTo(Libc.ErrorText(Libc.ETIMEDOUT)));
        foreach (BlockingLink link in links) link.Dispose();
        _ = Libc.Close(fd);
    }

    [Test]
    public void A_refusal_in_mid_message_is_heard()
    {
        using ToolHarness harness = new();
        int received = 0;
        using BlockingLink link = Connect(harness, _ => new Server((_, _, _) => { }, (stream, n) =>
        {
            received += n;
            if (received > 100_000) stream.Send(FrameType.Reply, new SubmitReply { Outcome = Outcome.Bounce("5.3.4", "too big") });
        }));
        link.Open(new SubmitRequest());
        byte[] piece = new byte[50_000];
        int sent = 0;
        while (link.Send(piece) && sent < 1000) sent++;
        Assert.That(sent, Is.LessThan(10), "the window bounds what is sent without credit");
        SubmitReply reply = new();
        Assert.That(link.TryReceive(out _, out ReadOnlySpan<byte> payload) && AttributeDecoder.TryDecode(payload, reply));
        Assert.That(reply.Outcome.Text, Is.EqualTo("too big"));
    }

    [Test]
    public void A_reset_and_a_lost_connection_are_errors()
    {
        using ToolHarness harness = new();
        int streams = 0;
        using BlockingLink link = Connect(harness, stream => new Server((s, type, _) =>
        {
            if (type != FrameType.End) return;
            if (streams++ == 0) s.Reset("no more");
            else s.Link.Close();
        }));
        foreach (string reason in (string[])["no more", "connection lost"])
        {
            link.Open(new SubmitRequest());
            link.SendEnd();
            Assert.That(link.TryReceive(out _, out _), Is.False);
            Assert.That(link.Error, Is.EqualTo(reason));
        }
    }

    [Test]
    public void Content_comes_back_with_credit()
    {
        using ToolHarness harness = new();
        using BlockingLink link = Connect(harness, _ => new Server((stream, type, _) =>
        {
            if (type == FrameType.Open) SendAsync(stream).Detach();
        }));
        link.Open(new ShowqRequest());
        long received = 0;
        FrameType type;
        while (link.TryReceive(out type, out ReadOnlySpan<byte> payload) && type == FrameType.Data) received += payload.Length;
        Assert.That((type, received), Is.EqualTo((FrameType.Reply, 3_000_000L)));

        static async Task SendAsync(LinkStream stream)
        {
            byte[] piece = new byte[100_000];
            for (int i = 0; i < 30; i++)
            {
                stream.SendData(piece);
                while (!stream.HasCredit) await stream.CreditAsync();
            }
            stream.Send(FrameType.Reply, new ShowqReply());
        }
    }
}
