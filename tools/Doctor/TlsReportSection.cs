using System.Text;
using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tools.Doctor;

/// <summary>Where senders report trouble with TLS (RFC 8460 3).</summary>
internal sealed class TlsReportSection(DoctorContext c, string domain)
{
    private const string Area = "tlsrpt", Version = "TLSRPTv1";

    public async Task RunAsync(Section s)
    {
        string name = $"_smtp._tls.{domain}";
        DnsAnswer answer = await c.Resolver.Query(name, DnsType.TXT);
        List<string> texts = [.. answer.Records.OfType<TextRecord>().Select(r => Encoding.Latin1.GetString(r.Text.Span)).Where(t => t.StartsWith($"v={Version}", StringComparison.Ordinal))];
        string line = $"{name}. IN TXT \"v={Version}; rua=mailto:postmaster@{domain}\"";
        if (texts.Count == 0)
        {
            s.Note(Area, "no TLSRPT record", "nobody tells you when TLS with your servers fails", $"add {line}");
            return;
        }
        if (texts.Count > 1)
        {
            s.Problem(Area, $"{texts.Count} TLSRPT records", "senders then do as if there was none (RFC 8460 3)", "leave one");
            return;
        }
        if (!TagList.TryParse(texts[0], out TagList tags, out string problem) || tags["v"] != Version || tags["rua"] is not { Length: > 0 } rua)
        {
            s.Problem(Area, $"the record cannot be understood: {(problem.Length > 0 ? problem : "v=TLSRPTv1 or rua= is missing")}", "nobody reports", $"replace it by {line}");
            return;
        }
        string[] uris = rua.Split(',', StringSplitOptions.TrimEntries);
        string? bad = Array.Find(uris, u => !(u.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) && u.Contains('@')) && !u.StartsWith("https://", StringComparison.OrdinalIgnoreCase));
        if (bad != null) s.Warning(Area, $"\"{TagList.Shown(bad)}\" is neither mailto: nor https:", "no reports go there", "correct it");
        else s.Ok(Area, $"reports go to {string.Join(", ", uris)}");
    }
}
