using System.Text;
using System.Text.Json;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Tls;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// A small internet on this machine: four mail systems and a name server, each on a host of its own, on one bridge. Every mail system has a
/// domain (NAME.lab), is primary for NAME-by-OTHER.lab and the backup for OTHER-by-NAME.lab. All but OpenSMTPD have a certificate of the
/// lab's authority. Needs root.
/// </summary>
internal sealed class Lab : IDisposable
{
    public const string Resolver = "10.77.0.1", Authority = "10.77.0.2";
    private readonly List<IDisposable> _owned = [];
    private readonly string _folder;
    private readonly TestCa _ca = new("Lab CA");
    private ProviderPeer? _provider;

    public Lab()
    {
        if (!Programs.IsRoot) Assert.Ignore("network namespaces need root");
        Programs.RequireBuild();
        Programs.Require("unshare", "nsenter", "ip", "nsd", "unbound", "ldns-signzone", "postfix", "python3");
        Own(_ca);
        string peers = Unpack();
        _folder = Directory.CreateTempSubdirectory("mta-lab-").FullName;
        File.SetUnixFileMode(_folder, (UnixFileMode)FileModes.PublicFolder);
        try
        {
            Dns = Own(new LabHost("dns.lab", Resolver, _folder, ""));
            // an address of its own: else it takes the lowest of its ports', and whoever knew the old one waits when a host joins
            Dns.Net("ip", "link", "add", "lab0", "address", "02:00:00:00:00:01", "type", "bridge").Succeeded();
            foreach (string address in (string[])[Resolver, Authority])
                Dns.Net("ip", "addr", "add", $"{address}/24", "dev", "lab0").Succeeded();
            Dns.Net("ip", "link", "set", "lab0", "up").Succeeded();
            Suite = new SuitePeer(Connect("ours", 11, ""));
            Postfix = new PostfixPeer(Connect("postfix", 12, ""));
            Exim = new EximPeer(Connect("exim", 13, $"{peers}/exim4-daemon-light"));
            Opensmtpd = new OpensmtpdPeer(Connect("opensmtpd", 14, $"{peers}/opensmtpd"));
            StartNameServers();
            foreach (MailPeer peer in All) peer.Prepare();
            foreach (MailPeer peer in All) peer.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public LabHost Dns { get; } = null!;
    public SuitePeer Suite { get; } = null!;
    public PostfixPeer Postfix { get; } = null!;
    public EximPeer Exim { get; } = null!;
    public OpensmtpdPeer Opensmtpd { get; } = null!;
    public MailPeer[] All => [Suite, Postfix, Exim, Opensmtpd];

    /// <summary>A second instance of ours, which lets in only those who log in; made when it is first needed.</summary>
    public ProviderPeer Provider => _provider ??= new ProviderPeer(Connect("provider", 15, ""));

    public static readonly string[] Names = ["ours", "postfix", "exim", "opensmtpd"];

    /// <summary>The domain that one hosts and another keeps mail for while it is down.</summary>
    public static string Backup(string primary, string backup) => $"{primary}-by-{backup}.lab";

    /// <summary>Sends a message from outside to the host of a mail system, whatever the recipient's domain.</summary>
    public void Send(MailPeer via, string from, string to, string subject) =>
        Dns.Run($"{Programs.Build}/sbin/smtp-source", "-M", "client.lab", "-f", from, "-t", to, "-S", subject, $"{via.Host.Address}:25")
        .Succeeded();

    private T Own<T>(T part) where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private LabHost Connect(string name, int number, string overlay)
    {
        LabHost host = Own(new LabHost($"mx.{name}.lab", $"10.77.0.{number}", _folder, overlay));
        Dns.Net("ip", "link", "add", $"v{number}", "type", "veth", "peer", "name", "eth0", "netns", host.Pid).Succeeded();
        Dns.Net("ip", "link", "set", $"v{number}", "master", "lab0", "up").Succeeded();
        host.Net("ip", "addr", "add", $"{host.Address}/24", "dev", "eth0").Succeeded();
        host.Net("ip", "link", "set", "eth0", "up").Succeeded();
        host.Write("/etc/tls/ca.pem", File.ReadAllText(_ca.RootFile));
        host.Write("/etc/tls/mx.pem", _ca.ChainText(string.Join(' ', [host.Name, .. SignedZone.NamesOf(name)]), ecdsa: false, null, "",
            out _) + File.ReadAllText(_ca.RootFile));
        return host;
    }

    /// <summary>
    /// Starts a web server with a certificate for these hosts on port 443 of the resolver's host; Python, which gets the policies as a
    /// dictionary.
    /// </summary>
    public void ServeWeb(IReadOnlyDictionary<string, string> policies)
    {
        Dns.Write("/etc/tls/web.pem", _ca.ChainText(string.Join(' ', policies.Keys), ecdsa: true, null, "", out _));
        Dns.Write("/etc/tls/policies.json", JsonSerializer.Serialize(policies));
        Dns.Write("/etc/tls/web.py", """
            import http.server, json, ssl, sys
            policies = json.load(open('/etc/tls/policies.json'))
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    body = policies[self.headers['Host']].encode()
                    self.send_response(200)
                    self.send_header('Content-Type', 'text/plain')
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            server = http.server.ThreadingHTTPServer(('10.77.0.1', 443), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain('/etc/tls/web.pem')
            server.socket = context.wrap_socket(server.socket, server_side=True)
            print('ready', flush=True)
            server.serve_forever()
            """);
        Dns.Shell("python3 /etc/tls/web.py >/var/log/web 2>&1 </dev/null &").Succeeded();
        Wait.Until(() => Dns.Read("/var/log/web").StartsWith("ready", StringComparison.Ordinal),
            () => $"the web server\n{Dns.Read("/var/log/web")}");
    }

    /// <summary>The packages of other mail systems, unpacked once for this machine.</summary>
    private static string Unpack()
    {
        string folder = Environment.GetEnvironmentVariable("MTA_PEERS") ?? "/var/cache/mtasuite-tests";
        string? root = AppContext.BaseDirectory;
        while (root != null && !File.Exists($"{root}/scripts/unpack")) root = Path.GetDirectoryName(root);
        if (root == null || Programs.Run($"{root}/scripts/unpack", [folder]).ExitCode != 0)
            Assert.Ignore("the packages of the neighbours cannot be had");
        return folder;
    }

    private void StartNameServers()
    {
        Dns.Write("/etc/nsd/root.zone", Zone());
        SignedZone.Make(Dns, Postfix.Host);
        Dns.Write("/etc/nsd/nsd.conf", $"""
            server:
              ip-address: {Authority}
              username: ""
              database: ""
              zonesdir: "/etc/nsd"
              pidfile: "/run/nsd.pid"
              logfile: "/var/log/nsd.log"
              xfrdfile: "/run/xfrd.state"
              zonelistfile: "/run/zone.list"
            remote-control:
              control-enable: no
            zone:
              name: "."
              zonefile: "root.zone"
            zone:
              name: "{SignedZone.Name}"
              zonefile: "{SignedZone.File}"
            """);
        Dns.Write("/etc/unbound/unbound.conf", $"""
            server:
              interface: {Resolver}
              access-control: 10.77.0.0/24 allow
              username: ""
              chroot: ""
              directory: "/etc/unbound"
              pidfile: "/run/unbound.pid"
              logfile: "/var/log/unbound.log"
              module-config: "validator iterator"
              trust-anchor-file: "/etc/nsd/{SignedZone.Anchor}"
              do-ip6: no
            stub-zone:
              name: "."
              stub-addr: {Authority}
            """);
        Dns.Shell("nsd -c /etc/nsd/nsd.conf >/var/log/start 2>&1 </dev/null && unbound -c /etc/unbound/unbound.conf >>/var/log/start "
            + "2>&1 </dev/null").Succeeded();
    }

    /// <summary>The whole name space: what is not in it does not exist.</summary>
    private static string Zone()
    {
        StringBuilder zone = new($"$TTL 5\n. SOA dns.lab. root.lab. 1 60 60 600 1\n. NS dns.lab.\ndns.lab. A {Authority}\nclient.lab. A "
            + $"{Resolver}\n");
        for (int i = 0; i < Names.Length; i++)
        {
            string name = Names[i];
            zone.Append($"mx.{name}.lab. A 10.77.0.{11 + i}\n{name}.lab. MX 10 mx.{name}.lab.\n");
            zone.Append($"{11 + i}.0.77.10.in-addr.arpa. PTR mx.{name}.lab.\n");
            foreach (string other in Names)
                if (other != name) zone.Append($"{Backup(name, other)}. MX 10 mx.{name}.lab.\n{Backup(name, other)}. MX 20 "
                    + $"mx.{other}.lab.\n");
        }
        // a domain whose only exchanger does not know that it is one
        zone.Append("self.lab. MX 10 mx.ours.lab.\nnull.lab. MX 0 .\n");
        // one that has no TLS
        zone.Append($"{SignedZone.Name}. NS dns.lab.\nmx.provider.lab. A 10.77.0.15\n15.0.77.10.in-addr.arpa. PTR "
            + $"mx.provider.lab.\nclear.lab. MX 10 mx.opensmtpd.lab.\n");
        return zone.ToString();
    }

    /// <summary>For the report of a failed test.</summary>
    public string Describe() =>
        string.Join('\n', All.Select(p => $"---- {p.Name}: log\n{Tail(p.Log())}\n---- {p.Name}: queue\n{p.Queue()}"));

    private static string Tail(string text)
    {
        string[] lines = text.Split('\n');
        return string.Join('\n', lines[Math.Max(0, lines.Length - 40)..]);
    }

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        if (Environment.GetEnvironmentVariable("MTA_LAB_KEEP") == null) Programs.Run("rm", ["-rf", _folder]);
    }
}
