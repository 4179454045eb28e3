using System.Net;
using System.Net.Sockets;

namespace MtaSuite.Tools.Doctor;

/// <summary>Connects to the exchangers of a domain and looks at TLS, and at DANE where the zone is signed (RFC 7672).</summary>
internal sealed class ExchangerTlsCheck(DoctorContext c)
{
    private const int MaxServers = 8;

    public async Task RunAsync(Section s, IReadOnlyList<MailHost> hosts)
    {
        List<(MailHost Host, IPAddress Address)> servers = [.. hosts.SelectMany(h => h.Addresses.Select(a => (h, a))).Take(MaxServers)];
        Task<ServerReport>[] probes =
            [.. servers.Select(p => ServerProbe.RunAsync(c, new IPEndPoint(p.Address, c.Options.Port), p.Host.Name))];
        Dictionary<string, ServerReport> shown = [];
        for (int i = 0; i < servers.Count; i++)
        {
            ServerReport report = await probes[i];
            (MailHost host, IPAddress address) = servers[i];
            Judge(s, host, address, report);
            if (report.Chain.Count > 0) shown.TryAdd(host.Name, report);
        }
        foreach (MailHost host in hosts) await new DaneCheck(c).RunAsync(s, host, shown.GetValueOrDefault(host.Name));
    }

    private void Judge(Section s, MailHost host, IPAddress address, ServerReport report)
    {
        string area = $"tls {host.Name}[{address}]";
        if (!report.IsConnected)
        {
            bool six = address.AddressFamily == AddressFamily.InterNetworkV6;
            s.Add(six || !report.IsRefused ? FindingLevel.Warning : FindingLevel.Problem, area,
                $"no connection to port {c.Options.Port}: {report.Error}",
                report.IsRefused ? "senders meet the same"
                    : "senders may meet the same; or your network or provider blocks outgoing port 25, as many do",
                six ? "if the host takes no mail by IPv6, remove its AAAA record; if this machine has no IPv6, ignore this"
                    : "see that the server runs and that firewalls let port 25 through; ask from another network");
            return;
        }
        if (report.Greeting.Length == 0 || (report.Clear == null && report.Error.Length > 0))
        {
            s.Problem(area, $"it is connected to, but {(report.Error.Length > 0 ? report.Error : "says nothing")}",
                "senders keep their mail and try again",
                "look into the server's log");
            return;
        }
        if (!report.OffersStartTls)
        {
            s.Warning(area, "STARTTLS is not offered",
                "mail to it travels in clear; senders with MTA-STS, DANE or forced encryption do not deliver",
                "give the server a certificate; here: smtpd_tls_security_level = may and smtpd_tls_chain_files");
            return;
        }
        CertificateCheck.Judge(s, area, report, host.Name, c.Now, isSubmission: false);
    }
}
