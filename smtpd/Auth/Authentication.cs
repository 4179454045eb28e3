using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth;

/// <summary>Logging in, for all sessions: who knows the logins, and what is offered to whom.</summary>
internal sealed class Authentication(AuthSettings settings, ISaslBackEnd backEnd, TimeProvider clock)
{
    public AuthSettings Settings { get; } = settings;
    public ISaslBackEnd BackEnd { get; } = backEnd;
    public FailureDelays Failures { get; } = new(settings.FailureDelay, clock);

    /// <summary>What a session may use now, the best first.</summary>
    public IEnumerable<SaslMechanism> Allowed(SaslContext context)
    {
        SaslSecurity demanded = context.IsEncrypted ? Settings.TlsSecurity : Settings.Security;
        return BackEnd.Mechanisms(context).Where(m => m.Satisfies(demanded) && Settings.Mechanisms.Match(m.Name) == MatchResult.Yes);
    }

    /// <summary>The mechanisms for the answer to EHLO, separated by spaces; empty: AUTH is not offered.</summary>
    public async ValueTask<string> OfferAsync(SmtpSession session)
    {
        if (!Settings.Enabled || (session.Discarded & EhloKeywords.Auth) != 0 || (Settings.TlsOnly && !session.IsEncrypted)) return "";
        if (session.Client.Ip is not null
            && await session.AskAboutClientAsync(
            static s => s.Server.Authentication.Settings.Exceptions.Match(s.Client.Ip!) == MatchResult.Yes)) return "";
        Promise<bool> ready = BackEnd.ReadyAsync();
        if (!ready.IsCompleted) await ready;
        return string.Join(' ', Allowed(session.SaslContext).Select(m => m.Name));
    }

    /// <summary>A mechanism that the session may use; null, with the reason, when it may not.</summary>
    /// <param name="needsTls">Within TLS it might.</param>
    public SaslMechanism? Find(SmtpSession session, string name, out bool needsTls)
    {
        SaslContext context = session.SaslContext;
        bool Is(SaslMechanism m) => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        SaslMechanism? found = Allowed(context).FirstOrDefault(Is);
        needsTls = found is null && !context.IsEncrypted && Allowed(context with { IsEncrypted = true }).Any(Is);
        return found;
    }
}
