using System.Net;
using System.Net.Sockets;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>
/// A reload takes effect as a whole or not at all, and the command says which; whatever starts later runs with what was accepted.
/// </summary>
[TestFixture]
public class Reloads : InstanceTest
{
    private const int Refused = 78, Trouble = 1;

    protected override string[] Settings => ["smtpd_banner=accepted.example", "max_idle=1s"];

    private string MainFile => $"{Mta.Etc}/main.cf";

    private string MasterFile => $"{Mta.Etc}/master.cf";

    private string _main = "", _master = "";

    [SetUp]
    public void Remember() => (_main, _master) = (File.ReadAllText(MainFile), File.ReadAllText(MasterFile));

    [TearDown]
    public void PutBack()
    {
        File.WriteAllText(MainFile, _main);
        File.WriteAllText(MasterFile, _master);
        Mta.Reload();
    }

    private ProgramResult TryReload() => Instance.Run("mtasuite", "-c", Mta.Etc, "reload");

    private string Banner(int? port = null, string host = "127.0.0.1")
    {
        using SmtpPeer peer = new(port ?? Mta.SmtpPort, host);
        return peer.Read().Is(220).Text;
    }

    /// <summary>What an smtpd says that was started just now.</summary>
    private string BannerOfANewProcess()
    {
        int[] old = Mta.Pids("smtpd");
        Mta.Signal(Instance.SIGKILL, "smtpd");
        Wait.Until(() => !Mta.Pids("smtpd").Intersect(old).Any(), "the old processes to end");
        return Banner();
    }

    private void AddServices(params string[] services) =>
        File.AppendAllText(MasterFile, string.Concat(services.Select(s => $"{s} inet n - n - - smtpd\n")));

    private static bool Listens(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try { socket.Connect(IPAddress.Loopback, port); }
        catch (SocketException) { return false; }
        return true;
    }

    [Test]
    public void A_refused_configuration_changes_nothing_for_late_processes_either()
    {
        int free = Instance.FreePort();
        AddServices($"127.0.0.1:{free}");
        Mta.Configure("smtpd_banner=refused.example", "alias_maps=hash:/nonexistent/aliases");
        Assert.That(Instance.Run("mtasuite", "-c", Mta.Etc, "check").ExitCode, Is.EqualTo(Refused));
        ProgramResult reload = TryReload();
        Assert.That(reload.ExitCode, Is.EqualTo(Refused), reload.ToString());
        Assert.That(reload.Error, Does.Contain("/nonexistent/aliases"));
        Assert.That(Listens(free), Is.False, "no socket of the refused configuration is left");
        Assert.That(BannerOfANewProcess(), Is.EqualTo("accepted.example"));
    }

    [Test]
    public void The_signal_alone_refuses_what_the_command_refuses()
    {
        int mark = Mta.LogMark();
        Mta.Configure("smtpd_banner=refused.example", "alias_maps=hash:/nonexistent/aliases");
        Mta.Signal(1 /* SIGHUP */, "master");
        Mta.WaitForLog(@"master\[\d+\]: .*reload refused.*/nonexistent/aliases", mark);
        Assert.That(BannerOfANewProcess(), Is.EqualTo("accepted.example"));
    }

    [Test]
    public void A_port_that_somebody_else_has_refuses_the_reload_and_is_named_with_its_line_and_holder()
    {
        using TcpListener stranger = new(IPAddress.Loopback, 0);
        stranger.Start();
        int free = Instance.FreePort(), line = _master.Split('\n').Length + 1;
        AddServices($"127.0.0.1:{free}", stranger.LocalEndpoint.ToString()!);
        Mta.Configure("smtpd_banner=refused.example");
        ProgramResult reload = TryReload();
        Assert.That(reload.ExitCode, Is.EqualTo(Trouble), reload.ToString());
        string holder = $"process {Environment.ProcessId} (";
        Assert.That(reload.Error,
            Does.Contain($"master.cf, line {line}: bind {stranger.LocalEndpoint}: Address already in use by {holder}"));
        Assert.That(Listens(free), Is.False, "no socket of the refused configuration is left");
        Assert.That(BannerOfANewProcess(), Is.EqualTo("accepted.example"));
    }

    [Test]
    public void From_loopback_to_all_interfaces_and_back()
    {
        Mta.Configure("inet_interfaces=all", "inet_protocols=ipv4");
        File.WriteAllText(MasterFile, _master.Replace($"127.0.0.1:{Mta.SmtpPort} ", $"{Mta.SmtpPort} ", StringComparison.Ordinal));
        TryReload().Succeeded();
        Assert.That(Banner(host: "127.0.0.2"), Is.EqualTo("accepted.example"));
        Assert.That(Banner(), Is.EqualTo("accepted.example"));
        File.WriteAllText(MasterFile, _master);
        TryReload().Succeeded();
        Assert.That(Banner(), Is.EqualTo("accepted.example"));
    }

