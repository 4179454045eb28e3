using System.Globalization;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Filters;

/// <summary>The values of milter macros as a session knows them. Names are in braces; what has no value is not sent.</summary>
internal sealed class SessionMacros(SmtpSession session)
{
    private string? _sender, _recipient;
    private Route? _senderRoute, _recipientRoute;
    private SmtpReply _refusal;

    /// <summary>MAIL or RCPT: the addresses that macros tell of.</summary>
    public async ValueTask SetAsync(FilterEvent e)
    {
        if (e.Phase == FilterPhase.Mail)
        {
            (_sender, _recipient, _recipientRoute) = (e.Text, null, null);
            _senderRoute = e.Text.Length == 0 ? null : await session.Addresses.RouteOfAsync("", e.Text);
        }
        else
        {
            (_recipient, _refusal) = (e.Text, e.Refusal);
            _recipientRoute = e.Refusal.IsNone ? await session.Addresses.RouteOfAsync(_sender ?? "", e.Text) : null;
        }
    }

    public string? Value(string name) => name switch
    {
        "{_}" => Connection(),
        "{client_addr}" => session.Client.RfcAddress,
        "{client_name}" => session.Client.Name,
        "{client_port}" => session.Client.PortNumber == 0 ? "0" : session.Client.Port,
        "{client_ptr}" => session.Client.ReverseName,
        "{client_resolve}" => session.Client.NameStatus switch
        {
            NameStatus.Ok => "OK",
            NameStatus.Forged => "FORGED",
            NameStatus.Temporary => "TEMP",
            _ => "FAIL",
        },
        "{client_connections}" => session.Server.ConnectionsOf(session).ToString(CultureInfo.InvariantCulture),
        "{daemon_addr}" => session.Client.ServerAddress,
        "{daemon_port}" => session.Client.ServerPort,
        "{i}" => session.Transaction is { QueueId.Length: > 0 } t ? t.QueueId : null,
        "{mail_addr}" => _sender is null ? null : Address.Quote821(_senderRoute?.Recipient ?? _sender),
        "{mail_host}" => _senderRoute?.Nexthop,
        "{mail_mailer}" => _senderRoute?.Transport,
        "{rcpt_addr}" => _recipient is null ? null : IsRefused ? _refusal.Text.Split('\n')[0]
            : Address.Quote821(_recipientRoute?.Recipient ?? _recipient),
        "{rcpt_host}" => IsRefused ? _refusal.Status.ToString() : _recipientRoute?.Nexthop,
        "{rcpt_mailer}" => IsRefused ? "error" : _recipientRoute?.Transport,
        _ => Login(name) ?? Encryption(name),
    };

    private bool IsRefused => _recipient is not null && !_refusal.IsNone;

    /// <summary>"reverse.name [address]", and whether the name holds.</summary>
    private string Connection()
    {
        ClientInfo c = session.Client;
        bool holds = c.Name.Equals(c.ReverseName, StringComparison.OrdinalIgnoreCase);
        return $"{c.ReverseName} [{c.Address}]{(holds ? "" : " (may be forged)")}";
    }

    private string? Login(string name)
    {
        if (!session.IsAuthenticated) return null;
        return name switch
        {
            "{auth_type}" => session.SaslMethod,
            "{auth_authen}" => session.SaslLogin,
            "{auth_author}" => session.Transaction?.Parameters.Submitter,
            _ => null,
        };
    }

    private string? Encryption(string name)
    {
        if (session.Tls is not { } tls) return null;
        bool verified = tls.Trust >= TlsTrust.Trusted;
        return name switch
        {
            "{tls_version}" => tls.Agreement.Protocol,
            "{cipher}" => tls.Agreement.Cipher,
            "{cipher_bits}" => tls.Agreement.UsedBits.ToString(CultureInfo.InvariantCulture),
            "{cert_subject}" when verified => tls.PeerName,
            "{cert_issuer}" when verified => tls.PeerIssuer,
            "{tls_sni}" when tls.ServerName.Length > 0 => tls.ServerName,
            _ => null,
        };
    }
}
