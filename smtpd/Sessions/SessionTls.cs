using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>TLS in a session: whether it is offered, demanded, and how it begins.</summary>
internal sealed class SessionTls(SmtpSession session)
{
    /// <summary>The connection is within TLS.</summary>
    public bool IsOn { get; set; }

    /// <summary>What was agreed on; null in clear.</summary>
    public TlsFacts? Facts { get; private set; }

    /// <summary>The connection's channel bindings by type, callable on any thread; null without.</summary>
    public Func<string, byte[]?>? ChannelBinding { get; private set; }

    private TlsServerSettings Settings => session.Settings.Tls;

    /// <summary>STARTTLS is in the answer to EHLO.</summary>
    public bool IsOffered => Facts is null && Settings.IsOn && (session.Server.Tls is not null || Settings.Level == TlsServerLevel.Encrypt)
        && session.Rights.Offers(EhloKeywords.StartTls);

    /// <summary>Nothing but a few commands may be used before STARTTLS (RFC 3207 4).</summary>
    public bool IsRequired => Facts is null && Settings.Level == TlsServerLevel.Encrypt;

    /// <summary>REQUIRETLS may be asked for: only where the request itself came encrypted (RFC 8689 2).</summary>
    public bool OffersRequireTls => Facts is not null && session.Settings.RequireTls && session.Rights.Offers(EhloKeywords.RequireTls);

    /// <summary>TLS before the greeting where the service wants that; false when the session ends here.</summary>
    public async ValueTask<bool> WrapAsync()
    {
        if (!Settings.WrapperMode) return true;
        if (session.Server.Tls?.Context is not null) return await HandshakeAsync();
        Log.Warning($"TLS is not available: connection from {session.Client.NameAddress} is closed");
        return false;
    }

    /// <summary>
    /// Runs the handshake: everything learned before it is forgotten (RFC 3207 4.2). False, logged, when the connection is of no more use.
    /// </summary>
    public async ValueTask<bool> HandshakeAsync()
    {
        if (Settings.LogLevel >= 2) Log.Info($"setting up TLS connection from {session.Client.NameAddress}");
        TlsSession? tls = TlsSession.TryCreate(session.Server.Tls!.Context!, session.Connection, server: true, out string error);
        TlsHandshake result = tls is null ? TlsHandshake.Failed : await tls.HandshakeAsync(session.Settings.StartTlsTimeout);
        if (result != TlsHandshake.Done)
        {
            LogTrouble(result, tls?.Error ?? error);
            return false;
        }
        TlsFacts facts = TlsFacts.Of(tls!, Settings.FingerprintDigest);
        string asked = SslServerName.Requested(tls!.Ssl);
        Facts = facts = facts with { AskedName = asked, ServerName = session.Server.Tls.HasName(asked) ? asked : "" };
        IsOn = true;
        BindChannel(tls.Ssl);
        LogFacts(facts);
        session.Forget();
        SmtpReply tooMany = facts.Agreement.Resumed ? default : await session.Limits.CountNewTlsAsync(report: false);
        if (!tooMany.IsNone) session.Reply(tooMany);
        else if (Settings.RequireCertificate) RequireTrust(facts);
        return true;
    }

    /// <summary>RFC 9266 3: only TLS 1.3 makes a binding that surely belongs to one connection.</summary>
    private void BindChannel(SslConnection connection)
    {
        if (!session.Settings.Auth.Enabled || Facts!.Agreement.Protocol != "TLSv1.3"
            || SslChannelBinding.Exporter(connection) is not { } exported) return;
        byte[]? endPoint = SslChannelBinding.ServerEndPoint(connection);
        ChannelBinding = type => type switch { "tls-exporter" => exported, "tls-server-end-point" => endPoint, _ => null };
    }

    private void RequireTrust(TlsFacts facts)
    {
        if (facts.Trust >= TlsTrust.Trusted) return;
        string reason = facts.Trust == TlsTrust.Anonymous ? "No client certificate presented" : "Client certificate not trusted";
        LogLine.Info("NOQUEUE").Free($"abort: TLS from {session.Client.NameAddress}: {reason}").Send();
        session.Reply(421, "4.7.1", $"{session.Settings.MyHostname} Error: {reason}");
    }

    private void LogFacts(TlsFacts facts)
    {
        if (Settings.LogLevel < 1) return;
        Log.Info($"{facts.Summary("from", session.Client.NameAddress)}");
        if (facts.Trust != TlsTrust.Anonymous)
            Log.Info($"{session.Client.NameAddress}: subject_CN={facts.PeerName}, issuer={facts.PeerIssuer}, "
                + $"fingerprint={facts.CertificateFingerprint}, pkey_fingerprint={facts.KeyFingerprint}");
    }

    private void LogTrouble(TlsHandshake result, string error)
    {
        string what = result switch
        {
            TlsHandshake.TimedOut => "Connection timed out",
            TlsHandshake.Lost or TlsHandshake.Canceled => error.Length > 0 ? error : "lost connection",
            _ => "-1",
        };
        Log.Info($"SSL_accept error from {session.Client.NameAddress}: {what}");
        if (result == TlsHandshake.Failed) Log.Warning($"TLS library problem: {error}:");
    }
}