    [Test]
    public void Processes_that_start_late_run_with_the_accepted_configuration_whatever_the_files_say_by_then()
    {
        string name = $"{Mta.Folder}/name";
        File.WriteAllText(name, "first.example\n");
        Mta.Configure($"myorigin={name}", "smtpd_banner=$myorigin");
        TryReload().Succeeded();
        // a process of before may take one more connection
        Wait.Until(() => Banner() == "first.example", () => "the banner of the new configuration");
        File.WriteAllText(name, "second.example\n");
        Mta.Configure("smtpd_banner=edited.example");
        Assert.That(BannerOfANewProcess(), Is.EqualTo("first.example"));
        // the copy for people is never read: mail_owner can write the folder that it lies in
        string copy = $"{Mta.Folder}/data/accepted/main.cf";
        Assert.That(File.ReadAllText(copy), Does.Contain("smtpd_banner = $myorigin"));
        File.WriteAllText(copy,
            File.ReadAllText(copy).Replace("smtpd_banner = $myorigin", "smtpd_banner = forged.example", StringComparison.Ordinal));
        Assert.That(BannerOfANewProcess(), Is.EqualTo("first.example"));
        TryReload().Succeeded();
        Assert.That(BannerOfANewProcess(), Is.EqualTo("edited.example"));
    }

    [Test]
    public void A_socket_that_somebody_removed_is_bound_again()
    {
        string socket = $"{Mta.Spool}/public/pickup";
        File.Delete(socket);
        Assert.That(Programs.Run("python3",
            ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])", socket]).ExitCode, Is.Not.Zero);
        TryReload().Succeeded();
        Programs.Run("python3", ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])", socket]).Succeeded();
        Mta.Sendmail($"Subject: through the new socket\n\n", Address).Succeeded();
        Mta.Delivered("Subject: through the new socket");
    }

    [Test]
    public void A_second_master_on_the_spool_is_refused_wherever_its_process_id_directory_is()
    {
        string second = $"{Mta.Folder}/second";
        Directory.CreateDirectory(second);
        foreach (string file in Directory.GetFiles(Mta.Etc)) File.Copy(file, $"{second}/{Path.GetFileName(file)}", overwrite: true);
        Directory.CreateDirectory($"{Mta.Folder}/run");
        File.AppendAllText($"{second}/main.cf", $"\nprocess_id_directory = {Mta.Folder}/run\n");
        File.WriteAllText($"{second}/master.cf", "discard unix - - n - - discard\n");
        int master = Mta.Pid("master");
        ProgramResult start = Instance.Run("mtasuite", "-c", second, "start");
        Assert.That((start.ExitCode, start.Error),
            Is.EqualTo((Trouble, $"mtasuite: fatal: the mail system is already running: process {master}\n")));
        // master itself refuses too, not the command alone
        ProgramResult direct = Programs.Run($"{Programs.Build}/libexec/master", ["-c", second]);
        Assert.That((direct.ExitCode, direct.Error),
            Is.EqualTo((Trouble, $"master: fatal: the mail system is already running: process {master}\n")));
        Assert.That(Mta.Pids("master"), Is.EqualTo(new[] { master }));
    }

    [Test]
    public void Mail_owner_gains_nothing_by_exchanging_names_while_sockets_are_bound()
    {
        if (!Programs.IsRoot) Assert.Ignore("needs root, and another user to work against it");
        Programs.Require("python3", "setpriv");
        string victim = $"{Mta.Folder}/victim";
        File.WriteAllText(victim, "");
        File.SetUnixFileMode(victim, UnixFileMode.UserRead);
        const string attack = """
            import os, sys, time
            public, victim = sys.argv[1:]
            end = time.time() + 600
            print("ready", flush=True)
            while time.time() < end:
                for name in ("showq", "pickup", "cleanup"):
                    try:
                        os.symlink(victim, f"{public}/.{name}")
                        os.rename(f"{public}/.{name}", f"{public}/{name}")
                    except OSError: pass
            """;
        using System.Diagnostics.Process process = Programs.Start("setpriv",
            ["--reuid=mtasuite", "--regid=mtasuite", "--clear-groups", "env", "PATH=/usr/bin:/bin", "python3", "-c", attack,
                $"{Mta.Spool}/public", victim]);
        try
        {
            Assert.That(process.StandardOutput.ReadLine(), Is.EqualTo("ready"), process.HasExited ? process.StandardError.ReadToEnd() : "");
            for (int i = 0; i < 8; i++) _ = TryReload(); // it may be refused: the name is taken
        }
        finally { process.Kill(); }
        Assert.That(File.GetUnixFileMode(victim), Is.EqualTo(UnixFileMode.UserRead));
        Assert.That(Programs.Run("stat", ["-c", "%U", victim]).Output.Trim(), Is.EqualTo("root"));
        process.WaitForExit();
        TryReload().Succeeded();
        Mta.Sendmail("Subject: after the attack\n\n", Address).Succeeded();
        Mta.Delivered("Subject: after the attack");
    }
}
