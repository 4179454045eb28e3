using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>Which family of addresses comes first.</summary>
public enum AddressPreference : byte { Any, IPv4, IPv6 }

/// <summary>How hosts are found, chosen and connected to.</summary>
public sealed record RouteSettings
{
    public string Myhostname { get; init; }
    /// <summary>The service or port where a nexthop names none.</summary>
    public string DefaultPort { get; init; }
    public TcpPorts Ports { get; init; }
    /// <summary>relayhost: that it cannot be found is the configuration's fault, not the sender's.</summary>
    public string Relayhost { get; init; }
    /// <summary>Where to go when the destination cannot be found or reached; as nexthops.</summary>
    public string FallbackRelay { get; init; }
    /// <summary>Addresses tried for one delivery; 0: no limit.</summary>
    public int AddressLimit { get; init; }
    /// <summary>Sessions begun for one delivery; 0: no limit.</summary>
    public int SessionLimit { get; init; }
    public bool Randomize { get; init; }
    public bool BalanceProtocols { get; init; }
    public AddressPreference Preference { get; init; }
    public bool UseIPv4 { get; init; }
    public bool UseIPv6 { get; init; }
    /// <summary>No MX record's host has an address: try again later instead of returning the mail.</summary>
    public bool DeferIfNoAddress { get; init; }
    public bool CnameOverridesName { get; init; }
    /// <summary>"transport" or "transport:nexthop" for mail whose best exchanger is this machine; empty: that is a loop.</summary>
    public string BestMxTransport { get; init; }
    /// <summary>Addresses at which this mail system receives.</summary>
    public IReadOnlySet<IPAddress> OwnAddresses { get; init; }
    public IPAddress? Bind4 { get; init; }
    public IPAddress? Bind6 { get; init; }
    public bool EnforceBind { get; init; }

    internal RouteSettings(MailConfig config, bool lmtp, List<string> problems)
    {
        bool Flag(BoolParam smtp, BoolParam other) => config.Get(lmtp ? other : smtp);
        List<string> protocols = config.GetList(CommonParams.InetProtocols);
        Myhostname = config.Get(CommonParams.Myhostname);
        DefaultPort = config.Get(lmtp ? L.LmtpTcpPort : S.SmtpTcpPort);
        Ports = new TcpPorts(config.Get(CommonParams.KnownTcpPorts));
        Relayhost = config.Get(RewriteParams.Relayhost);
        FallbackRelay = config.Get(lmtp ? L.LmtpFallbackRelay : S.SmtpFallbackRelay);
        AddressLimit = config.Get(lmtp ? L.LmtpMxAddressLimit : S.SmtpMxAddressLimit);
        SessionLimit = config.Get(lmtp ? L.LmtpMxSessionLimit : S.SmtpMxSessionLimit);
        Randomize = Flag(S.SmtpRandomizeAddresses, L.LmtpRandomizeAddresses);
        BalanceProtocols = Flag(S.SmtpBalanceInetProtocols, L.LmtpBalanceInetProtocols);
        Preference = ReadPreference(config, lmtp ? L.LmtpAddressPreference : S.SmtpAddressPreference, problems);
        UseIPv4 = protocols.Contains("all") || protocols.Contains("ipv4");
        UseIPv6 = protocols.Contains("all") || protocols.Contains("ipv6");
        DeferIfNoAddress = Flag(S.SmtpDeferIfNoMxAddressFound, L.LmtpDeferIfNoMxAddressFound);
        CnameOverridesName = Flag(S.SmtpCnameOverridesServername, L.LmtpCnameOverridesServername);
        BestMxTransport = lmtp ? "" : config.Get(CommonParams.BestMxTransport);
        OwnAddresses = ReceivingAddresses(config);
        Bind4 = BindAddress(config, lmtp ? L.LmtpBindAddress : S.SmtpBindAddress, AddressFamily.InterNetwork, problems);
        Bind6 = BindAddress(config, lmtp ? L.LmtpBindAddress6 : S.SmtpBindAddress6, AddressFamily.InterNetworkV6, problems);
        EnforceBind = Flag(S.SmtpBindAddressEnforce, L.LmtpBindAddressEnforce);
    }

    private static AddressPreference ReadPreference(MailConfig config, TextParam param, List<string> problems)
    {
        string word = config.Get(param);
        if (Enum.TryParse(word, ignoreCase: true, out AddressPreference preference)) return preference;
        problems.Add($"{param.Name}: \"{word}\" is not one of any, ipv4, ipv6");
        return AddressPreference.Any;
    }

    private static HashSet<IPAddress> ReceivingAddresses(MailConfig config)
    {
        HashSet<IPAddress> own = [.. Common.Config.OwnAddresses.Of(config).Select(i => i.Address)];
        foreach (string item in config.GetList(CommonParams.ProxyInterfaces))
            if (HostName.TryParseAddress(item.Trim('[', ']'), out IPAddress address)) own.Add(address);
        return own;
    }

    /// <summary>
    /// The own address of connections: as set, or the one address of inet_interfaces in that family unless it is a loopback address.
    /// </summary>
    private static IPAddress? BindAddress(MailConfig config, TextParam param, AddressFamily family, List<string> problems)
    {
        string text = config.Get(param);
        if (text.Length > 0)
        {
            if (HostName.TryParseAddress(text.Trim('[', ']'), out IPAddress address) && address.AddressFamily == family) return address;
            problems.Add($"{param.Name}: bad address \"{text}\"");
            return null;
        }
        if (config.GetList(CommonParams.InetInterfaces) is not [not ("all" or "loopback-only"), ..]) return null;
        List<IPAddress> own = [.. Common.Config.OwnAddresses.Of(config).Select(i => i.Address).Where(a => a.AddressFamily == family)];
        return own is [var single] && !IPAddress.IsLoopback(single) ? single : null;
    }
}
