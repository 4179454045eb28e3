namespace MtaSuite.Common.Mail;

/// <summary>
/// Where a domain asks for reports on TLS, the TXT record at _smtp._tls (RFC 8460 3):
/// <code>
/// tlsrpt-record    = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
/// field-delim      = *WSP ";" *WSP
/// tlsrpt-version   = %s"v=TLSRPTv1"
/// tlsrpt-rua       = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
/// tlsrpt-uri       = URI      ; "!", "," and ";" in it are percent-encoded
/// tlsrpt-extension = tlsrpt-ext-name "=" tlsrpt-ext-value
/// </code>
/// </summary>
public static class TlsReportRecord
{
    private const string Version = "v=TLSRPTv1";
    private const int MaxAddresses = 10, MaxLength = 500;

    /// <summary>The text claims to be such a record; others of the same name do not count.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith(Version, StringComparison.Ordinal) && text.AsSpan(Version.Length).TrimStart(" \t").StartsWith(";");

    /// <summary>The addresses of a record as they stand there; none in a broken one.</summary>
    public static IReadOnlyList<string> Uris(string record)
    {
        if (!IsOne(record)) return [];
        foreach (string field in record.Split(';').Skip(1).Select(f => f.Trim(' ', '\t')))
            if (field.StartsWith("rua=", StringComparison.Ordinal))
                return [.. field[4..].Split(',').Select(u => u.Trim(' ', '\t')).Where(u => u.Length > 0)];
        return [];
    }

    /// <summary>
    /// The addresses that a name's TXT records give and that can be used; none where it has no such record, more than one, or a broken one.
    /// </summary>
    public static IReadOnlyList<string> Addresses(IEnumerable<string> texts)
    {
        string[] records = [.. texts.Where(IsOne)];
        return records.Length == 1 ? [.. Uris(records[0]).Where(IsUsable).Distinct().Take(MaxAddresses)] : [];
    }

    /// <summary>mailto: with one mailbox, or https:.</summary>
    public static bool IsUsable(string uri) =>
        uri.Length <= MaxLength && !uri.AsSpan().ContainsAnyExceptInRange('!', '~') && (Mailbox(uri) != null || WebAddress(uri) != null);

    /// <summary>The mailbox of a mailto: URI (RFC 6068); null: it is none, or not one.</summary>
    public static string? Mailbox(string uri)
    {
        if (!uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) return null;
        string rest = uri["mailto:".Length..];
        int query = rest.IndexOf('?');
        string address = Uri.UnescapeDataString(query < 0 ? rest : rest.AsSpan(0, query));
        int at = address.LastIndexOf('@');
        bool ok = at > 0 && at <= 64 && HostName.IsValid(address.AsSpan(at + 1))
            && !address.AsSpan(0, at).ContainsAnyExceptInRange('!', '~') && !address.Contains(',');
        return ok ? address : null;
    }

    /// <summary>An https: URI; null: it is none.</summary>
    public static Uri? WebAddress(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out Uri? web) && web.Scheme == Uri.UriSchemeHttps && web.Host.Length > 0 ? web : null;
}
