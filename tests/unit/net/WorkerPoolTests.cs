using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>Slow work must not hold up the rest: eight users' commands that hang are not a reason for everybody's mail to wait.</summary>
public sealed class WorkerPoolTests
{
    private sealed class Item(Action work, Action done) : WorkItem
    {
        public override void Execute() => work();

        protected override void OnDone() => done();
    }

    [Test]
    public void Work_that_waits_lets_others_through_and_the_threads_go_away_again()
    {
        using ManualResetEventSlim release = new();
        using ManualResetEventSlim allDone = new();
        EventLoop loop = null!;
        WorkerPool pool = null!;
        int quick = 0, slow = 0;
        Thread thread = new(() =>
        {
            loop = new EventLoop();
            pool = new WorkerPool(loop, "test", 2);
            loop.Post(() =>
            {
                for (int i = 0; i < 6; i++)
                    pool.Submit(new Item(() =>
                    {
                        pool.BeginWait();
                        release.Wait();
                        pool.EndWait();
                    }, () => { if (++slow == 6) { allDone.Set(); loop.Stop(); } }));
                for (int i = 0; i < 10; i++) pool.Submit(new Item(() => Interlocked.Increment(ref quick), () => { }));
            });
            loop.Run();
        });
        thread.Start();
        for (int i = 0; i < 15_000 && Volatile.Read(ref quick) < 10; i++) Libc.Poll([], 20);
        Assert.That(quick, Is.EqualTo(10), "quick work ran while six items waited in a pool of two");
        release.Set();
        Assert.That(allDone.Wait(TestLimits.Wait));
        thread.Join();
    }

    [Test]
    public void A_pool_whose_work_hangs_grows_until_others_come_through([Values(0, 4)] int mostWaiting)
    {
        using ManualResetEventSlim release = new();
        using ManualResetEventSlim quick = new();
        int done = 0;
        Thread thread = new(() =>
        {
            EventLoop loop = new();
            WorkerPool pool = new(loop, "test", 1) { MostWaiting = mostWaiting };
            Action finished = () => { if (++done == 2) loop.Stop(); };
            loop.Post(() =>
            {
                pool.Submit(new Item(() => release.Wait(), finished));
                pool.Submit(new Item(quick.Set, finished));
            });
            loop.Run();
        });
        thread.Start();
        Assert.That(quick.Wait(TestLimits.Wait), "the work behind the one that hangs ran");
        release.Set();
        Assert.That(thread.Join(TestLimits.Wait));
    }
}
