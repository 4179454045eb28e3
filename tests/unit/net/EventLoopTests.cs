using System.Net;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>Timers, posted work, promises, workers, listeners.</summary>
public sealed class EventLoopTests
{
    private sealed class Item(Action work, Action done) : WorkItem
    {
        public override void Execute() => work();

        protected override void OnDone() => done();
    }

    [Test]
    public void Timers_run_in_order_once_and_not_when_canceled() => OnLoop.Run(async loop =>
    {
        List<int> ran = [];
        loop.After(TimeSpan.FromMilliseconds(30), () => ran.Add(3));
        loop.After(TimeSpan.FromMilliseconds(10), () => ran.Add(1));
        LoopTimer canceled = loop.After(TimeSpan.FromMilliseconds(5), () => ran.Add(99));
        loop.After(TimeSpan.FromMilliseconds(20), () => ran.Add(2));
        canceled.Cancel();
        await loop.UntilAsync(() => ran.Count == 3);
        Assert.That(ran, Is.EqualTo(new[] { 1, 2, 3 }));
    });

    /// <summary>As after a removal that failed: what is registered already belongs to whoever watches it now.</summary>
    [Test]
    public void A_descriptor_that_epoll_has_kept_is_watched_again()
    {
        using EpollEngine engine = new();
        using FileDescriptor ready = new(Epoll.EventFd(1, Epoll.EFD_CLOEXEC));
        Assert.That(engine.Watch(ready.Fd, Epoll.EPOLLIN, 1), Is.True);
        Assert.That(engine.Watch(ready.Fd, Epoll.EPOLLIN, 2), Is.True);
        Span<EpollEvent> events = stackalloc EpollEvent[2];
        Assert.That(engine.Wait(events, 0), Is.EqualTo(1));
        Assert.That(events[0].Data, Is.EqualTo(2));
    }

    [Test]
    public void A_repeated_timer_may_cancel_itself() => OnLoop.Run(async loop =>
    {
        int runs = 0;
        LoopTimer timer = null!;
        timer = loop.Every(TimeSpan.FromMilliseconds(1), () => { if (++runs == 3) timer.Cancel(); });
        await loop.UntilAsync(() => runs == 3);
        await loop.TurnAsync(5);
        Assert.That(runs, Is.EqualTo(3));
    });

