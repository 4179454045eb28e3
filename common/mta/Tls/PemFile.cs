using System.Buffers.Text;

namespace MtaSuite.Common.Tls;

/// <summary>An object of a PEM file: its label and its DER bytes.</summary>
public readonly record struct PemObject(string Label, byte[] Der)
{
    public bool IsCertificate => Label is "CERTIFICATE" or "X509 CERTIFICATE" or "TRUSTED CERTIFICATE";

    public bool IsKey => Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal);
}

/// <summary>
/// RFC 7468: textualmsg = preeb *WSP eol *eolWSP base64text posteb, with preeb = "-----BEGIN " label "-----". Text outside of objects is
/// ignored, and so are "Name: value" lines at the head of one, but for those that mark an encrypted key.
/// </summary>
public static class PemFile
{
    private const string Begin = "-----BEGIN ", End = "-----END ", Dashes = "-----";

    /// <summary>All objects in order; false with what is wrong.</summary>
    public static bool TryParse(string text, out List<PemObject> objects, out string error)
    {
        objects = [];
        error = "";
        string? label = null;
        System.Text.StringBuilder body = new();
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.Trim();
            if (label == null)
            {
                if (line.StartsWith(Begin) && line.EndsWith(Dashes) && line.Length > Begin.Length + Dashes.Length)
                    label = line[Begin.Length..^Dashes.Length].ToString();
                body.Clear();
            }
            else if (line.StartsWith(End))
            {
                if (!TryDecode(label, body.ToString(), out PemObject item, out error)) return false;
                objects.Add(item);
                label = null;
            }
            else if (line.StartsWith("Proc-Type") && line.Contains("ENCRYPTED", StringComparison.Ordinal)) error = "the key is encrypted";
            else if (!line.Contains(':')) body.Append(line);
            if (error.Length > 0) return false;
        }
        if (label != null) error = $"{label} does not end";
        return error.Length == 0;
    }

    private static bool TryDecode(string label, string base64, out PemObject item, out string error)
    {
        error = "";
        byte[] der = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        bool ok = Convert.TryFromBase64String(base64, der, out int length) && length > 0;
        item = new PemObject(label, ok ? der[..length] : []);
        if (!ok) error = $"{label} is not base64";
        else if (label == "ENCRYPTED PRIVATE KEY") error = "the key is encrypted";
        return error.Length == 0;
    }
}
