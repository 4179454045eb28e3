using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Dns;

/// <summary>What a resolver works with.</summary>
public sealed class DnsOptions
{
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Servers to ask instead of those in resolv.conf.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>Most answers kept.</summary>
    public int CacheSize { get; init; } = 10_000;

    /// <summary>Longest time an answer is kept, whatever its TTL.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest time a negative answer is kept.</summary>
    public TimeSpan MaxNegativeTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a failure is kept.</summary>
    public TimeSpan FailureTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Questions at once; more wait.</summary>
    public int MaxUnderWay { get; init; } = 500;

    /// <summary>"type:name" of a question that shows whether the resolver validates; "": do not ask.</summary>
    public string DnssecProbe { get; init; } = "";

    /// <summary>Tables that drop records (smtp_dns_reply_filter, smtpd_dns_reply_filter); null: none.</summary>
    public Maps? ReplyFilter { get; init; }

    /// <summary>How long one server may take; null: as in resolv.conf.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Rounds through the servers; null: as in resolv.conf.</summary>
    public int? Attempts { get; init; }

    /// <summary>The options that the configuration asks for (dns_servers, dnssec_probe).</summary>
    /// <param name="replyFilter">The value of smtp_dns_reply_filter or its like.</param>
    public static DnsOptions Of(MailConfig config, string replyFilter = "") => new()
    {
        ReplyFilter = replyFilter.Length == 0 ? null : Maps.Open(replyFilter),
        Servers = [.. ParseServers(config.GetList(CommonParams.DnsServers))],
        DnssecProbe = config.Get(CommonParams.DnssecProbe),
    };

    /// <summary>"192.0.2.1", "[2001:db8::1]:5353" or "192.0.2.1:5353" each; what is none of these is left out.</summary>
    public static IEnumerable<IPEndPoint> ParseServers(IEnumerable<string> items)
    {
        foreach (string item in items)
            if (TryParseServer(item, out IPEndPoint? server)) yield return server;
    }

    /// <summary>What is wrong with the configuration's list, for the log and check.</summary>
    public static IEnumerable<string> Problems(MailConfig config)
    {
        foreach (string item in config.GetList(CommonParams.DnsServers))
            if (!TryParseServer(item, out _)) yield return $"dns_servers: \"{item}\" is neither an address nor address:port";
    }

    /// <summary>One server; the port is 53 unless it is given.</summary>
    public static bool TryParseServer(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? server)
    {
        bool ok = IPEndPoint.TryParse(text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text, out server);
        if (ok && server!.Port == 0) server.Port = 53;
        return ok;
    }
}
