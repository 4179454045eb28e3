using MtaSuite.Common.Native;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Commands;

/// <summary>
/// A running delivery command: its standard input (a sink for the message), what it prints, and its end. Nothing here waits beyond the
/// deadline; at the deadline its process group is killed. Owns the descriptors and the process, which is reaped by <see cref="TryFinish"/>.
/// </summary>
internal sealed class CommandProcess : ByteSink
{
    /// <summary>A machine may be slow to start a program; the command's own time begins when it runs.</summary>
    private const int StartMilliseconds = 30_000;

    /// <summary>For a command to be gone once it was killed. One that is not by then is held by its user, and is his alone.</summary>
    private static readonly TimeSpan s_killed = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _child;
    private readonly long _deadline;
    private readonly byte[] _scratch = new byte[4096];
    private readonly FileDescriptor _input, _output;
    /// <summary>Its descriptor says that it has ended.</summary>
    private bool _hasEnded;

    private CommandProcess(ChildProcess child, FileDescriptor input, FileDescriptor output, long deadline) =>
        (_child, _input, _output, _deadline) = (child, input, output, deadline);

    public CommandOutput Printed { get; } = new();

    /// <summary>The command did not end in time.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Starts a command with its rights. Null with a text that says why not.</summary>
    public static CommandProcess? Start(CommandSpec spec, out string trouble)
    {
        if (!FileDescriptor.TryPipe(out FileDescriptor? childInput, out FileDescriptor? input))
        {
            trouble = $"cannot create a pipe: {Errno.Text()}";
            return null;
        }
        if (!FileDescriptor.TryPipe(out FileDescriptor? output, out FileDescriptor? childOutput))
        {
            trouble = $"cannot create a pipe: {Errno.Text()}";
            FileDescriptor.DisposeAll([childInput, input]);
            return null;
        }
        long limit = (long)Math.Min(spec.TimeLimit.TotalMilliseconds, int.MaxValue);
        long start = Environment.TickCount64 + Math.Max(limit, StartMilliseconds);
        ChildProcess? child = CommandLauncher.Launch(spec, childInput.Fd, childOutput.Fd, start, out trouble);
        FileDescriptor.DisposeAll([childInput, childOutput]);
        if (child != null)
        {
            _ = FileIO.Fcntl(input.Fd, FileIO.F_SETFL, FileIO.O_WRONLY | FileIO.O_NONBLOCK);
            _ = FileIO.Fcntl(output.Fd, FileIO.F_SETFL, FileIO.O_RDONLY | FileIO.O_NONBLOCK);
            return new CommandProcess(child, input, output, Environment.TickCount64 + limit);
        }
        FileDescriptor.DisposeAll([input, output]);
        return null;
    }

    /// <summary>Feeds the command, reading meanwhile what it prints. EPIPE: it does not want more, which by itself is no failure.</summary>
    public override bool Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int n = FileIO.Write(_input.Fd, data);
            if (n >= 0)
            {
                data = data[n..];
                continue;
            }
            if (Errno.Last == Errno.EINTR) continue;
            if (Errno.Last != Errno.EAGAIN)
            {
                Error = Errno.Last;
                return false;
            }
            if (WaitFor(writable: true)) continue;
            Error = Errno.ETIMEDOUT;
            return false;
        }
        return true;
    }

    /// <summary>Ends the input, waits for the command to end (or ends it) and reaps it. False: how it ended is not known.</summary>
    public bool TryFinish(out int status)
    {
        _input.Dispose();
        ChildState state;
        while ((state = _child.TryReap(wait: false, out status)) == ChildState.Running)
        {
            if (!TimedOut && !_hasEnded && WaitFor(writable: false)) continue;
            _child.SignalGroup(Signals.SIGKILL);
            state = _child.TryReapWithin(s_killed, out status);
            break;
        }
        if (_output.IsOpen) DrainOutput();
        _output.Dispose();
        _child.Dispose();
        return state == ChildState.Ended;
    }

    /// <summary>Waits for room in the pipe, output, or the command's end; false once the deadline is past.</summary>
    private bool WaitFor(bool writable)
    {
        long left = _deadline - Environment.TickCount64;
        if (left <= 0)
        {
            TimedOut = true;
            return false;
        }
        Span<PollItem> items =
        [
            new() { Fd = _output.Fd, Events = Poll.POLLIN },
            new() { Fd = writable ? _input.Fd : -1, Events = Poll.POLLOUT },
            new() { Fd = writable ? -1 : _child.Descriptor, Events = Poll.POLLIN },
        ];
        // without a pidfd the end is noticed by asking again
        int wait = _child.Descriptor < 0 && !writable ? (int)Math.Min(left, 20) : (int)Math.Min(left, int.MaxValue);
        if (Poll.Wait(items, wait) <= 0) return true;
        if (items[0].Happened != 0) DrainOutput();
        _hasEnded = items[2].Happened != 0;
        return true;
    }

    private void DrainOutput()
    {
        for (int reads = 0; reads < 64; reads++) // then see whether there is something else to do
        {
            int n = FileIO.Read(_output.Fd, _scratch);
            if (n > 0) Printed.Add(_scratch.AsSpan(0, n));
            else if (n == 0 || Errno.Last is not (Errno.EINTR or Errno.EAGAIN))
            {
                _output.Dispose();
                return;
            }
            else if (Errno.Last == Errno.EAGAIN) return;
        }
    }
}
