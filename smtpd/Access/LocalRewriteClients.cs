using MtaSuite.Common.Config;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// local_header_rewrite_clients: whose incomplete addresses in headers are completed with our domain. A list of permit_inet_interfaces,
/// permit_mynetworks, permit_sasl_authenticated, permit_tls_clientcerts, permit_tls_all_clientcerts, and tables of client addresses.
/// </summary>
internal sealed class LocalRewriteClients
{
    private readonly List<(string Word, Maps? Table)> _items = [];

    public LocalRewriteClients(string text)
    {
        foreach (string item in ConfigList.Split(text))
        {
            if (item.Contains(':')) _items.Add(("", Maps.Open(item)));
            else if (item is "permit_inet_interfaces" or "permit_mynetworks" or "permit_sasl_authenticated") _items.Add((item, null));
            else if (item is not ("check_address_map" or "permit_tls_clientcerts" or "permit_tls_all_clientcerts"))
                Problems.Add($"local_header_rewrite_clients: invalid request: {item}");
        }
    }

    public List<string> Problems { get; } = [];

    /// <summary>Matching may make whoever asks wait.</summary>
    public bool MayBlock(SmtpdSettings settings) => _items.Exists(i => i.Table?.MayBlock == true || (i.Word == "permit_mynetworks" && settings.MyNetworks.MayBlock));

    public bool Matches(SmtpSession session)
    {
        ClientInfo client = session.Client;
        foreach ((string word, Maps? table) in _items)
        {
            bool match = word switch
            {
                "permit_inet_interfaces" => client.Ip is not null && session.Settings.OwnAddresses.Contains(client.Ip),
                "permit_mynetworks" => session.Settings.MyNetworks.Match(client.Name, client.Ip) == MatchResult.Yes,
                "permit_sasl_authenticated" => session.SaslLogin.Length > 0,
                // A table that cannot answer means a client like any other: its headers stay as they are.
                _ => table!.Lookup(client.Address).IsFound,
            };
            if (match) return true;
        }
        return false;
    }
}
