using System.Net;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>
/// The event loop on epoll and on the sockets of the base class library: the same script on both, and what is observed must be the same.
/// Scripts note what does not depend on how the kernel cuts the stream.
/// </summary>
public sealed class PortableLoopTests
{
    private sealed class Script(EventLoop loop)
    {
        private readonly StringBuilder _seen = new();

        public EventLoop Loop { get; } = loop;

        public void Note(string text) => _seen.AppendLine(text);

        public (Connection A, Connection B) Pair()
        {
            (int a, int b) = OnLoop.Pair();
            return (new Connection(Loop, a), new Connection(Loop, b));
        }

        /// <summary>Reads to the end of input: how many bytes, their sum, and how it ended.</summary>
        public async Task<string> ReadAllAsync(Connection c, TimeSpan? pause = null)
        {
            long count = 0, sum = 0;
            ReadStatus status;
            while ((status = await c.FillAsync()) == ReadStatus.Data)
            {
                count += c.Input.Length;
                foreach (byte b in c.Input) sum = sum * 31 + b;
                c.Consume(c.Input.Length);
                if (pause is { } time) await Loop.Delay(time);
            }
            return $"{count} bytes, sum {sum:x}, {status}, errno {c.Error}";
        }

        public override string ToString() => _seen.ToString();
    }

    private sealed class Batches : IBatchEnd
    {
        public int Count { get; private set; }

        public void OnBatchEnd() => Count++;
    }

    private static void SameOnBoth(Func<Script, Task> script)
    {
        string[] seen = new string[2];
        for (int i = 0; i < 2; i++)
        {
            OnLoop.Run(async loop =>
            {
                Script s = new(loop);
                await script(s);
                seen[i] = s.ToString();
            }, portable: i == 1);
        }
        Assert.That(seen[0], Is.Not.Empty);
        Assert.That(seen[1], Is.EqualTo(seen[0]));
    }

    private static byte[] Bytes(int count)
    {
        byte[] data = new byte[count];
        new Random(count).NextBytes(data);
        return data;
    }

