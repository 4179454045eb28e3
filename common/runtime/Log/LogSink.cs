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

    /// <summary>Another one takes its place.</summary>
    public abstract void Close();
}

/// <summary>
/// Appends to a file or to standard output, one write for each flush. Where the file cannot be opened, the lines are given to postlogd, one
/// datagram each, and when there is none, to standard error.
/// </summary>
internal sealed class FileSink(LogSettings settings, string tag, TimeProvider time, string host) : LogSink
{
    /// <summary>Some ten thousand lines.</summary>
    private const int MostKept = 2 * 1024 * 1024;
    /// <summary>A service that took nothing is not waited for again for so long.</summary>
    private const int StuckMilliseconds = 1_000;
    private readonly MemoryStream _buffer = new();
    private const int StandardOutput = 1, StandardError = 2;
    private FileDescriptor? _file;
    private long _lost, _stuckUntil;
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
        if (_buffer.Length <= 32 * 1024) return;
        if (Environment.TickCount64 >= _stuckUntil) Flush();
        else if (_buffer.Length > 2 * MostKept) Keep(0);
    }

    private void RefreshPrefix()
    {
        DateTimeOffset now = time.GetLocalNow();
        long second = now.ToUnixTimeSeconds();
        if (second == _second) return;
        _second = second;
        _prefix =
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{now:MMM} {now.Day,2} {now:HH:mm:ss} {host} {tag}: "));
    }

    public override void Flush()
    {
        if (_buffer.Length == 0) return;
        if (Output < 0) Open();
        ReadOnlySpan<byte> lines = _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length);
        int done = lines.Length;
        int output = Output;
        if (output >= 0 || !SendToService(lines, out done)) _ = FileIO.WriteAll(output < 0 ? StandardError : output, lines);
        Keep(done);
    }

    /// <summary>What the service does not take now stays for the next flush, up to a bound; the oldest lines beyond it are counted as
    /// lost.</summary>
    private void Keep(int done)
    {
        ReadOnlySpan<byte> rest = _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length)[done..];
        while (rest.Length > MostKept)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
            _lost++;
        }
        byte[] kept = rest.ToArray();
        _buffer.SetLength(0);
        _buffer.Write(kept);
    }

    /// <summary>The file, or standard output, which stays open; -1: there is none.</summary>
    private int Output => settings.File == "/dev/stdout" ? StandardOutput : _file?.Fd ?? -1;

    private void Open()
    {
        if (settings.File is not ("" or "/dev/stdout")) _file = LogFile.TryOpen(settings.File, settings.Permissions);
    }

    /// <summary>
    /// False when the service is away, and nothing was sent. A service that is behind is waited for, a stuck one is not: the mail goes on.
    /// A process without an event
    /// loop, which ends soon, waits longer.
    /// </summary>
    private bool SendToService(ReadOnlySpan<byte> lines, out int done)
    {
        done = 0;
        using FileDescriptor? service = ConnectToService();
        if (service == null)
        {
            done = lines.Length;
            return false;
        }
        long now = Environment.TickCount64, until = now < _stuckUntil ? now : now + (Log.IsAttached ? 100 : 5_000);
        if (_lost > 0 && TrySend(service.Fd, LostLine(), until)) _lost = 0;
        while (done < lines.Length)
        {
            int length = lines[done..].IndexOf((byte)'\n');
            if (!TrySend(service.Fd, lines.Slice(done, length), until))
            {
                _stuckUntil = Environment.TickCount64 + StuckMilliseconds;
                break;
            }
            done += length + 1;
        }
        return true;
    }

    private byte[] LostLine()
    {
        RefreshPrefix();
        return [.. _prefix, .. Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"warning: {_lost} log lines were lost"))];
    }

    /// <summary>False when the service's queue stayed full; what it cannot take at all counts as sent.</summary>
    private static bool TrySend(int fd, ReadOnlySpan<byte> line, long until)
    {
        while (Sockets.Send(fd, line, Sockets.MSG_DONTWAIT) < 0 && Errno.Last is Errno.EAGAIN or Errno.EINTR)
        {
            long left = until - Environment.TickCount64;
            if (left <= 0) return false;
            _ = Poll.WaitOne(fd, Poll.POLLOUT, (int)left);
        }
        return true;
    }

    private FileDescriptor? ConnectToService()
    {
        if (settings.Service.Length == 0) return null;
        FileDescriptor? socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
        if (socket == null || Sockets.ConnectUnix(socket.Fd, settings.Service) == 0) return socket;
        socket.Dispose();
        return null;
    }

    public override void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    public override void Reopen()
    {
        Flush();
        Close();
        Open();
    }

    /// <summary>Opens the file now, while the process may; false with errno set when neither that nor the service is to be had.</summary>
    public bool TryOpen()
    {
        if (Output < 0) Open();
        if (Output >= 0) return true;
        int error = Errno.Last;
        using FileDescriptor? service = ConnectToService();
        if (service != null) return true;
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return false;
    }
}

/// <summary>
/// Datagrams to the system's logger. A stalled logger must not stop the mail: a line waits 100 ms at most and is then dropped and counted.
/// </summary>
internal sealed class SyslogSink(string path, int facility, string tag, TimeProvider time) : LogSink
{
    private FileDescriptor? _socket;
    private long _dropped;

    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public override void Add(int priority, ReadOnlySpan<byte> line, bool json)
    {
        DateTimeOffset now = time.GetLocalNow();
        string head =
            string.Create(CultureInfo.InvariantCulture, $"<{facility * 8 + priority}>{now:MMM} {now.Day,2} {now:HH:mm:ss} {tag}: ");
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
            if (_socket == null && !Connect()) return false;
            if (Sockets.Send(_socket!.Fd, datagram, Sockets.MSG_DONTWAIT) >= 0) return true;
            if (Errno.Last == Errno.EAGAIN && Poll.WaitOne(_socket.Fd, Poll.POLLOUT, 100)) continue;
            Close();
        }
        return false;
    }

    private bool Connect()
    {
        _socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
        if (_socket != null && Sockets.ConnectUnix(_socket.Fd, path) == 0)
        {
            if (_dropped == 0) return true;
            long dropped = _dropped;
            _dropped = 0;
            Add(4, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"warning: {dropped} log lines were lost")), false);
            return true;
        }
        Close();
        return false;
    }

    public override void Flush() { }
}
