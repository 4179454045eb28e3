using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>
/// The zone signed.test, signed, and the zone plain.test, which is not, served by nsd behind an unbound that validates with the zone's key as its trust anchor.
/// Packages nsd, unbound, ldnsutils; the test is skipped without them.
/// </summary>
internal sealed class SignedZone : IDisposable
{
    private const string Nsd = "/usr/sbin/nsd", Unbound = "/usr/sbin/unbound", Signer = "/usr/bin/ldns-signzone";
    private readonly string _folder = Directory.CreateTempSubdirectory("mta-zone-").FullName;
    private readonly List<Process> _servers = [];

    /// <param name="signed">Records of signed.test.</param>
    /// <param name="plain">Records of plain.test.</param>
    /// <param name="tamper">Changes the zone after it was signed.</param>
    public SignedZone(string signed, string plain, Func<string, string>? tamper = null)
    {
        foreach (string program in new[] { Nsd, Unbound, Signer })
            if (!File.Exists(program)) Assert.Ignore($"{program} is not installed");
        int authority = FreePort();
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        Write("signed.test.zone", Head("signed.test") + signed);
        Write("plain.test.zone", Head("plain.test") + plain);
        string key = Run("/usr/bin/ldns-keygen", "-r", "/dev/urandom", "-k", "-a", "ECDSAP256SHA256", "signed.test").Trim();
        Run(Signer, "-f", "signed.test.signed", "signed.test.zone", key);
        if (tamper != null) Write("signed.test.signed", tamper(File.ReadAllText(Path.Combine(_folder, "signed.test.signed"))));
        Write("nsd.conf", $"server:\n ip-address: 127.0.0.1@{authority}\n chroot: \"\"\n username: \"\"\n zonesdir: \"{_folder}\"\n database: \"\"\n pidfile: \"{_folder}/nsd.pid\"\n"
            + $" zonelistfile: \"{_folder}/zone.list\"\n xfrdfile: \"{_folder}/xfrd.state\"\n xfrdir: \"{_folder}\"\n logfile: \"{_folder}/nsd.log\"\nremote-control:\n control-enable: no\n"
            + "zone:\n name: signed.test\n zonefile: signed.test.signed\nzone:\n name: plain.test\n zonefile: plain.test.zone\n");
        Write("unbound.conf", $"server:\n interface: 127.0.0.1@{EndPoint.Port}\n do-ip6: no\n do-daemonize: no\n use-syslog: no\n logfile: \"{_folder}/unbound.log\"\n chroot: \"\"\n"
            + $" username: \"\"\n directory: \"{_folder}\"\n pidfile: \"{_folder}/unbound.pid\"\n do-not-query-localhost: no\n module-config: \"validator iterator\"\n"
            + $" local-zone: \"test.\" nodefault\n trust-anchor-file: \"{_folder}/{key}.ds\"\nremote-control:\n control-enable: no\n"
            + $"stub-zone:\n name: signed.test\n stub-addr: 127.0.0.1@{authority}\nstub-zone:\n name: plain.test\n stub-addr: 127.0.0.1@{authority}\n");
        _servers.Add(Process.Start(new ProcessStartInfo(Nsd, ["-d", "-c", $"{_folder}/nsd.conf"]))!);
        _servers.Add(Process.Start(new ProcessStartInfo(Unbound, ["-d", "-c", $"{_folder}/unbound.conf"]))!);
    }

    /// <summary>The resolver that validates.</summary>
    public IPEndPoint EndPoint { get; }

    private static string Head(string zone) => $"$ORIGIN {zone}.\n$TTL 600\n@ SOA ns root 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n";

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, program);
        return output;
    }

    private static int FreePort()
    {
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)udp.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        foreach (Process server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
