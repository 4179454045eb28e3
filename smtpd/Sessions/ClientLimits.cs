using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// Limits on what a client does: errors and junk commands of this session, and what anvil counts over all processes of the service. Clients
/// in smtpd_client_event_limit_exceptions are never asked about, and where anvil does not answer nobody is limited.
/// </summary>
internal sealed class ClientLimits(SmtpSession session)
{
    // The name under which anvil counts this connection; null: it does not.
    private string? _countedConnection;
    private int _errors, _junkCommands;

    private SmtpdSettings Settings => session.Settings;

    // ---- errors ------------------------------------------------------------------------------------------------------

    /// <summary>Each further command is answered after smtpd_error_sleep_time.</summary>
    public bool HasManyErrors => _errors >= Settings.SoftErrorLimit;

    /// <summary>The session ends.</summary>
    public bool HasTooManyErrors => _errors >= Settings.HardErrorLimit;

    public void CountError() => _errors++;

    /// <summary>A command that does not bring mail any further; above smtpd_junk_command_limit each is an error.</summary>
    public void CountJunk()
    {
        if (_junkCommands++ > Settings.JunkCommandLimit) _errors++;
    }

    /// <summary>A message was queued.</summary>
    public void Reset() => _errors = _junkCommands = 0;

    // ---- rates -------------------------------------------------------------------------------------------------------

    /// <summary>Counts the connection; false when the client has too many, which it was told then.</summary>
    public async ValueTask<bool> CountConnectionAsync()
    {
        int most = Settings.ClientConnectionCountLimit, rate = Settings.ConnectionRateLimit;
        if ((most == 0 && rate == 0) || !await IsLimitedAsync()) return true;
        ClientInfo client = session.Client;
        _countedConnection = session.Server.IdentOf(client.Ip!);
        AnvilReply? counts = await session.Server.Anvil!.ConnectAsync(_countedConnection);
        if (counts == null) return true;
        if (most > 0 && counts.Count > most)
            Log.Warning($"Connection concurrency limit exceeded: {counts.Count} from {client.NameAddress} for service "
                + $"{Settings.ServiceName}");
        else if (rate > 0 && counts.Rate > rate)
            Log.Warning($"Connection rate limit exceeded: {counts.Rate} from {client.NameAddress} for service {Settings.ServiceName}");
        else return true;
        session.Reply(SmtpReply.Parse(session.Server.TooMany(client)));
        return false;
    }

    public void CountDisconnection()
    {
        if (_countedConnection != null) session.Server.Anvil!.Disconnect(_countedConnection);
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
        ClientInfo client = session.Client;
        AnvilReply? counts = await session.Server.Anvil!.CountAsync(kind, session.Server.IdentOf(client.Ip!), report);
        if (counts == null || counts.Rate <= limit) return default;
        Log.Warning($"{what} rate limit exceeded: {counts.Rate} from {client.NameAddress} for service {Settings.ServiceName}");
        return SmtpReply.Parse($"{refusal} {client.Address}");
    }

    /// <summary>Clients that may pretend to be others stand for many.</summary>
    private async ValueTask<bool> IsLimitedAsync()
    {
        ClientInfo client = session.Client;
        return session.Server.Anvil != null && client.Ip != null && !session.Rights.Xclient
            && await Settings.Tables.EventLimitExceptions.MatchAsync(client.Name, client.Ip) != MatchResult.Yes;
    }
}
