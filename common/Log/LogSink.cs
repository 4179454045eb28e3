using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Log;

/// <summary>Where log lines go.</summary>
internal abstract class LogSink
{
    /// <summary>Takes one line, without a line end. <paramref name="priority"/> is syslog's severity.</summary>
    public abstract void Add(int priority, ReadOnlySpan<byte> line, bool json);

    /// <summary>Hands what was taken to the system.</summary>
    public abstract void Flush();

    /// <summary>Opens the destination again (log rotation).</summary>
    public virtual void Reopen() { }
}

/// <summary>
/// Appends to a file or to standard output, one write for each flush. Where the file cannot be opened, the lines are given to postlogd, one datagram each, and
/// when there is none, to standard error.
/// </summary>
internal sealed class FileSink(LogSettings settings, string tag, TimeProvider time, string host) : LogSink
{
    private readonly MemoryStream _buffer = new();
    private int _fd = -1;
    private long _second = -1;
    private byte[] _prefix = [];

    public override void Add(int priority, ReadOnlySpan<byte> line, bool json)
    {
        if (!json)
        {
            RefreshPrefix();
            _buffer.Write(_prefix);
        }
        _buffer.Write(line);
        _buffer.WriteByte((byte)'\n');
        if (_buffer.Length > 32 * 1024) Flush();
    }

    private void RefreshPrefix()
    {
        DateTimeOffset now = time.GetLocalNow();
        long second = now.ToUnixTimeSeconds();
        if (second == _second) return;
        _second = second;
        _prefix = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{now:MMM} {now.Day,2} {now:HH:mm:ss} {host} {tag}: "));
    }

    public override void Flush()
    {
        if (_buffer.Length == 0) return;
        if (_fd < 0) Open();
        ReadOnlySpan<byte> lines = _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length);
        if (_fd >= 0 || !SendToService(lines)) _ = Libc.WriteAll(_fd < 0 ? 2 : _fd, lines);
        _buffer.SetLength(0);
    }

    private void Open() => _fd = settings.File == "/dev/stdout" ? 1
        : settings.File.Length == 0 ? -1
        : Libc.GetEUid() == 0 && !settings.File.StartsWith("/dev/", StringComparison.Ordinal) ? OpenAsRoot()
        : Libc.Open(settings.File, AppendFlags, settings.Permissions);

    private const int AppendFlags = Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOCTTY;

    /// <summary>The folder of the log may be mail_owner's: a link there must not have root write elsewhere.</summary>
    private int OpenAsRoot()
    {
        using PathWalk? walk = PathWalk.To(Path.GetFullPath(settings.File), 0, out int errno);
        if (walk != null) return Libc.OpenAt(walk.Folder.Descriptor, walk.Name, AppendFlags | Libc.O_NOFOLLOW, settings.Permissions);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
        return -1;
    }

    /// <summary>False when the service is away, and nothing was sent.</summary>
    private bool SendToService(ReadOnlySpan<byte> lines)
    {
        int fd = ConnectToService();
        if (fd < 0) return false;
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            // a service that is behind is waited for, a stuck one is not: the mail goes on
            if (Libc.Send(fd, lines[..end], Libc.MSG_DONTWAIT) < 0 && Libc.Errno == Libc.EAGAIN && Libc.PollOne(fd, Libc.POLLOUT, 100))
                _ = Libc.Send(fd, lines[..end], Libc.MSG_DONTWAIT);
            lines = lines[(end + 1)..];
        }
        _ = Libc.Close(fd);
        return true;
    }

    private int ConnectToService()
    {
        if (settings.Service.Length == 0) return -1;
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0 || Libc.ConnectUnix(fd, settings.Service) == 0) return fd;
        _ = Libc.Close(fd);
        return -1;
    }

    public override void Reopen()
    {
        Flush();
        if (_fd > 2) _ = Libc.Close(_fd);
        _fd = -1;
        Open();
    }

    /// <summary>Opens the file now, while the process may; false with errno set when neither that nor the service is to be had.</summary>
    public bool TryOpen()
    {
        if (_fd < 0) Open();
        if (_fd >= 0) return true;
        int error = Libc.Errno, service = ConnectToService();
        if (service >= 0) return Libc.Close(service) == 0;
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return false;
    }
}

/// <summary>
/// Datagrams to the system's logger. A stalled logger must not stop the mail: a line waits 100 ms at most and is then dropped and counted.
/// </summary>
internal sealed class SyslogSink(string path, int facility, string tag, TimeProvider time) : LogSink
{
    private int _fd = -1;
    private long _dropped;

    public override void Add(int priority, ReadOnlySpan<byte> line, bool json)
    {
        DateTimeOffset now = time.GetLocalNow();
        string head = string.Create(CultureInfo.InvariantCulture, $"<{facility * 8 + priority}>{now:MMM} {now.Day,2} {now:HH:mm:ss} {tag}: ");
        byte[] datagram = new byte[head.Length + line.Length];
        Encoding.ASCII.GetBytes(head, datagram);
        line.CopyTo(datagram.AsSpan(head.Length));
        if (!Send(datagram)) _dropped++;
    }

    private bool Send(ReadOnlySpan<byte> datagram)
    {
        // twice: a restarted logger refuses the old socket
        for (int attempt = 0; attempt < 2; attempt++)
        {
            if (_fd < 0 && !Connect()) return false;
            if (Libc.Send(_fd, datagram, Libc.MSG_DONTWAIT) >= 0) return true;
            if (Libc.Errno == Libc.EAGAIN && Libc.PollOne(_fd, Libc.POLLOUT, 100)) continue;
            _ = Libc.Close(_fd);
            _fd = -1;
        }
        return false;
    }

    private bool Connect()
    {
        _fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (Libc.ConnectUnix(_fd, path) == 0)
        {
            if (_dropped == 0) return true;
            long dropped = _dropped;
            _dropped = 0;
            Add(4, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"warning: {dropped} log lines were lost")), false);
            return true;
        }
        _ = Libc.Close(_fd);
        _fd = -1;
        return false;
    }

    public override void Flush() { }
}
