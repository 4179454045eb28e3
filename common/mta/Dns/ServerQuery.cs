using System.Net;
using MtaSuite.Common.Dns.Wire;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// Sends a question to the servers, one after the other and round again, until one answers. Records which servers do not support EDNS, and
/// asks those last that did not answer lately.
/// </summary>
internal sealed class ServerQuery(EventLoop loop, DnsOptions options, Func<ResolvConf> conf)
{
    private const int MaxDatagram = 4096;
    private static readonly TimeSpan s_noEdnsTime = TimeSpan.FromMinutes(10), s_silentTime = TimeSpan.FromSeconds(30);
    private readonly Dictionary<IPEndPoint, long> _noEdnsUntil = [], _silentUntil = [];
    private readonly byte[] _buffer = new byte[MaxDatagram];
    private int _turn;

    /// <summary>What came of it all: a response whose RCODE is the answer, or the last failure.</summary>
    public async Task<ExchangeResult> AskAsync(string name, DnsType type, bool dnssec)
    {
        ResolvConf resolv = conf();
        IReadOnlyList<IPEndPoint> servers = options.Servers.Count > 0 ? options.Servers : resolv.Servers;
        servers = Ordered(servers, resolv.Rotate ? _turn++ & int.MaxValue : 0);
        int attempts = options.Attempts ?? resolv.Attempts;
        ExchangeResult last = new(ExchangeStatus.TimedOut);
        for (int round = 0; round < attempts; round++)
        {
            TimeSpan timeout = Timeout(options.Timeout ?? resolv.Timeout, round, servers.Count);
            foreach (IPEndPoint server in servers)
            {
                last = await AskServerAsync(server, name, type, dnssec, timeout, resolv.UseTcp);
                if (last.Status is ExchangeStatus.TimedOut or ExchangeStatus.Unreachable)
                    _silentUntil[server] = loop.NowMilliseconds + (long)s_silentTime.TotalMilliseconds;
                else _silentUntil.Remove(server);
                if (last.Response is { Rcode: DnsRcode.NoError or DnsRcode.NameError }) return last;
            }
        }
        return last;
    }

    /// <summary>From the first one round, those last that were silent.</summary>
    private IReadOnlyList<IPEndPoint> Ordered(IReadOnlyList<IPEndPoint> servers, int first)
    {
        if (servers.Count == 1 || (first == 0 && _silentUntil.Count == 0)) return servers;
        IEnumerable<IPEndPoint> rotated = Enumerable.Range(0, servers.Count).Select(i => servers[(first + i) % servers.Count]);
        return [.. rotated.OrderBy(s => _silentUntil.GetValueOrDefault(s) > loop.NowMilliseconds)];
    }

    /// <summary>The first round has the full time for each server; in those that follow a doubled time is shared by all.</summary>
    private static TimeSpan Timeout(TimeSpan first, int round, int servers) =>
        round == 0 ? first : TimeSpan.FromTicks(Math.Max((first * (1 << round)).Ticks / servers, TimeSpan.TicksPerMillisecond));

    private async Task<ExchangeResult> AskServerAsync(IPEndPoint server, string name, DnsType type, bool dnssec, TimeSpan timeout, bool tcp)
    {
        bool edns = !_noEdnsUntil.TryGetValue(server, out long until) || until < loop.NowMilliseconds;
        ExchangeResult result = await OnceAsync(server, name, type, edns, dnssec, timeout, tcp);
        // RFC 6891 7: a server without EDNS says FORMERR (or worse). Ask in the old way before believing it.
        if (!edns || result.Response is not { Rcode: DnsRcode.FormatError or DnsRcode.NotImplemented or DnsRcode.BadVersion })
            return result;
        ExchangeResult plain = await OnceAsync(server, name, type, edns: false, dnssec, timeout, tcp);
        if (plain.Response is { Rcode: DnsRcode.NoError or DnsRcode.NameError })
            _noEdnsUntil[server] = loop.NowMilliseconds + (long)s_noEdnsTime.TotalMilliseconds;
        return plain;
    }

    private async Task<ExchangeResult> OnceAsync(IPEndPoint server, string name, DnsType type, bool edns, bool dnssec, TimeSpan timeout,
        bool tcp)
    {
        if (Question.Make(name, type, edns, dnssec && edns) is not { } question) return new ExchangeResult(ExchangeStatus.Malformed);
        if (!tcp)
        {
            ExchangeResult result = await UdpExchange.Run(loop, server, question, timeout, _buffer);
            if (result.Status != ExchangeStatus.Suspicious && result.Response is not { IsTruncated: true }) return result;
        }
        ExchangeResult whole = await TcpExchange.RunAsync(loop, server, question, timeout);
        // TCP has room for everything: a truncated answer there is useless.
        return whole.Response is { IsTruncated: true } ? new ExchangeResult(ExchangeStatus.Malformed) : whole;
    }
}
