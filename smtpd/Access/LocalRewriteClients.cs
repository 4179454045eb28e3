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
    private static readonly string[] s_words =
        ["permit_inet_interfaces", "permit_mynetworks", "permit_sasl_authenticated", "permit_tls_clientcerts",
        "permit_tls_all_clientcerts"];

    private readonly List<(string Word, Maps? Table)> _items = [];

    public LocalRewriteClients(string text)
    {
        foreach (string item in ConfigList.Split(text))
        {
            if (item.Contains(':')) AddTable(item);
            else if (s_words.Contains(item))
                _items.Add((item, null));
            else if (item != "check_address_map")
                Problems.Add($"local_header_rewrite_clients: invalid request: {item}");
        }
    }

    private void AddTable(string item)
    {
        Maps table = Maps.Open(item);
        _items.Add(("", table));
        Problems.AddRange(table.OpenErrors.Select(error => $"local_header_rewrite_clients: {error}"));
    }

    public List<string> Problems { get; } = [];

    /// <summary>The client is one of them; a table that cannot answer is an error, unless an item before it has matched.</summary>
    public async ValueTask<MatchResult> MatchAsync(SmtpSession session)
    {
        foreach ((string word, Maps? table) in _items)
        {
            MatchResult match = table is null ? await MatchAsync(word, session) : await MatchAsync(table, session.Client.Address);
            if (match != MatchResult.No) return match;
        }
        return MatchResult.No;
    }

    private static ValueTask<MatchResult> MatchAsync(string word, SmtpSession session) => word switch
    {
        "permit_inet_interfaces" => new(Of(session.Client.Ip is { } ip && session.Settings.OwnAddresses.Contains(ip))),
        "permit_mynetworks" => session.Settings.MyNetworks.MatchAsync(session.Client.Name, session.Client.Ip),
        "permit_sasl_authenticated" => new(Of(session.SaslLogin.Length > 0)),
        "permit_tls_all_clientcerts" => new(Of(session.Tls is { Trust: >= TlsTrust.Trusted })),
        _ => session.Tls is { CertificateFingerprint.Length: > 0 } tls
            ? ListedAsync(session.Settings.RelayClientCertificates, tls)
            : new(MatchResult.No),
    };

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
