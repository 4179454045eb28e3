using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>What init is asked for.</summary>
internal sealed record InitOptions(string Directory, string HostName, int SmtpPort, int SubmissionPort, int SubmissionsPort,
    string DaemonDirectory, string CommandDirectory, IPAddress Listen)
{
    /// <summary>What stands in front of a port in master.cf; nothing where inet_interfaces decides.</summary>
    public string ServiceHost => IsEverywhere ? "" : Listen.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Listen}]:" : $"{Listen}:";

    public bool IsEverywhere => Listen.Equals(IPAddress.Any);

    public string Interfaces => IsEverywhere ? "all" : $"{Listen}";

    public string Etc => $"{Directory}/etc";
    public string Spool => $"{Directory}/spool";
    public string Data => $"{Directory}/data";
    public string Log => $"{Directory}/log";
    public string Mail => $"{Directory}/mail";
}

/// <summary>
/// Makes a private instance in a folder: etc, spool, data, log and mail. As root for mail_owner, whose account is made when it is missing;
/// as an ordinary user for that user alone.
/// </summary>
internal static class InitCommand
{
    private const uint FolderMode = 0x1ED; // 0755
    private const int PublicMode = 0x1A4, SecretMode = 0x1A0; // 0644, 0640
    private const string Usage = "usage: mtasuite init DIR [--listen loopback|all|ADDRESS] [--hostname H] [--smtp-port N] "
        + "[--submission-port N] [--submissions-port N] [--daemon-directory DIR] [--command-directory DIR]";

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "", "listen:", "hostname:", "smtp-port:", "submission-port:", "submissions-port:", "daemon-directory:",
            "command-directory:");
        Dictionary<string, string> given = [];
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            if (c != '-') return Tool.Fatal(ExitCode.Usage, Usage);
            given[options.LongName] = options.Value;
        }
        if (options.Operands.Count != 1 || options.Operands[0].Length == 0) return Tool.Fatal(ExitCode.Usage, Usage);
        if (!TryPort(given, "smtp-port", 2525, out int smtp) || !TryPort(given, "submission-port", 2587, out int submission)
            || !TryPort(given, "submissions-port", 2465, out int submissions)) return ExitCode.Usage;
        string host = given.GetValueOrDefault("hostname") ?? DefaultHostName();
        if (host.Length > 255 || host.AsSpan().IndexOfAnyExcept(HostCharacters) >= 0)
            return Tool.Fatal(ExitCode.Usage, $"--hostname {host}: not a host name");
        if (!TryListen(given.GetValueOrDefault("listen", "loopback"), out IPAddress listen)) return ExitCode.Usage;
        string directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Operands[0]));
        string self = Path.GetDirectoryName(Environment.ProcessPath) ?? "/usr/sbin";
        return Make(new InitOptions(directory, host, smtp, submission, submissions,
            given.GetValueOrDefault("daemon-directory") is { } d ? Path.GetFullPath(d) : DaemonDirectory(self),
            given.GetValueOrDefault("command-directory") is { } c2 ? Path.GetFullPath(c2) : CommandDirectory(self), listen));
    }

    private static bool TryListen(string text, out IPAddress address)
    {
        address = text == "all" ? IPAddress.Any : IPAddress.Loopback;
        if (text is "all" or "loopback") return true;
        if (IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? literal))
        {
            address = literal;
            return true;
        }
        Tool.Complain($"fatal: --listen {text}: neither loopback nor all nor an address");
        return false;
    }

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private static bool TryPort(Dictionary<string, string> given, string name, int standard, out int port)
    {
        port = standard;
        if (!given.TryGetValue(name, out string? text)) return true;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536) return true;
        Tool.Complain($"fatal: --{name} {text}: not a port number");
        return false;
    }

    private static string DefaultHostName() => Libc.HostName() is var name && name.Contains('.') ? name : name + ".localdomain";

    /// <summary>The first of some folders that holds a program; the last one when none does.</summary>
    private static string FolderOf(string program, params string[] folders) =>
        Path.GetFullPath(Array.Find(folders, f => File.Exists($"{f}/{program}")) ?? folders[^1]);

    // The program lies among the daemons or among the commands, which are links to it; as installed (sbin, libexec/mtasuite) or as built
    // (sbin, libexec).
    private static string DaemonDirectory(string self) => FolderOf("master", self, $"{self}/../libexec/mtasuite", $"{self}/../libexec");

    private static string CommandDirectory(string self) => FolderOf("sendmail", self, $"{self}/../../sbin", $"{self}/../sbin");

    private static int Make(InitOptions o)
    {
        string main = $"{o.Etc}/{MainCf.FileName}";
        if (File.Exists(main)) return Tool.Fatal(1, $"{main} exists already");
        Account? owner = FindOwner();
        if (owner == null) return ExitCode.Configuration;
        try
        {
            if (!MakeFolders(o, owner)) return ExitCode.CannotCreate;
            Write($"{o.Etc}/aliases", InstanceFiles.Aliases(Libc.GetEUid() == 0 ? null : owner.Name));
            Write($"{o.Etc}/{MasterCf.FileName}", InstanceFiles.Master(o));
            Write($"{o.Etc}/passwd", InstanceFiles.Passwords, secret: owner);
            SelfSigned.Write($"{o.Etc}/server.pem", o.HostName, owner);
            // last: its presence says that the instance is complete
            Write(main, InstanceFiles.MainCf(o, owner.Name, Libc.GetEUid() == 0));
        }
        catch (IOException e) { return Tool.Fatal(ExitCode.CannotCreate, e.Message); }
        catch (UnauthorizedAccessException e) { return Tool.Fatal(ExitCode.CannotCreate, e.Message); }
        return Finish(o, owner);
    }

    private static int Finish(InitOptions o, Account owner)
    {
        MailConfig? config = Tool.LoadConfig(o.Etc, "mtasuite");
        if (config == null || !Permissions.Apply(new Instance(config), owner)) return ExitCode.CannotCreate;
        WarnIfClosed(o.Directory);
        int status = BuildAliases(o);
        if (status == 0) Tool.Print($"{o.Directory} is ready: mtasuite -c {o.Etc} start\n");
        return status;
    }

    private static bool MakeFolders(InitOptions o, Account owner) =>
        Permissions.MakeFolder(o.Etc, FolderMode, null) & Permissions.MakeFolder(o.Log, FolderMode, null)
        & Permissions.MakeFolder(o.Mail, FolderMode, null)
        & MakeLog($"{o.Log}/mail.log", owner);

    private static bool MakeLog(string path, Account owner)
    {
        int fd = LogFile.Open(path, LogFile.Mode(LogParams.MaillogFilePermissions.Default));
        bool ok = fd >= 0 && (Libc.GetEUid() != 0 || Libc.FChOwn(fd, owner.Uid, owner.Gid) == 0);
        if (!ok) Tool.Complain($"error: create {path}: {Libc.ErrorText()}");
        if (fd >= 0) _ = Libc.Close(fd);
        return ok;
    }

    /// <param name="secret">For root and this account's group alone; null: for everybody to read.</param>
    private static void Write(string path, string text, Account? secret = null)
    {
        using Folder? folder = Folder.Open(Path.GetDirectoryName(path)!);
        int fd = folder?.OpenFile(Path.GetFileName(path), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC, SecretMode) ?? -1;
        bool ok = fd >= 0 && Libc.WriteAll(fd, Encoding.UTF8.GetBytes(text))
            && (secret == null || Libc.GetEUid() != 0 || Libc.FChOwn(fd, 0, secret.Gid) == 0)
            && Libc.FChMod(fd, secret == null ? PublicMode : (uint)SecretMode) == 0;
        string reason = Libc.ErrorText();
        if (fd >= 0) _ = Libc.Close(fd);
        if (!ok) throw new IOException($"write {path}: {reason}");
    }

    private static int BuildAliases(InitOptions o)
    {
        ToolCommand? newaliases = Commands.Find("newaliases");
        return newaliases == null ? 0 : newaliases.Run(["-c", o.Etc]);
    }

    /// <summary>The account for the daemons: root's instances have one of their own, an ordinary user's run as that user.</summary>
    private static Account? FindOwner()
    {
        uint me = Libc.GetEUid();
        Account? account;
        if (me != 0)
        {
            // one that has no account goes by its number
            if (Libc.FindAccount(me, out account) is var error and not 0)
                Tool.Complain($"fatal: look up user id {me}: {Libc.ErrorText(error)}");
            return account;
        }
        string name = CommonParams.MailOwner.Default;
        if (Libc.FindAccount(name, out account) == 0 && account != null) return account;
        string program = File.Exists("/usr/sbin/useradd") ? "/usr/sbin/useradd" : "/sbin/useradd";
        int pid = Libc.Spawn(program, [program, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
            "/usr/sbin/nologin", name],
            ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "/", [0, 1, 2], []);
        if (pid > 0) _ = Libc.WaitPid(pid, out _, 0);
        if (Libc.FindAccount(name, out account) != 0 || account == null)
            Tool.Complain($"fatal: {program} --system {name} did not make the account");
        else Tool.Print($"made the system account {name}, which the daemons run as\n");
        return account;
    }

    /// <summary>mail_owner has to get there.</summary>
    private static void WarnIfClosed(string directory)
    {
        if (Libc.GetEUid() != 0) return;
        for (string? path = directory; path is { Length: > 1 }; path = Path.GetDirectoryName(path))
            if (Libc.TryStat(path, out Libc.FileStatus status) && (status.Permissions & 1) == 0)
                Tool.Warning($"{path} is closed to other users: the daemons, which run as {CommonParams.MailOwner.Default}, cannot reach "
                    + $"{directory}");
    }
}