    [Test]
    public void Echo() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        async Task EchoAsync()
        {
            while (await b.FillAsync() == ReadStatus.Data)
            {
                b.Write(b.Input);
                b.Consume(b.Input.Length);
            }
            b.CloseAfterFlush();
        }
        EchoAsync().Detach();
        foreach (int size in new[] { 1, 10, 16 * 1024, 16 * 1024 + 1, 64 * 1024, 100_000 })
        {
            byte[] sent = Bytes(size);
            a.Write(sent);
            int got = 0;
            bool same = true;
            while (got < size)
            {
                s.Loop.After(TestLimits.Wait, a.CancelRead);
                if (await a.FillAsync() is var status and not ReadStatus.Data)
                {
                    s.Note($"{status}");
                    break;
                }
                same &= a.Input.SequenceEqual(sent.AsSpan(got, a.Input.Length));
                got += a.Input.Length;
                a.Consume(a.Input.Length);
            }
            s.Note($"{size}: {got} {same}");
        }
        Sockets.Shutdown(a.Descriptor, Sockets.SHUT_WR);
        s.Note($"{await a.FillAsync()}");
    });

    [Test]
    public void Half_closed_it_still_sends() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        a.Write("question"u8);
        await a.DrainAsync();
        Sockets.Shutdown(a.Descriptor, Sockets.SHUT_WR);
        s.Note(await s.ReadAllAsync(b));
        b.Write("answer"u8);
        b.CloseAfterFlush();
        s.Note(await s.ReadAllAsync(a));
        s.Note($"{a.IsOpen} {b.IsOpen}");
    });

    [Test]
    public void A_slow_reader_holds_the_writer_up([Values] bool dribble) => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        Task<string> reading = s.ReadAllAsync(b, dribble ? TimeSpan.FromMilliseconds(1) : null);
        for (int i = 0; i < 40; i++)
        {
            a.Write(Bytes(100_000));
            if (!await a.DrainAsync(50_000)) s.Note("lost");
        }
        a.CloseAfterFlush();
        s.Note(await reading);
        s.Note($"{a.IsOpen}");
    });

    [Test]
    public void Nobody_reads_and_the_deadline_ends_it() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        a.Write(Bytes(4_000_000));
        a.SetDeadline(TimeSpan.FromMilliseconds(5));
        s.Note($"{await a.DrainAsync()} {a.IsOpen} {a.Error}");
        s.Note($"{(await s.ReadAllAsync(b)).Split(',')[2]}");
    });

    [Test]
    public void Waits_are_canceled_and_time_out() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        s.Loop.After(TimeSpan.FromMilliseconds(5), a.CancelRead);
        s.Note($"{await a.FillAsync()}");
        a.SetDeadline(TimeSpan.FromMilliseconds(5));
        s.Note($"{await a.FillAsync()}");
        a.SetDeadline(null);
        b.Write("late"u8);
        s.Note($"{await a.FillAsync()} {Encoding.ASCII.GetString(a.Input)}");
        s.Loop.After(TimeSpan.FromMilliseconds(5), a.Dispose);
        a.Consume(4);
        s.Note($"{await a.FillAsync()}");
        s.Note($"{await b.FillAsync()}");
    });

    [Test]
    public void Input_that_is_left_lying_is_told_once_and_kept() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        b.Write("one"u8);
        await s.Loop.TurnAsync(5);
        b.Write("two"u8);
        Batches batches = new();
        s.Loop.AtEveryBatchEnd(batches);
        await s.Loop.TurnAsync(100); // nobody waits for it meanwhile, and the loop must not spin: that would be tens of thousands
        s.Note($"{batches.Count < 5000}");
        while (a.Input.Length < 6 && await a.FillAsync() == ReadStatus.Data) { }
        s.Note(Encoding.ASCII.GetString(a.Input));
        b.Write("three"u8);
        while (a.Input.Length < 11 && await a.FillAsync() == ReadStatus.Data) { }
        s.Note(Encoding.ASCII.GetString(a.Input));
    });

    [Test]
    public void A_reset_ends_both_directions() => SameOnBoth(async s =>
    {
        int fd = Sockets.Create(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.Bind(fd, new IPEndPoint(IPAddress.Loopback, 0)) == 0 && Sockets.Listen(fd, 10) == 0);
        Promise<Connection> accepted = new();
        using Listener listener = new(s.Loop, fd, (c, peer) => accepted.TrySet(new Connection(s.Loop, c, peer)));
        int client = Sockets.Create(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.Connect(client, listener.Local!), Is.Zero);
        int port = Sockets.LocalEndPoint(client)!.Port;
        Connection server = await accepted;
        s.Note($"{server.Remote!.Address} {server.Remote.Port == port}");
        Sockets.Send(client, "hello"u8);
        s.Note($"{await server.FillAsync()} {server.Input.Length}");
        s.Loop.After(TimeSpan.FromMilliseconds(5), () =>
        {
            Sockets.SetAbortiveClose(client);
            FileIO.Close(client);
        });
        s.Note($"{await server.FillAsync()} {server.Error}");
        server.Write("too late"u8);
        s.Note($"{await server.DrainAsync()}");
        server.Dispose();
    });

    [Test]
    public void An_orderly_close_cuts_nothing_off() => SameOnBoth(async s =>
    {
        (Connection a, Connection b) = s.Pair();
        a.Write(Bytes(150_000));
        await a.DrainAsync(100_000);
        a.CloseAfterFlush();
        s.Note(await s.ReadAllAsync(b));
    });

    [Test]
    public void Many_connections_at_once() => SameOnBoth(async s =>
    {
        string folder = Directory.CreateTempSubdirectory("loop").FullName;
        int served = 0;
        async Task ServeAsync(Connection c)
        {
            string all = await s.ReadAllAsync(c);
            c.Write(Encoding.ASCII.GetBytes(all));
            c.CloseAfterFlush();
            served++;
        }
        using Listener listener = new(s.Loop, OnLoop.Listen(folder + "/s"), (fd, _) => ServeAsync(new Connection(s.Loop, fd)).Detach());
        List<Task<string>> answers = [];
        for (int i = 0; i < 300; i++)
        {
            Connection c = new(s.Loop, OnLoop.Connect(folder + "/s"));
            c.Write(Bytes(10 + i * 100));
            await c.DrainAsync();
            Sockets.Shutdown(c.Descriptor, Sockets.SHUT_WR);
            answers.Add(s.ReadAllAsync(c));
            if (i % 50 == 0) await s.Loop.TurnAsync();
        }
        foreach (Task<string> answer in answers) s.Note(await answer);
        s.Note($"{served}");
        Directory.Delete(folder, true);
    });

    [Test]
    public void Timers_posted_work_and_workers_interleave() => SameOnBoth(async s =>
    {
        List<int> order = [];
        int served = 0;
        s.Loop.After(TimeSpan.FromMilliseconds(60), () => order.Add(3));
        s.Loop.After(TimeSpan.FromMilliseconds(20), () => order.Add(1));
        s.Loop.After(TimeSpan.FromMilliseconds(40), () => order.Add(2));
        s.Loop.After(TimeSpan.FromMilliseconds(10), () => order.Add(0)).Cancel();
        WorkerPool pool = new(s.Loop, "test", 2);
        s.Note($"{await pool.Run(() => 7)}");
        Thread poster = new(() =>
        {
            for (int i = 0; i < 500; i++) s.Loop.Post(() => served++);
        });
        poster.Start();
        await s.Loop.UntilAsync(() => served == 500 && order.Count == 3);
        poster.Join();
        s.Note(string.Join(' ', order));
    });
}
