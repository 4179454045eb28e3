using System.Text;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>
/// PLAIN. RFC 4616 2:
/// <code>
/// message = [authzid] UTF8NUL authcid UTF8NUL passwd
/// authcid = 1*SAFE;  authzid = 1*SAFE;  passwd = 1*SAFE;  SAFE = any UTF-8 character but NUL
/// </code>
/// </summary>
public sealed class PlainServer(IAuthority authority) : SaslServer
{
    /// <summary>Longest part that is looked at, in bytes; RFC 4616 2 demands 255.</summary>
    public const int MaxPart = 1024;

    public override SaslResult Next(ReadOnlySpan<byte> message) =>
        TryParse(message, out string authzid, out string login, out string password)
        ? authority.CheckPassword(authzid, login, password)
        : SaslResult.Malformed(login);

    public static bool TryParse(ReadOnlySpan<byte> message, out string authzid, out string login, out string password)
    {
        authzid = login = password = "";
        int first = message.IndexOf((byte)0);
        if (first is < 0 or > MaxPart) return false;
        int second = message[(first + 1)..].IndexOf((byte)0);
        if (second is < 1 or > MaxPart) return false;
        ReadOnlySpan<byte> rest = message[(first + second + 2)..];
        if (rest.IsEmpty || rest.Length > MaxPart || rest.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(message)) return false;
        authzid = Encoding.UTF8.GetString(message[..first]);
        login = Encoding.UTF8.GetString(message.Slice(first + 1, second));
        password = Encoding.UTF8.GetString(rest);
        return true;
    }
}

/// <summary>LOGIN, which no RFC describes: the server asks for the name, then for the password, each a message of its own.</summary>
public sealed class LoginServer(IAuthority authority) : SaslServer
{
    private string? _login;

    protected override byte[] FirstChallenge() => "Username:"u8.ToArray();

    public override SaslResult Next(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty || message.Length > PlainServer.MaxPart || message.Contains((byte)0)
            || !System.Text.Unicode.Utf8.IsValid(message))
            return SaslResult.Malformed(_login ?? "");
        string text = Encoding.UTF8.GetString(message);
        if (_login is not null) return authority.CheckPassword("", _login, text);
        _login = text;
        return SaslResult.Continue("Password:"u8.ToArray(), text);
    }
}

/// <summary>
/// EXTERNAL. RFC 4422 A.1: initial-response = *( UTF8-char-no-nul ), the identity to act for; empty: that of the certificate.
/// </summary>
public sealed class ExternalServer(string identity) : SaslServer
{
    public override SaslResult Next(ReadOnlySpan<byte> message)
    {
        if (message.Length > PlainServer.MaxPart || ScramMessage.Text(message) is not { } wanted) return SaslResult.Malformed(identity);
        return wanted.Length == 0 || wanted.Equals(identity, StringComparison.OrdinalIgnoreCase)
            ? SaslResult.Success(identity)
            : SaslResult.Fail(identity, $"may not act for {wanted}");
    }
}
