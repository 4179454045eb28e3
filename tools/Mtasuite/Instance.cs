using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// One instance of the suite, seen from outside. Its master holds a lock on the spool as long as it lives; the lock tells whether it runs.
/// </summary>
internal sealed class Instance(MailConfig config)
{
    public MailConfig Config { get; } = config;

    public SpoolDirectory Spool { get; } = new(config.Get(CommonParams.QueueDirectory));

    /// <summary>The configuration folder as an absolute path: daemons change their folder.</summary>
    public string ConfigDirectory => Path.GetFullPath(Config.Directory);

    public string MasterProgram => $"{Config.Get(MasterParams.DaemonDirectory)}/master";

    private string PidFile => Path.Combine(Spool.Root, Config.Get(CommonParams.ProcessIdDirectory), "master.pid");

    /// <summary>The running master's process id; 0: none runs. Negative: minus errno, it cannot be known (<see cref="Unknown"/>).</summary>
    public int FindMaster() => SpoolLock.Holder(Spool.Root, PidFile);

    /// <summary>The words for a master that cannot be found out about.</summary>
    public static string Unknown(int found) =>
        $"cannot tell whether the mail system is running: {(-found == Libc.EBUSY ? SpoolLock.OutsideText : Libc.ErrorText(-found))}";

    /// <summary>
    /// The running master as a process that no later one can be taken for; null, with what <see cref="FindMaster"/> says, when there is
    /// none. It is looked for again after it was opened: between the two looks its number cannot have become another's.
    /// </summary>
    public ProcessHandle? OpenMaster(out int found)
    {
        found = FindMaster();
        ProcessHandle? process = found > 0 ? ProcessHandle.TryOpen(found) : null;
        if (process == null) return null;
        found = FindMaster();
        if (found == process.Pid) return process;
        process.Dispose();
        return null;
    }

    /// <summary>Waits until no master runs any more; false when the time is up.</summary>
    public bool WaitUntilGone(TimeSpan timeout)
    {
        long end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (FindMaster() != 0)
        {
            if (Environment.TickCount64 > end) return false;
            Pause(20);
        }
        return true;
    }

    /// <summary>The result of a reload that began at a time or later; null when there is none yet.</summary>
    public ReloadResult? ResultSince(long time) =>
        ReloadResult.TryRead($"{Spool.Root}/{SpoolDirectory.Pid}") is { } result && result.Started >= time ? result : null;

    /// <summary>A short sleep of a command, which has no event loop.</summary>
    public static void Pause(int milliseconds) => Libc.PollOne(-1, 0, milliseconds);

    /// <summary>
    /// The environment for master: a path of the system's, and of the caller's what import_environment names, where "name=value" sets one.
    /// A runtime that is not installed in its usual place is found through DOTNET_ROOT.
    /// </summary>
    public List<string> MasterEnvironment(params string[] also)
    {
        List<string> result = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
        foreach ((string name, string? set) in EnvironmentList.Read([.. Config.GetList(MasterParams.ImportEnvironment), "DOTNET_ROOT",
            .. also]))
            if ((set ?? Environment.GetEnvironmentVariable(name)) is { } value && name != "MAIL_CONFIG") result.Add($"{name}={value}");
        return result;
    }
}
