using System.Globalization;
using System.Net;
using DnsClient;
using DnsClient.Protocol;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>One address of one of a zone's name servers, with what it answers to the question for the SOA record.</summary>
internal sealed record ZoneServer(string Name, IPEndPoint EndPoint, ZoneAnswer Soa)
{
    public string Title => $"{Name}[{EndPoint.Address}]";

    /// <summary>It answers, and as one that has the zone.</summary>
    public bool HasZone => Soa.IsGood && Soa.Response!.Header.HasAuthorityAnswer && Serial != null;

    public uint? Serial => Soa.Records<DnsClient.Protocol.SoaRecord>().FirstOrDefault()?.Serial;
}

/// <summary>A zone and its name servers.</summary>
/// <param name="Glue">Addresses of servers that came with a delegation.</param>
/// <param name="Reason">Why there are no servers.</param>
internal sealed record Zone(string Apex, IReadOnlyList<string> Servers, IReadOnlyDictionary<string, List<IPAddress>> Glue, string Reason);

/// <summary>The zone that a domain lies in, asked of its own name servers: do all of them have it, and the same one; then its
/// signatures, and who may issue certificates.</summary>
internal sealed class ZoneSection(DoctorContext c, string domain)
{
    private const string Area = "ns";
    private const int MaxServers = 26;

    public async Task RunAsync(Section s, IReadOnlyList<MailHost> hosts)
    {
        if (await FindAsync() is { } zone)
        {
            string apex = zone.Apex;
            List<ZoneServer> servers = await ServersAsync(s, zone);
            Judge(s, apex, servers);
            await new DnssecCheck(c, apex, domain).RunAsync(s, servers.FindAll(z => z.HasZone));
        }
        else s.Note(Area, $"the zone of {domain} cannot be found out", "nothing is said about its name servers and signatures");
        foreach (MailHost host in hosts.Take(5)) await new CaaCheck(c).RunAsync(s, host.Name);
    }

    private async Task<Zone?> FindAsync()
    {
        if (await ApexAsync(domain) is not { } apex) return await DelegationAsync();
        DnsAnswer answer = await c.Resolver.Query(apex, DnsType.NS);
        return new Zone(apex, [.. answer.Targets.Select(n => n.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)],
            new Dictionary<string, List<IPAddress>>(), answer.Reason);
    }

    /// <summary>The name of the zone: where its SOA record stands, which also comes with the answer that there is none at a name below
    /// it (RFC 2308 2).</summary>
    private async Task<string?> ApexAsync(string name)
    {
        ZoneAnswer answer = await c.Zones.AskAsync(name, QueryType.SOA);
        DnsResourceRecord? soa = answer.Records<DnsClient.Protocol.SoaRecord>().FirstOrDefault()
            ?? answer.Response?.Authorities.OfType<DnsClient.Protocol.SoaRecord>().FirstOrDefault();
        string apex = soa == null ? "" : Plain(soa.DomainName);
        return apex.Length > 0 && $".{name}".EndsWith($".{apex}", StringComparison.Ordinal) ? apex : null;
    }

    /// <summary>
    /// The zone as the servers of the zone above it name it: a resolver that validates tells nothing about a zone whose signatures are
    /// bad, and those are to be
    /// found.
    /// </summary>
    private async Task<Zone?> DelegationAsync()
    {
        for (string above = domain[(domain.IndexOf('.') + 1)..]; ; above = above[(above.IndexOf('.') + 1)..])
        {
            if (await ApexAsync(above) is { } parent)
            {
                foreach (string server in (await c.Resolver.Query(parent, DnsType.NS)).Targets.Take(3))
                    foreach (IPAddress address in (await c.Hosts.FindAsync(server)).Addresses.Take(1))
                        if (await DelegationAsync(new IPEndPoint(address, c.Options.DnsPort)) is { } zone) return zone;
                return null;
            }
            if (!above.Contains('.')) return null;
        }
    }

