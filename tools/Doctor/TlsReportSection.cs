using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tools.Doctor;

/// <summary>Where senders report trouble with TLS (RFC 8460 3).</summary>
internal sealed class TlsReportSection(DoctorContext c, string domain)
{
    private const string Area = "tlsrpt";

    public async Task RunAsync(Section s)
    {
        string name = $"_smtp._tls.{domain}", line = $"{name}. IN TXT \"v=TLSRPTv1; rua=mailto:postmaster@{domain}\"";
        DnsAnswer answer = await c.Resolver.Query(name, DnsType.TXT);
        List<string> texts = [.. answer.Texts.Where(TlsReportRecord.IsOne)];
        if (!answer.IsFound && !answer.IsNotFound)
            s.Warning(Area, $"the question for {name} fails: {answer.Reason}", "senders do not learn where reports go",
            "see whether the name servers answer");
        else if (texts.Count == 0) s.Note(Area, "no TLSRPT record", "nobody tells you when TLS with your servers fails", $"add {line}");
        else if (texts.Count > 1)
            s.Problem(Area, $"{texts.Count} TLSRPT records", "senders then do as if there was none (RFC 8460 3)", "leave one");
        else Judge(s, TlsReportRecord.Uris(texts[0]), line);
    }

    private static void Judge(Section s, IReadOnlyList<string> uris, string line)
    {
        if (uris.Count == 0) s.Problem(Area, "the record names no address (rua=)", "nobody reports", $"replace it by {line}");
        else if (uris.FirstOrDefault(u => !TlsReportRecord.IsUsable(u)) is { } bad)
            s.Warning(Area, $"\"{TagList.Shown(bad)}\" is neither mailto: nor https: with a valid address", "no reports go there",
                "correct it");
        else s.Ok(Area, $"reports go to {string.Join(", ", uris)}");
    }
}
