using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd;

/// <summary>Who the client is and what it hears first.</summary>
internal sealed partial class SmtpSession
{
    private async ValueTask<bool> GreetAsync()
    {
        _greet = false;
        Where = "CONNECT";
        if (!ImproperPipelining && TalksOutOfTurn() && Settings.ForbidUnauthPipelining)
        {
            Reply(554, "5.5.0", "Error: SMTP protocol synchronization");
            return false;
        }
        await Filters.BeginAsync();
        SmtpReply refusal = await Filters.RunAsync(new FilterEvent(FilterPhase.Connect));
        AccessDenied = refusal;
        if (refusal.IsNone) Reply(220, "", Settings.Banner);
        else
        {
            Reply(refusal);
            Errors++;
        }
        return refusal.Code != 421; // nothing is heard behind it
    }

    /// <summary>Takes the header of smtpd_upstream_proxy_protocol; false when it is bad.</summary>
    private async ValueTask<bool> ProxyAsync()
    {
        if (Settings.UpstreamProxyProtocol.Length == 0) return true;
        Connection.SetDeadline(Settings.UpstreamProxyTimeout);
        while (true)
        {
            ProxyStatus status = ProxyHeader.TryParse(Connection.Input, out ProxyHeader header, out int consumed);
            if (status == ProxyStatus.Complete)
            {
                Connection.Consume(consumed);
                return await TakeProxyHeaderAsync(header);
            }
            ReadStatus read = status == ProxyStatus.Incomplete ? await Connection.FillAsync() : ReadStatus.Failed;
            if (read == ReadStatus.Data) continue;
            LogProxyTrouble(status == ProxyStatus.Error ? "bad header" : read == ReadStatus.TimedOut ? "timeout" : "connection lost");
            if (read == ReadStatus.TimedOut || status == ProxyStatus.Error)
                Reply(421, "4.3.0", $"{Settings.MyHostname} Server local error");
            return false;
        }
    }

    private async ValueTask<bool> TakeProxyHeaderAsync(ProxyHeader header)
    {
        if (header.Source is not null)
            Client = Server.Names.NameAtOnce(ClientInfo.Of(header.Source, header.Destination, Settings.ClientPortLogging));
        if (await Server.CountProxiedAsync(this) is not { } refusal) return true;
        Reply(SmtpReply.Parse(refusal));
        return false;
    }
}
