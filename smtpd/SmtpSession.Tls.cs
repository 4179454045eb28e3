using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd;

/// <summary>TLS in a session: whether it is offered, demanded, and how it begins.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>What the session's TLS agreed on; null in clear.</summary>
    public TlsFacts? Tls { get; private set; }

    /// <summary>STARTTLS is in the answer to EHLO.</summary>
    public bool OffersTls => Tls is null && Settings.Tls.IsOn && (Server.Tls is not null || Settings.Tls.Level == TlsServerLevel.Encrypt)
        && (Discarded & EhloKeywords.StartTls) == 0;

    /// <summary>Nothing but a few commands may be used before STARTTLS (RFC 3207 4).</summary>
    public bool MustStartTls => Tls is null && Settings.Tls.Level == TlsServerLevel.Encrypt;

    /// <summary>REQUIRETLS may be asked for: only where the request itself came encrypted (RFC 8689 2).</summary>
    public bool OffersRequireTls => Tls is not null && Settings.RequireTls && (Discarded & EhloKeywords.RequireTls) == 0;

    /// <summary>What EHLO does not announce.</summary>
    public EhloKeywords Unannounced =>
        Discarded | (OffersRequireTls ? EhloKeywords.None : EhloKeywords.RequireTls)
        | (OffersTls ? EhloKeywords.None : EhloKeywords.StartTls) | (VerpAllowed ? EhloKeywords.None : EhloKeywords.Verp);

    /// <summary>TLS before the greeting where the service wants that; false when the session ends here.</summary>
    private async ValueTask<bool> WrapAsync()
    {
        if (!Settings.Tls.WrapperMode) return true;
        if (Server.Tls?.Context is not null) return await HandshakeAsync();
        Log.Warning($"TLS is not available: connection from {Client.NameAddress} is closed");
        return false;
    }

    /// <summary>
    /// Runs the handshake: everything learned before it is forgotten (RFC 3207 4.2). False, logged, when the connection is of no more use.
    /// </summary>
    public async ValueTask<bool> HandshakeAsync()
    {
        TlsServerSettings settings = Settings.Tls;
        if (settings.LogLevel >= 2) Log.Info($"setting up TLS connection from {Client.NameAddress}");
        TlsSession? session = TlsSession.TryCreate(Server.Tls!.Context!, Connection, server: true, out string error);
        TlsHandshake result = session is null ? TlsHandshake.Failed : await session.HandshakeAsync(Settings.StartTlsTimeout);
        if (result != TlsHandshake.Done)
        {
            LogHandshakeTrouble(result, session?.Error ?? error);
            return false;
        }
        TlsFacts facts = TlsFacts.Of(session!, settings.FingerprintDigest);
        string asked = Common.Native.SslServerName.Requested(session!.Ssl);
        facts = facts with { AskedName = asked, ServerName = Server.Tls.HasName(asked) ? asked : "" };
        Tls = facts;
        IsEncrypted = true;
        BindLogins(session.Ssl, facts);
        if (settings.LogLevel >= 1) Log.Info($"{facts.Summary("from", Client.NameAddress)}");
        if (settings.LogLevel >= 1 && facts.Trust != TlsTrust.Anonymous)
            Log.Info($"{Client.NameAddress}: subject_CN={facts.PeerName}, issuer={facts.PeerIssuer}, "
                + $"fingerprint={facts.CertificateFingerprint}, pkey_fingerprint={facts.KeyFingerprint}");
        EndTransaction();
        Helo = "";
        Protocol = "SMTP";
        LoggedIn("", "");
        SmtpReply tooMany = facts.Agreement.Resumed ? default : await CountNewTlsAsync(report: false);
        if (!tooMany.IsNone) Reply(tooMany);
        else if (settings.RequireCertificate) RequireTrust(facts);
        return true;
    }

    private void RequireTrust(TlsFacts facts)
    {
        if (facts.Trust >= TlsTrust.Trusted) return;
        string reason = facts.Trust == TlsTrust.Anonymous ? "No client certificate presented" : "Client certificate not trusted";
        LogLine.Info("NOQUEUE").Free($"abort: TLS from {Client.NameAddress}: {reason}").Send();
        Reply(421, "4.7.1", $"{Settings.MyHostname} Error: {reason}");
    }

    private void LogHandshakeTrouble(TlsHandshake result, string error)
    {
        string what = result switch
        {
            TlsHandshake.TimedOut => "Connection timed out",
            TlsHandshake.Lost or TlsHandshake.Canceled => error.Length > 0 ? error : "lost connection",
            _ => "-1",
        };
        Log.Info($"SSL_accept error from {Client.NameAddress}: {what}");
        if (result == TlsHandshake.Failed) Log.Warning($"TLS library problem: {error}:");
    }
}
