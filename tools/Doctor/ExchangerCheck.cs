using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Tools.Doctor;

/// <summary>A mail exchanger of the domain with its addresses.</summary>
/// <param name="IsSecure">The MX records and the host's addresses were validated: DANE is possible.</param>
internal sealed record MailHost(string Name, int Preference, IReadOnlyList<IPAddress> Addresses, bool IsSecure, bool IsOurs);

/// <summary>MX records and the hosts they name (RFC 5321 5.1, RFC 7505, RFC 2181 10.3).</summary>
internal sealed class ExchangerCheck(DoctorContext c, string domain, bool isOurDomain)
{
    private const string Area = "mx";

    /// <summary>The hosts that mail can be sent to.</summary>
    public async Task<IReadOnlyList<MailHost>> RunAsync(Section s)
    {
        DnsAnswer answer = await c.Resolver.Query(domain, DnsType.MX, DnsQueryFlags.Dnssec);
        if (answer.Status == DnsStatus.NameError)
        {
            s.Problem(Area, $"{domain} does not exist in the DNS", "nobody can send mail to it, and mail from it is refused", "register the domain, or correct the spelling");
            return [];
        }
        if (!answer.IsFound && !answer.IsNotFound)
        {
            s.Problem(Area, $"the question for {domain}'s MX records fails: {answer.Reason}", "senders keep their mail and try again, for days",
                "see whether the domain's name servers answer, and whether DNSSEC signatures are in order (dig +cd)");
            return [];
        }
        s.Add(answer.IsAuthenticated ? FindingLevel.Ok : FindingLevel.Note, "dnssec", answer.IsAuthenticated ? $"the answers for {domain} are validated" : $"the answers for {domain} are not validated with DNSSEC",
            answer.IsAuthenticated ? "" : "DANE does not protect mail to it, and whoever forges answers diverts mail", answer.IsAuthenticated ? "" : "sign the zone; if it is signed, use a resolver that validates");
        List<MxRecord> records = [.. answer.Records.OfType<MxRecord>().OrderBy(r => r.Preference)];
        if (records.Exists(r => r.Exchange.Length == 0))
        {
            NullMx(s, records);
            return [];
        }
        if (records.Count > 0) return await HostsAsync(s, records, answer.IsAuthenticated);
        return await ImplicitAsync(s, answer.IsAuthenticated);
    }

    private void NullMx(Section s, List<MxRecord> records)
    {
        if (records.Count > 1) s.Problem(Area, "there is a null MX (\".\") beside other MX records", "RFC 7505 forbids it; most senders refuse to send", $"remove \"{domain}. IN MX 0 .\", or all the others");
        else if (isOurDomain) s.Problem(Area, "the null MX says that the domain takes no mail, but this machine is set up to take it", "nobody sends any", $"replace it: {Line($"MX 10 {c.HeloName}.")}");
        else s.Note(Area, "the domain says that it takes no mail (null MX, RFC 7505)", "mail to it is returned at once");
    }

    private async Task<IReadOnlyList<MailHost>> ImplicitAsync(Section s, bool secure)
    {
        HostAddresses found = await c.Hosts.FindAsync(domain, dnssec: true);
        if (!found.IsFound)
        {
            s.Problem(Area, $"{domain} has neither MX nor address records", "mail to it is returned, and mail from it is refused by many", $"{Line($"MX 10 {c.HeloName}.")}; or, if it takes no mail, {Line("MX 0 .")}");
            return [];
        }
        s.Warning(Area, $"{domain} has no MX record; its address stands in for it", "it works, but some block lists and forms take such a domain for one without mail", Line($"MX 10 {domain}."));
        return await HostsAsync(s, [new MxRecord(domain, TimeSpan.Zero, 0, domain)], secure);
    }

    private async Task<IReadOnlyList<MailHost>> HostsAsync(Section s, List<MxRecord> records, bool secure)
    {
        List<MailHost> hosts = [];
        Task<MailHost?>[] tasks = [.. records.Select(r => HostAsync(s, r, secure))];
        foreach (Task<MailHost?> task in tasks)
            if (await task is { } host) hosts.Add(host);
        if (hosts.Count == 0)
        {
            s.Problem(Area, "none of the mail exchangers has an address", "no mail arrives", "give at least one of them an A record");
            return hosts;
        }
        MailHost? own = hosts.Find(h => h.IsOurs);
        if (own != null) s.Ok(Area, $"this machine is mail exchanger {own.Name} with preference {own.Preference}");
        if (own == null && isOurDomain)
            s.Note(Area, "this machine takes mail for the domain, and no MX record leads here", "mail comes here only through others", $"if it should come directly: {Line($"MX 10 {c.HeloName}.")}; behind a translator of addresses give the public one with --address");
        if (own != null && !isOurDomain)
            s.Problem(Area, "MX records lead here, and the domain is in none of mydestination, virtual_alias_domains, virtual_mailbox_domains, relay_domains", "mail is refused: Relay access denied",
                $"add {domain} to the right one of them, or take the MX record away");
        return hosts;
    }

