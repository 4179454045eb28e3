using System.Diagnostics;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Master;

/// <summary>Tells systemd what master does (sd_notify); does nothing where NOTIFY_SOCKET is not set.</summary>
internal sealed class SystemdNotifier
{
    private readonly string? _socket = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");

    /// <summary>READY, and WATCHDOG at half the interval that systemd asks for.</summary>
    public void Ready(EventLoop loop)
    {
        Send("READY=1\nSTATUS=running");
        if (long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture,
            out long usec) && usec > 0)
            loop.Every(TimeSpan.FromMicroseconds(usec / 2), () => Send("WATCHDOG=1"));
    }

    /// <summary>A reload begins; systemd needs the monotonic time with it.</summary>
    public void Reloading()
    {
        long microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    public void Reloaded() => Send("READY=1");

    public void Status(string text) => Send($"STATUS={text}");

    public void Stopping() => Send("STOPPING=1\nSTATUS=stopping");

    private void Send(string text)
    {
        if (string.IsNullOrEmpty(_socket)) return;
        using FileDescriptor? socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM);
        if (socket != null) _ = Sockets.SendToUnix(socket.Fd, Encoding.UTF8.GetBytes(text), _socket);
    }
}
