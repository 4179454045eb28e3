using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>Connections over socket pairs: input, output, deadlines, ends, and what an idle one costs.</summary>
public sealed class ConnectionTests
{
    private static (Connection Connection, int Raw) Make(EventLoop loop)
    {
        (int a, int b) = OnLoop.Pair();
        return (new Connection(loop, a), b);
    }

    private static int Drain(int fd, byte[] buffer)
    {
        int total = 0;
        for (int n; (n = Sockets.Recv(fd, buffer)) > 0;) total += n;
        return total;
    }

    [Test]
    public void Input_waits_until_it_is_consumed() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        Sockets.Send(raw, "abc"u8);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Data));
        c.Consume(1);
        loop.After(TimeSpan.FromMilliseconds(2), () => Sockets.Send(raw, "def"u8));
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Data));
        Assert.That(c.Input.SequenceEqual("bcdef"u8));
        Sockets.Shutdown(raw, Sockets.SHUT_WR);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.End));
        Assert.That(c.Input.SequenceEqual("bcdef"u8), "what came before the end is still there");
        Assert.That(c.IsOpen);
        c.Dispose();
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.End));
        FileIO.Close(raw);
    });

    /// <summary>A listener whose backlog is full, and the connections that fill it.</summary>
    internal static (int Listener, List<int> Waiting) FullBacklog(string path)
    {
        int listener = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK, 0);
        Assert.That(Sockets.BindUnix(listener, path), Is.Zero);
        Assert.That(Sockets.Listen(listener, 1), Is.Zero);
        List<int> waiting = [];
        while (true)
        {
            int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK, 0);
            waiting.Add(fd);
            if (Sockets.ConnectUnix(fd, path) == 0) continue;
            Assert.That(Errno.Last, Is.EqualTo(Errno.EAGAIN));
            return (listener, waiting);
        }
    }

    /// <summary>Accepts everybody; the last of them.</summary>
    internal static async Task<int> AcceptAllAsync(EventLoop loop, int listener, int count)
    {
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            while ((last = loop.Engine.Accept(listener, out _)) < 0) await loop.Delay(TimeSpan.FromMilliseconds(5));
            if (i < count - 1) FileIO.Close(last);
        }
        return last;
    }

    [Test]
    public void A_full_backlog_is_waited_for() => OnLoop.Run(async loop =>
    {
        string path = Path.GetTempFileName() + ".socket";
        (int listener, List<int> waiting) = FullBacklog(path);
        Connection c = Connection.ToUnix(loop, path, out _)!;
        c.Write("hello"u8);
        c.Flush();
        Promise<ConnectResult> other = Connector.ConnectUnix(loop, path, TimeSpan.FromMinutes(5));
        await loop.Delay(TimeSpan.FromMilliseconds(50));
        Assert.That(c.IsOpen && !other.IsCompleted);
        int peer = await AcceptAllAsync(loop, listener, waiting.Count);
        int second = await AcceptAllAsync(loop, listener, 1);
        ConnectResult result = await other;
        Assert.That(result.IsConnected);
        byte[] got = new byte[10];
        int from = peer;
        int n;
        while ((n = Sockets.Recv(from, got)) < 0)
        {
            from = from == peer ? second : peer;
            await loop.Delay(TimeSpan.FromMilliseconds(5));
        }
        Assert.That(got.AsSpan(0, n).SequenceEqual("hello"u8));
        Sockets.Send(from, "world"u8);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Data));
        Assert.That(c.Input.SequenceEqual("world"u8));
        c.Dispose();
        foreach (int fd in (int[])[.. waiting, peer, second, listener, result.Release()]) FileIO.Close(fd);
        File.Delete(path);
    });

    [Test]
    public void A_service_that_goes_away_while_its_backlog_is_waited_for_is_away() => OnLoop.Run(async loop =>
    {
        string path = Path.GetTempFileName() + ".socket";
        (int listener, List<int> waiting) = FullBacklog(path);
        Connection c = Connection.ToUnix(loop, path, out _)!;
        c.Write("hello"u8);
        FileIO.Close(listener);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Failed));
        Assert.That(c.Error, Is.EqualTo(Errno.ECONNREFUSED));
        foreach (int fd in waiting) FileIO.Close(fd);
        File.Delete(path);
    });

    [Test]
    public void Input_grows_to_its_limit_and_order_is_kept() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        Connection other = new(loop, raw);
        byte[] data = new byte[500_000];
        new Random(1).NextBytes(data);
        other.Write(data);
        other.CloseAfterFlush();
        using MemoryStream got = new();
        int most = 0;
        while (await c.FillAsync() == ReadStatus.Data)
        {
            most = Math.Max(most, c.Input.Length);
            if (c.Input.Length < 60_000) continue;
            got.Write(c.Input[..50_000]);
            c.Consume(50_000);
        }
        got.Write(c.Input);
        Assert.That(got.ToArray().AsSpan().SequenceEqual(data));
        Assert.That(most, Is.InRange(50_000, 65_536));
    });

    [Test]
    public void A_full_input_must_be_consumed_first() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        for (int i = 0; i < 10; i++) Sockets.Send(raw, new byte[10_000]);
        while (!c.InputIsFull) Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Data));
        Assert.That(() => c.FillAsync(), Throws.InvalidOperationException);
        c.Dispose();
    });

    [Test]
    public void A_deadline_ends_a_wait_for_input() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        c.SetDeadline(TimeSpan.FromMilliseconds(10));
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.TimedOut));
        Assert.That(c.IsOpen, "the session decides what it does about it");
        c.SetDeadline(null);
        Sockets.Send(raw, "x"u8);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Data));
        FileIO.Close(raw);
    });

    [Test]
    public void A_deadline_ends_a_wait_for_output() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        c.Write(new byte[4_000_000]);
        c.SetDeadline(TimeSpan.FromMilliseconds(10));
        Assert.That(await c.DrainAsync(), Is.False);
        Assert.That((c.IsOpen, c.Error), Is.EqualTo((false, Errno.ETIMEDOUT)));
        FileIO.Close(raw);
    });

    [Test]
    public void A_wait_may_be_canceled() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        c.CancelRead();
        loop.After(TimeSpan.FromMilliseconds(2), () =>
        {
            Assert.That(c.IsReading);
            c.CancelRead();
        });
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Canceled));
        Assert.That(c.IsReading, Is.False);
        FileIO.Close(raw);
    });

    [Test]
    public void Output_is_sent_as_the_peer_takes_it() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        byte[] buffer = new byte[100_000];
        c.Write(new byte[1_000_000]);
        Assert.That(c.Unsent, Is.EqualTo(1_000_000), "nothing is sent before the batch ends");
        int got = 0;
        LoopTimer reader = loop.Every(TimeSpan.FromMilliseconds(1), () => got += Drain(raw, buffer));
        Assert.That(await c.DrainAsync(300_000));
        Assert.That(c.Unsent, Is.InRange(0, 300_000));
        Assert.That(await c.DrainAsync());
        await loop.UntilAsync(() => got == 1_000_000);
        reader.Cancel();
        FileIO.Close(raw);
    });

    [Test]
    public void Closing_after_the_rest_is_sent() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        byte[] buffer = new byte[100_000];
        c.Write(new byte[700_000]);
        c.CloseAfterFlush();
        Assert.That(c.IsOpen);
        int got = 0;
        LoopTimer reader = loop.Every(TimeSpan.FromMilliseconds(1), () => got += Drain(raw, buffer));
        await loop.UntilAsync(() => !c.IsOpen && got == 700_000);
        reader.Cancel();
        (Connection stuck, int deaf) = Make(loop);
        stuck.Write(new byte[4_000_000]);
        stuck.CloseAfterFlush(TimeSpan.FromMilliseconds(10));
        await loop.UntilAsync(() => !stuck.IsOpen);
        FileIO.Close(deaf);
        FileIO.Close(raw);
    });

    [Test]
    public void A_peer_that_is_gone_ends_reading_and_writing() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        FileIO.Close(raw);
        c.Write("x"u8);
        Assert.That(await c.DrainAsync(), Is.False);
        Assert.That(c.IsOpen, Is.False);
        Assert.That(await c.FillAsync(), Is.EqualTo(ReadStatus.Failed));
        c.Write("dropped"u8);
        Assert.That(c.Unsent, Is.Zero);
    });

    [Test]
    public void What_was_appended_may_be_patched_and_taken_back() => OnLoop.Run(async loop =>
    {
        (Connection c, int raw) = Make(loop);
        c.Write("abcd....efgh"u8);
        c.Patch(4, BitConverter.ToInt32("1234"u8));
        c.TakeBack(10);
        await c.DrainAsync();
        byte[] buffer = new byte[100];
        Assert.That(buffer.AsSpan(0, Sockets.Recv(raw, buffer)).SequenceEqual("abcd1234ef"u8));
        FileIO.Close(raw);
    });

    [Test]
    public void An_idle_connection_holds_no_buffers() => OnLoop.Run(async loop =>
    {
        const int count = 1000;
        List<int> raws = [];
        List<Connection> connections = [];
        for (int i = 0; i < count; i++)
        {
            (int a, int b) = OnLoop.Pair();
            raws.Add(b);
            connections.Add(new Connection(loop, a));
        }
        async Task EchoAsync(Connection c)
        {
            while (await c.FillAsync() == ReadStatus.Data)
            {
                c.Write(c.Input);
                c.Consume(c.Input.Length);
            }
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (Connection c in connections) EchoAsync(c).Detach();
        for (int i = 0; i < count; i++)
        {
            Sockets.Send(raws[i], "hello"u8);
            if (i % 10 == 0) await loop.TurnAsync(1); // a batch needs output buffers for those that are in it
        }
        await loop.TurnAsync(5);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        byte[] buffer = new byte[10];
        Assert.That(raws.Count(raw => Sockets.Recv(raw, buffer) == 5), Is.EqualTo(count));
        Assert.That(bytes / count, Is.LessThan(1500), "bytes for each connection that has talked once");
        foreach (Connection c in connections) c.Dispose();
        foreach (int raw in raws) FileIO.Close(raw);
    });
}
