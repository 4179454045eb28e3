using System.Text.Json;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>What is required of the claims of a token, once they are verified.</summary>
/// <param name="Issuer">"iss"; empty: any.</param>
/// <param name="Audience">One of "aud"; empty: any.</param>
/// <param name="LoginClaims">Claims that name the login; the first that is there.</param>
public sealed record TokenRules(string Issuer, string Audience, IReadOnlyList<string> LoginClaims)
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(60);

    /// <summary>Success with whose token it is, or why it is not taken.</summary>
    /// <param name="login">Whose it should be; empty: whoever it names.</param>
    /// <param name="needsExpiry">A token that never expires is refused.</param>
    /// <exception cref="InvalidOperationException">The claims are no JSON object.</exception>
    internal SaslResult Check(string login, JsonElement claims, DateTimeOffset now, bool needsExpiry)
    {
        bool expires = claims.TryGetProperty("exp", out _);
        if (!expires && needsExpiry) return SaslResult.Fail(login, "the token has no time of expiry");
        if (expires && !(Time(claims, "exp") is { } end && now <= end + s_skew)) return SaslResult.Fail(login, "the token has expired");
        if (claims.TryGetProperty("nbf", out _) && !(Time(claims, "nbf") is { } begins && now >= begins - s_skew))
            return SaslResult.Fail(login, "the token is not valid yet");
        if (Issuer.Length > 0 && Text(claims, "iss") != Issuer) return SaslResult.Fail(login, "the token is of another issuer");
        if (Audience.Length > 0 && !IsFor(claims)) return SaslResult.Fail(login, "the token is for another audience");
        string owner = LoginClaims.Select(c => Text(claims, c)).FirstOrDefault(v => v.Length > 0, "");
        if (owner.Length == 0 || owner.Any(char.IsControl)) return SaslResult.Fail(login, "the token names no login");
        owner = Table.FoldKey(owner);
        return login.Length > 0
            && Table.FoldKey(login) != owner ? SaslResult.Fail(login, $"the token is of {owner}") : SaslResult.Success(owner);
    }

    private bool IsFor(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out JsonElement audience)) return false;
        if (audience.ValueKind != JsonValueKind.Array) return Text(claims, "aud") == Audience;
        foreach (JsonElement one in audience.EnumerateArray())
            if (one.ValueKind == JsonValueKind.String && one.GetString() == Audience) return true;
        return false;
    }

    internal static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    // RFC 7519 2: NumericDate = seconds since 1970, possibly with a fraction
    internal static DateTimeOffset? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double seconds)
            && seconds is > 0 and < 1e11 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
}