    private async Task<MailHost?> HostAsync(Section s, MxRecord record, bool secure)
    {
        string host = record.Exchange, name = $"{Area} {host}";
        if (HostName.TryParseAddress(host, out _))
        {
            s.Problem(name, "an MX record names an address instead of a host", "senders cannot use it", $"give the address a name and use that: {Line($"MX {record.Preference} mx.{domain}.")}");
            return null;
        }
        DnsAnswer alias = await c.Resolver.Query(host, DnsType.CNAME);
        if (alias.IsFound) s.Warning(name, $"it is an alias (CNAME) of {alias.Targets.First()}", "RFC 2181 10.3 forbids it; some senders fail", $"name the host itself: {Line($"MX {record.Preference} {alias.Targets.First()}.")}");
        HostAddresses found = await c.Hosts.FindAsync(host, dnssec: true);
        if (found.Failure is { } failure)
        {
            if (failure.IsTemporary) s.Problem(name, $"its addresses cannot be found out: {failure.Text}", "senders try later, or another host", "see whether the name servers of its zone answer");
            else s.Problem(name, "it has no address", "senders waste time with it; when all are so, mail is returned", $"{host}. IN A <its address>; or take the MX record away");
            return null;
        }
        List<IPAddress> unusable = [.. found.Addresses.Where(a => !DoctorContext.IsPublic(a))];
        string all = string.Join(", ", found.Addresses);
        if (unusable.Count > 0)
            s.Warning(name, $"{string.Join(", ", unusable)} is private or set apart", "nobody outside of your network can reach it", $"{host}. IN A <its public address>");
        else s.Ok(name, $"preference {record.Preference}, {all}");
        return new MailHost(host, record.Preference, found.Addresses, secure && found.IsAuthenticated, IsOurs(host, found.Addresses));
    }

    private bool IsOurs(string host, IReadOnlyList<IPAddress> addresses) =>
        host.Equals(c.HeloName, StringComparison.OrdinalIgnoreCase) || addresses.Any(a => c.Own.Contains(a) && !IPAddress.IsLoopback(a));

    private string Line(string record) => $"{domain}. IN {record}";
}

/// <summary>Connects to the exchangers of a domain and looks at TLS, and at DANE where the zone is signed (RFC 7672).</summary>
internal sealed class ExchangerTlsCheck(DoctorContext c)
{
    private const int MaxServers = 8;

    public async Task RunAsync(Section s, IReadOnlyList<MailHost> hosts)
    {
        List<(MailHost Host, IPAddress Address)> servers = [.. hosts.SelectMany(h => h.Addresses.Select(a => (h, a))).Take(MaxServers)];
        Task<ServerReport>[] probes = [.. servers.Select(p => ServerProbe.RunAsync(c, new IPEndPoint(p.Address, c.Options.Port), p.Host.Name))];
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
            bool six = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
            s.Add(six || !report.IsRefused ? FindingLevel.Warning : FindingLevel.Problem, area, $"no connection to port {c.Options.Port}: {report.Error}",
                report.IsRefused ? "senders meet the same" : "senders may meet the same; or your network or provider blocks outgoing port 25, as many do",
                six ? "if the host takes no mail by IPv6, remove its AAAA record; if this machine has no IPv6, ignore this" : "see that the server runs and that firewalls let port 25 through; ask from another network");
            return;
        }
        if (report.Greeting.Length == 0 || (report.Clear == null && report.Error.Length > 0))
        {
            s.Problem(area, $"it is connected to, but {(report.Error.Length > 0 ? report.Error : "says nothing")}", "senders keep their mail and try again", "look into the server's log");
            return;
        }
        if (!report.OffersStartTls)
        {
            s.Warning(area, "STARTTLS is not offered", "mail to it travels in clear; senders with MTA-STS, DANE or forced encryption do not deliver", "give the server a certificate; here: smtpd_tls_security_level = may and smtpd_tls_chain_files");
            return;
        }
        CertificateCheck.Judge(s, area, report, host.Name, c.Now, isSubmission: false);
    }
}

