using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;
using MtaSuite.Tools.SmtpSink;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>A spool of its own, what a command prints, and services on an event loop of their own thread.</summary>
internal sealed class ToolHarness : IDisposable
{
    private readonly MemoryStream _output = new(), _messages = new();
    private Thread? _thread;
    private Exception? _failure;

    public ToolHarness()
    {
        Folder = Directory.CreateTempSubdirectory("mtasuite-tools-").FullName;
        Spool = new SpoolDirectory(Folder);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory($"{Folder}/{name}");
        Tool.Name = "tool";
        Tool.Redirect(_output, _messages);
    }

    public string Folder { get; }
    public SpoolDirectory Spool { get; }
    public EventLoop Loop { get; } = new();

    public MailConfig Config(string more = "") =>
        MailConfig.Parse($"queue_directory = {Folder}\nmyhostname = mx.example.com\nmail_name = Suite\n{more}", $"{Folder}/main.cf").Config;

    public string Output
    {
        get
        {
            Tool.Flush();
            return Encoding.UTF8.GetString(_output.ToArray());
        }
    }

    public string Messages => Encoding.UTF8.GetString(_messages.ToArray());

    public static int Listen(string path)
    {
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        Assert.That(Libc.BindUnix(fd, path) == 0 && Libc.Listen(fd, 10) == 0, Libc.ErrorText());
        return fd;
    }

    /// <summary>Makes services on the loop's thread and runs it until the harness is disposed.</summary>
    public void Serve(Action start)
    {
        using ManualResetEventSlim ready = new();
        _thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(Loop);
            try
            {
                start();
                ready.Set();
                Loop.Run();
            }
            catch (Exception e) { _failure = e; }
            finally { ready.Set(); }
        });
        _thread.Start();
        ready.Wait();
    }

    /// <summary>An smtp-sink on the loop.</summary>
    /// <param name="port">Where it listens; 0 for a socket of another kind.</param>
    public Sink StartSink(string place, string[] options, out int port)
    {
        SinkOptions parsed = new();
        Assert.That(SmtpSinkCommand.Parse([.. options, place, "100"], parsed), Is.Null);
        List<int> sockets = [];
        Assert.That(PeerEndPoint.Parse(parsed.Place, AddressFamily.Unspecified, "", out _)!.Listen(parsed.Backlog, parsed.WindowSize,
            sockets), Is.Null);
        port = Libc.LocalEndPoint(sockets[0])?.Port ?? 0;
        Sink sink = null!;
        Serve(() =>
        {
            sink = new Sink(parsed, Loop) { Tls = parsed.TlsChain.Length > 0 ? SmtpSinkCommand.TryStartTls(parsed, out _) : null };
            sink.Serve(sockets);
        });
        return sink;
    }

    /// <summary>The loop ended by itself.</summary>
    public bool Stopped(TimeSpan timeout) => _thread!.Join(timeout);

    /// <summary>Runs something on the loop's thread and waits for it.</summary>
    public T OnLoop<T>(Func<T> function)
    {
        TaskCompletionSource<T> done = new();
        Loop.Post(() => done.SetResult(function()));
        return done.Task.Wait(TestLimits.Wait) ? done.Task.Result : throw new TimeoutException();
    }

    /// <summary>Waits until something is so on the loop's thread.</summary>
    public void Until(Func<bool> condition)
    {
        for (int i = 0; i < 30_000; i++)
        {
            if (OnLoop(condition)) return;
            Libc.PollOne(-1, 0, 10);
        }
        Assert.Fail("it did not happen");
    }

    /// <summary>Writes a finished queue file and returns its id.</summary>
    public string Put(string folder, Envelope e, string content = "Subject: test\n\nbody\n", string? id = null)
    {
        id ??= QueueId.Next();
        if (e.ArrivalMicroseconds == 0) e.ArrivalMicroseconds = QueueId.Microseconds();
        System.Buffers.ArrayBufferWriter<byte> file = new();
        int offset = QueueFileFormat.Write(file, e);
        byte[] bytes = [.. file.WrittenSpan, .. Encoding.UTF8.GetBytes(content)];
        QueueFileFormat.Finish(bytes, offset, Encoding.UTF8.GetByteCount(content), e.Recipients.Count);
        string path = Spool.PathOf(folder, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return id;
    }

    public static Envelope Envelope(string sender, params string[] recipients) => new()
    {
        Sender = sender,
        Recipients = [.. recipients.Select(r => new EnvelopeRecipient { Address = r })],
    };

    public void Dispose()
    {
        Loop.Stop();
        bool ended = _thread?.Join(TestLimits.Wait) ?? true;
        Loop.Dispose();
        Tool.Redirect(null, null);
        Directory.Delete(Folder, true);
        Assert.That(_failure, Is.Null);
        Assert.That(ended, "the loop does not end");
    }
}
