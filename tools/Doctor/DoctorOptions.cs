using System.Globalization;
using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>What the command line asks for.</summary>
internal sealed class DoctorOptions
{
    public const string Usage = "usage: mtasuite [-c DIR] doctor [-j] [--no-services] [--no-domains] [--selector S]... [--address IP]... [--ca FILE] [--port N] [--https-port N] [--timeout SECONDS] [DOMAIN]...";

    public const string Manual = """
        mtasuite doctor - say in words what a sender sees

        usage: mtasuite [-c DIR] doctor [options] [DOMAIN]...

        Connects to each smtpd service of master.cf, looks at the address that mail leaves from, and at each DOMAIN: MX records and their hosts, TLS and
        certificates, DANE, MTA-STS, SPF, DKIM, DMARC, TLSRPT. Without DOMAIN: those of mydomain, mydestination, virtual_mailbox_domains,
        virtual_alias_domains and relay_domains that are full names. No mail is sent, and no right of root is needed.

          -j, --json       one object a line: section, level, area, seen, means, do
          --no-services    look at domains only
          --no-domains     look at our services only
          --selector S     a DKIM selector; may come several times (default: those that are common)
          --address IP     the address that others see our mail come from; may come several times (default: the public ones of this machine)
          --ca FILE        trust these authorities instead of the system's
          --port N         connect to mail exchangers on this port (25)
          --https-port N   ask the web servers of MTA-STS policies on this port (443)
          --timeout N      be done after so many seconds (30)

        Each line begins with OK, note, WARNING or PROBLEM, says what was seen, what it means, and what to do, DNS records ready to be pasted.

        Exit status: 0 nothing worse than notes; 1 warnings; 2 problems; 64 wrong usage; 69 no TLS library; 78 no configuration.

        """;

    public bool Json { get; private set; }
    public bool Services { get; private set; } = true;
    public bool WithDomains { get; private set; } = true;
    /// <summary>DKIM selectors to look at; empty: those that are common.</summary>
    public List<string> Selectors { get; } = [];
    /// <summary>The addresses from which mail leaves, as the world sees them; empty: those of this machine.</summary>
    public List<IPAddress> Addresses { get; } = [];
    /// <summary>Trusted authorities instead of the system's.</summary>
    public string AuthorityFile { get; private set; } = "";
    /// <summary>The port of mail exchangers.</summary>
    public int Port { get; private set; } = 25;
    /// <summary>The port of web servers with MTA-STS policies.</summary>
    public int HttpsPort { get; private set; } = 443;
    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(30);
    /// <summary>In A-labels; empty: those of the configuration.</summary>
    public List<string> Domains { get; } = [];

    /// <summary>Null, told, when something is wrong.</summary>
    public static DoctorOptions? Parse(string[] args)
    {
        GetOpt options = new(args, "j", "json", "no-services", "no-domains", "selector:", "address:", "ca:", "port:", "https-port:", "timeout:");
        DoctorOptions result = new();
        string? problem = null;
        for (char c = options.Next(); c != '\0' && problem == null; c = options.Next())
            problem = c == '?' ? Usage : result.Take(c == '-' ? options.LongName : "json", options.Value);
        foreach (string domain in problem == null ? options.Operands : []) problem ??= result.TakeDomain(domain);
        if (problem == null && !result.Services && !result.WithDomains) problem = "--no-services and --no-domains leave nothing to look at";
        if (problem != null) Tool.Complain($"fatal: {problem}");
        return problem == null ? result : null;
    }

    private string? Take(string option, string value)
    {
        switch (option)
        {
            case "json": Json = true; return null;
            case "no-services": Services = false; return null;
            case "no-domains": WithDomains = false; return null;
            case "selector":
                Selectors.Add(value);
                return HostName.HasValidLabels(value.Replace('_', 'x')) ? null : $"--selector: \"{value}\" cannot be one";
            case "address":
                if (!HostLookup.TryParseAddress(value, out IPAddress? address)) return $"--address: \"{value}\" is not an IP address";
                Addresses.Add(address);
                return null;
            case "ca":
                AuthorityFile = value;
                return File.Exists(value) ? null : $"--ca: there is no file {value}";
            case "port" or "https-port":
                if (!PeerEndPoint.TryPort(value, out int port) || port == 0) return $"--{option}: \"{value}\" is neither a port nor the name of one";
                (Port, HttpsPort) = option == "port" ? (port, HttpsPort) : (Port, port);
                return null;
            case "timeout":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds is 0 or > 3600) return $"--timeout: \"{value}\" is not a number of seconds from 1 to 3600";
                Timeout = TimeSpan.FromSeconds(seconds);
                return null;
            default: return Usage;
        }
    }

    private string? TakeDomain(string text)
    {
        string? name = DomainName.ToAscii(text.TrimEnd('.'));
        if (text.Contains('@')) return $"\"{text}\" is an address; give its domain, {text[(text.LastIndexOf('@') + 1)..]}";
        if (name == null || !HostName.IsValid(name)) return $"\"{text}\" is not a domain name";
        if (!name.Contains('.')) return $"\"{text}\" has no dot: it is no domain that mail comes to";
        Domains.Add(name.ToLowerInvariant());
        return null;
    }
}
