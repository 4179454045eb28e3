using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// Unique names of messages in a Maildir: seconds, ".", delivery identifier, ".", host, as https://cr.yp.to/proto/maildir.html describes.
/// The identifier is M(microseconds) P(process id) Q(count of this process), so that no status call is needed to make one, and tmp/ and
/// new/ can share it.
/// </summary>
internal static class MaildirName
{
    private static readonly byte[] s_tail = Encoding.UTF8.GetBytes("." + CleanHost(LocalHost.Name()) + "\0");
    private static readonly int s_pid = Environment.ProcessId;
    private static long s_count;

    /// <summary>Longest result with its NUL.</summary>
    public static int MaxLength => 96 + s_tail.Length;

    /// <summary>Writes a new name with a NUL at its end; its length with the NUL.</summary>
    public static int Next(DateTimeOffset now, Span<byte> target)
    {
        long microseconds = now.UtcTicks % TimeSpan.TicksPerSecond / 10;
        _ = System.Text.Unicode.Utf8.TryWrite(target, CultureInfo.InvariantCulture,
            $"{now.ToUnixTimeSeconds()}.M{microseconds}P{s_pid}Q{Interlocked.Increment(ref s_count)}", out int written);
        s_tail.CopyTo(target[written..]);
        return written + s_tail.Length;
    }

    /// <summary>"/" and ":" have meanings of their own in Maildirs.</summary>
    private static string CleanHost(string host) => host.Replace("/", "\\057").Replace(":", "\\072");
}
