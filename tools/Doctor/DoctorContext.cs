using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tools.Doctor;

/// <summary>What all checks work with. On one loop.</summary>
internal sealed class DoctorContext
{
    private readonly IReadOnlyList<IPEndPoint> _servers;

    public DoctorContext(EventLoop loop, MailConfig config, DoctorOptions options)
    {
        (Loop, Config, Options) = (loop, config, options);
        DnsOptions dns = DnsOptions.Of(config);
        Resolver = new DnsResolver(loop, new DnsOptions { Servers = dns.Servers, Timeout = TimeSpan.FromSeconds(3), Attempts = 2 });
        _servers = dns.Servers;
        Hosts = new HostLookup(Resolver, new HostLookupOptions { Flags = DnsQueryFlags.Dnssec });
        HeloName = config.Get(SmtpClientParams.SmtpHeloName);
        Outgoing = options.Addresses.Count > 0 ? options.Addresses : OutgoingOf(config);
        Tls = new TlsClientSettings(TlsConfig(config, options), lmtp: false);
    }

    public EventLoop Loop { get; }
    public MailConfig Config { get; }
    public DoctorOptions Options { get; }
    public DnsResolver Resolver { get; }
    public HostLookup Hosts { get; }
    public TlsClientSettings Tls { get; }

    /// <summary>For questions about zones, to the same resolvers and to the zones' own servers.</summary>
    public ZoneClient Zones => field ??= new ZoneClient(
        _servers.Count > 0 ? _servers : ResolvConf.Parse(ReadResolvConf(), Environment.MachineName).Servers);

    /// <summary>The name that our client says in EHLO.</summary>
    public string HeloName { get; }

    /// <summary>The public addresses from which mail leaves; may be empty (behind a translator of addresses).</summary>
    public IReadOnlyList<IPAddress> Outgoing { get; }

    public DateTimeOffset Now => Loop.Time.GetUtcNow();

    /// <summary>The addresses of this machine's mail system.</summary>
    public HashSet<IPAddress> Own => field ??= [.. OwnAddresses.Of(Config).Select(a => a.Address), .. Options.Addresses];

    /// <summary>False when the DNS says that there is no such name; of one that is not there nothing else needs to be said.</summary>
    public async Task<bool> ExistsAsync(string domain) =>
        (await Resolver.Query(domain, DnsType.MX, DnsQueryFlags.Dnssec)).Status != DnsStatus.NameError;

    private static string ReadResolvConf() => File.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "";

    // What a careful sender asks for; only the authorities are the administrator's.
    private static MailConfig TlsConfig(MailConfig config, DoctorOptions options)
    {
        string file = options.AuthorityFile.Length > 0 ? options.AuthorityFile : config.Get(TlsParams.SmtpTlsCAfile);
        List<KeyValuePair<string, string>> values =
        [
            new("smtp_tls_security_level", "secure"), new("smtp_tls_CAfile", file),
                new("tls_append_default_CA", options.AuthorityFile.Length > 0 ? "no" : "yes"),
            new("smtp_dns_support_level", "dnssec"), new("smtp_tls_mandatory_protocols", ">=TLSv1"), new("smtp_starttls_timeout", "10s"),
        ];
        return MailConfig.Parse("compatibility_level = 3.11\n", overrides: values, processName: "doctor").Config;
    }

    private static List<IPAddress> OutgoingOf(MailConfig config)
    {
        List<IPAddress> result = [];
        foreach (TextParam param in new[] { SmtpClientParams.SmtpBindAddress, SmtpClientParams.SmtpBindAddress6 })
            if (IPAddress.TryParse(config.Get(param), out IPAddress? bound)) result.Add(bound);
        IEnumerable<IPAddress> all = result.Count > 0 ? result : config.Host.Interfaces.Select(i => i.Address);
        return [.. all.Where(IsPublic).Distinct()];
    }

    /// <summary>
    /// An address that others can reach: none of those set apart for other things (IANA special-purpose address registries).
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        byte[] b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return b[0] is not (0 or 10 or 127) && b[0] < 224 && (b[0], b[1]) is not (192, 168) and not (169, 254)
                && !(b[0] == 172 && b[1] is >= 16 and < 32) && !(b[0] == 100 && b[1] is >= 64 and < 128)
                && !(b[0] == 192 && b[1] == 0 && b[2] is 0 or 2)
                && !(b[0] == 198 && b[1] is 18 or 19) && (b[0], b[1], b[2]) is not (198, 51, 100) and not (203, 0, 113);
        }
        return (b[0] & 0xE0) == 0x20 && (b[0], b[1], b[2], b[3]) is not (0x20, 0x01, 0x0d, 0xb8);
    }
}