    [Test]
    public void Posted_work_runs_on_the_loop_in_order() => OnLoop.Run(async loop =>
    {
        List<int> ran = [];
        int home = Environment.CurrentManagedThreadId;
        bool elsewhere = false;
        Thread other = new(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                int n = i;
                loop.Post(() =>
                {
                    ran.Add(n);
                    elsewhere |= Environment.CurrentManagedThreadId != home || EventLoop.Current != loop;
                });
            }
        });
        other.Start();
        await loop.UntilAsync(() => ran.Count == 1000);
        other.Join();
        Assert.That(elsewhere, Is.False);
        Assert.That(ran, Is.Ordered);
    });

    [Test]
    public void A_promise_is_kept_once()
    {
        Promise<int> promise = new();
        int got = 0;
        async Task WaitAsync() => got = await promise;
        Task waiting = WaitAsync();
        Assert.That(() => promise.OnCompleted(() => { }), Throws.InvalidOperationException, "one waiter");
        Assert.That(() => promise.GetResult(), Throws.InvalidOperationException);
        Assert.That(promise.TrySet(5));
        Assert.That((got, waiting.IsCompleted, promise.TrySet(6), promise.GetResult()), Is.EqualTo((5, true, false, 5)));
    }

    [Test]
    public void An_answer_is_waited_for_as_long_as_it_may_take() => OnLoop.Run(async loop =>
    {
        Promise<string?> late = new(), early = new();
        loop.Post(() => early.TrySet("here"));
        Assert.That(await early.WithinAsync(loop, TimeSpan.FromSeconds(20)), Is.EqualTo("here"));
        Assert.That(await late.WithinAsync(loop, TimeSpan.FromMilliseconds(5)), Is.Null);
        Assert.That(late.TrySet("too late"), Is.False);

        Promise<bool> ask = new();
        async Task<string> AskAsync() => await ask ? "yes" : "no";
        Task<string> asking = AskAsync();
        Assert.That(await asking.WithinAsync(loop, TimeSpan.FromMilliseconds(5)), Is.Null);
        Task<string?> again = asking.WithinAsync(loop, TimeSpan.FromSeconds(20));
        ask.TrySet(true);
        Assert.That((await again, await asking), Is.EqualTo(("yes", "yes")));
    });

    [Test]
    public void One_worker_takes_work_in_order_and_tells_the_loop() => OnLoop.Run(async loop =>
    {
        WorkerPool pool = new(loop, "test", 1);
        List<int> worked = [], done = [];
        int home = Environment.CurrentManagedThreadId;
        bool wrongThread = false;
        for (int i = 0; i < 100; i++)
        {
            int n = i;
            pool.Submit(new Item(() => { worked.Add(n); wrongThread |= Environment.CurrentManagedThreadId == home; },
                () => { done.Add(n); wrongThread |= Environment.CurrentManagedThreadId != home; }));
        }
        Assert.That(pool.Pending, Is.EqualTo(100));
        Assert.That(await pool.Run(() => 42), Is.EqualTo(42));
        Assert.That((pool.Pending, wrongThread), Is.EqualTo((0, false)));
        Assert.That(worked, Is.Ordered.And.EqualTo(done));
        Assert.That(done, Has.Count.EqualTo(100));
    });

    [Test]
    public void Workers_work_at_the_same_time() => OnLoop.Run(async loop =>
    {
        WorkerPool pool = new(loop, "test", 4);
        using Barrier barrier = new(4);
        int met = 0;
        for (int i = 0; i < 4; i++)
            pool.Submit(new Item(() => { if (barrier.SignalAndWait(5000)) Interlocked.Increment(ref met); }, () => { }));
        await loop.UntilAsync(() => pool.Pending == 0);
        Assert.That(met, Is.EqualTo(4));
    });

    [Test]
    public void A_listener_pauses_and_resumes() => OnLoop.Run(async loop =>
    {
        int fd = Sockets.Create(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.Bind(fd, new IPEndPoint(IPAddress.Loopback, 0)) == 0 && Sockets.Listen(fd, 100) == 0);
        List<(int Fd, IPEndPoint? Peer)> accepted = [];
        Listener listener = new(loop, fd, (c, peer) => accepted.Add((c, peer)));
        List<int> clients = [];
        void Connect(int count)
        {
            for (int i = 0; i < count; i++)
            {
                int client = Sockets.Create(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
                _ = Sockets.Connect(client, listener.Local!);
                clients.Add(client);
            }
        }
        Connect(20);
        await loop.UntilAsync(() => accepted.Count == 20);
        Assert.That(accepted.Select(a => a.Peer!.Port), Is.Unique);
        listener.Pause();
        Connect(3);
        await loop.TurnAsync(5);
        Assert.That(accepted, Has.Count.EqualTo(20));
        listener.Resume();
        await loop.UntilAsync(() => accepted.Count == 23);
        listener.Dispose();
        listener.Resume();
        foreach (int c in clients.Concat(accepted.Select(a => a.Fd))) FileIO.Close(c);
    });

    [Test]
    public void A_listener_may_be_paused_while_it_accepts() => OnLoop.Run(async loop =>
    {
        string folder = Directory.CreateTempSubdirectory("listen").FullName;
        int fd = OnLoop.Listen(folder + "/s");
        List<int> accepted = [];
        Listener listener = null!;
        listener = new Listener(loop, fd, (c, _) =>
        {
            accepted.Add(c);
            listener.Pause();
        });
        List<int> clients = [OnLoop.Connect(folder + "/s"), OnLoop.Connect(folder + "/s")];
        await loop.TurnAsync(5);
        Assert.That(accepted, Has.Count.EqualTo(1));
        listener.Resume();
        await loop.UntilAsync(() => accepted.Count == 2);
        listener.Dispose();
        foreach (int c in clients.Concat(accepted)) FileIO.Close(c);
        Directory.Delete(folder, true);
    });
}
