using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>A zone to serve.</summary>
/// <param name="Records">But SOA and NS.</param>
/// <param name="Tamper">Changes a zone after it was signed.</param>
/// <param name="Second">What a second server (127.0.0.2, on the same port) has instead of the zone; null: it has the same. It runs when any
/// zone has one.</param>
/// <param name="Expires">When the signatures end; null: in some weeks.</param>
internal sealed record Zone(string Name, string Records, bool IsSigned = true, Func<string, string>? Tamper = null,
    Func<string, string>? Second = null, DateTime? Expires = null);

/// <summary>
/// Zones served by nsd, behind an unbound that validates with the signed zones' keys as its trust anchors. Packages nsd, unbound,
/// ldnsutils; the test is skipped without them.
/// </summary>
internal sealed class SignedZones : IDisposable
{
    private const string Nsd = "/usr/sbin/nsd", Unbound = "/usr/sbin/unbound", Signer = "/usr/bin/ldns-signzone";
    private readonly string _folder = Directory.CreateTempSubdirectory("mta-zone-").FullName;
    private readonly List<Process> _servers = [];

    public SignedZones(params Zone[] zones)
    {
        foreach (string program in new[] { Nsd, Unbound, Signer })
            if (!File.Exists(program)) Assert.Ignore($"{program} is not installed");
        (Authority, EndPoint) = (FreeEndPoint(), FreeEndPoint());
        foreach (Zone zone in zones)
        {
            const string start = "@ SOA ns root 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n";
            Write($"{zone.Name}.zone", $"$ORIGIN {zone.Name}.\n$TTL 600\n{start}{WithDs(zone.Records)}");
            if (zone.IsSigned) Sign(zone);
        }
        Write("nsd.conf", AuthorityConfig(zones, "127.0.0.1", ""));
        Write("unbound.conf", RecursorConfig(zones));
        _servers.Add(Process.Start(new ProcessStartInfo(Nsd, ["-d", "-c", $"{_folder}/nsd.conf"]))!);
        if (zones.Any(z => z.Second != null)) StartSecond(zones);
        _servers.Add(Process.Start(new ProcessStartInfo(Unbound, ["-d", "-c", $"{_folder}/unbound.conf"]))!);
    }

    /// <summary>The zones' own server.</summary>
    public IPEndPoint Authority { get; }

    /// <summary>The resolver that validates.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Puts the DS record of a zone that was signed before in the place of the line "DS-OF NAME".</summary>
    private string WithDs(string records) => System.Text.RegularExpressions.Regex.Replace(records, @"(?m)^\s*DS-OF (\S+)$",
        m => File.ReadAllText(Path.Combine(_folder, m.Groups[1].Value + ".ds")).Trim());

    private void StartSecond(Zone[] zones)
    {
        foreach (Zone zone in zones)
        {
            string file = $"{zone.Name}.{(zone.IsSigned ? "signed" : "zone")}", text = File.ReadAllText(Path.Combine(_folder, file));
            Write($"second-{file}", zone.Second?.Invoke(text) ?? text);
        }
        Write("second.conf", AuthorityConfig([.. zones.Where(z => z.Second?.Invoke("") != "none")], "127.0.0.2", "second-"));
        _servers.Add(Process.Start(new ProcessStartInfo(Nsd, ["-d", "-c", $"{_folder}/second.conf"]))!);
    }

    private void Sign(Zone zone)
    {
        string key = Run("/usr/bin/ldns-keygen", "-r", "/dev/urandom", "-k", "-a", "ECDSAP256SHA256", zone.Name).Trim(),
            signed = $"{zone.Name}.signed";
        string[] end = zone.Expires is { } time ? ["-i", $"{time.AddDays(-30):yyyyMMddHHmmss}", "-e", $"{time:yyyyMMddHHmmss}"] : [];
        Run(Signer, [.. end, "-f", signed, $"{zone.Name}.zone", key]);
        File.Move(Path.Combine(_folder, key + ".ds"), Path.Combine(_folder, zone.Name + ".ds"));
        if (zone.Tamper != null) Write(signed, zone.Tamper(File.ReadAllText(Path.Combine(_folder, signed))));
    }

    private string AuthorityConfig(Zone[] zones, string address, string prefix) => $"""
        server:
            ip-address: {address}@{Authority.Port}
            chroot: ""
            username: ""
            zonesdir: "{_folder}"
            database: ""
            pidfile: "{_folder}/{prefix}nsd.pid"
            zonelistfile: "{_folder}/{prefix}zone.list"
            xfrdfile: "{_folder}/{prefix}xfrd.state"
            xfrdir: "{_folder}"
            logfile: "{_folder}/{prefix}nsd.log"
        remote-control:
            control-enable: no
        {string.Concat(zones.Select(z => ZoneConfig(z, prefix)))}
        """;

    private static string ZoneConfig(Zone zone, string prefix) =>
        $"zone:\n    name: {zone.Name}\n    zonefile: {prefix}{zone.Name}.{(zone.IsSigned ? "signed" : "zone")}\n";

    private string RecursorConfig(Zone[] zones) => $"""
        server:
            interface: 127.0.0.1@{EndPoint.Port}
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
        {string.Concat(zones.Where(z => z.IsSigned).Select(z => $"    trust-anchor-file: \"{_folder}/{z.Name}.ds\"\n"))}
        remote-control:
            control-enable: no
        {string.Concat(zones.Select(z => $"stub-zone:\n    name: {z.Name}\n    stub-addr: 127.0.0.1@{Authority.Port}\n"))}
        """;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string Run(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, program);
        return output;
    }

    /// <summary>Free for UDP and for TCP.</summary>
    private static IPEndPoint FreeEndPoint()
    {
        while (true)
        {
            using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp),
                tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                tcp.Bind(udp.LocalEndPoint!);
                return (IPEndPoint)udp.LocalEndPoint!;
            }
            catch (SocketException) { }
        }
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
