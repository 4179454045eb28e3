using System.Net;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Local.Commands;

namespace MtaSuite.Local.Spawn;

/// <summary>
/// spawn(8): runs a command for each connection to a socket of master.cf, as an ordinary user. The process limit of the service is the most
/// commands at once; further connections wait in the backlog.
/// </summary>
internal sealed class SpawnService : IService
{
    /// <summary>They wait until launcher has become the command.</summary>
    private const int LaunchThreads = 4;
    /// <summary>A command has to run by then.</summary>
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);
    /// <summary>After a command that could not be started: its clients come again at once.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly ServiceContext _context;
    private readonly WorkerPool _launches;
    private readonly List<Listener> _listeners;
    private readonly HashSet<SpawnedCommand> _running = [];
    private readonly CommandSpec? _command;
    private Action? _drained;

    public SpawnService(ServiceContext context)
    {
        _context = context;
        _launches = new WorkerPool(context.Loop, "launch", LaunchThreads);
        _command = SpawnSettings.From(context.Config, context.ServiceName, context.Attributes, out string problem);
        if (_command == null) Log.Warning($"service {context.ServiceName}: {problem}: its connections are closed");
        _listeners = [.. context.Listeners.Select(fd => new Listener(context.Loop, fd, Accept))];
    }

    public int Active { get; private set; }

    private bool IsFull => _context.MaxProc > 0 && Active >= _context.MaxProc;

    private void Accept(int fd, IPEndPoint? remote)
    {
        Active++;
        if (IsFull) _listeners.ForEach(l => l.Pause());
        ServeAsync(fd).Detach();
    }

    private async Task ServeAsync(int fd)
    {
        if (_command != null && await StartAsync(_command, fd) is { } command)
        {
            _running.Add(command);
            await command.WaitAsync();
            _running.Remove(command);
        }
        else await _context.Loop.Delay(s_pause);
        Active--;
        if (_drained == null && !IsFull) _listeners.ForEach(l => l.Resume());
        if (_drained != null && Active == 0) _drained();
    }

    /// <summary>Gives the connection to a command; null, and a line in the log, when it cannot be started.</summary>
    private async Task<SpawnedCommand?> StartAsync(CommandSpec command, int fd)
    {
        using FileDescriptor connection = new(fd);
        // the command expects a file that waits
        _ = FileIO.Fcntl(fd, FileIO.F_SETFL, FileIO.Fcntl(fd, FileIO.F_GETFL, 0) & ~FileIO.O_NONBLOCK);
        long start = Environment.TickCount64 + (long)s_start.TotalMilliseconds;
        string trouble = "";
        ChildProcess? child = await _launches.Run(() => CommandLauncher.Launch(command, fd, fd, start, out trouble));
        connection.Dispose();
        if (child != null) return new SpawnedCommand(_context.Loop, child, command);
        Log.Warning($"service {_context.ServiceName}: command {command.Display} cannot be started: {trouble}");
        return null;
    }

    /// <summary>Commands that serve somebody go on until the connection ends.</summary>
    public void Drain(Action done)
    {
        _drained = done;
        _listeners.ForEach(l => l.Dispose());
        if (Active == 0) done();
    }

    public void Stop()
    {
        foreach (SpawnedCommand command in _running) command.Terminate();
    }
}
