using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Relay.Routing;

namespace MtaSuite.Relay.Sessions;

/// <summary>The TLS policy of each target, and what begins TLS with it.</summary>
internal sealed class TlsPolicies(TlsClientSettings settings, IReadOnlyList<KeyPair> keys, DnsResolver? resolver, TimeProvider clock)
{
    public TlsClient Client { get; } = new(settings, keys, clock);

    /// <summary>Where MTA-STS policies come from; null: there is no MTA-STS here.</summary>
    public StsClient? Sts { get; init; }

    /// <summary>Reads the settings and, while the process may, the keys. What is wrong is logged.</summary>
    public static (TlsClientSettings Settings, List<KeyPair> Keys) Load(MailConfig config, bool lmtp)
    {
        TlsClientSettings settings = new(config, lmtp);
        foreach (string problem in settings.Problems) Log.Warning($"{problem}");
        if (settings.Files.IsEmpty) return (settings, []);
        List<KeyPair>? keys = settings.Files.Load(out string error);
        if (keys == null) Log.Warning($"TLS client certificate: {error}");
        return (settings, keys ?? []);
    }

    /// <summary>A target with its policy: from the tables by the nexthop as it was written, and what TLSA records make of it.</summary>
    /// <param name="optional">The sender wants delivery before security (RFC 8689 5): no policy is asked for, TLS is used where it
    /// works.</param>
    public async ValueTask<Target> ApplyAsync(Nexthop nexthop, Target target, bool optional)
    {
        TlsPolicy policy = optional ? TlsPolicy.Of(settings.Level == TlsLevel.None ? TlsLevel.None : TlsLevel.May, settings)
            : await settings.PolicyForAsync(nexthop.Text);
        if (policy.Level is TlsLevel.Dane or TlsLevel.DaneOnly)
        {
            bool forgeable = target.ByInsecureExchanger;
            bool authenticated = IsWorthAsking(target) && resolver != null
                && (!forgeable || (policy.Level == TlsLevel.Dane && settings.InsecureExchangers != TlsLevel.May));
            string[] names = target.ExchangerHost.Length > 0 ? [target.Host, target.ExchangerHost] : [target.Host];
            policy = await TlsaLookup.ResolveAsync(policy, resolver!, names, target.EndPoint?.Port ?? 0, authenticated, settings);
            if (forgeable && policy.Tlsa.Count > 0)
                policy = settings.InsecureExchangers == TlsLevel.Dane ? policy with { HasForgeableName = true }
                    : TlsaLookup.Downgrade(policy, TlsLevel.Encrypt, settings);
        }
        if (!optional && Sts != null && nexthop.UseMx && policy is { IsFromTable: false, Problem: "" }
            && (policy.Level is TlsLevel.May or TlsLevel.Encrypt || policy.HasForgeableName))
            policy = await UnderStsAsync(policy, nexthop, target);
        else if (policy is { IsFromTable: true, Sts: not null }) policy = StsAttributes.ForHost(policy, Exchanger(target), settings);
        if (settings.WrapperMode && policy.Level is TlsLevel.May)
            policy = TlsPolicy.Of(TlsLevel.Encrypt, settings) with { ServerName = policy.ServerName };
        return target with { Tls = policy };
    }

    /// <summary>
    /// RFC 7672 2.2.2: TLSA records are not asked for where the addresses lie in an unsigned zone: nothing validated could come of it.
    /// </summary>
    private bool IsWorthAsking(Target target) =>
        target.EndPoint != null && (target.IsAuthenticated || (settings.ForceInsecureTlsa && !IsAlias(target)));

    /// <summary>RFC 8461 2: where TLSA records decide (RFC 7672), MTA-STS does not; tables of the administrator come before both.</summary>
    private async ValueTask<TlsPolicy> UnderStsAsync(TlsPolicy policy, Nexthop nexthop, Target target)
    {
        if (DomainName.ToAscii(nexthop.Host) is not { } domain || HostName.TryParseAddress(domain, out _)) return policy;
        return await Sts!.FindAsync(domain.TrimEnd('.')) is { } finding ? policy.Under(finding, Exchanger(target), settings) : policy;
    }

    private static bool IsAlias(Target target) => !Exchanger(target).Equals(target.Host.TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    /// <summary>The host by the name that the exchanger record has, whatever CNAME stands there.</summary>
    private static string Exchanger(Target target) => (target.ExchangerHost.Length > 0 ? target.ExchangerHost : target.Host).TrimEnd('.');
}
