using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Tells the service tlsrpt how TLS with servers comes out (RFC 8460), for the domains that mail is for. There is one only where reports
/// are on.
/// </summary>
/// <param name="path">The service's socket.</param>
/// <param name="skipsResumed">Handshakes that resume a session say nothing new, and are not told.</param>
internal sealed class TlsReporter(EventLoop loop, string path, bool skipsResumed)
{
    private static readonly TimeSpan s_warnInterval = TimeSpan.FromHours(1);
    private readonly LinkClient _link = new(loop, path);
    private long? _warnedAt;

    /// <summary>TLS began, or did not.</summary>
    public void Report(Target target, TlsStart start, Connection connection, string helo)
    {
        // the one is our fault, the other no news
        if (start.Status == TlsStartStatus.Unavailable || (skipsResumed && start.Facts is { Agreement.Resumed: true })) return;
        Report(target, start.Result, start.Result == TlsResult.Success ? "" : start.Error, connection, helo);
    }

    /// <summary>One session, or one attempt that ended before there was a connection, counts with this result.</summary>
    public void Report(Target target, TlsResult result, string reason, Connection? connection, string helo)
    {
        if (target.EndPoint == null || HostName.TryParseAddress(target.Nexthop, out _)
            || DomainName.ToAscii(target.Nexthop) is not { } domain) return;
        TlsPolicy policy = target.Tls;
        // a policy that could not be had is what the domain must hear of, if nothing worse happened
        if (result == TlsResult.Success && policy.Sts is { HasPolicy: false, Failure: not TlsResult.Success } missing)
            (result, reason) = (missing.Failure, missing.Reason);
        TlsReportNotice notice = Notice(domain, policy);
        notice.Result = result == TlsResult.Success ? "" : result.Word();
        notice.Reason = reason.Length > 500 ? reason[..500] : reason;
        notice.MxHost = target.Host;
        if (connection != null) notice.ReceivingAddress = target.Address;
        if (connection is { IsOpen: true }) notice.SendingAddress = Sockets.LocalEndPoint(connection.Descriptor)?.Address.ToString() ?? "";
        notice.MxHelo = helo;
        Write(notice, target);
        if (!_link.TryNotify(notice)) Warn();
    }

    private static TlsReportNotice Notice(string domain, TlsPolicy policy)
    {
        TlsReportNotice notice = new() { Domain = domain, PolicyType = "no-policy-found", PolicyDomain = domain };
        if (policy.Tlsa.Count > 0)
        {
            (notice.PolicyType, notice.PolicyDomain) = ("tlsa", policy.TlsaBase);
            notice.PolicyStrings.AddRange(policy.Tlsa.Take(TlsReportNotice.MaxLines)
                .Select(r => $"{r.Usage} {r.Selector} {r.MatchingType} {Convert.ToHexString(r.Data.Span)}"));
        }
        else if (policy.Sts is { } sts && (sts.HasPolicy || sts.Failure != TlsResult.Success))
        {
            (notice.PolicyType, notice.PolicyDomain) = ("sts", sts.Domain);
            notice.PolicyStrings.AddRange(sts.Lines.Take(TlsReportNotice.MaxLines));
            notice.MxPatterns.AddRange(sts.Patterns.Take(TlsReportNotice.MaxLines));
        }
        return notice;
    }

    private static void Write(TlsReportNotice n, Target target)
    {
        if (n.Result.Length == 0) Log.Info($"TLSRPT: status=success, domain={n.Domain}, receiving_mx={target.Name}");
        else Log.Info($"TLSRPT: status=failure, domain={n.Domain}, receiving_mx={target.Name}, "
            + $"failure_type={n.Result.Replace('-', '_')}{(n.Reason.Length > 0 ? ", failure_reason=" : "")}{n.Reason.Replace(' ', '_')}");
    }

    private void Warn()
    {
        if (_warnedAt is { } last && loop.NowMilliseconds - last < s_warnInterval.TotalMilliseconds) return;
        _warnedAt = loop.NowMilliseconds;
        Log.Warning($"TLS sessions are not reported: {(_link.LastError.Length > 0 ? _link.LastError : "no link")}; is there a service "
            + $"tlsrpt in master.cf?");
    }

    public void Close() => _link.Close();
}
