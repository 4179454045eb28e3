using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// local_header_rewrite_clients: whose incomplete addresses in headers are completed with our domain. A list of permit_inet_interfaces,
/// permit_mynetworks, permit_sasl_authenticated, permit_tls_clientcerts, permit_tls_all_clientcerts, and tables of client addresses.
/// </summary>
internal sealed class LocalRewriteClients
{
    private static readonly Restriction[] s_restrictions =
    [
        RestrictionWords.PermitInetInterfaces, RestrictionWords.PermitMynetworks, RestrictionWords.PermitSaslAuthenticated,
        RestrictionWords.PermitTlsClientcerts, RestrictionWords.PermitTlsAllClientcerts,
    ];

    private readonly List<(Restriction? Restriction, Maps? Table)> _items = [];

    public LocalRewriteClients(string text)
    {
        foreach (string item in ConfigList.Split(text))
        {
            if (item.Contains(':')) AddTable(item);
            else if (Array.Find(s_restrictions, r => r.Name == item) is { } restriction) _items.Add((restriction, null));
            else if (item != RestrictionWords.CheckAddressMap.Name)
                Problems.Add($"local_header_rewrite_clients: invalid request: {item}");
        }
    }

    private void AddTable(string item)
    {
        Maps table = Maps.Open(item);
        _items.Add((null, table));
        Problems.AddRange(table.OpenErrors.Select(error => $"local_header_rewrite_clients: {error}"));
    }

    public List<string> Problems { get; } = [];

    /// <summary>The client is one of them; a table that cannot answer is an error, unless an item before it has matched.</summary>
    public async ValueTask<MatchResult> MatchAsync(SmtpSession session)
    {
        foreach ((Restriction? restriction, Maps? table) in _items)
        {
            MatchResult match = table is null ? await MatchAsync(restriction!, session) : await MatchAsync(table, session.Client.Address);
            if (match != MatchResult.No) return match;
        }
        return MatchResult.No;
    }

    private static ValueTask<MatchResult> MatchAsync(Restriction restriction, SmtpSession session)
    {
        ClientInfo client = session.Client;
        SmtpdTables tables = session.Settings.Tables;
        if (restriction == RestrictionWords.PermitInetInterfaces) return new(Of(client.Ip is { } ip && tables.OwnAddresses.Contains(ip)));
        if (restriction == RestrictionWords.PermitMynetworks) return tables.MyNetworks.MatchAsync(client.Name, client.Ip);
        if (restriction == RestrictionWords.PermitSaslAuthenticated) return new(Of(session.IsAuthenticated));
        if (restriction == RestrictionWords.PermitTlsAllClientcerts) return new(Of(session.Tls is { Trust: >= TlsTrust.Trusted }));
        return session.Tls is { CertificateFingerprint.Length: > 0 } tls ? ListedAsync(tables.RelayClientCertificates, tls)
            : new(MatchResult.No);
    }

    private static async ValueTask<MatchResult> ListedAsync(Maps certificates, TlsFacts tls)
    {
        MatchResult match = await MatchAsync(certificates, tls.CertificateFingerprint);
        return match == MatchResult.No ? await MatchAsync(certificates, tls.KeyFingerprint) : match;
    }

    private static async ValueTask<MatchResult> MatchAsync(Maps table, string key)
    {
        LookupResult result = await table.LookupAsync(key);
        if (result.IsError) Log.Warning($"local_header_rewrite_clients: {result.ErrorText}");
        return result.IsError ? MatchResult.Error : Of(result.IsFound);
    }

    private static MatchResult Of(bool matches) => matches ? MatchResult.Yes : MatchResult.No;
}
