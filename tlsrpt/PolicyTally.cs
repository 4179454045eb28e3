using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;

namespace MtaSuite.Tlsrpt;

/// <summary>The policy that sessions were judged by (RFC 8460 4.4 "policy"). Equal when all of it is.</summary>
/// <param name="Type">"tlsa", "sts" or "no-policy-found".</param>
/// <param name="Strings">Lines of the policy, each ended by LF.</param>
/// <param name="Patterns">Hosts that it names, each ended by LF.</param>
internal sealed record PolicyKey(string Type, string Domain, string Strings, string Patterns)
{
    public static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>One kind of failure (RFC 8460 4.4 "failure-details"); what is empty is not known.</summary>
internal sealed record FailureKey(string Result, string SendingAddress, string MxHost, string MxHelo, string ReceivingAddress,
    string Reason);

/// <summary>Sessions under one policy. Bounded: kinds of failures beyond the limit are counted by their result alone.</summary>
internal sealed class PolicyTally(PolicyKey key, int detailLimit)
{
    private readonly Dictionary<FailureKey, long> _failures = [];

    public PolicyKey Key => key;

    public long Successes { get; private set; }

    public long Failures { get; private set; }

    public IReadOnlyDictionary<FailureKey, long> Details => _failures;

    /// <summary>Counts sessions; a null failure: successful ones.</summary>
    public void Add(FailureKey? failure, long count)
    {
        if (failure == null)
        {
            Successes += count;
            return;
        }
        Failures += count;
        if (!_failures.ContainsKey(failure) && _failures.Count >= detailLimit) failure = new FailureKey(failure.Result, "", "", "", "", "");
        _failures[failure] = _failures.GetValueOrDefault(failure) + count;
    }
}

/// <summary>What a notice counts, in a form that is safe to keep: known words, no control characters, bounded lengths.</summary>
internal sealed record SessionFacts(string Domain, PolicyKey Policy, FailureKey? Failure)
{
    private const int MaxName = 255, MaxLine = 500, MaxText = 4000, MaxReason = 200;
    private static readonly string[] s_policyTypes = ["tlsa", "sts", "no-policy-found"];

    /// <summary>The result types of RFC 8460 4.3.</summary>
    private static readonly string[] s_results =
    [
        "starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted", "validation-failure",
            "tlsa-invalid",
        "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid",
    ];

    /// <summary>Null: it makes no sense.</summary>
    public static SessionFacts? Of(TlsReportNotice n)
    {
        string domain = Clean(n.Domain, MaxName).TrimEnd('.').ToLowerInvariant();
        if (!Common.Mail.HostName.IsValid(domain) || !s_policyTypes.Contains(n.PolicyType)) return null;
        if (n.Result.Length > 0 && !s_results.Contains(n.Result)) return null;
        PolicyKey policy = new(n.PolicyType, Clean(n.PolicyDomain.Length > 0 ? n.PolicyDomain : domain, MaxName), Join(n.PolicyStrings),
            Join(n.MxPatterns));
        FailureKey? failure = n.Result.Length == 0 ? null
            : new FailureKey(n.Result, Clean(n.SendingAddress, MaxName), Clean(n.MxHost, MaxName),
            Clean(n.MxHelo, MaxName), Clean(n.ReceivingAddress, MaxName), Clean(n.Reason, MaxReason));
        return new SessionFacts(domain, policy, failure);
    }

    /// <summary>The lines as far as there is room for them: each stands in the journal with each session.</summary>
    private static string Join(List<string> lines)
    {
        StringBuilder all = new();
        foreach (string line in lines.Select(l => Clean(l, MaxLine)).Where(l => l.Length > 0))
        {
            if (all.Length + line.Length >= MaxText) break;
            all.Append(line).Append('\n');
        }
        return all.ToString();
    }

    private static string Clean(string text, int max)
    {
        if (text.Length > max) text = text[..max];
        return Printable.Text(text).Trim();
    }
}
