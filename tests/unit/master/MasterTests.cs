using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Master;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tls;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tests.Unit.Master;

/// <summary>Parts of master that need no processes.</summary>
[NonParallelizable]
public sealed class MasterTests
{
    private static ServiceEntry Entry(string line) => MasterCf.Parse(line + "\n", "master.cf", []).Single();

    private static List<ListenSocket>? Open(ListenSockets sockets, string service, string config, out string error) =>
        Change(sockets, [$"{service} inet n - n - - smtpd"], config, out error)?[0];

    /// <summary>Makes the sockets those of these lines of master.cf, or leaves them as they were.</summary>
    private static List<List<ListenSocket>>? Change(ListenSockets sockets, string[] lines, string config, out string error)
    {
        ListenChange change = sockets.Begin();
        List<List<ListenSocket>>? open = change.Open([.. lines.Select(Entry)], MailConfig.Parse(config).Config, "master.cf", out error);
        if (open == null) change.Cancel();
        else change.Commit();
        return open;
    }

    [TestCase("127.0.0.1:{0}", "", new[] { "127.0.0.1:{0}" })]
    [TestCase("[127.0.0.1]:{0}", "", new[] { "127.0.0.1:{0}" })]
    [TestCase("localhost:{0}", "inet_protocols = ipv4", null)]
    [TestCase("{0}", "inet_interfaces = loopback-only\ninet_protocols = ipv4", new[] { "127.0.0.1:{0}" })]
    [TestCase("{0}", "inet_interfaces = 127.0.0.1, 127.0.0.2\ninet_protocols = ipv4", new[] { "127.0.0.1:{0}", "127.0.0.2:{0}" })]
    [TestCase("my-port", "inet_interfaces = 127.0.0.1\nknown_tcp_ports = other=1, x=my-port={0}", new[] { "127.0.0.1:{0}" })]
    public void Addresses(string service, string config, string[]? expected)
    {
        string port = FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        ListenSockets sockets = new();
        List<ListenSocket>? open = Open(sockets, string.Format(service, port), config.Replace("{0}", port), out string error);
        Assert.That(error, Is.Empty);
        if (expected != null) Assert.That(open!.Select(s => s.Address), Is.EqualTo(expected.Select(e => string.Format(e, port))));
        foreach (ListenSocket s in open!) Assert.That(Sockets.GetSocketOption(s.Fd, Sockets.SOL_SOCKET, Sockets.SO_ACCEPTCONN),
            Is.EqualTo(1));
        Assert.That(Open(sockets, string.Format(service, port), config.Replace("{0}", port), out _), Is.EqualTo(open),
            "what is open stays");
        sockets.Begin().Commit();
        Assert.That(Sockets.GetSocketOption(open[0].Fd, Sockets.SOL_SOCKET, Sockets.SO_ACCEPTCONN), Is.Not.EqualTo(1));
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [TestCase("127.0.0.1:0")]
    [TestCase("127.0.0.1:65536")]
    [TestCase("127.0.0.1:no-such-service")]
    [TestCase("no-such-host.invalid:2525")]
    public void Bad_addresses(string service)
    {
        Assert.That(Open(new ListenSockets(), service, "", out string error), Is.Null);
        Assert.That(error, Does.StartWith($"master.cf, line 1: {service}: "));
    }

    [Test]
    public void Keys_that_only_root_may_read_are_watched_as_they_were_when_the_configuration_was_applied()
    {
        if (Credentials.GetEUid() != 0) Assert.Ignore("needs root");
        using TestCa ca = new();
        string chain = ca.Chain("mx.test");
        File.SetUnixFileMode(chain, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        MailConfig config = MailConfig.Parse(
            $"mail_owner = nobody\nsmtpd_tls_security_level = may\nsmtpd_tls_chain_files = {chain}\ndata_directory = {ca.Folder}\n").Config;
        List<string> replaced = [];
        KeyWatch keys = new();
        keys.Add("smtp", Entry("smtp inet n - n - - smtpd"), config);
        keys.Add("off", Entry("smtp inet n - n - - smtpd"), MailConfig.Parse("mail_owner = nobody\n").Config);
        keys.Add("cleanup", Entry("cleanup unix n - n - - cleanup"), config);
        keys.Look(replaced.Add);
        Assert.That(replaced, Is.Empty);
        ca.Chain("mx.test", ecdsa: false, file: chain);
        keys.Look(replaced.Add);
        keys.Look(replaced.Add);
        Assert.That(replaced, Is.EqualTo((string[])["smtp"]));
        File.WriteAllText(chain, "broken");
        keys.Look(replaced.Add);
        keys.Forget();
        ca.Chain("mx.test", file: chain);
        keys.Look(replaced.Add);
        Assert.That(replaced, Has.Count.EqualTo(1));
    }

    [Test]
    public void Logins_that_only_root_may_read_are_watched()
    {
        if (Credentials.GetEUid() != 0) Assert.Ignore("needs root");
        string folder = Directory.CreateTempSubdirectory("logins").FullName, file = $"{folder}/passwords";
        File.WriteAllText(file, "x user:old\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        MailConfig Config(string table) =>
            MailConfig.Parse(
            $"mail_owner = nobody\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = inline:{{a=b}} {table}\n").Config;
        List<string> replaced = [];
        KeyWatch keys = new();
        keys.Add("smtp", Entry("smtp unix - - n - - smtp"), Config($"texthash:{file}"));
        keys.Add("elsewhere", Entry("smtp unix - - n - - smtp"), Config("texthash:/etc/passwd"));
        keys.Add("lmtp", Entry("lmtp unix - - n - - lmtp"), Config($"texthash:{file}"));
        keys.Look(replaced.Add);
        Assert.That(replaced, Is.Empty);
        File.WriteAllText(file, "x user:a new one\n");
        keys.Look(replaced.Add);
        keys.Look(replaced.Add);
        Directory.Delete(folder, true);
        Assert.That(replaced, Is.EqualTo((string[])["smtp"]));
    }

    [Test]
    public void A_port_in_use_is_an_error_that_names_the_line_and_the_holder()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        string service = listener.LocalEndpoint.ToString()!;
        Assert.That(Open(new ListenSockets(), service, "", out string error), Is.Null);
        string holder = $"process {Environment.ProcessId} (";
        Assert.That(error, Does.StartWith($"master.cf, line 1: bind {service}: Address already in use by {holder}"));
    }

    [Test]
    public void The_check_knows_the_commands_that_master_knows()
    {
        string[] words =
        [
            "smtpd", "smtp", "lmtp", "pickup", "cleanup", "qmgr", "local", "virtual", "pipe", "bounce", "error", "discard", "showq",
                "postlogd", "anvil", "sts", "tlsrpt", "dnsblog", "flush", "nqmgr", "oqmgr",
            "proxymap", "scache", "tlsmgr", "tlsproxy", "trivial-rewrite", "verify", "nonsense", "Smtpd", "",
        ];
        foreach (string word in words.Where(w => w.Length > 0))
        {
            string said = ServicePrograms.Problem(Entry($"x {(word == "postlogd" ? "unix-dgram" : "unix")} - - n - - {word}"))?.Text ?? "";
            CommandRow? row = CommandTable.Find(word);
            string does = row == null ? "unknown" : row.Program == null ? "not needed" : "";
            Assert.That(said, does.Length == 0 ? Is.Empty : Does.Contain(does), word);
            Assert.That(ServicePrograms.ProgramOf(word), Is.EqualTo(row?.Program), word);
        }
    }

    [Test]
    public void A_service_that_fails_waits_longer_each_time_up_to_service_throttle_time()
    {
        List<double> waits = [];
        TimeSpan last = TimeSpan.Zero;
        for (int i = 0; i < 4; i++) waits.Add((last = Service.NextBackOff(last, TimeSpan.FromSeconds(7))).TotalSeconds);
        Assert.That(waits, Is.EqualTo(new[] { 2.0, 4, 7, 7 }));
        Assert.That(Service.NextBackOff(TimeSpan.Zero, TimeSpan.FromSeconds(1)).TotalSeconds, Is.EqualTo(1));
    }

    [TestCase("pickup fifo n - n 60 1 pickup", "served on a socket")]
    [TestCase("smtpd pass - - n - - smtpd", "nothing is started")]
    [TestCase("x unix-dgram - - n - - smtpd", "does not take datagrams")]
    [TestCase("postlog unix n - n - 1 postlogd", "takes only datagrams")]
    [TestCase("postlog unix-dgram n - n - 1 postlogd", "")]
    public void The_check_names_types(string line, string expected)
    {
        string said = ServicePrograms.Problem(Entry(line))?.Text ?? "";
        Assert.That(said, expected.Length == 0 ? Is.Empty : Does.Contain(expected));
    }

    [TestCase("unix", Sockets.SOCK_STREAM)]
    [TestCase("fifo", Sockets.SOCK_STREAM)]
    [TestCase("unix-dgram", Sockets.SOCK_DGRAM)]
    public void Local_services_have_a_socket_of_their_kind(string type, int kind)
    {
        string before = Directory.GetCurrentDirectory(), folder = Directory.CreateTempSubdirectory("spool").FullName;
        Directory.CreateDirectory(folder + "/public");
        Directory.SetCurrentDirectory(folder);
        try
        {
            ListenSockets sockets = new();
            List<ListenSocket> open = Change(sockets, [$"x {type} n - n - - x"], "", out string error)![0];
            Assert.That((error, open[0].Address, Sockets.GetSocketOption(open[0].Fd, Sockets.SOL_SOCKET, Sockets.SO_TYPE)),
                Is.EqualTo(("", "public/x", kind)));
            sockets.Begin().Commit();
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            Directory.Delete(folder, true);
        }
    }

    [Test]
    public void Daemons_read_what_master_writes()
    {
        List<KeyValuePair<string, string>> overrides = [new("a", "b=c"), new("empty", ""), new("list", "x, y")];
        string[] attributes = ["user=x", "-v", "--", "argv=/bin/cat -n"];
        List<string> line = HostOptions.Write("/libexec/smtpd", "/etc/x", "127.0.0.1:25", "smtpd", 3, 100, true, overrides, attributes);
        Assert.That(line[0], Is.EqualTo("/libexec/smtpd"));
        HostOptions o = HostOptions.Parse([.. line.Skip(1)])!;
        Assert.That((o.ConfigDirectory, o.Service, o.Command, o.Listeners, o.MaxProc, o.Verbose, o.Help),
            Is.EqualTo(("/etc/x", "127.0.0.1:25", "smtpd", 3, 100, true, false)));
        Assert.That(o.Overrides, Is.EqualTo(overrides));
        Assert.That(o.Attributes, Is.EqualTo(attributes));
    }

    [TestCase("-x y")]
    [TestCase("-c")]
    [TestCase("-f x")]
    [TestCase("-f -1")]
    [TestCase("-o =x")]
    [TestCase("-o x")]
    public void Daemons_refuse_other_options(string line) => Assert.That(HostOptions.Parse(line.Split(' ')), Is.Null);

    [Test]
    public void The_service_manager_is_told()
    {
        string folder = Directory.CreateTempSubdirectory("notify").FullName, path = folder + "/n";
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        Assert.That(Sockets.BindUnix(fd, path), Is.Zero);
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "20000");
        try
        {
            List<string> told = [];
            byte[] buffer = new byte[1000];
            OnLoop.Run(async loop =>
            {
                SystemdNotifier notifier = new();
                notifier.Ready(loop);
                notifier.Status("busy");
                notifier.Stopping();
                await loop.UntilAsync(() =>
                {
                    int n = Sockets.Recv(fd, buffer);
                    if (n > 0) told.Add(System.Text.Encoding.UTF8.GetString(buffer, 0, n));
                    return told.Count == 5;
                });
            });
            Assert.That(told, Is.EqualTo(new[] { "READY=1\nSTATUS=running", "STATUS=busy", "STOPPING=1\nSTATUS=stopping", "WATCHDOG=1",
                "WATCHDOG=1" }));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
            Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
            FileIO.Close(fd);
            Directory.Delete(folder, true);
        }
        new SystemdNotifier().Stopping(); // nobody to tell
    }

    [Test]
    public void The_environment_of_daemons_is_a_list()
    {
        Environment.SetEnvironmentVariable("MTA_TEST_SECRET", "x");
        Environment.SetEnvironmentVariable("MTA_TEST_WANTED", "y");
        List<string> built = ChildEnvironment.Build(MailConfig.Parse("import_environment = MTA_TEST_WANTED, A=b=c { B = c d }").Config,
            "/etc/x");
        Assert.That(built, Does.Contain("MTA_TEST_WANTED=y").And.Contain("A=b=c").And.Contain("MAIL_CONFIG=/etc/x"));
        Assert.That(built, Has.None.Contain("SECRET"));
        Assert.That(built.Select(v => v.Split('=')[0]), Is.Unique);
    }
}
