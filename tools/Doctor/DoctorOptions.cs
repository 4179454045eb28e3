using System.CommandLine;
using System.Globalization;
using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>What the command line asks for.</summary>
internal sealed class DoctorOptions
{
    private const string Description = """
        Say in words what a sender sees.

        Connects to each smtpd service of master.cf and to each filter of mail (milters, policy servers, content filters,
        greylist), looks at the address that mail leaves from, and at each DOMAIN: MX records and their hosts, TLS and
        certificates, DANE, MTA-STS, name servers, DNSSEC, CAA, SPF, DKIM, DMARC, TLSRPT. No mail is sent, and no right of
        root is needed.
        """;

    private const string More = """
        Each line begins with OK, note, WARNING or PROBLEM, says what was seen, what it means, and what to do, DNS records ready to be
        pasted.

        Exit status: 0 nothing worse than notes; 1 warnings; 2 problems; 64 wrong usage; 69 no TLS library; 78 no configuration.

        """;

    private const int MaxSeconds = 3600;

    public required bool Json { get; init; }
    public required bool Services { get; init; }
    public required bool WithDomains { get; init; }
    /// <summary>DKIM selectors to look at; empty: those that are common.</summary>
    public required IReadOnlyList<string> Selectors { get; init; }
    /// <summary>The addresses from which mail leaves, as the world sees them; empty: those of this machine.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }
    /// <summary>Trusted authorities instead of the system's.</summary>
    public required string AuthorityFile { get; init; }
    /// <summary>The port of mail exchangers.</summary>
    public required int Port { get; init; }
    /// <summary>The port of web servers with MTA-STS policies.</summary>
    public required int HttpsPort { get; init; }
    /// <summary>The port of a domain's own name servers.</summary>
    public required int DnsPort { get; init; }
    public required TimeSpan Timeout { get; init; }
    /// <summary>In A-labels; empty: those of the configuration.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Null, with the exit status: something is wrong, which was told, or help was asked for.</summary>
    public static DoctorOptions? Parse(string[] args, out int status)
    {
        Option<bool> json = OwnSyntax.Flag("--json", "one object a line: section, level, area, seen, means, do", "-j");
        Option<bool> noServices = OwnSyntax.Flag("--no-services", "look at domains only"),
            noDomains = OwnSyntax.Flag("--no-domains", "look at our services only");
        Option<string[]> selectors = OwnSyntax.Values("--selector", "S",
            "a DKIM selector; may come several times (default: those that are common)",
            v => HostName.HasValidLabels(v.Replace('_', 'x')) ? null : $"\"{v}\" cannot be one");
        Option<string[]> addresses = OwnSyntax.Values("--address", "IP",
            "the address that others see our mail come from; may come several times (default: the public ones of this machine)",
            v => HostLookup.TryParseAddress(v, out _) ? null : $"\"{v}\" is not an IP address");
        Option<string> authorities = OwnSyntax.Value("--ca", "FILE", "trust these authorities instead of the system's", v =>
            File.Exists(v) ? null : $"there is no file {v}");
        Option<string> port = OwnSyntax.Value("--port", "N", "connect to mail exchangers on this port (25)", PortProblem);
        Option<string> httpsPort = OwnSyntax.Value("--https-port", "N", "ask the web servers of MTA-STS policies on this port (443)",
            PortProblem);
        Option<string> dnsPort = OwnSyntax.Value("--dns-port", "N", "ask the domain's name servers on this port (53)", PortProblem);
        Option<string> timeout = OwnSyntax.Value("--timeout", "N", "be done after so many seconds (30)",
            v => Seconds(v) > 0 ? null : $"\"{v}\" is not a number of seconds from 1 to {MaxSeconds}");
        Argument<string[]> domains = OwnSyntax.Operands("DOMAIN",
            "a domain (default: those of mydomain, mydestination, virtual_mailbox_domains, virtual_alias_domains and relay_domains "
            + "that are full names)", DomainProblem);
        Command command = new("doctor", Description) { json, noServices, noDomains, selectors, addresses, authorities, port, httpsPort,
            dnsPort, timeout, domains };
        command.Validators.Add(r =>
        {
            if (r.GetValue(noServices) && r.GetValue(noDomains)) r.AddError("--no-services and --no-domains leave nothing to look at");
        });
        if (OwnSyntax.Parse(command, args, More, out status) is not { } read) return null;
        return new DoctorOptions
        {
            Json = read.GetValue(json),
            Services = !read.GetValue(noServices),
            WithDomains = !read.GetValue(noDomains),
            Selectors = read.GetValue(selectors) ?? [],
            Addresses = [.. (read.GetValue(addresses) ?? []).Select(ParseAddress)],
            AuthorityFile = read.GetValue(authorities) ?? "",
            Port = PortOf(read.GetValue(port), 25),
            HttpsPort = PortOf(read.GetValue(httpsPort), 443),
            DnsPort = PortOf(read.GetValue(dnsPort), 53),
            Timeout = TimeSpan.FromSeconds(Seconds(read.GetValue(timeout) ?? "30")),
            Domains = [.. (read.GetValue(domains) ?? []).Select(d => DomainName.ToAscii(d.TrimEnd('.'))!.ToLowerInvariant())],
        };
    }

    private static string? PortProblem(string text) => PeerEndPoint.TryPort(text, out int port) && port > 0 ? null
        : $"\"{text}\" is neither a port nor the name of one";

    private static int PortOf(string? text, int otherwise) => text != null && PeerEndPoint.TryPort(text, out int port) ? port : otherwise;

    private static IPAddress ParseAddress(string text) => HostLookup.TryParseAddress(text, out IPAddress? address) ? address
        : IPAddress.None;

    private static int Seconds(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
        && seconds <= MaxSeconds ? seconds : 0;

    private static string? DomainProblem(string text)
    {
        string? name = DomainName.ToAscii(text.TrimEnd('.'));
        if (text.Contains('@')) return $"\"{text}\" is an address; give its domain, {text[(text.LastIndexOf('@') + 1)..]}";
        if (name == null || !HostName.IsValid(name)) return $"\"{text}\" is not a domain name";
        return name.Contains('.') ? null : $"\"{text}\" has no dot: it is no domain that mail comes to";
    }
}
