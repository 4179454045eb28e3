using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Master;

/// <summary>
/// A reload, from the signal to the answer: takes the files, has them checked, has the supervisor put them in force, and leaves the
/// result for the command that waits. What is refused on the way changes nothing.
/// </summary>
/// <param name="supervisor">Puts a configuration in force; null, or status and reason.</param>
/// <param name="folder">Where the result is left; null: nowhere.</param>
internal sealed class Reloader(EventLoop loop, string directory, Folder? folder, SystemdNotifier systemd, Supervisor supervisor)
{
    /// <summary>The check looks up hosts and opens tables.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(100);
    private ConfigChecker? _checker;
    private AcceptedConfig? _candidate;
    private LoopTimer? _limit;
    private bool _again;
    private long _started;

    /// <summary>Starts a reload, or notes that another is to follow: what is under way has read the files already.</summary>
    public void Begin()
    {
        _again = _checker != null;
        if (_again) return;
        _started = ReloadResult.Now;
        systemd.Reloading();
        _candidate = AcceptedConfig.TryMake(directory, ConfigSnapshot.Take(directory), out string error);
        if (_candidate == null)
        {
            End(ExitCode.Configuration, error);
            return;
        }
        if (Unchangeable(_candidate.Main) is { } fixedName)
        {
            End(ExitCode.Configuration, $"{fixedName} cannot change while the mail system runs: stop it, and start it again");
            return;
        }
        _checker = ConfigChecker.TryStart(_candidate, supervisor.Config, directory, out error);
        if (_checker == null)
        {
            End(1, error);
            return;
        }
        supervisor.ChildStarted();
        _limit = loop.After(CheckTimeout, () => _ = Signals.Kill(_checker!.Pid, Signals.SIGKILL));
    }

    /// <summary>A child has ended. True when it was the check.</summary>
    public bool Ended(int pid, int status)
    {
        if (_checker?.Pid != pid) return false;
        _limit?.Cancel();
        (int Status, string Reason)? refused = _checker.Finish(status);
        _checker = null;
        if (supervisor.Stopping) return true;
        if (refused is not null) End(refused.Value.Status, refused.Value.Reason);
        else End(supervisor.TryApply(_candidate!, out string error) ? 0 : 1, error);
        if (_again) Begin();
        return true;
    }

    /// <summary>Master works in this folder, and its lock lies there.</summary>
    private string? Unchangeable(MailConfig next) =>
        Array.Find([CommonParams.QueueDirectory], p => next.Get(p) != supervisor.Config.Get(p))?.Name;

    private void End(int status, string reason)
    {
        if (status == 0) Log.Info($"reload -- version {supervisor.Config.Get(CommonParams.MailVersion)}, configuration {directory}");
        else
        {
            _candidate?.Dispose();
            foreach (string line in reason.Split('\n')) Log.Error($"reload refused, the running configuration stays in use: {line}");
        }
        _candidate = null;
        systemd.Status(status == 0 ? "running" : "running; the last reload was refused");
        systemd.Reloaded();
        Log.Flush();
        int error = folder == null || new ReloadResult(_started, status, reason).TryWrite(folder) ? 0 : Errno.Last;
        if (error != 0) Log.Warning($"{ReloadResult.FileName}: {Errno.Text(error)}");
    }
}
