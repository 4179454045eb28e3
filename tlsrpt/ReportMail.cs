using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tlsrpt;

/// <summary>
/// A report as a message (RFC 8460 5.3): multipart/report with a word for people and the gzipped JSON. It asks for delivery whatever the
/// receiver's TLS is like (RFC 8460 3, RFC 8689 5), for that is what it may be about. Lines end with LF.
/// </summary>
internal static class ReportMail
{
    private const int LineLength = 76;

    public static byte[] Compose(DomainTally tally, string mailbox, byte[] gzip, ReportSettings settings)
    {
        string id = tally.ReportId(settings.MyHostname);
        string boundary = $"=_{tally.Start}.{tally.End}.tlsrpt";
        StringBuilder m = new(gzip.Length * 3 / 2 + 2048);
        m.Append(CultureInfo.InvariantCulture, $"""
            From: {Address.Quote822(settings.Sender)}
            To: {Address.Quote822(mailbox)}
            Subject: Report Domain: {tally.Domain}
            	Submitter: {settings.Submitter}
            	Report-ID: <{id}>
            TLS-Report-Domain: {tally.Domain}
            TLS-Report-Submitter: {settings.Submitter}
            TLS-Required: No
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type="tlsrpt";
            	boundary="{boundary}"

            This is an aggregate report in MIME format.

            --{boundary}
            Content-Type: text/plain; charset="us-ascii"

            This is an aggregate TLS report from {settings.Submitter} about mail to
            {tally.Domain}: {tally.Successes} sessions succeeded, {tally.Failures} failed.

            --{boundary}
            Content-Type: application/tlsrpt+gzip
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment;
            	filename="{FileName(tally, settings)}"


            """);
        string base64 = Convert.ToBase64String(gzip);
        for (int at = 0; at < base64.Length; at += LineLength) m.Append(base64, at, Math.Min(LineLength, base64.Length - at)).Append('\n');
        m.Append(CultureInfo.InvariantCulture, $"\n--{boundary}--\n");
        return Encoding.UTF8.GetBytes(m.ToString());
    }

    /// <summary>RFC 8460 5.1: filename = sender "!" policy-domain "!" begin-timestamp "!" end-timestamp "." extension.</summary>
    public static string FileName(DomainTally tally, ReportSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"{settings.Submitter}!{tally.Domain}!{tally.Start}!{tally.End}.json.gz");
}
