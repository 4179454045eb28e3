using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>
/// Signs with a list of tags as it is given, right or wrong, by expressions over the whole message: slow, obvious, and apart from the code
/// under test.
/// </summary>
internal static class ReferenceSigner
{
    public const string Tags = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa; h=From:To:Subject";

    /// <summary>The message with a DKIM-Signature of these tags on top; bh= and b= are added where they are not given.</summary>
    public static byte[] Sign(byte[] message, string tags, DkimPrivateKey? key = null)
    {
        string text = Encoding.Latin1.GetString(message);
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string header = end < 0 ? text : text[..(end + 2)], body = end < 0 ? "" : text[(end + 4)..];
        string[] kinds = (Tag(tags, "c") ?? "simple/simple").Split('/');
        bool relaxed = kinds[0].Trim() == "relaxed";
        if (Tag(tags, "bh") == null)
            tags += $"; bh={BodyHash(body, kinds.ElementAtOrDefault(1)?.Trim() == "relaxed", Tag(tags, "l"))}";
        if (Tag(tags, "b") != null) return Encoding.Latin1.GetBytes($"DKIM-Signature: {tags}\r\n{text}");
        string field = $"DKIM-Signature: {tags}; b=";
        List<string> fields = [.. Regex.Split(header, "\r\n(?![ \t])").Where(f => f.Length > 0)];
        StringBuilder signed = new();
        foreach (string name in (Tag(tags, "h") ?? "").Split(':', StringSplitOptions.TrimEntries))
        {
            int at = fields.FindLastIndex(f => f.Split(':')[0].TrimEnd().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (at < 0) continue;
            signed.Append(Field(fields[at], relaxed)).Append("\r\n");
            fields.RemoveAt(at);
        }
        signed.Append(Field(field, relaxed));
        byte[] hash = SHA256.HashData(Encoding.Latin1.GetBytes(signed.ToString()));
        return Encoding.Latin1.GetBytes($"{field}{Convert.ToBase64String((key ?? TestMail.Rsa).Sign(hash))}\r\n{text}");
    }

    private static string? Tag(string tags, string name) =>
        tags.Split(';').Select(t => t.Split('=', 2)).Where(t => t[0].Trim() == name && t.Length == 2).Select(t => t[1].Trim())
            .FirstOrDefault();

    private static string Field(string field, bool relaxed)
    {
        if (!relaxed) return field;
        string[] parts = field.Split(':', 2);
        return parts[0].Trim(' ', '\t').ToLowerInvariant() + ":" + Regex.Replace(parts[1].Replace("\r\n", ""), "[ \t]+", " ").Trim(' ');
    }

    private static string BodyHash(string body, bool relaxed, string? limit) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.Latin1.GetBytes(Body(body, relaxed, limit))));

    private static string Body(string body, bool relaxed, string? limit)
    {
        if (relaxed) body = Regex.Replace(Regex.Replace(body, "[ \t]+(?=\r\n|\\z)", ""), "[ \t]+", " ");
        body = Regex.Replace(body, "(\r\n)+\\z", "");
        if (body.Length > 0 || !relaxed) body += "\r\n";
        return limit != null && int.TryParse(limit, out int length) && length >= 0 && length < body.Length ? body[..length] : body;
    }
}
