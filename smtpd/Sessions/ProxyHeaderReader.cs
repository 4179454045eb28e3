using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>Takes the header in which a load balancer names the client (smtpd_upstream_proxy_protocol), before anything else.</summary>
internal static class ProxyHeaderReader
{
    /// <summary>False when the header is bad or does not come: the session ends.</summary>
    public static async ValueTask<bool> ReadAsync(SmtpSession session)
    {
        SmtpdSettings settings = session.Settings;
        if (settings.UpstreamProxyProtocol.Length == 0) return true;
        Connection connection = session.Connection;
        connection.SetDeadline(settings.UpstreamProxyTimeout);
        while (true)
        {
            ProxyStatus status = ProxyHeader.TryParse(connection.Input, out ProxyHeader header, out int consumed);
            if (status == ProxyStatus.Complete)
            {
                connection.Consume(consumed);
                return await TakeAsync(session, header);
            }
            ReadStatus read = status == ProxyStatus.Incomplete ? await connection.FillAsync() : ReadStatus.Failed;
            if (read == ReadStatus.Data) continue;
            string problem = status == ProxyStatus.Error ? "bad header" : read == ReadStatus.TimedOut ? "timeout" : "connection lost";
            Log.Warning($"haproxy read: {problem} from {session.Client.NameAddress}");
            if (read == ReadStatus.TimedOut || status == ProxyStatus.Error)
                session.Reply(421, "4.3.0", $"{settings.MyHostname} Server local error");
            return false;
        }
    }

    private static async ValueTask<bool> TakeAsync(SmtpSession session, ProxyHeader header)
    {
        SmtpServer server = session.Server;
        if (header.Source is not null)
            session.Client = server.Names.NameAtOnce(ClientInfo.Of(header.Source, header.Destination, session.Settings.ClientPortLogging));
        if (await server.CountProxiedAsync(session) is not { } refusal) return true;
        session.Reply(SmtpReply.Parse(refusal));
        return false;
    }
}
