namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// What a plugin in smtp_tls_policy_maps (a socketmap server) says of the MTA-STS policy behind its answer: policy_type (sts,
/// no-policy-found), policy_domain, policy_string and mx_host_pattern (any number of them), policy_failure; policy_ttl means nothing.
/// </summary>
public sealed class StsAttributes
{
    private readonly List<string> _strings = [], _patterns = [];
    private string _type = "", _domain = "", _failure = "";
    private bool _any;

    /// <summary>Takes an attribute; false when it is none of ours.</summary>
    /// <param name="name">In lower case.</param>
    public bool TryTake(string name, string value)
    {
        switch (name)
        {
            case "policy_type": _type = value.ToLowerInvariant(); break;
            case "policy_domain": _domain = value.ToLowerInvariant(); break;
            case "policy_string": _strings.Add(value); break;
            case "mx_host_pattern": _patterns.Add(value.ToLowerInvariant()); break;
            case "policy_failure": _failure = value.ToLowerInvariant().Replace('_', '-'); break;
            case "policy_ttl": break;
            default: return false;
        }
        _any = true;
        return true;
    }

    /// <summary>The policy with what was taken; null, with the reason, where that makes no sense.</summary>
    public TlsPolicy? Apply(TlsPolicy policy, out string problem)
    {
        problem = "";
        if (!_any) return policy;
        if (_type is not ("sts" or "no-policy-found"))
            problem = _type.Length == 0 ? "attributes of an MTA-STS policy without policy_type" : $"invalid policy_type \"{_type}\"";
        else if (!TryFailure(out TlsResult failure)) problem = $"invalid policy_failure \"{_failure}\"";
        else if (_type == "no-policy-found") return policy;
        else return policy with { Sts = Finding(policy, failure) };
        return null;
    }

    private bool TryFailure(out TlsResult failure)
    {
        failure = _failure switch
        {
            "sts-policy-fetch-error" => TlsResult.StsPolicyFetchError,
            "sts-policy-invalid" => TlsResult.StsPolicyInvalid,
            "sts-webpki-invalid" => TlsResult.StsWebPkiInvalid,
            "validation-failure" => TlsResult.ValidationFailure,
            _ => TlsResult.Success,
        };
        return _failure.Length == 0 || failure != TlsResult.Success;
    }

    private StsFinding Finding(TlsPolicy policy, TlsResult failure) => new()
    {
        Domain = _domain,
        Mode = policy.Level.MustMatch() ? StsMode.Enforce : StsMode.Testing,
        Patterns = _patterns,
        Lines = _strings,
        Failure = failure,
        Reason = failure == TlsResult.Success ? "" : _failure,
    };

    /// <summary>
    /// Such a policy for one mail exchanger: with smtp_tls_enforce_sts_mx_patterns, and where the plugin names the policy's hosts, the
    /// exchanger must be one of them and the certificate its own; else the entry's match= holds for whatever exchanger. A policy that
    /// failed is not kept.
    /// </summary>
    /// <param name="mx">As the exchanger record has it.</param>
    public static TlsPolicy ForHost(TlsPolicy policy, string mx, TlsClientSettings s)
    {
        if (policy.Sts is not { } sts) return policy;
        if (!policy.Level.MustMatch()) return policy with { Match = [mx] };
        if (sts.Failure != TlsResult.Success) return policy with { Problem = $"MTA-STS policy of {sts.Domain}: {sts.Reason}" };
        if (!s.EnforceStsPatterns || sts.Patterns.Count == 0) return policy;
        return sts.Allows(mx) ? policy with { Match = [mx] }
            : policy with { Problem = $"MTA-STS policy of {sts.Domain} does not allow host {mx}" };
    }
}
