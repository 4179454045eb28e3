using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MtaSuite.Tlsrpt;

/// <summary>A report as JSON (RFC 8460 4.4; I-JSON, RFC 7493).</summary>
internal static class ReportJson
{
    // names and policies are shown as they are; the report is never part of a web page
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(DomainTally tally, ReportSettings settings)
    {
        ArrayBufferWriter<byte> output = new(4096);
        using (Utf8JsonWriter w = new(output, s_options))
        {
            w.WriteStartObject();
            w.WriteString("organization-name", settings.Organization);
            w.WriteStartObject("date-range");
            w.WriteString("start-datetime", Time(tally.Start));
            w.WriteString("end-datetime", Time(tally.End));
            w.WriteEndObject();
            w.WriteString("contact-info", settings.Contact);
            w.WriteString("report-id", tally.ReportId(settings.MyHostname));
            w.WriteStartArray("policies");
            foreach (PolicyTally policy in tally.Policies) WritePolicy(w, policy);
            w.WriteEndArray();
            w.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>RFC 3339, in UTC.</summary>
    private static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void WritePolicy(Utf8JsonWriter w, PolicyTally tally)
    {
        w.WriteStartObject();
        w.WriteStartObject("policy");
        w.WriteString("policy-type", tally.Key.Type);
        if (tally.Key.Strings.Length > 0) WriteLines(w, "policy-string", tally.Key.Strings);
        w.WriteString("policy-domain", tally.Key.Domain);
        if (tally.Key.Patterns.Length > 0) WriteLines(w, "mx-host", tally.Key.Patterns);
        w.WriteEndObject();
        w.WriteStartObject("summary");
        w.WriteNumber("total-successful-session-count", tally.Successes);
        w.WriteNumber("total-failure-session-count", tally.Failures);
        w.WriteEndObject();
        if (tally.Failures > 0)
        {
            w.WriteStartArray("failure-details");
            foreach ((FailureKey failure, long count) in tally.Details) WriteFailure(w, failure, count);
            w.WriteEndArray();
        }
        w.WriteEndObject();
    }

    private static void WriteLines(Utf8JsonWriter w, string name, string lines)
    {
        w.WriteStartArray(name);
        foreach (string line in PolicyKey.Lines(lines)) w.WriteStringValue(line);
        w.WriteEndArray();
    }

    private static void WriteFailure(Utf8JsonWriter w, FailureKey f, long count)
    {
        void Known(string name, string value)
        {
            if (value.Length > 0) w.WriteString(name, value);
        }
        w.WriteStartObject();
        w.WriteString("result-type", f.Result);
        Known("sending-mta-ip", f.SendingAddress);
        Known("receiving-mx-hostname", f.MxHost);
        Known("receiving-mx-helo", f.MxHelo);
        Known("receiving-ip", f.ReceivingAddress);
        w.WriteNumber("failed-session-count", count);
        Known("failure-reason-code", f.Reason);
        w.WriteEndObject();
    }

    /// <summary>RFC 1952.</summary>
    public static byte[] Compress(byte[] json)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(json);
        return output.ToArray();
    }
}
