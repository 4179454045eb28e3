using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth;

/// <summary>Logging in, for all sessions: who knows the logins, and what is offered to whom.</summary>
internal sealed class Authentication(AuthSettings settings, ISaslBackEnd backEnd, TimeProvider clock)
{
    public AuthSettings Settings { get; } = settings;
    public ISaslBackEnd BackEnd { get; } = backEnd;
    public FailureDelays Failures { get; } = new(settings.FailureDelay, clock);

    /// <summary>What mechanisms may know of a connection.</summary>
    public static SaslContext ContextOf(SmtpSession session) => new()
    {
        Service = session.Settings.Auth.Service,
        ClientAddress = session.Client.Ip,
        ClientPort = session.Client.PortNumber,
        ServerAddress = session.Client.ServerAddress,
        ServerPort = session.Client.ServerPort,
        IsEncrypted = session.Encryption.IsOn,
        ChannelBinding = session.Encryption.ChannelBinding,
        ExternalIdentity = session.Tls is { Trust: >= TlsTrust.Trusted, PeerName.Length: > 0 } tls ? tls.PeerName : null,
    };

    /// <summary>What a session may use now, the best first.</summary>
    private async ValueTask<List<SaslMechanism>> AllowedAsync(SaslContext context)
    {
        SaslSecurity demanded = context.IsEncrypted ? Settings.TlsSecurity : Settings.Security;
        List<SaslMechanism> allowed = [];
        foreach (SaslMechanism mechanism in BackEnd.Mechanisms(context))
            if (mechanism.Satisfies(demanded) && await Settings.Mechanisms.MatchAsync(mechanism.Name) == MatchResult.Yes)
                allowed.Add(mechanism);
        return allowed;
    }

    /// <summary>The mechanisms for the answer to EHLO, separated by spaces; empty: AUTH is not offered.</summary>
    public async ValueTask<string> OfferAsync(SmtpSession session)
    {
        if (!Settings.Enabled || !session.Rights.Offers(EhloKeywords.Auth) || (Settings.TlsOnly && !session.Encryption.IsOn)) return "";
        if (session.Client.Ip is { } ip && await Settings.Exceptions.MatchAsync(ip) == MatchResult.Yes) return "";
        Promise<bool> ready = BackEnd.ReadyAsync();
        if (!ready.IsCompleted) await ready;
        return string.Join(' ', (await AllowedAsync(ContextOf(session))).Select(m => m.Name));
    }

    /// <summary>A mechanism that the session may use; null, with the reason, when it may not.</summary>
    /// <returns>NeedsTls: within TLS it might.</returns>
    public async ValueTask<(SaslMechanism? Mechanism, bool NeedsTls)> FindAsync(SmtpSession session, string name)
    {
        SaslContext context = ContextOf(session);
        bool Is(SaslMechanism m) => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        SaslMechanism? found = (await AllowedAsync(context)).Find(Is);
        if (found is not null || context.IsEncrypted) return (found, false);
        return (null, (await AllowedAsync(context with { IsEncrypted = true })).Exists(Is));
    }
}
