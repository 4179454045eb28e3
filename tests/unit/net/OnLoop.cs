using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>Runs asynchronous test code on an event loop of its own, on the test's thread.</summary>
internal static class OnLoop
{
    public static void Run(Func<EventLoop, Task> test, TimeProvider? time = null, bool portable = false)
    {
        using EventLoop loop = new(time, portable);
        Task? task = null;
        loop.Post(() => task = Guarded(loop, test));
        loop.After(TestLimits.Long, loop.Stop);
        loop.Run();
        Assert.That(task!.IsCompleted, "the test is stuck");
        task.GetAwaiter().GetResult();
    }

    private static async Task Guarded(EventLoop loop, Func<EventLoop, Task> test)
    {
        try { await test(loop); }
        finally { loop.Stop(); }
    }

    /// <summary>Lets everything that is ready happen.</summary>
    public static async Task TurnAsync(this EventLoop loop, int times = 2)
    {
        for (int i = 0; i < times; i++) await loop.Delay(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(this EventLoop loop, Func<bool> condition, string what = "")
    {
        for (long end = Environment.TickCount64 + (long)TestLimits.Wait.TotalMilliseconds; Environment.TickCount64 < end && !condition();)
            await loop.Delay(TimeSpan.FromMilliseconds(1));
        Assert.That(condition(), what.Length > 0 ? what : "it did not come to be");
    }

    /// <summary>Two connected non-blocking sockets.</summary>
    public static (int A, int B) Pair()
    {
        Assert.That(Sockets.TrySocketPair(out int a, out int b));
        foreach (int fd in new[] { a, b }) _ = FileIO.Fcntl(fd, FileIO.F_SETFL, FileIO.O_RDWR | FileIO.O_NONBLOCK);
        return (a, b);
    }

    /// <summary>A socket that listens on a path.</summary>
    public static int Listen(string path)
    {
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.BindUnix(fd, path) == 0 && Sockets.Listen(fd, 100) == 0, Errno.Text());
        return fd;
    }

    /// <summary>A socket connected to a path.</summary>
    public static int Connect(string path)
    {
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.ConnectUnix(fd, path), Is.Zero, Errno.Text());
        return fd;
    }
}
