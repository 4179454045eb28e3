namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// The record that announces a policy, a TXT record of _mta-sts.DOMAIN. RFC 8461 3.1:
/// <code>
/// sts-text-record = sts-version 1*(sts-field-delim sts-field) [sts-field-delim]
/// sts-version     = %s"v=STSv1"
/// sts-field       = sts-id / sts-extension
/// sts-field-delim = *WSP ";" *WSP
/// sts-id          = %s"id=" 1*32(ALPHA / DIGIT)
/// sts-extension   = sts-ext-name "=" sts-ext-value
/// sts-ext-name    = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
/// sts-ext-value   = 1*(%x21-3A / %x3C / %x3E-7E)
/// </code>
/// </summary>
public static class StsRecord
{
    private const string Version = "v=STSv1";
    private const int MaxId = 32, MaxName = 32;

    /// <summary>One of a name's records is ours to read. Others at the same name do not count.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith(Version, StringComparison.Ordinal)
        && (text.Length == Version.Length || text.AsSpan(Version.Length).TrimStart(" \t").StartsWith(';'));

    /// <summary>Reads the policy's id. Of several the first counts.</summary>
    public static bool TryParse(string text, out string id)
    {
        id = "";
        if (!IsOne(text)) return false;
        string[] fields = text[Version.Length..].Split(';');
        for (int i = 1; i < fields.Length; i++)
        {
            ReadOnlySpan<char> field = fields[i].AsSpan().Trim(" \t");
            if (field.IsEmpty && i == fields.Length - 1) break;
            int equals = field.IndexOf('=');
            if (equals <= 0 || !IsName(field[..equals]) || !IsValue(field[(equals + 1)..])) return false;
            if (field[..equals] is not "id") continue;
            if (!IsId(field[3..])) return false;
            if (id.Length == 0) id = field[3..].ToString();
        }
        return id.Length > 0;
    }

    private static bool IsId(ReadOnlySpan<char> id)
    {
        foreach (char c in id)
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        return id.Length is > 0 and <= MaxId;
    }

    /// <summary>The name of an extension; those of policies are alike (3.2).</summary>
    internal static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxName || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')) return false;
        return true;
    }

    private static bool IsValue(ReadOnlySpan<char> value)
    {
        foreach (char c in value)
            if (c is <= ' ' or > '~' or ';' or '=') return false;
        return value.Length > 0;
    }
}
