using System.Globalization;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// One instance of the suite, seen from outside. Its master holds a lock on pid/master.pid as long as it lives; the lock, not the number in the
/// file, tells whether it runs.
/// </summary>
internal sealed class Instance(MailConfig config)
{
    public MailConfig Config { get; } = config;

    public SpoolDirectory Spool { get; } = new(config.Get(CommonParams.QueueDirectory));

    /// <summary>The configuration folder as an absolute path: daemons change their folder.</summary>
    public string ConfigDirectory => Path.GetFullPath(Config.Directory);

    public string MasterProgram => $"{Config.Get(MasterParams.DaemonDirectory)}/master";

    private string PidFile => Path.Combine(Spool.Root, Config.Get(CommonParams.ProcessIdDirectory), "master.pid");

    /// <summary>The running master's process id; 0: none runs. Negative: minus errno, it cannot be known.</summary>
    public int FindMaster()
    {
        int fd = Libc.Open(PidFile, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0) return Libc.Errno == Libc.ENOENT ? 0 : -Libc.Errno;
        try
        {
            if (Libc.Flock(fd, Libc.LOCK_SH | Libc.LOCK_NB) == 0) return 0;
            if (Libc.Errno != Libc.EAGAIN) return -Libc.Errno;
            Span<byte> text = stackalloc byte[32];
            int n = Libc.PRead(fd, text, 0);
            bool ok = int.TryParse(Encoding.ASCII.GetString(text[..Math.Max(n, 0)]).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
            return ok && pid > 1 ? pid : -Libc.EBUSY;
        }
        finally { _ = Libc.Close(fd); }
    }

    /// <summary>Waits until no master runs any more; false when the time is up.</summary>
    public bool WaitUntilGone(TimeSpan patience)
    {
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (FindMaster() != 0)
        {
            if (Environment.TickCount64 > end) return false;
            Pause(20);
        }
        return true;
    }

    /// <summary>When master last applied or refused its configuration; the beginning of time while there is none.</summary>
    public DateTimeOffset LastApplied() => Libc.TryStat(PidFile, out Libc.FileStatus status) ? status.Modified : default;

    /// <summary>Waits until master has done so again; false when the time is up.</summary>
    public bool WaitUntilApplied(DateTimeOffset before, TimeSpan patience)
    {
        for (long end = Environment.TickCount64 + (long)patience.TotalMilliseconds; LastApplied() == before; Pause(2))
            if (Environment.TickCount64 > end) return false;
        return true;
    }

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
