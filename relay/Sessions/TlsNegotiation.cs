using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>TLS of one session: STARTTLS or TLS from the start, as the target's policy demands.</summary>
/// <param name="tls">Begins TLS; null: this process has none.</param>
/// <param name="reporter">Told how TLS comes out; null: nobody is.</param>
internal sealed class TlsNegotiation(SmtpChat chat, ServerFeatures features, RequireTlsCheck requireTls, TlsClient? tls,
    TlsReporter? reporter)
{
    private string _levelText = "";
    private Action? _keepSession;

    private TlsPolicy Policy => chat.Target.Tls;

    /// <summary>What TLS agreed on, and how far the server is known; null in clear.</summary>
    public TlsFacts? Facts { get; private set; }

    /// <summary>TLS failed where it was not demanded: the server may be tried in clear.</summary>
    public bool MayRetryInClear { get; private set; }

    /// <summary>
    /// What the log says of TLS with each delivery: the level, "?" behind it while nothing is decided, "!" before it where it was not kept,
    /// "(wanted:used)" where the policy allows less; empty: nothing.
    /// </summary>
    public string LogText => _levelText.Length == 0 ? "" : _levelText + requireTls.LogText;

    /// <summary>TLS before the greeting (RFC 8314 3.3, smtp_tls_wrappermode).</summary>
    private bool IsWrapped => tls is { Settings.WrapperMode: true } && Policy.Level != TlsLevel.None;

    private void Describe(string text) =>
        _levelText = tls is { Settings.LogFeatureStatus: true } && Policy.Wanted != TlsLevel.None ? text : "";

    private string Downgraded(TlsLevel used) => used == Policy.Wanted ? used.Word() : $"({Policy.Wanted.Word()}:{used.Word()})";

    /// <summary>Before the greeting. False: refused.</summary>
    public async ValueTask<bool> StartWrappedAsync()
    {
        Describe($"{Policy.Wanted.Word()}?");
        requireTls.Describe("requiretls?");
        return !IsWrapped || await HandshakeAsync("");
    }

    /// <summary>After the first EHLO: STARTTLS where it is wanted or demanded. False: refused.</summary>
    /// <param name="serverName">The name by which the server answered EHLO.</param>
    public async ValueTask<bool> StartAsync(string serverName)
    {
        if (Policy.Level == TlsLevel.None)
        {
            if (tls is { Settings.NoteOffer: true } && features.Has(ServerFeature.StartTls))
                Log.Info($"Host offered STARTTLS: [{chat.Target.Host}]");
            Describe(Downgraded(TlsLevel.None));
            return true;
        }
        if (tls == null) return ContinueInClear("TLS is required, but our TLS engine is unavailable", "4.7.5", serverName);
        if (!features.Has(ServerFeature.StartTls))
            return ContinueInClear($"TLS is required, but was not offered by host {chat.Target.Name}", "4.7.4", serverName,
                RequiredTls.NotOffered(chat.Target));
        if (!await chat.AskAsync("STARTTLS", SmtpStep.StartTls, tls.Settings.StartTimeout)) return false;
        if (!chat.Reply.IsGood)
            return ContinueInClear($"TLS is required, but host {chat.Target.Name} refused to start TLS: {chat.Reply}", "4.7.4", serverName,
                RequiredTls.Refused(chat.Target, chat.Reply.ToString()));
        // what came behind the reply came in clear, from whomever
        return chat.Connection.Input.IsEmpty ? await HandshakeAsync(serverName) : chat.FailProtocol(SmtpStep.StartTls);
    }

    /// <summary>The second EHLO came through: the TLS session may be resumed by later connections.</summary>
    public void KeepSession() => _keepSession?.Invoke();

    /// <summary>Goes on in clear where the policy allows it.</summary>
    /// <param name="requireTlsRefusal">The outcome where the sender's REQUIRETLS does not allow it.</param>
    private bool ContinueInClear(string problem, string status, string serverName, Outcome? requireTlsRefusal = null)
    {
        if (tls != null) reporter?.Report(chat.Target, TlsResult.StartTlsNotSupported, "", chat.Connection, serverName);
        if (Policy.Level.MustEncrypt()) Describe($"!{Policy.Wanted.Word()}");
        if (requireTls.Action >= RequireTlsAction.StartTls && requireTlsRefusal != null)
            return requireTls.Refuse(requireTlsRefusal, "nostarttls");
        if (Policy.Level.MustEncrypt()) return chat.Fail(FailureKind.Refused, status, problem);
        Describe(Downgraded(TlsLevel.None));
        return true;
    }

    private async ValueTask<bool> HandshakeAsync(string serverName)
    {
        string nexthop = chat.Target.Nexthop.Length > 0 ? chat.Target.Nexthop : chat.Settings.Myhostname;
        TlsStart start = await tls!.StartAsync(chat.Connection, Policy, nexthop, chat.Target.Host, chat.Target.NameAndPort);
        reporter?.Report(chat.Target, start, chat.Connection, serverName);
        switch (start.Status)
        {
            case TlsStartStatus.Established:
                (Facts, _keepSession) = (start.Facts, start.Session!.Keep);
                Describe(Downgraded(Policy.Level));
                return true;
            case TlsStartStatus.NotTrusted:
                return RefuseCertificate(trusted: false, "Server certificate not trusted");
            case TlsStartStatus.NotVerified:
                return RefuseCertificate(trusted: true, "Server certificate not verified");
            default:
                MayRetryInClear = Policy.Level == TlsLevel.May && !IsWrapped && requireTls.Action < RequireTlsAction.StartTls;
                return chat.Fail(FailureKind.Protocol, "4.7.5", start.Status == TlsStartStatus.Unavailable && !MayRetryInClear
                    ? "TLS is required, but our TLS engine is unavailable" : "Cannot start TLS: handshake failure");
        }
    }

    private bool RefuseCertificate(bool trusted, string problem)
    {
        Describe($"!{Policy.Wanted.Word()}");
        if (requireTls.Action == RequireTlsAction.Enforce)
            return requireTls.Refuse(RequiredTls.Unknown(chat.Target, trusted), "nocertmatch");
        return chat.Fail(FailureKind.Refused, "4.7.5", problem);
    }
}
