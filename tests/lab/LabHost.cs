using System.Diagnostics;
using System.Globalization;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// A machine of the lab: network, mounts, processes and host name of its own. /etc is a copy, /var starts empty, /run is in memory; /usr is
/// that of the machine with unpacked packages laid over it. Disposing it ends all of its processes, and with them the namespaces.
/// </summary>
internal sealed class LabHost : IDisposable
{
    private static readonly (string Name, int Id)[] s_accounts =
        [("alice", 20001), ("mtasuite", 20002), ("Debian-exim", 20003), ("opensmtpd", 20004), ("opensmtpq", 20005)];

    private readonly Process _holder;
    private readonly string _target;

    /// <param name="name">The host name, also of its folder below <paramref name="folder"/>.</param>
    /// <param name="overlay">A folder whose usr/ is laid over /usr; empty: none.</param>
    public LabHost(string name, string address, string folder, string overlay)
    {
        (Name, Address, Folder) = (name, address, $"{folder}/{name}");
        Directory.CreateDirectory(Folder);
        Programs.Run("cp", ["-a", "/etc", $"{Folder}/etc"]).Succeeded();
        foreach (string directory in (string[])["spool", "lib", "log", "mail", "tmp", "home/alice"])
            Directory.CreateDirectory($"{Folder}/var/{directory}");
        Programs.Run("chmod", ["1777", $"{Folder}/var/mail", $"{Folder}/var/tmp"]).Succeeded();
        Programs.Run("ln", ["-s", "/run", $"{Folder}/var/run"]).Succeeded();
        foreach ((string account, int id) in s_accounts)
        {
            File.AppendAllText($"{Folder}/etc/passwd", $"{account}:x:{id}:{id}::/var/home/{account}:/bin/sh\n");
            File.AppendAllText($"{Folder}/etc/group", $"{account}:x:{id}:\n");
        }
        File.WriteAllText($"{Folder}/etc/hosts", "127.0.0.1 localhost\n");
        File.Delete($"{Folder}/etc/resolv.conf");
        File.WriteAllText($"{Folder}/etc/resolv.conf", $"nameserver {Lab.Resolver}\n");
        File.WriteAllText($"{Folder}/etc/mailname", name + "\n");
        string usr = overlay.Length > 0 ? $"mount -t overlay overlay -o lowerdir={overlay}/usr:/usr /usr;" : "";
        // init ignores SIGCHLD, so that nothing stays of daemons that end; a shell cannot hand that on
        const string init = "import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); print('ready', flush=True); "
            + "os.execvp('sleep', ['sleep', 'infinity'])";
        string script = $"""
            set -e; {usr}
            mount --bind {Folder}/etc /etc; mount --bind {Folder}/var /var; mount -t tmpfs tmpfs /run
            hostname {name}; ip link set lo up; exec python3 -c "{init}"
            """;
        _holder =
            Programs.Start("unshare", ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script]);
        if (_holder.StandardOutput.ReadLine() != "ready") throw new AssertionException($"{name}: {_holder.StandardError.ReadToEnd()}");
        _target = File.ReadAllText($"/proc/{_holder.Id}/task/{_holder.Id}/children").Trim();
    }

    public string Name { get; }
    public string Address { get; }
    public string Folder { get; }

    /// <summary>Of the first process, as the machine numbers it.</summary>
    public string Pid => _target;

    /// <summary>Runs a command on the host.</summary>
    public ProgramResult Run(params string[] command) => Programs.Run("nsenter", ["-t", _target, "-a", .. command]);

    /// <summary>Runs a shell script; what it starts must not keep its output.</summary>
    public ProgramResult Shell(string script) => Run("sh", "-c", script);

    /// <summary>Runs a command of the machine in the host's network alone.</summary>
    public ProgramResult Net(params string[] command) => Programs.Run("nsenter", ["-t", _target, "-n", .. command]);

    /// <summary>Writes a file of the host.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder + path)!);
        File.WriteAllText(Folder + path, text);
    }

    /// <summary>A text file of the host; empty when it is not there.</summary>
    public string Read(string path)
    {
        try { return File.ReadAllText(Folder + path); }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { return ""; }
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
        // the last process of the host is gone when its first one is
        Wait.IsSoon(() => !File.Exists($"/proc/{int.Parse(_target, CultureInfo.InvariantCulture)}/ns/net"), TestLimits.Wait);
    }
}
