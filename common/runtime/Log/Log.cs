using System.Runtime.CompilerServices;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Log;

/// <summary>How serious a line is; the values are syslog's.</summary>
public enum LogLevel { Panic = 1, Fatal = 2, Error = 3, Warning = 4, Info = 6, Debug = 7 }

/// <summary>How this process logs. <see cref="File"/> empty: syslog.</summary>
public sealed record LogSettings(string Tag)
{
    /// <summary>A file name, "/dev/stdout", or empty for syslog.</summary>
    public string File { get; init; } = "";
    /// <summary>Permissions of a log file that is made.</summary>
    public uint Permissions { get; init; } = FileModes.PrivateFile;
    /// <summary>The socket of postlogd, which writes where this process may not; empty: none.</summary>
    public string Service { get; init; } = "";
    /// <summary>Everything goes to the service, although <see cref="File"/> is empty.</summary>
    public bool ServiceOnly { get; init; }
    public string SyslogSocket { get; init; } = "/dev/log";
    /// <summary>syslog's facility number; 2 is mail.</summary>
    public int Facility { get; init; } = 2;
    public bool Json { get; init; }
    public string Host { get; init; } = "";
    /// <summary>Warnings and worse go to standard error as well (a person is watching).</summary>
    public bool AlsoStandardError { get; init; }
    public bool Verbose { get; init; }
}

/// <summary>
/// The log of this process. Lines have the format of Postfix: "QUEUEID: key=value, key=value (text)". They are handed
/// to the system once for each batch of the event loop, warnings at once. What must not be shown is replaced
/// (<see cref="Printable"/>). Thread-safe.
/// </summary>
public static class Log
{
    private static readonly Lock Gate = new();
    private static LogSink? s_sink;
    private static LogSettings s_settings = new("mtasuite");
    private static int s_pid = Environment.ProcessId;

    public static bool Verbose => s_settings.Verbose;

    public static bool Json => s_settings.Json;

    /// <summary>
    /// Sets the destination. False when a log file cannot be opened and no service writes it; lines then go to standard error.
    /// </summary>
    public static bool Configure(LogSettings settings, TimeProvider? time = null)
    {
        lock (Gate)
        {
            s_sink?.Flush();
            s_sink?.Close();
            s_settings = settings;
            s_pid = Environment.ProcessId;
            string tag = $"{settings.Tag}[{s_pid}]";
            TimeProvider clock = time ?? TimeProvider.System;
            if (settings.File.Length == 0 && !settings.ServiceOnly)
            {
                s_sink = new SyslogSink(settings.SyslogSocket, settings.Facility, tag, clock);
                return true;
            }
            FileSink sink = new(settings, tag, clock, ShortHost(settings.Host));
            s_sink = sink;
            return sink.TryOpen();
        }
    }

    private static string ShortHost(string host) => host.Length == 0 ? "localhost" : host.Split('.')[0];

    /// <summary>
    /// Flushes at the end of every batch of a loop, and before each output of it: what a process does after it was answered comes behind
    /// the lines of the one that answered ("removed" behind the last "status=").
    /// </summary>
    public static void Attach(EventLoop loop)
    {
        IsAttached = true;
        BatchFlush flush = new();
        loop.BeforeOutput(flush);
        loop.AtEveryBatchEnd(flush);
    }

    /// <summary>An event loop runs in this process, and must not wait.</summary>
    internal static bool IsAttached { get; private set; }

    public static void Flush()
    {
        lock (Gate) s_sink?.Flush();
    }

    /// <summary>Opens a log file again after it was renamed.</summary>
    public static void Reopen()
    {
        lock (Gate) s_sink?.Reopen();
    }

    public static void Info(ref LogText text) => Write(LogLevel.Info, ref text);

    public static void Warning(ref LogText text) => Write(LogLevel.Warning, ref text);

    public static void Error(ref LogText text) => Write(LogLevel.Error, ref text);

    public static void Fatal(ref LogText text) => Write(LogLevel.Fatal, ref text);

    public static void Panic(ref LogText text) => Write(LogLevel.Panic, ref text);

    public static void Debug(ref LogText text)
    {
        if (Verbose) Write(LogLevel.Debug, ref text);
        else text.Take();
    }

    private static void Write(LogLevel level, ref LogText text)
    {
        LogLine line = new(level, "");
        line.Free(text.Take());
        line.Send();
    }

    /// <summary>A line that another process has formed, head and all.</summary>
    public static void Verbatim(ReadOnlySpan<byte> line)
    {
        lock (Gate) s_sink?.Add((int)LogLevel.Info, line, json: true);
    }

    internal static string Tag => s_settings.Tag;

    internal static int Pid => s_pid;

    internal static string Host => s_settings.Host;

    internal static void Emit(LogLevel level, ReadOnlySpan<byte> line)
    {
        lock (Gate)
        {
            s_sink?.Add((int)level, line, s_settings.Json);
            if (level <= LogLevel.Warning) s_sink?.Flush();
        }
        if (s_settings.AlsoStandardError && level <= LogLevel.Warning && !s_settings.Json)
        {
            _ = Native.FileIO.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"{s_settings.Tag}: "));
            _ = Native.FileIO.WriteAll(2, line);
            _ = Native.FileIO.WriteAll(2, "\n"u8);
        }
    }

    private sealed class BatchFlush : IBatchEnd
    {
        public void OnBatchEnd() => Flush();
    }
}

/// <summary>An interpolated line, built in a buffer of the thread.</summary>
[InterpolatedStringHandler]
public ref struct LogText
{
    private DefaultInterpolatedStringHandler _inner;

    public LogText(int literalLength, int formattedCount) =>
        _inner = new DefaultInterpolatedStringHandler(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);

    public void AppendLiteral(string value) => _inner.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _inner.AppendFormatted(value, format);

    public void AppendFormatted(string? value) => _inner.AppendFormatted(value);

    public void AppendFormatted(ReadOnlySpan<char> value) => _inner.AppendFormatted(value);

    internal string Take() => _inner.ToStringAndClear();
}
