using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

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
            s.Problem(Area, $"{domain} does not exist in the DNS", "nobody can send mail to it, and mail from it is refused",
                "register the domain, or correct the spelling");
            return [];
        }
        if (!answer.IsFound && !answer.IsNotFound)
        {
            s.Problem(Area, $"the question for {domain}'s MX records fails: {answer.Reason}",
                "senders keep their mail and try again, for days",
                "see whether the domain's name servers answer, and whether DNSSEC signatures are in order (dig +cd)");
            return [];
        }
        s.Add(answer.IsAuthenticated ? FindingLevel.Ok : FindingLevel.Note, "dnssec",
            answer.IsAuthenticated ? $"the answers for {domain} are validated" : $"the answers for {domain} are not validated with DNSSEC",
            answer.IsAuthenticated ? "" : "DANE does not protect mail to it, and whoever forges answers diverts mail",
                answer.IsAuthenticated ? "" : "sign the zone; if it is signed, use a resolver that validates");
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
        if (records.Count > 1) s.Problem(Area, "there is a null MX (\".\") beside other MX records", "RFC 7505 forbids it; most senders "
            + "refuse to send",
            $"remove \"{domain}. IN MX 0 .\", or all the others");
        else if (isOurDomain)
            s.Problem(Area, "the null MX says that the domain takes no mail, but this machine is set up to take it", "nobody sends any",
            $"replace it: {Line($"MX 10 {c.HeloName}.")}");
        else s.Note(Area, "the domain says that it takes no mail (null MX, RFC 7505)", "mail to it is returned at once");
    }

    private async Task<IReadOnlyList<MailHost>> ImplicitAsync(Section s, bool secure)
    {
        HostAddresses found = await c.Hosts.FindAsync(domain, dnssec: true);
        if (!found.IsFound)
        {
            s.Problem(Area, $"{domain} has neither MX nor address records", "mail to it is returned, and mail from it is refused by many",
                $"{Line($"MX 10 {c.HeloName}.")}; or, if it takes no mail, {Line("MX 0 .")}");
            return [];
        }
        s.Warning(Area, $"{domain} has no MX record; its address stands in for it",
            "it works, but some block lists and forms take such a domain for one without mail", Line($"MX 10 {domain}."));
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
            s.Note(Area, "this machine takes mail for the domain, and no MX record leads here", "mail comes here only through others",
                $"if it should come directly: {Line($"MX 10 {c.HeloName}.")}; behind a translator of addresses give the public one with "
                    + $"--address");
        if (own != null && !isOurDomain)
            s.Problem(Area, "MX records lead here, and the domain is in none of mydestination, virtual_alias_domains, "
                + "virtual_mailbox_domains, relay_domains",
                "mail is refused: Relay access denied",
                $"add {domain} to the right one of them, or take the MX record away");
        return hosts;
    }

    private async Task<MailHost?> HostAsync(Section s, MxRecord record, bool secure)
    {
        string host = record.Exchange, name = $"{Area} {host}";
        if (HostName.TryParseAddress(host, out _))
        {
            s.Problem(name, "an MX record names an address instead of a host", "senders cannot use it",
                $"give the address a name and use that: {Line($"MX {record.Preference} mx.{domain}.")}");
            return null;
        }
        DnsAnswer alias = await c.Resolver.Query(host, DnsType.CNAME);
        if (alias.IsFound) s.Warning(name, $"it is an alias (CNAME) of {alias.Targets.First()}", "RFC 2181 10.3 forbids it; some senders "
            + "fail",
            $"name the host itself: {Line($"MX {record.Preference} {alias.Targets.First()}.")}");
        HostAddresses found = await c.Hosts.FindAsync(host, dnssec: true);
        if (found.Failure is { } failure)
        {
            if (failure.IsTemporary) s.Problem(name, $"its addresses cannot be found out: {failure.Text}", "senders try later, or "
                + "another host",
                "see whether the name servers of its zone answer");
            else s.Problem(name, "it has no address", "senders waste time with it; when all are so, mail is returned",
                $"{host}. IN A <its address>; or take the MX record away");
            return null;
        }
        List<IPAddress> unusable = [.. found.Addresses.Where(a => !DoctorContext.IsPublic(a))];
        string all = string.Join(", ", found.Addresses);
        if (unusable.Count > 0)
            s.Warning(name, $"{string.Join(", ", unusable)} is private or set apart", "nobody outside of your network can reach it",
                $"{host}. IN A <its public address>");
        else s.Ok(name, $"preference {record.Preference}, {all}");
        return new MailHost(host, record.Preference, found.Addresses, secure && found.IsAuthenticated, IsOurs(host, found.Addresses));
    }

    private bool IsOurs(string host, IReadOnlyList<IPAddress> addresses) =>
        host.Equals(c.HeloName, StringComparison.OrdinalIgnoreCase) || addresses.Any(a => c.Own.Contains(a) && !IPAddress.IsLoopback(a));

    private string Line(string record) => $"{domain}. IN {record}";
}
