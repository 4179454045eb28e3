using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>nsd with a signed and an unsigned zone, and unbound in front of it that validates: packages nsd, unbound, ldnsutils.</summary>
public sealed class RealServerTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dns").FullName;
    private readonly List<Process> _servers = [];
    private int _authority, _recursor;

    [OneTimeSetUp]
    public void Start()
    {
        foreach (string program in new[] { "/usr/sbin/nsd", "/usr/sbin/unbound", "/usr/bin/ldns-signzone" })
            if (!File.Exists(program)) Assert.Ignore($"{program} is not installed");
        (_authority, _recursor) = (FreePort(), FreePort());
        string long1 = string.Concat(Enumerable.Repeat("\"" + new string('x', 200) + "\" ", 20));
        Write("signed.test.zone", Head("signed.test") + $"""
            @ A 192.0.2.1
            @ MX 10 mx
            mx A 192.0.2.2
            mx AAAA 2001:db8::2
            _25._tcp.mx TLSA 3 1 1 {new string('a', 64)}
            alias CNAME mx
            away CNAME host.plain.test.
            long TXT {long1}

            """);
        Write("plain.test.zone", Head("plain.test") + "host A 192.0.2.3\nin CNAME mx.signed.test.\n");
        Write("bogus.test.zone", Head("bogus.test") + "host A 192.0.2.4\n");
        foreach (string zone in new[] { "signed.test", "bogus.test" })
        {
            string key = Run("/usr/bin/ldns-keygen", "-r", "/dev/urandom", "-k", "-a", "ECDSAP256SHA256", zone).Trim();
            Run("/usr/bin/ldns-signzone", "-f", $"{zone}.signed", $"{zone}.zone", key);
            File.Move(Path.Combine(_folder, key + ".ds"), Path.Combine(_folder, zone + ".ds"));
        }
        Write("bogus.test.signed", File.ReadAllText(Path.Combine(_folder, "bogus.test.signed")).Replace("192.0.2.4", "192.0.2.5", StringComparison.Ordinal));
        Write("nsd.conf", $"""
            server:
                ip-address: 127.0.0.1@{_authority}
                chroot: ""
                username: ""
                zonesdir: "{_folder}"
                database: ""
                pidfile: "{_folder}/nsd.pid"
                zonelistfile: "{_folder}/zone.list"
                xfrdfile: "{_folder}/xfrd.state"
                xfrdir: "{_folder}"
                logfile: "{_folder}/nsd.log"
            remote-control:
                control-enable: no
            zone:
                name: signed.test
                zonefile: signed.test.signed
            zone:
                name: bogus.test
                zonefile: bogus.test.signed
            zone:
                name: plain.test
                zonefile: plain.test.zone

            """);
        string stubs = string.Concat(new[] { "signed.test", "bogus.test", "plain.test" }.Select(z => $"stub-zone:\n    name: {z}\n    stub-addr: 127.0.0.1@{_authority}\n"));
        Write("unbound.conf", $"""
            server:
                interface: 127.0.0.1@{_recursor}
                do-ip6: no
                do-daemonize: no
                use-syslog: no
                logfile: "{_folder}/unbound.log"
                chroot: ""
                username: ""
                directory: "{_folder}"
                pidfile: "{_folder}/unbound.pid"
                do-not-query-localhost: no
                module-config: "validator iterator"
                local-zone: "test." nodefault
                trust-anchor-file: "{_folder}/signed.test.ds"
                trust-anchor-file: "{_folder}/bogus.test.ds"
            remote-control:
                control-enable: no
            {stubs}
            """);
        _servers.Add(Process.Start(new ProcessStartInfo("/usr/sbin/nsd", ["-d", "-c", $"{_folder}/nsd.conf"]))!);
        _servers.Add(Process.Start(new ProcessStartInfo("/usr/sbin/unbound", ["-d", "-c", $"{_folder}/unbound.conf"]))!);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        foreach (Process server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(_folder, true);
    }

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
        while (true)
        {
            using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                tcp.Bind(udp.LocalEndPoint!);
                return ((IPEndPoint)udp.LocalEndPoint!).Port;
            }
            catch (SocketException) { }
        }
    }

    private void With(int port, Func<DnsResolver, Task> test) => OnLoop.Run(async loop =>
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        DnsOptions options = new() { Servers = [new IPEndPoint(IPAddress.Loopback, port)], Timeout = TimeSpan.FromSeconds(2), FailureTtl = TimeSpan.Zero };
        for (int i = 0; i < 50 && !(await new DnsResolver(loop, options).Query("signed.test", DnsType.SOA)).IsFound; i++) await loop.Delay(TimeSpan.FromMilliseconds(100));
        await test(new DnsResolver(loop, options));
    }, seconds: 20);

    [Test]
    public void A_validating_resolver() => With(_recursor, async r =>
    {
        foreach ((string name, DnsType type, DnsStatus status, bool authentic) in new[]
        {
            ("signed.test", DnsType.MX, DnsStatus.Found, true), ("mx.signed.test", DnsType.AAAA, DnsStatus.Found, true), ("_25._tcp.mx.signed.test", DnsType.TLSA, DnsStatus.Found, true),
            ("alias.signed.test", DnsType.A, DnsStatus.Found, true), ("no.signed.test", DnsType.A, DnsStatus.NameError, true), ("mx.signed.test", DnsType.MX, DnsStatus.NoData, true),
            ("host.plain.test", DnsType.A, DnsStatus.Found, false), ("no.plain.test", DnsType.A, DnsStatus.NameError, false),
            ("away.signed.test", DnsType.A, DnsStatus.Found, false), ("in.plain.test", DnsType.A, DnsStatus.Found, false),
            ("host.bogus.test", DnsType.A, DnsStatus.TemporaryFailure, false), ("long.signed.test", DnsType.TXT, DnsStatus.Found, true),
        })
        {
            DnsAnswer answer = await r.Query(name, type, DnsQueryFlags.Dnssec);
            Assert.That((answer.Status, answer.IsAuthenticated), Is.EqualTo((status, authentic)), $"{name} {type}: {answer.Reason}");
        }
        Assert.That((await r.Query("away.signed.test", DnsType.CNAME, DnsQueryFlags.Dnssec)).IsAuthenticated, "the alias alone is secure");
        Assert.That((await r.Query("signed.test", DnsType.MX)).IsAuthenticated, Is.False, "not asked for");
        ExchangerList list = await new MailExchangers(r, new() { Dnssec = true }).FindAsync("signed.test");
        Assert.That((list.Hosts[0].Host, list.IsAuthenticated), Is.EqualTo(("mx.signed.test", true)));
        HostAddresses host = await new HostLookup(r, new()).FindAsync(list.Hosts[0].Host, list.IsAuthenticated);
        Assert.That((string.Join(' ', host.Addresses), host.IsAuthenticated), Is.EqualTo(("192.0.2.2 2001:db8::2", true)));
    });

    [Test]
    public void An_authoritative_server() => With(_authority, async r =>
    {
        TextRecord text = (TextRecord)(await r.Query("long.signed.test", DnsType.TXT)).Records.Single();
        Assert.That(Encoding.ASCII.GetString(text.Text.Span), Is.EqualTo(new string('x', 4000)), "by TCP");
        Assert.That((await r.Query("no.plain.test", DnsType.A)).Ttl, Is.EqualTo(TimeSpan.FromSeconds(300)), "the SOA's MINIMUM");
        Assert.That((await r.Query("elsewhere.example", DnsType.A)).IsTemporary, "refused");
        DnsAnswer away = await r.Query("away.signed.test", DnsType.A);
        Assert.That((away.IsFound, away.CanonicalName), Is.EqualTo((true, "host.plain.test")));
    });
}
