using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Login;

namespace MtaSuite.Relay.Sessions;

/// <summary>Logging in to one server with AUTH (RFC 4954).</summary>
/// <param name="logins">The logins for servers; null: no session logs in.</param>
/// <param name="sender">The sender whose login counts, where logins depend on it; else empty.</param>
internal sealed class SaslLogin(SmtpChat chat, ServerFeatures features, Logins? logins, string sender)
{
    /// <summary>RFC 4954 4.1: the longest line of AUTH; an initial response that does not fit waits for its challenge.</summary>
    private const int MaxAuthLine = 12288;

    /// <summary>A login succeeded: MAIL may have AUTH=.</summary>
    public bool IsLoggedIn { get; private set; }

    /// <summary>
    /// After EHLO and TLS: SASL, when there is a login for this server. False: refused. A server that has a login is never sent mail
    /// without it: that it offers nothing usable now may be the work of somebody in between.
    /// </summary>
    /// <param name="tls">Null: the session is in clear.</param>
    public async ValueTask<bool> LogInAsync(TlsFacts? tls)
    {
        IsLoggedIn = false;
        if (logins is not { Settings.IsEnabled: true }) return true;
        FoundLogin login = await logins.FindAsync(chat.Target, sender);
        if (login.Problem.Length > 0) return chat.FailRefused(Outcome.Defer("4.3.0", login.Problem));
        if (login.Credentials is null) return true;
        if (logins.Refusals?.Find(chat.Target.Host, login.Credentials) is { } known) return chat.FailRefused(known);
        (SaslClient? client, string mechanism) = await ChooseAsync(logins.Settings, login, tls);
        if (client is null) return CannotLogIn("no mechanism available");
        if (!await ConverseAsync(client, mechanism)) return false;
        if (!chat.Reply.IsGood)
        {
            logins.Forget(login);
            return RefusedLogin(client, login.Credentials);
        }
        if (!client.MayEnd) return CannotLogIn("the server ended the exchange before it was complete");
        IsLoggedIn = true;
        return true;
    }

    /// <summary>RFC 9266: what ties the login to this very connection, so that nobody in between can pass it on.</summary>
    private (string Type, byte[] Data)? Binding(TlsFacts? tls) =>
        tls is { Agreement.Protocol: "TLSv1.3" } && chat.Connection.Filter is TlsSession session
        && SslChannelBinding.Exporter(session.Ssl) is { } exported ? ("tls-exporter", exported) : null;

    /// <summary>The best mechanism that the server offers, that the parameters allow, and that the login is for.</summary>
    private async ValueTask<(SaslClient? Client, string Mechanism)> ChooseAsync(LoginSettings s, FoundLogin login, TlsFacts? tls)
    {
        SaslSecurity demanded = tls is { Trust: >= TlsTrust.Verified } ? s.TlsVerifiedSecurity : tls != null ? s.TlsSecurity : s.Security;
        string[] offered = features.AuthMechanisms.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        SaslServerFacts facts = new(chat.Target.Host, chat.Target.EndPoint?.Port ?? 0, Binding(tls),
            offered.Any(o => o.EndsWith("-PLUS", StringComparison.OrdinalIgnoreCase)));
        foreach (SaslMechanism candidate in SaslMechanism.Known)
        {
            string mechanism = candidate.Name;
            bool isBearer = mechanism is "XOAUTH2" or "OAUTHBEARER";
            // EXTERNAL says nothing of the login: only who asks for it by name gets it
            if (isBearer != login.IsToken || (mechanism == "EXTERNAL" && s.Mechanisms is null)) continue;
            if (!offered.Contains(mechanism, StringComparer.OrdinalIgnoreCase) || !candidate.Satisfies(demanded)) continue;
            if (s.Mechanisms is not null && await s.Mechanisms.MatchAsync(mechanism) != MatchResult.Yes) continue;
            if (SaslClient.Create(mechanism, login.Credentials!, facts) is { } client) return (client, mechanism);
        }
        return (null, "");
    }

    /// <summary>Exchanges challenges and responses up to the server's final reply, the chat's newest. False: the session is over.</summary>
    private async ValueTask<bool> ConverseAsync(SaslClient client, string mechanism)
    {
        byte[]? waiting = client.Initial();
        string initial = waiting is null ? "" : waiting.Length == 0 ? " =" : " " + Convert.ToBase64String(waiting);
        bool apart = initial.Length + mechanism.Length + 7 > MaxAuthLine;
        if (!apart) waiting = null;
        if (!await chat.AskAsync($"AUTH {mechanism}{(apart ? "" : initial)}", SmtpStep.Auth, chat.Settings.Timeouts.Hello)) return false;
        while (chat.Reply.Code == 334)
        {
            SaslResult answer = waiting is not null ? SaslResult.Continue(waiting) : await AnswerAsync(client, chat.Reply.Text);
            waiting = null;
            if (answer.Status != SaslStatus.Continue)
            {
                // RFC 4954 4: the client cancels with a single "*"
                return await chat.AskAsync("*", SmtpStep.Auth, chat.Settings.Timeouts.Hello) && CannotLogIn(answer.Text);
            }
            if (!await chat.AskAsync(Convert.ToBase64String(answer.Data), SmtpStep.Auth, chat.Settings.Timeouts.Hello)) return false;
        }
        return true;
    }

    private async ValueTask<SaslResult> AnswerAsync(SaslClient client, string text)
    {
        byte[]? challenge = ScramMessage.Base64(text.Trim());
        // some servers prompt in clear before the first message of the client
        if (challenge is null)
            return client is { MayEnd: false } ? SaslResult.Fail("", "", SaslClient.BadChallenge)
                : SaslResult.Fail("", "", "malformed challenge");
        return await logins!.Run(() => client.Next(challenge));
    }

    private bool CannotLogIn(string reason) =>
        chat.Fail(FailureKind.Refused, "4.7.0", $"SASL authentication failed; cannot authenticate to server {chat.Target.Name}: {reason}");

    private bool RefusedLogin(SaslClient client, SaslCredentials who)
    {
        string more = client.ServerError.Length > 0 ? $" ({client.ServerError})" : "";
        string said = $"authentication failed; server {chat.Target.Name} said: {chat.Reply}{more}";
        Outcome outcome = chat.Reply.Refusal(chat.Target, $"SASL {said}");
        if (logins!.Settings.SoftBounce) outcome = outcome.AsTemporary();
        if (chat.Reply.Code == 535) logins.Refusals?.Add(chat.Target.Host, who, outcome with { Text = $"SASL [CACHED] {said}" });
        Log.Info($"{outcome.Text}");
        return chat.FailRefused(outcome);
    }
}
