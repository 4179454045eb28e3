using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd;

/// <summary>What the server asks of the DNS and of /etc/hosts: names of clients, and what restrictions want to know.</summary>
internal sealed class NameServices
{
    private readonly ClientNames _clients;
    private readonly bool _lookUpClients;

    /// <param name="native">How the machine itself looks up hosts.</param>
    /// <param name="lookUpClients">smtpd_peername_lookup.</param>
    public NameServices(DnsResolver resolver, HostLookupOptions native, bool lookUpClients)
    {
        Resolver = resolver;
        Hosts = new HostLookup(resolver, native);
        _clients = new ClientNames(Hosts);
        _lookUpClients = lookUpClients;
    }

    public static NameServices Of(EventLoop loop, MailConfig config) => new(
        new DnsResolver(loop, DnsOptions.Of(config, config.Get(SmtpdParams.SmtpdDnsReplyFilter))),
        HostLookupOptions.Of(config, HostSources.Native, DnsQueryFlags.Search),
        config.Get(SmtpdParams.SmtpdPeernameLookup));

    public DnsResolver Resolver { get; }

    /// <summary>Hosts as the machine itself finds them: /etc/hosts, then the DNS.</summary>
    public HostLookup Hosts { get; }

    /// <summary>
    /// The client with a name that takes no waiting: one in /etc/hosts, or none because nobody wants any. Else as it was.
    /// </summary>
    public ClientInfo NameAtOnce(ClientInfo client)
    {
        if (client.Ip is not { } ip || client.IsNamed) return client;
        if (!_lookUpClients) return client.Named(ClientName.None);
        return Hosts.Hosts.Find(ip) is { } name ? client.Named(new ClientName(name, NameStatus.Ok, name, NameStatus.Ok)) : client;
    }

    /// <summary>The client with its names.</summary>
    public async ValueTask<ClientInfo> NameAsync(ClientInfo client)
    {
        if (client.Ip is not { } ip || client.IsNamed) return client;
        return client.Named(await _clients.FindAsync(ip));
    }
}
