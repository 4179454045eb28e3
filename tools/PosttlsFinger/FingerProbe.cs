using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.PosttlsFinger;

/// <summary>Finds the servers of a destination, talks with the first one that answers, and reports.</summary>
internal sealed class FingerProbe(EventLoop loop, MailConfig config, TlsClientSettings settings, List<KeyPair> keys, FingerOptions o)
{
    private readonly TlsClient _client = new(settings, keys, TimeProvider.System);
    private readonly DnsResolver _resolver = new(loop, DnsOptions.Of(config));
    private string _domain = "";

    /// <summary>A server to try.</summary>
    private sealed record Server(string Host, string Asked, IPEndPoint? EndPoint, string Path, bool IsAuthenticated)
    {
        public string Name => EndPoint == null ? $"{Host}[{Path}]" : $"{Host}[{EndPoint.Address}]:{EndPoint.Port}";
    }

    /// <summary>True when TLS meets the level.</summary>
    public async Task<bool> RunAsync()
    {
        List<Server> servers = await FindAsync();
        foreach (Server server in servers)
        {
            if (await OpenAsync(server) is not { } connection) continue;
            bool ok = await TalkAsync(connection, server);
            if (!ok || o.Reconnect == TimeSpan.Zero) return ok;
            await loop.Delay(o.Reconnect);
            Tell($"Reconnecting to {server.Name} after {(int)o.Reconnect.TotalSeconds} seconds");
            return await OpenAsync(server) is { } again && await TalkAsync(again, server);
        }
        return false;
    }

    private void Tell(string text) => Tool.Complain(text);

    private void Chat(string text)
    {
        if (o.Chat) Tell(text);
    }

    // ---- where ---------------------------------------------------------------------------------------------------------

    private async Task<List<Server>> FindAsync()
    {
        Nexthop nexthop = Nexthop.Parse(o.Destination, o.Lmtp);
        if (nexthop.UnixPath.Length > 0) return [new Server(config.Get(CommonParams.Myhostname), "", null, nexthop.UnixPath, false)];
        string service = nexthop.Service.Length > 0 ? nexthop.Service : o.Lmtp ? "24" : "25";
        int port = 0;
        if (nexthop.Problem is { } problem) Tool.Warning($"bad destination {nexthop.Text}: {problem}");
        else if (!new TcpPorts(config.Get(CommonParams.KnownTcpPorts)).TryFind(service, out port))
            Tool.Warning($"unknown service: {service}");
        _domain = nexthop.Host;
        if (port is <= 0 or > 65535) return [];
        if (IPAddress.TryParse(_domain, out IPAddress? address))
            return [new Server(_domain, _domain, new IPEndPoint(address, port), "", false)];
        HostSources sources = HostLookupOptions.ParseSources(ConfigList.Split(o.HostLookup));
        HostLookup hosts = new(_resolver, HostLookupOptions.Of(config, sources, DnsQueryFlags.Dnssec));
        return nexthop.UseMx ? await FindExchangersAsync(hosts, _domain, port) : await FindHostAsync(hosts, _domain, port);
    }

    private async Task<List<Server>> FindHostAsync(HostLookup hosts, string host, int port)
    {
        HostAddresses found = await hosts.FindAsync(host, dnssec: true);
        if (found.Failure != null) Tell($"Destination address lookup failed: {found.Failure.Text}");
        return [.. Usable(found).Select(a => new Server(NameOf(found, host), host, new IPEndPoint(a, port), "", found.IsAuthenticated))];
    }

    private async Task<List<Server>> FindExchangersAsync(HostLookup hosts, string domain, int port)
    {
        MailExchangers mx = new(_resolver, MailExchangerOptions.Of(config, dnssec: true));
        ExchangerList list = await mx.FindAsync(domain);
        if (list.Failure != null) Tell($"Destination address lookup failed: {list.Failure.Text}");
        List<Server> servers = [];
        foreach (ExchangerAddresses one in list.Failure == null ? await mx.ResolveAsync(list, hosts) : [])
            foreach (IPAddress a in Usable(one.Addresses))
                servers.Add(new Server(NameOf(one.Addresses, one.Exchanger.Host), one.Exchanger.Host, new IPEndPoint(a, port), "",
                    list.IsAuthenticated && one.Addresses.IsAuthenticated));
        return servers;
    }

    private IEnumerable<IPAddress> Usable(HostAddresses found) =>
        found.Addresses.Where(a => o.Family == "any" || (a.AddressFamily == AddressFamily.InterNetworkV6) == (o.Family == "ipv6"));

    private static string NameOf(HostAddresses found, string host) => (found.IsAuthenticated ? found.CanonicalName : host).TrimEnd('.');

    private async Task<Connection?> OpenAsync(Server server)
    {
        ConnectResult result = server.EndPoint == null ? await Connector.ConnectUnix(loop, server.Path, o.ConnectTimeout)
            : await Connector.Connect(loop, server.EndPoint, null, o.ConnectTimeout);
        if (!result.IsConnected)
        {
            Tell($"connect to {server.Name}: {Errno.Text(result.Error)}");
            return null;
        }
        Chat($"Connected to {server.Name}");
        return new Connection(loop, result.Release(), server.EndPoint);
    }

    // ---- what it says --------------------------------------------------------------------------------------------------

