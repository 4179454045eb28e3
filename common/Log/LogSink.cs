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

/// <summary>Appends to a file or to standard output, one write for each flush.</summary>
internal sealed class FileSink(string path, string tag, TimeProvider time, string host) : LogSink
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
        _ = Libc.WriteAll(_fd < 0 ? 2 : _fd, _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length));
        _buffer.SetLength(0);
    }

    private void Open() => _fd = path == "/dev/stdout" ? 1
        : Libc.Open(path, Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOCTTY, 0x1A4 /* 0644 */);

    public override void Reopen()
    {
        Flush();
        if (_fd > 2) _ = Libc.Close(_fd);
        _fd = -1;
        Open();
    }

    /// <summary>Opens the file now, while the process may; false with errno set.</summary>
    public bool TryOpen()
    {
        if (_fd < 0) Open();
        return _fd >= 0;
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
