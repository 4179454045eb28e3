using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Anvil.TlsReports;

/// <summary>
/// Where a domain wants its reports, from the TXT record at _smtp._tls (RFC 8460 3):
/// <code>
/// tlsrpt-record    = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
/// field-delim      = *WSP ";" *WSP
/// tlsrpt-version   = %s"v=TLSRPTv1"
/// tlsrpt-rua       = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
/// tlsrpt-uri       = URI      ; "!", "," and ";" in it are percent-encoded
/// tlsrpt-extension = tlsrpt-ext-name "=" tlsrpt-ext-value
/// </code>
/// </summary>
internal static class ReportAddresses
{
    private const string Version = "v=TLSRPTv1";
    private const int MaxAddresses = 10, MaxLength = 500;

    /// <summary>The addresses in an answer; none where the domain has no such record, more than one, or a broken one.</summary>
    public static IReadOnlyList<string> Of(DnsAnswer answer)
    {
        string[] records = [.. answer.Records.OfType<TextRecord>().Select(r => Encoding.Latin1.GetString(r.Text.Span)).Where(IsReportRecord)];
        return records.Length == 1 ? Parse(records[0]) : [];
    }

    private static bool IsReportRecord(string text) => text.StartsWith(Version, StringComparison.Ordinal) && text.AsSpan(Version.Length).TrimStart(" \t").StartsWith(";");

    /// <summary>The addresses of a record that can be used: mailto: with one mailbox, and https:.</summary>
    public static IReadOnlyList<string> Parse(string record)
    {
        if (!IsReportRecord(record)) return [];
        foreach (string field in record.Split(';').Skip(1).Select(f => f.Trim(' ', '\t')))
        {
            if (!field.StartsWith("rua=", StringComparison.Ordinal)) continue;
            return [.. field[4..].Split(',').Select(u => u.Trim(' ', '\t')).Where(IsUsable).Distinct().Take(MaxAddresses)];
        }
        return [];
    }

    private static bool IsUsable(string uri) => uri.Length <= MaxLength && !uri.AsSpan().ContainsAnyExceptInRange('!', '~') && (Mailbox(uri) != null || WebAddress(uri) != null);

    /// <summary>The mailbox of a mailto: URI (RFC 6068); null: it is none, or not one.</summary>
    public static string? Mailbox(string uri)
    {
        if (!uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) return null;
        string rest = uri["mailto:".Length..];
        int query = rest.IndexOf('?');
        string address = Uri.UnescapeDataString(query < 0 ? rest : rest.AsSpan(0, query));
        int at = address.LastIndexOf('@');
        bool ok = at > 0 && at <= 64 && HostName.IsValid(address.AsSpan(at + 1)) && !address.AsSpan(0, at).ContainsAnyExceptInRange('!', '~') && !address.Contains(',');
        return ok ? address : null;
    }

    /// <summary>An https: URI; null: it is none.</summary>
    public static Uri? WebAddress(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out Uri? web) && web.Scheme == Uri.UriSchemeHttps && web.Host.Length > 0 ? web : null;
}
