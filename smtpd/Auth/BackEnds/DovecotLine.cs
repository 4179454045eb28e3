using System.Text;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// A line of Dovecot's authentication protocol, version 1:
/// <code>
/// line  = command *( TAB parameter ) LF
/// %x01 escapes: %x01 "0" NUL, %x01 "1" %x01, %x01 "t" TAB, %x01 "r" CR, %x01 "n" LF; anything else stands for itself
/// server: "VERSION" major minor / "MECH" name *flag / "SPID" pid / "CUID" id / "COOKIE" hex / "DONE"
///         "OK" id *param / "CONT" id base64 / "FAIL" id *param
/// client: "VERSION" major minor / "CPID" pid / "AUTH" id mechanism "service=" name *param ["resp=" base64]
///         "CONT" id base64 / "CANCEL" id
/// </code>
/// </summary>
public static class DovecotLine
{
    /// <summary>Longest line that is taken from the server, in bytes.</summary>
    public const int MaxLength = 16384;

    /// <summary>The parts of a line without its end, unescaped.</summary>
    public static string[] Split(ReadOnlySpan<byte> line)
    {
        string[] parts = Encoding.UTF8.GetString(line).Split('\t');
        for (int i = 0; i < parts.Length; i++)
            if (parts[i].Contains('\x01')) parts[i] = Unescape(parts[i]);
        return parts;
    }

    private static string Unescape(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\x01' || i + 1 == text.Length) result.Append(text[i]);
            else result.Append(text[++i] switch { '0' => '\0', '1' => '\x01', 't' => '\t', 'r' => '\r', 'n' => '\n', var c => c });
        }
        return result.ToString();
    }

    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny("\0\x01\t\r\n")) return text;
        StringBuilder result = new(text.Length + 8);
        foreach (char c in text)
        {
            char code = c switch { '\0' => '0', '\x01' => '1', '\t' => 't', '\r' => 'r', '\n' => 'n', _ => '\xFFFF' };
            if (code == '\xFFFF') result.Append(c);
            else result.Append('\x01').Append(code);
        }
        return result.ToString();
    }

    /// <summary>The value of "name=value" among the parameters from the third on; "" for a bare name; null when it is not there.</summary>
    public static string? Parameter(string[] parts, string name)
    {
        for (int i = 2; i < parts.Length; i++)
        {
            if (parts[i] == name) return "";
            if (parts[i].Length > name.Length && parts[i][name.Length] == '=' && parts[i].StartsWith(name, StringComparison.Ordinal))
                return parts[i][(name.Length + 1)..];
        }
        return null;
    }

    /// <summary>A mechanism from a MECH line: it has each property that no flag takes away.</summary>
    public static SaslMechanism Mechanism(string[] parts)
    {
        SaslSecurity security = SaslSecurity.NoAnonymous | SaslSecurity.NoPlaintext | SaslSecurity.NoActive | SaslSecurity.NoDictionary;
        foreach (string flag in parts.AsSpan(Math.Min(2, parts.Length)))
        {
            security = flag switch
            {
                "anonymous" => security & ~SaslSecurity.NoAnonymous,
                "plaintext" => security & ~SaslSecurity.NoPlaintext,
                "active" => security & ~SaslSecurity.NoActive,
                "dictionary" => security & ~SaslSecurity.NoDictionary,
                "mutual-auth" => security | SaslSecurity.MutualAuth,
                "forward-secrecy" => security | SaslSecurity.ForwardSecrecy,
                _ => security,
            };
        }
        return new SaslMechanism(parts[1].ToUpperInvariant(), security);
    }
}