/// <summary>TLSA records of one exchanger against what it shows.</summary>
internal sealed class DaneCheck(DoctorContext c)
{
    public async Task RunAsync(Section s, MailHost host, ServerReport? report)
    {
        string name = $"_{c.Options.Port}._tcp.{host.Name}", area = $"dane {host.Name}";
        DnsAnswer answer = await c.Resolver.Query(name, DnsType.TLSA, DnsQueryFlags.Dnssec);
        if (!answer.IsFound && !answer.IsNotFound)
        {
            s.Problem(area, $"the question for {name} fails: {answer.Reason}", "senders with DANE take that for an attack and keep their mail", "repair DNSSEC of the zone: name servers must answer for TLSA, and signatures must be good");
            return;
        }
        List<TlsaRecord> records = [.. answer.Records.OfType<TlsaRecord>()];
        byte[]? wanted = report == null ? null : ServerProbe.TlsaData(report.Chain[0], 1, 1);
        string line = wanted == null ? $"{name}. IN TLSA 3 1 1 <SHA-256 of the public key>" : $"{name}. IN TLSA 3 1 1 {Convert.ToHexString(wanted)}";
        if (records.Count == 0)
        {
            s.Note(area, "no TLSA record", host.IsSecure ? "the zone is signed, so that DANE would protect mail from removal of STARTTLS" : "DANE needs a signed zone",
                host.IsSecure ? $"add {line}" : "");
            return;
        }
        if (!answer.IsAuthenticated || !host.IsSecure)
        {
            s.Warning(area, $"{records.Count} TLSA record(s), but {(answer.IsAuthenticated ? "MX or address records" : "they")} are not validated", "senders ignore them", "sign the zones with DNSSEC; if they are, use a resolver that validates");
            return;
        }
        foreach (TlsaRecord record in records) Judge(s, area, name, record, report);
        if (report != null) await VerdictAsync(s, area, host, records, report, line);
    }

    private static string Text(TlsaRecord r) => $"{r.Usage} {r.Selector} {r.MatchingType} {Convert.ToHexString(r.Data.Span)}";

    private static void Judge(Section s, string area, string name, TlsaRecord r, ServerReport? report)
    {
        if (r.Usage is 0 or 1) s.Warning(area, $"TLSA {Text(r)} has usage {r.Usage}", "senders do not use usages 0 and 1 for mail (RFC 7672 3.1.3)", $"use {name}. IN TLSA 3 1 1 instead");
        else if (report != null && Fits(r, report.Chain)) s.Ok(area, $"TLSA {Text(r)} fits the {(r.Usage == 3 ? "server's certificate" : "chain")}");
        else if (report != null) s.Note(area, $"TLSA {Text(r)} fits nothing that the server shows", "right for the certificate that comes next, or one that has gone", "take it away when it is an old one");
    }

    private static bool Fits(TlsaRecord r, List<byte[]> chain) =>
        (r.Usage == 3 ? chain.Take(1) : chain).Any(der => ServerProbe.TlsaData(der, r.Selector, r.MatchingType) is { } data && data.AsSpan().SequenceEqual(r.Data.Span));

    /// <summary>What a sender with DANE comes to, by a second session with its policy.</summary>
    private async Task VerdictAsync(Section s, string area, MailHost host, List<TlsaRecord> records, ServerReport report, string line)
    {
        TlsPolicy policy = await TlsaLookup.ResolveAsync(TlsPolicy.Of(TlsLevel.Dane, c.Tls), c.Resolver, [host.Name], c.Options.Port, authenticated: true, c.Tls);
        if (policy.Tlsa.Count == 0) return;
        ServerReport again = await ServerProbe.RunAsync(c, new IPEndPoint(host.Addresses[0], c.Options.Port), host.Name, dane: policy);
        if (!again.MeetsPolicy)
        {
            s.Problem(area, "what the server shows does not meet its TLSA records", "senders with DANE do not deliver at all", $"publish the certificate in use at once: {line}");
            return;
        }
        s.Ok(area, "a sender with DANE verifies the server");
        bool next = records.Exists(r => r.Usage is 2 or 3 && !Fits(r, report.Chain)), authority = records.Exists(r => r.Usage == 2);
        if (!next && !authority)
            s.Note(area, "all TLSA records are for the certificate in use", "one with another key would not be accepted until its record has spread",
                "before a renewal keep the key (\"3 1 1\" stays right), or publish the next key's record two TTLs earlier");
    }
}
