using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Waits for room in the full backlog of a Unix socket. The kernel does not tell when there is some, so that the connection is tried
/// again and again.
/// </summary>
internal static class Backlog
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(10);

    /// <param name="descriptor">The socket to connect; less than 0 when nobody wants the connection any more.</param>
    /// <param name="done">0, or errno: EAGAIN when there is still no room in the end.</param>
    public static void Await(EventLoop loop, Func<int> descriptor, string path, TimeSpan timeout, Action<int> done) =>
        Again(loop, descriptor, path, loop.NowMilliseconds + (long)timeout.TotalMilliseconds, done);

    private static void Again(EventLoop loop, Func<int> descriptor, string path, long until, Action<int> done) => loop.After(s_retry, () =>
    {
        int fd = descriptor();
        if (fd < 0) return;
        int error = Sockets.ConnectUnix(fd, path) == 0 ? 0 : Errno.Last;
        if (error == Errno.EAGAIN && loop.NowMilliseconds < until) Again(loop, descriptor, path, until, done);
        else done(error);
    });
}
