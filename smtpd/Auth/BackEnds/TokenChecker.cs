using System.Text;
using System.Text.Json;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Checks bearer tokens that are signed JSON Web Tokens. RFC 7515 3.1: token = BASE64URL(header) "." BASE64URL(payload) "."
/// BASE64URL(signature). The algorithm must be one that the key is for, whatever the token says (RFC 8725 3.1), and "exp" must be there.
/// Safe on several threads.
/// </summary>
public sealed class TokenChecker(TokenKeys keys, TokenRules rules, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>It has the parts of a signed token.</summary>
    public static bool IsSigned(string token) => token.Split('.') is [var head, _, _] && Decode(head) is [(byte)'{', ..];

    public SaslResult Check(string login, string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload
            || Decode(parts[2]) is not { } signature)
            return SaslResult.Fail(login, "the token is not a signed JWT");
        try
        {
            using JsonDocument head = JsonDocument.Parse(header);
            string algorithm = TokenRules.Text(head.RootElement, "alg"), kid = TokenRules.Text(head.RootElement, "kid");
            // RFC 7515 4.1.11: what is critical must be understood
            if (head.RootElement.TryGetProperty("crit", out _)) return SaslResult.Fail(login, "the token has a critical header");
            if (keys.Load() is { } trouble) return SaslResult.Temporary("token keys are unavailable", login, trouble);
            if (!keys.Verify(algorithm, kid, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
                return SaslResult.Fail(login, $"no key verifies the token's signature ({algorithm})");
            using JsonDocument claims = JsonDocument.Parse(payload);
            return rules.Check(login, claims.RootElement, _clock.GetUtcNow(), needsExpiry: true);
        }
        catch (JsonException) { return SaslResult.Fail(login, "the token is not JSON"); }
        catch (InvalidOperationException) { return SaslResult.Fail(login, "the token is not a JSON object"); }
    }

    /// <summary>Base64url without padding (RFC 7515 2); null when it is not.</summary>
    internal static byte[]? Decode(string text)
    {
        if (text.Length == 0 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        string padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4);
        byte[] bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }
}
