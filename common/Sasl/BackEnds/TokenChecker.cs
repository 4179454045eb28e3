using System.Text;
using System.Text.Json;

namespace MtaSuite.Common.Sasl.BackEnds;

/// <summary>What a token must say besides being signed by a known key.</summary>
/// <param name="Issuer">"iss"; empty: any.</param>
/// <param name="Audience">One of "aud"; empty: any.</param>
/// <param name="LoginClaims">Claims that name the login; the first that is there.</param>
public sealed record TokenRules(string Issuer, string Audience, IReadOnlyList<string> LoginClaims);

/// <summary>
/// Checks bearer tokens that are signed JSON Web Tokens. RFC 7515 3.1: token = BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature). The
/// algorithm must be one that the key is for, whatever the token says (RFC 8725 3.1), and "exp" must be there. Safe on several threads.
/// </summary>
public sealed class TokenChecker(TokenKeys keys, TokenRules rules, TimeProvider? clock = null)
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(60);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    public SaslResult Check(string login, string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload || Decode(parts[2]) is not { } signature)
            return SaslResult.Fail(login, "the token is no signed JWT");
        try
        {
            using JsonDocument head = JsonDocument.Parse(header);
            string algorithm = Text(head.RootElement, "alg"), kid = Text(head.RootElement, "kid");
            // RFC 7515 4.1.11: what is critical must be understood
            if (head.RootElement.TryGetProperty("crit", out _)) return SaslResult.Fail(login, "the token has a critical header");
            if (keys.Load() is { } trouble) return SaslResult.Temporary("token keys are unavailable", login, trouble);
            if (!keys.Verify(algorithm, kid, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
                return SaslResult.Fail(login, $"no key verifies the token's signature ({algorithm})");
            using JsonDocument claims = JsonDocument.Parse(payload);
            return CheckClaims(login, claims.RootElement);
        }
        catch (JsonException) { return SaslResult.Fail(login, "the token is not JSON"); }
        catch (InvalidOperationException) { return SaslResult.Fail(login, "the token is not a JSON object"); }
    }

    private SaslResult CheckClaims(string login, JsonElement claims)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (Time(claims, "exp") is not { } expires) return SaslResult.Fail(login, "the token has no time of expiry");
        if (now > expires + s_skew) return SaslResult.Fail(login, "the token has expired");
        if (claims.TryGetProperty("nbf", out _) && !(Time(claims, "nbf") is { } begins && now >= begins - s_skew)) return SaslResult.Fail(login, "the token is not valid yet");
        if (rules.Issuer.Length > 0 && Text(claims, "iss") != rules.Issuer) return SaslResult.Fail(login, "the token is of another issuer");
        if (rules.Audience.Length > 0 && !IsFor(claims)) return SaslResult.Fail(login, "the token is for another audience");
        string owner = rules.LoginClaims.Select(c => Text(claims, c)).FirstOrDefault(v => v.Length > 0, "");
        if (owner.Length == 0 || owner.Any(char.IsControl)) return SaslResult.Fail(login, "the token names no login");
        owner = Tables.Table.FoldKey(owner);
        return login.Length > 0 && Tables.Table.FoldKey(login) != owner ? SaslResult.Fail(login, $"the token is of {owner}") : SaslResult.Success(owner);
    }

    private bool IsFor(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out JsonElement audience)) return false;
        if (audience.ValueKind != JsonValueKind.Array) return Text(claims, "aud") == rules.Audience;
        foreach (JsonElement one in audience.EnumerateArray())
            if (one.ValueKind == JsonValueKind.String && one.GetString() == rules.Audience) return true;
        return false;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    // RFC 7519 2: NumericDate = seconds since 1970, possibly with a fraction
    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double seconds)
            && seconds is > 0 and < 1e11 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>Base64url without padding (RFC 7515 2); null when it is not.</summary>
    internal static byte[]? Decode(string text)
    {
        if (text.Length == 0 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        string padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4);
        byte[] bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }
}
