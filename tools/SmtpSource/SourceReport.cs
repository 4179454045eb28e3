using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>
/// What became of the messages, and how long each took from its first command (or from connecting, where it began with that) to the last
/// reply.
/// </summary>
internal sealed class SourceReport
{
    private readonly List<int> _microseconds = [];
    private long _bytes;

    public long Accepted { get; private set; }
    public long Recipients { get; private set; }
    public long Refused { get; set; }
    public long Lost { get; set; }
    public long Connections { get; set; }
    /// <summary>TLS handshakes, and those among them that resumed a session.</summary>
    public long Handshakes { get; set; }
    public long Resumed { get; set; }

    public void Add(TimeSpan latency, int recipients, int bytes)
    {
        Accepted++;
        Recipients += recipients;
        _bytes += bytes;
        _microseconds.Add((int)Math.Min(latency.TotalMicroseconds, int.MaxValue));
    }

    public void Print(TimeSpan elapsed)
    {
        _microseconds.Sort();
        Tool.Print(new JsonLine().Number("messages", Accepted).Number("recipients", Recipients).Number("refused", Refused)
            .Number("lost", Lost)
            .Number("connections", Connections).Number("tls_handshakes", Handshakes).Number("tls_resumed", Resumed)
            .Number("body_bytes", _bytes).Decimal("seconds", elapsed.TotalSeconds)
            .Decimal("messages_per_second", Accepted / Math.Max(elapsed.TotalSeconds, 1e-9))
            .Decimal("latency_p50_ms", Milliseconds(0.5)).Decimal("latency_p90_ms", Milliseconds(0.9))
            .Decimal("latency_p99_ms", Milliseconds(0.99))
            .Decimal("latency_p999_ms", Milliseconds(0.999)).Decimal("latency_max_ms", Milliseconds(1)).ToString());
    }

    /// <summary>The nearest-rank percentile of the sorted latencies.</summary>
    private double Milliseconds(double share)
    {
        if (_microseconds.Count == 0) return 0;
        int rank = (int)Math.Ceiling(share * _microseconds.Count);
        return _microseconds[Math.Clamp(rank - 1, 0, _microseconds.Count - 1)] / 1000.0;
    }
}
