using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>Begins TLS; null: this process has none.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>Told how TLS comes out; null: nobody is.</summary>
    public TlsReporter? Reporter { get; init; }

    /// <summary>The name by which the server answered EHLO before TLS.</summary>
    private string _helo = "";

    private TlsPolicy Policy => Target.Tls;

    /// <summary>What TLS agreed on, and how far the server is known; null in clear.</summary>
    public TlsFacts? Security { get; private set; }

    /// <summary>
    /// What the log says of TLS with each delivery: the level, "?" behind it while nothing is decided, "!" before it where it was not kept,
    /// "(wanted:used)" where the policy allows less; empty: nothing.
    /// </summary>
    public string SecurityText => _levelText.Length == 0 ? "" : _levelText + _wishText;

    private string _levelText = "", _wishText = "";

    /// <summary>TLS failed where it was not demanded: the server may be tried in clear.</summary>
    public bool MayRetryInClear { get; private set; }

    private bool IsWrapped => Tls is { Settings.WrapperMode: true } && Policy.Level != TlsLevel.None;

    private void DescribeSecurity(string text) =>
        _levelText = Tls is { Settings.LogFeatureStatus: true } && Policy.Wanted != TlsLevel.None ? text : "";

    private string Downgraded(TlsLevel used) => used == Policy.Wanted ? used.Word() : $"({Policy.Wanted.Word()}:{used.Word()})";

    /// <summary>TLS before the greeting where that is configured (RFC 8314 3.3). False: refused.</summary>
    private async ValueTask<bool> WrapAsync()
    {
        DescribeSecurity($"{Policy.Wanted.Word()}?");
        DescribeWish("requiretls?");
        return !IsWrapped || await StartTlsAsync();
    }

    /// <summary>After the first EHLO: TLS, when wanted or demanded, and then EHLO again. False: refused.</summary>
    private async ValueTask<bool> SecureAsync()
    {
        if (Security != null) return true;
        if (Policy.Level == TlsLevel.None)
        {
            if (Tls is { Settings.NoteOffer: true } && Features.Has(ServerFeature.StartTls))
                Log.Info($"Host offered STARTTLS: [{Target.Host}]");
            DescribeSecurity(Downgraded(TlsLevel.None));
            return true;
        }
        if (Tls == null) return Without("TLS is required, but our TLS engine is unavailable", "4.7.5");
        if (!Features.Has(ServerFeature.StartTls))
            return Without($"TLS is required, but was not offered by host {Target.Name}", "4.7.4", RequiredTls.NotOffered(Target));
        if (!await AskAsync("STARTTLS", Step.StartTls, Tls.Settings.StartTimeout)) return false;
        if (!_reply.IsGood)
            return Without($"TLS is required, but host {Target.Name} refused to start TLS: {_reply}", "4.7.4",
                RequiredTls.Refused(Target, _reply.ToString()));
        // What came behind the reply came in clear, from whomever.
        if (!Connection.Input.IsEmpty) return BreakGarbage(Step.StartTls);
        if (!await StartTlsAsync() || !await HelloAsync()) return false;
        _keep?.Invoke();
        return true;
    }

    private Action? _keep;

    /// <summary>Goes on in clear, or not at all.</summary>
    /// <param name="unfit">What a sender's REQUIRETLS has to say to it.</param>
    private bool Without(string problem, string status, Outcome? unfit = null)
    {
        if (Tls != null) Reporter?.Report(Target, TlsResult.StartTlsNotSupported, "", Connection, _helo);
        if (Policy.Level.MustEncrypt()) DescribeSecurity($"!{Policy.Wanted.Word()}");
        if (Insistence >= RequireTlsAction.StartTls && unfit != null) return RefuseUnfit(unfit, "nostarttls");
        if (Policy.Level.MustEncrypt()) return Refuse(FailureKind.Refused, status, problem);
        DescribeSecurity(Downgraded(TlsLevel.None));
        return true;
    }

    private async ValueTask<bool> StartTlsAsync()
    {
        TlsStart start = await Tls!.StartAsync(Connection, Policy, Target.Nexthop.Length > 0 ? Target.Nexthop : Settings.Myhostname,
            Target.Host, Target.NameAndPort);
        Reporter?.Report(Target, start, Connection, _helo);
        switch (start.Status)
        {
            case TlsStartStatus.Established:
                (Security, _keep) = (start.Facts, start.Session!.Keep);
                DescribeSecurity(Downgraded(Policy.Level));
                return true;
            case TlsStartStatus.NotTrusted:
                DescribeSecurity($"!{Policy.Wanted.Word()}");
                if (Insistence == RequireTlsAction.Enforce) return RefuseUnfit(RequiredTls.Unknown(Target, trusted: false), "nocertmatch");
                return Refuse(FailureKind.Refused, "4.7.5", "Server certificate not trusted");
            case TlsStartStatus.NotVerified:
                DescribeSecurity($"!{Policy.Wanted.Word()}");
                if (Insistence == RequireTlsAction.Enforce) return RefuseUnfit(RequiredTls.Unknown(Target, trusted: true), "nocertmatch");
                return Refuse(FailureKind.Refused, "4.7.5", "Server certificate not verified");
            default:
                MayRetryInClear = Policy.Level == TlsLevel.May && !IsWrapped && Insistence < RequireTlsAction.StartTls;
                return Refuse(FailureKind.Protocol, "4.7.5", start.Status == TlsStartStatus.Unavailable && !MayRetryInClear
                    ? "TLS is required, but our TLS engine is unavailable" : "Cannot start TLS: handshake failure");
        }
    }
}