    private async Task<bool> TalkAsync(Connection connection, Server server)
    {
        TlsPolicy policy = await PolicyAsync(server);
        if (policy.Problem.Length > 0) Tell($"{server.Name}: {policy.Problem}");
        bool ok = policy.Problem.Length == 0 && await DialogueAsync(connection, server, policy);
        connection.CloseAfterFlush(TimeSpan.FromSeconds(1));
        return ok;
    }

    private async Task<TlsPolicy> PolicyAsync(Server server)
    {
        _ = TlsLevels.TryParse(o.Level, out TlsLevel level);
        TlsPolicy policy = TlsPolicy.Of(level, settings);
        if (level is TlsLevel.Dane or TlsLevel.DaneOnly)
        {
            policy = await TlsaLookup.ResolveAsync(policy, _resolver, [server.Host, server.Asked], server.EndPoint?.Port ?? 0,
                server.IsAuthenticated, settings);
            string owner = $"_{server.EndPoint?.Port}._tcp.{policy.TlsaBase}";
            IEnumerable<string> records =
                policy.Tlsa.Select(t => $"{owner} IN TLSA {t.Usage} {t.Selector} {t.MatchingType} {Convert.ToHexString(t.Data.Span)}");
            if (policy.Tlsa.Count > 0) Tell($"using DANE RR: {string.Join("; ", records)}");
            // there is nothing to be learned from a level that asks for nothing
            else if (level == TlsLevel.Dane && policy.Problem.Length == 0) policy = TlsPolicy.Of(TlsLevel.Secure, settings);
        }
        return o.Match.Count > 0
            && policy.Level is TlsLevel.Fingerprint or TlsLevel.Verify or TlsLevel.Secure ? policy with { Match = o.Match } : policy;
    }

    private async Task<bool> DialogueAsync(Connection c, Server server, TlsPolicy policy)
    {
        SmtpDialogue d = new(c, Chat, Tell);
        if (o.Wrapper && !await SecureAsync(c, server, policy)) return false;
        if (await d.ReplyAsync(o.ConnectTimeout) is not { } greeting || !greeting[0].StartsWith('2')) return false;
        if (await EhloAsync(d) is not { } features) return false;
        if (!o.Wrapper && policy.Level != TlsLevel.None)
        {
            if (!SmtpDialogue.Offers(features, "STARTTLS"))
            {
                Tell($"{server.Name}: TLS is not offered");
                return !policy.Level.MustEncrypt();
            }
            if (await AskAsync(d, "STARTTLS") is not { } answer || !answer[0].StartsWith('2')) return false;
            if (!await SecureAsync(c, server, policy) || await EhloAsync(d) is null) return false;
        }
        _keep?.Invoke();
        await AskAsync(d, "QUIT");
        return true;
    }

    private Action? _keep;

    private async Task<bool> SecureAsync(Connection c, Server server, TlsPolicy policy)
    {
        TlsStart start = await _client.StartAsync(c, policy, _domain.Length > 0 ? _domain : server.Host, server.Host, server.Name);
        if (start.Facts is { } facts)
        {
            if (facts.CertificateFingerprint.Length > 0 && !o.Quiet)
                Tell($"{server.Name}: subject_CN={facts.PeerName}, issuer_CN={facts.PeerIssuer}, "
                    + $"fingerprint={facts.CertificateFingerprint}, pkey_fingerprint={facts.KeyFingerprint}");
            if (facts.VerifyError.Length > 0 && !o.Quiet) Tell($"certificate verification failed for {server.Name}: {facts.VerifyError}");
            if (!o.Quiet) Tell(facts.Summary("to", server.Name));
            if (o.ShowChain) ShowChain(start.Session!);
            _keep = start.Session!.Keep;
        }
        if (start.Status == TlsStartStatus.NotTrusted) Tell("Server certificate not trusted");
        if (start.Status == TlsStartStatus.NotVerified) Tell("Server certificate not verified");
        if (start.Facts == null) Tell($"TLS handshake with {server.Name} failed: {start.Error}");
        return start.Status == TlsStartStatus.Established;
    }

    private void ShowChain(TlsSession session)
    {
        Tool.Print("\n---\nCertificate chain\n");
        List<byte[]> chain = SslPeer.Certificates(session.Ssl);
        for (int i = 0; i < chain.Count; i++)
        {
            nint certificate = SslCertificate.Parse(chain[i]);
            string Print(bool key) =>
                BitConverter.ToString(SslCertificate.Fingerprint(certificate, settings.FingerprintDigest, key)).Replace('-', ':');
            Tool.Print(string.Create(CultureInfo.InvariantCulture,
                $"{i,2} subject: {Tool.Printable(SslCertificate.SubjectCommonName(certificate))}\n"));
            Tool.Print($"    issuer: {Tool.Printable(SslCertificate.IssuerCommonName(certificate))}\n"
                + $"   cert digest={Print(false)}\n   pkey digest={Print(true)}\n");
            Tool.Print(new string(System.Security.Cryptography.PemEncoding.Write("CERTIFICATE", chain[i])) + "\n");
            SslCertificate.Free(certificate);
        }
    }

    private async Task<List<string>?> EhloAsync(SmtpDialogue d) =>
        await AskAsync(d, $"{(o.Lmtp ? "LHLO" : "EHLO")} {config.Get(CommonParams.Myhostname)}") is { } reply
        && reply[0].StartsWith('2') ? reply : null;

    private Task<List<string>?> AskAsync(SmtpDialogue d, string line) => d.AskAsync(line, o.CommandTimeout);
}
