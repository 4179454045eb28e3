using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>
/// OAUTHBEARER. RFC 7628 3.1:
/// <code>
/// kvsep = %x01;  key = 1*(ALPHA);  value = *(VCHAR / SP / HTAB / CR / LF );  kvpair = key "=" value kvsep
/// client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
/// </code>
/// XOAUTH2, as Google describes it: "user=" login kvsep "auth=Bearer " token kvsep kvsep. A refusal is told in JSON, which the client
/// answers (RFC 7628 3.2.3: with kvsep) before it fails.
/// </summary>
/// <param name="xoauth2">Google's form.</param>
public sealed class BearerServer(IAuthority authority, bool xoauth2) : SaslServer
{
    private const int MaxMessage = 12288;
    private SaslResult? _refusal;

    public override SaslResult Next(ReadOnlySpan<byte> message)
    {
        if (_refusal is { } refusal) return refusal;
        if (message.Length > MaxMessage || !TryParse(message, xoauth2, out string login, out string token)) return SaslResult.Malformed();
        return Answer(authority.CheckToken(login, token));
    }

    /// <summary>A refusal was told: whatever the client says next, that is the end.</summary>
    public bool HasRefused => _refusal is not null;

    /// <summary>What the client hears of the outcome of a token.</summary>
    public SaslResult Answer(SaslResult result)
    {
        if (result.Status != SaslStatus.Failure) return result;
        _refusal = result;
        // what mail programs expect in each: an HTTP status, or the error code of RFC 6750 3.1
        return SaslResult.Continue(xoauth2
            ? """{"status":"401","schemes":"bearer","scope":"mail"}"""u8.ToArray()
            : """{"status":"invalid_token","scope":"mail"}"""u8.ToArray(), result.Login);
    }

    /// <summary>Takes login and token out of a message; the login is empty when none is given.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, bool xoauth2, out string login, out string token)
    {
        login = token = "";
        if (ScramMessage.Text(message) is not { } text) return false;
        if (!xoauth2)
        {
            if (!Gs2Header.TryParse(text, out Gs2Header gs2) || gs2.Flag == 'p' || text.Length == gs2.Length || text[gs2.Length] != '\x01')
                return false;
            login = gs2.AuthorizationId;
            text = text[(gs2.Length + 1)..];
        }
        if (!text.EndsWith('\x01')) return false;
        foreach (string pair in text[..^1].Split('\x01', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=');
            if (equals < 1 || !pair[..equals].All(char.IsAsciiLetter)) return false;
            string key = pair[..equals], value = pair[(equals + 1)..];
            if (key == "auth")
            {
                // RFC 6750 2.1: credentials = "Bearer" 1*SP b64token
                if (token.Length > 0 || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return false;
                token = value[7..].Trim(' ');
            }
            else if (key == "user" && xoauth2) login = value;
        }
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~') && (login.Length > 0 || !xoauth2)
            && !login.AsSpan().ContainsAnyInRange('\0', '\x1f');
    }
}