    private async Task<Zone?> DelegationAsync(IPEndPoint server)
    {
        ZoneAnswer answer = await c.Zones.AskAsync(server, domain, QueryType.NS);
        if (answer.Response is not { } response) return null;
        List<NsRecord> records = [.. response.Answers.Concat(response.Authorities).OfType<NsRecord>()];
        if (records.Count == 0) return null;
        Dictionary<string, List<IPAddress>> glue = [];
        foreach (DnsClient.Protocol.AddressRecord record in response.Additionals.OfType<DnsClient.Protocol.AddressRecord>())
        {
            if (!glue.TryGetValue(Plain(record.DomainName),
                out List<IPAddress>? addresses)) glue[Plain(record.DomainName)] = addresses = [];
            addresses.Add(record.Address);
        }
        return new Zone(Plain(records[0].DomainName), [.. records.Select(r => Plain(r.NSDName)).Distinct()], glue, "");
    }

    private static string Plain(DnsString name) => name.Value.TrimEnd('.').ToLowerInvariant();

    private async Task<List<ZoneServer>> ServersAsync(Section s, Zone zone)
    {
        string apex = zone.Apex;
        List<Task<ZoneServer>> questions = [];
        if (zone.Servers.Count == 0) s.Problem(Area, $"{apex} has no NS records: {zone.Reason}", "its name servers cannot be found",
            "see what the registrar and the zone say");
        else if (zone.Servers.Count == 1)
            s.Warning(Area, $"{zone.Servers[0]} is the only name server of {apex}",
                "while it cannot be reached nobody finds the domain; RFC 2182 wants two in different places", "add a second one");
        foreach (string name in zone.Servers)
        {
            HostAddresses host = await c.Hosts.FindAsync(name);
            IReadOnlyList<IPAddress> addresses = host.Addresses.Count == 0 && zone.Glue.TryGetValue(name, out List<IPAddress>? glue)
                ? glue : host.Addresses;
            if (addresses.Count == 0)
                s.Problem(Area, $"name server {name} has no address ({host.Failure?.Text})", "resolvers lose time with it, or give up",
                    "correct the NS record, or add addresses");
            foreach (IPAddress address in addresses.Take(MaxServers - questions.Count)) questions.Add(AskAsync(name, address, apex));
        }
        return [.. await Task.WhenAll(questions)];
    }

    private async Task<ZoneServer> AskAsync(string name, IPAddress address, string apex)
    {
        IPEndPoint server = new(address, c.Options.DnsPort);
        return new ZoneServer(name, server, await c.Zones.AskAsync(server, apex, QueryType.SOA));
    }

    private static void Judge(Section s, string apex, List<ZoneServer> servers)
    {
        if (servers.Count > 0 && servers.TrueForAll(z => z.Soa.Response == null))
        {
            s.Note(Area, $"none of {servers.Count} name server address(es) of {apex} answers from here",
                "either all are down, or a firewall lets no questions out but those to the resolver", "try from another network");
            return;
        }
        foreach (ZoneServer server in servers.Where(z => !z.HasZone))
        {
            if (server.Soa.Response == null)
                s.Add(server.EndPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? FindingLevel.Note
                    : FindingLevel.Warning, Area,
                    $"{server.Title} does not answer: {server.Soa.Trouble}", "resolvers lose time with it",
                        "start it, or take it out of the NS records");
            else
                s.Problem(Area,
                    $"{server.Title} does not have the zone {apex} "
                    + $"({(server.Soa.IsGood ? "an answer without authority" : server.Soa.Trouble)})",
                    "whoever asks it gets no answer; now and then mail waits or is returned",
                        "load the zone there, or take the server out of the NS records");
        }
        CompareSerials(s, apex, servers.FindAll(z => z.HasZone));
    }

    private static void CompareSerials(Section s, string apex, List<ZoneServer> servers)
    {
        if (servers.Count == 0) return;
        uint newest = servers.Select(z => z.Serial!.Value).Aggregate((a, b) => IsNewer(b, a) ? b : a);
        List<ZoneServer> behind = servers.FindAll(z => z.Serial != newest);
        if (behind.Count == 0)
            s.Ok("soa", string.Create(CultureInfo.InvariantCulture,
                $"{servers.Count} address(es) of name servers have the zone {apex}, with serial {newest}"));
        else
            s.Warning("soa",
                $"serial {newest} of {apex} is not everywhere: {string.Join(", ", behind.Select(z => $"{z.Title} has {z.Serial}"))}",
                "the answer depends on who is asked; that is normal for some minutes after a change",
                    "if it lasts: see whether the server may transfer the zone, and is notified");
    }

    /// <summary>Serial numbers go round (RFC 1982 3.2).</summary>
    internal static bool IsNewer(uint a, uint b) => a != b && unchecked(a - b) < 1u << 31;
}
