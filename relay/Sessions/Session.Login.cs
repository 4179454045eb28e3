using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Common.Tls;
using MtaSuite.Relay.Login;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>RFC 4954 4.1: the longest line of AUTH; an initial response that does not fit waits for its challenge.</summary>
    private const int MaxAuthLine = 12288;

    /// <summary>The logins for servers; null: no session logs in.</summary>
    public Logins? Logins { get; init; }

    /// <summary>The sender whose login counts, where logins depend on it; else empty.</summary>
    public string LoginSender { get; init; } = "";

    private bool IsEncrypted => Security != null;

    /// <summary>The server proved to be who it should be.</summary>
    private bool IsPeerVerified => Security is { Trust: >= TlsTrust.Verified };

    /// <summary>A login succeeded: MAIL may have AUTH=.</summary>
    public bool IsLoggedIn { get; private set; }

    /// <summary>
    /// After EHLO and TLS: SASL, when there is a login for this server. False: refused. A server that has a login is never sent mail
    /// without it: that it offers nothing usable now may be the work of somebody in between.
    /// </summary>
    private async ValueTask<bool> LogInAsync()
    {
        IsLoggedIn = false;
        if (Logins is not { Settings.IsEnabled: true }) return true;
        FoundLogin login = await Logins.FindAsync(Target, LoginSender);
        if (login.Problem.Length > 0) return Refuse(Outcome.Defer("4.3.0", login.Problem));
        if (login.Credentials is null) return true;
        if (Logins.Refusals?.Find(Target.Host, login.Credentials) is { } known) return Refuse(known);
        (SaslClient? client, string mechanism) = await ChooseAsync(login);
        if (client is null) return CannotLogIn("no mechanism available");
        if (!await ConverseAsync(client, mechanism)) return false;
        if (!_reply.IsGood)
        {
            Logins.Forget(login);
            return RefusedLogin(client, login.Credentials);
        }
        if (!client.MayEnd) return CannotLogIn("the server ended the exchange before it was complete");
        IsLoggedIn = true;
        return true;
    }

    /// <summary>RFC 9266: what ties the login to this very connection, so that nobody in between can pass it on.</summary>
    private (string Type, byte[] Data)? Binding => Security is { Agreement.Protocol: "TLSv1.3" } && Connection.Filter is TlsSession tls
        && SslChannelBinding.Exporter(tls.Ssl) is { } exported ? ("tls-exporter", exported) : null;

    /// <summary>The best mechanism that the server offers, that the parameters allow, and that the login is for.</summary>
    private async ValueTask<(SaslClient? Client, string Mechanism)> ChooseAsync(FoundLogin login)
    {
        LoginSettings s = Logins!.Settings;
        SaslSecurity demanded = IsPeerVerified ? s.TlsVerifiedSecurity : IsEncrypted ? s.TlsSecurity : s.Security;
        string[] offered = Features.AuthMechanisms.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        SaslServerFacts facts = new(Target.Host, Target.EndPoint?.Port ?? 0, Binding,
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

    /// <summary>Talks until the server has a last word, which is the reply at hand. False: the session is over.</summary>
    private async ValueTask<bool> ConverseAsync(SaslClient client, string mechanism)
    {
        byte[]? waiting = client.Initial();
        string initial = waiting is null ? "" : waiting.Length == 0 ? " =" : " " + Convert.ToBase64String(waiting);
        bool apart = initial.Length + mechanism.Length + 7 > MaxAuthLine;
        if (!apart) waiting = null;
        if (!await AskAsync($"AUTH {mechanism}{(apart ? "" : initial)}", Step.Auth, Settings.Timeouts.Hello)) return false;
        while (_reply.Code == 334)
        {
            SaslResult answer = waiting is not null ? SaslResult.Continue(waiting) : await AnswerAsync(client, _reply.Text);
            waiting = null;
            if (answer.Status != SaslStatus.Continue)
            {
                // RFC 4954 4: the client cancels with a single "*"
                return await AskAsync("*", Step.Auth, Settings.Timeouts.Hello) && CannotLogIn(answer.Text);
            }
            if (!await AskAsync(Convert.ToBase64String(answer.Data), Step.Auth, Settings.Timeouts.Hello)) return false;
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
        return await Logins!.Run(() => client.Next(challenge));
    }

    private bool CannotLogIn(string reason) =>
        Refuse(Outcome.Defer("4.7.0", $"SASL authentication failed; cannot authenticate to server {Target.Name}: {reason}") with
        { Remote = Target.Host });

    private bool RefusedLogin(SaslClient client, SaslCredentials who)
    {
        string more = client.ServerError.Length > 0 ? $" ({client.ServerError})" : "";
        string said = $"authentication failed; server {Target.Name} said: {_reply}{more}";
        Outcome outcome = _reply.Refusal(Target, $"SASL {said}");
        if (Logins!.Settings.SoftBounce) outcome = outcome.AsTemporary();
        if (_reply.Code == 535) Logins.Refusals?.Add(Target.Host, who, outcome with { Text = $"SASL [CACHED] {said}" });
        Log.Info($"{outcome.Text}");
        return Refuse(outcome);
    }
}
