using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// Finds out once, with a question whose answer is signed (dnssec_probe), whether the resolver validates: an administrator who relies on
/// DNSSEC behind one that does not should be told.
/// </summary>
internal sealed class DnssecProbe(DnsResolver resolver, string probe)
{
    private bool _done = probe.Length == 0;

    /// <summary>An answer came to a question that asked for validation.</summary>
    public void Saw(DnsAnswer answer)
    {
        if (_done) return;
        _done = true;
        if (!answer.IsAuthenticated) RunAsync().Detach();
    }

    private async Task RunAsync()
    {
        string[] parts = probe.Split(':', 2);
        if (parts.Length != 2 || parts[1].Length == 0 || !Enum.TryParse(parts[0].ToUpperInvariant(), out DnsType type))
        {
            Log.Log.Warning($"malformed dnssec_probe value: {probe} format is qtype:qname");
            return;
        }
        DnsAnswer answer = await resolver.Query(parts[1], type, DnsQueryFlags.Dnssec);
        if (answer.IsAuthenticated) return;
        Log.Log.Warning($"DNSSEC validation may be unavailable");
        if (answer.IsFound || answer.IsNotFound)
            Log.Log.Warning($"reason: dnssec_probe '{probe}' received a response that is not DNSSEC validated");
        else Log.Log.Warning($"reason: dnssec_probe '{probe}' received no response: {answer.Reason}");
    }
}
