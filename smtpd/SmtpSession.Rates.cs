using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd;

/// <summary>
/// Limits on what a client does, counted by anvil over all processes of the service. Clients in smtpd_client_event_limit_exceptions are
/// never asked about, and where anvil does not answer nobody is limited.
/// </summary>
internal sealed partial class SmtpSession
{
    /// <summary>Under what anvil counts this connection; null: it does not.</summary>
    private string? _countedConnection;

    /// <summary>Clients that may pretend to be others stand for many.</summary>
    private async ValueTask<bool> IsLimitedAsync() => Server.Anvil != null && Client.Ip != null && !XclientAllowed
        && await Settings.EventLimitExceptions.MatchAsync(Client.Name, Client.Ip) != MatchResult.Yes;

    /// <summary>Counts the connection; false when the client has too many, which it was told then.</summary>
    private async ValueTask<bool> CountConnectionAsync()
    {
        int most = Settings.ClientConnectionCountLimit, rate = Settings.ConnectionRateLimit;
        if ((most == 0 && rate == 0) || !await IsLimitedAsync()) return true;
        _countedConnection = Server.IdentOf(Client.Ip!);
        AnvilReply? counts = await Server.Anvil!.ConnectAsync(_countedConnection);
        if (counts == null) return true;
        if (most > 0 && counts.Count > most)
            Log.Warning($"Connection concurrency limit exceeded: {counts.Count} from {Client.NameAddress} for service "
                + $"{Settings.ServiceName}");
        else if (rate > 0 && counts.Rate > rate)
            Log.Warning($"Connection rate limit exceeded: {counts.Rate} from {Client.NameAddress} for service {Settings.ServiceName}");
        else return true;
        Reply(SmtpReply.Parse(Server.TooMany(Client)));
        return false;
    }

    private void CountDisconnection()
    {
        if (_countedConnection != null) Server.Anvil!.Disconnect(_countedConnection);
        _countedConnection = null;
    }

    public ValueTask<SmtpReply> CountMessageAsync() =>
        CountAsync(ClientEvent.Message, Settings.MessageRateLimit, "Message delivery request", "450 4.7.1 Error: too much mail from");

    public ValueTask<SmtpReply> CountRecipientAsync() =>
        CountAsync(ClientEvent.Recipient, Settings.RecipientRateLimit, "Recipient address", "450 4.7.1 Error: too many recipients from");

    /// <summary>To be asked at AUTH, before anything is tried.</summary>
    public ValueTask<SmtpReply> CountAuthAsync() =>
        CountAsync(ClientEvent.Auth, Settings.AuthRateLimit, "AUTH command", "450 4.7.1 Error: too many AUTH commands from");

    /// <summary>
    /// To be asked at STARTTLS (with <paramref name="report"/>, which does not count), and after a handshake that made a new session.
    /// </summary>
    public ValueTask<SmtpReply> CountNewTlsAsync(bool report) =>
        CountAsync(ClientEvent.NewTls, Settings.NewTlsRateLimit, "New TLS session",
            report ? "454 4.7.0 Error: too many new TLS sessions from"
                : $"421 4.7.0 {Settings.MyHostname} Error: too many new TLS sessions from", report);

    /// <summary>Counts an event; the refusal when there were too many.</summary>
    private ValueTask<SmtpReply> CountAsync(ClientEvent kind, int limit, string what, string refusal, bool report = false) =>
        limit == 0 ? default : AskRateAsync(kind, limit, what, refusal, report);

    private async ValueTask<SmtpReply> AskRateAsync(ClientEvent kind, int limit, string what, string refusal, bool report)
    {
        if (!await IsLimitedAsync()) return default;
        AnvilReply? counts = await Server.Anvil!.CountAsync(kind, Server.IdentOf(Client.Ip!), report);
        if (counts == null || counts.Rate <= limit) return default;
        Log.Warning($"{what} rate limit exceeded: {counts.Rate} from {Client.NameAddress} for service {Settings.ServiceName}");
        return SmtpReply.Parse($"{refusal} {Client.Address}");
    }
}
