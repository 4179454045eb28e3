using System.Text;

namespace MtaSuite.Common.Sasl;

/// <summary>
/// Messages of SCRAM. RFC 5802 7:
/// <code>
/// saslname = 1*(value-safe-char / "=2C" / "=3D")
/// attr-val = ALPHA "=" value;  value = 1*value-char;  value-char = value-safe-char / "="      no NUL, no ","
/// gs2-header = gs2-cbind-flag "," [ authzid ] ",";  gs2-cbind-flag = ("p=" cb-name) / "n" / "y";  authzid = "a=" saslname
/// client-first-message-bare = [reserved-mext ","] username "," nonce ["," extensions]
/// client-final-message-without-proof = channel-binding "," nonce ["," extensions]
/// client-final-message = client-final-message-without-proof "," proof
/// server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]
/// server-final-message = (server-error / verifier) ["," extensions]
/// </code>
/// </summary>
public static class ScramMessage
{
    /// <summary>A nonce: printable ASCII but ",".</summary>
    public static bool IsNonce(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains(',');

    /// <summary>Text of a message; null when it is not UTF-8 or has a NUL.</summary>
    public static string? Text(ReadOnlySpan<byte> message) =>
        System.Text.Unicode.Utf8.IsValid(message) && !message.Contains((byte)0) ? Encoding.UTF8.GetString(message) : null;

    /// <summary>The value of an attribute at its place; null when something else stands there.</summary>
    public static string? Attribute(string[] parts, int index, char name) =>
        index < parts.Length && parts[index].Length > 2 && parts[index][0] == name && parts[index][1] == '=' ? parts[index][2..] : null;

    /// <summary>Everything from an index on is an extension "x=value" that may be ignored; "m=" may not.</summary>
    public static bool AreExtensions(string[] parts, int from)
    {
        for (int i = from; i < parts.Length; i++)
            if (parts[i].Length < 3 || !char.IsAsciiLetter(parts[i][0]) || parts[i][1] != '=' || parts[i][0] == 'm') return false;
        return true;
    }

    /// <summary>Decodes a saslname; null when a "=" does not begin "=2C" or "=3D".</summary>
    public static string? DecodeName(string text)
    {
        if (!text.Contains('=')) return text;
        string left = text.Replace("=2C", "", StringComparison.Ordinal).Replace("=3D", "", StringComparison.Ordinal);
        return left.Contains('=') ? null : text.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }

    public static string EncodeName(string text) =>
        text.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    public static byte[]? Base64(string? text)
    {
        if (text is null) return null;
        byte[] bytes = new byte[text.Length];
        // white space, which the method passes over, is not in the grammar
        return !text.AsSpan().ContainsAny(" \t\r\n") && Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }
}

/// <summary>The GS2 header that SCRAM and OAUTHBEARER begin with.</summary>
/// <param name="Flag">'p', 'n' or 'y'.</param>
/// <param name="Binding">The channel binding's type with 'p', else empty.</param>
/// <param name="AuthorizationId">Whom to act for; empty when not given.</param>
/// <param name="Length">Characters of the header, with both commas.</param>
public readonly record struct Gs2Header(char Flag, string Binding, string AuthorizationId, int Length)
{
    public static bool TryParse(string message, out Gs2Header header)
    {
        header = default;
        int first = message.IndexOf(',');
        int second = first < 0 ? -1 : message.IndexOf(',', first + 1);
        if (second < 0) return false;
        string flag = message[..first], authzid = message[(first + 1)..second];
        string binding = "";
        if (flag.StartsWith("p=", StringComparison.Ordinal))
        {
            binding = flag[2..];
            // RFC 5802 7: cb-name = 1*(ALPHA / DIGIT / "." / "-")
            if (binding.Length == 0 || !binding.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')) return false;
        }
        else if (flag is not ("n" or "y")) return false;
        string? name = "";
        if (authzid.Length > 0)
        {
            if (!authzid.StartsWith("a=", StringComparison.Ordinal) || authzid.Length == 2) return false;
            name = ScramMessage.DecodeName(authzid[2..]);
            if (name is null) return false;
        }
        header = new Gs2Header(flag[0], binding, name, second + 1);
        return true;
    }
}
