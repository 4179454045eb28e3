using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Common.Http;
using MtaSuite.Common.Log;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>Where bearer tokens are asked about.</summary>
public sealed record IntrospectionSettings
{
    /// <summary>https, or http on this machine.</summary>
    public required Uri Url { get; init; }
    /// <summary>A file with "client:secret" in its first line, for HTTP's Basic authentication; read each time. Empty: none.</summary>
    public string SecretFile { get; init; } = "";
    /// <summary>As <see cref="WebCall.AuthorityFile"/>.</summary>
    public string AuthorityFile { get; init; } = "";
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>How long a good answer holds; zero: every login asks.</summary>
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>
/// Asks the server that issued bearer tokens about them (RFC 7662). Section 2.1: a form is posted with "token" and "token_type_hint"; 2.2:
/// the answer is a JSON object with "active", and claims about the token where that is true. Answers are remembered for a while, by the
/// token's hash; a crowd is sent away. Whatever is no clear answer is a temporary failure. On one event loop.
/// </summary>
public sealed class TokenIntrospection(IntrospectionSettings settings, TokenRules rules, WebClient web, TimeProvider clock)
{
    private const int MaxCalls = 32, MaxRemembered = 4096;
    /// <summary>A token that is not active stays so; this keeps a client that repeats itself away from the server.</summary>
    private static readonly TimeSpan s_refusalTime = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (SaslResult Result, long Until)> _known = [];
    private int _calls;

    /// <summary>Whose token it is: Success, Failure or Temporary.</summary>
    /// <param name="login">Whose it should be; empty: whoever it names.</param>
    public async Task<SaslResult> CheckAsync(string login, string token)
    {
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token))) + Table.FoldKey(login);
        long now = clock.GetTimestamp();
        if (_known.TryGetValue(key, out var known) && now < known.Until) return known.Result;
        if (_calls >= MaxCalls) return SaslResult.Temporary("too many logins at once", login);
        _calls++;
        WebResult answer = await web.SendAsync(MakeCall(token));
        _calls--;
        (SaslResult result, TimeSpan holds) = Evaluate(login, answer);
        if (holds > TimeSpan.Zero) Remember(key, result, holds);
        return result;
    }

    private WebCall MakeCall(string token)
    {
        List<(string, string)> headers = [("Accept", "application/json")];
        if (settings.SecretFile.Length > 0)
        {
            if (!ConfigFile.TryRead(settings.SecretFile, out string secret, out string reason))
                Log.Warning($"open {settings.SecretFile}: {reason}");
            string line = secret.Split('\n', 2)[0].Trim();
            headers.Add(("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(line))));
        }
        return new WebCall
        {
            Url = settings.Url,
            AllowsPlain = settings.Url.IsLoopback,
            Body = Encoding.ASCII.GetBytes($"token={Uri.EscapeDataString(token)}&token_type_hint=access_token"),
            ContentType = "application/x-www-form-urlencoded",
            Headers = headers,
            Timeout = settings.Timeout,
            AuthorityFile = settings.AuthorityFile,
        };
    }

    /// <summary>What an answer means, and how long.</summary>
    private (SaslResult Result, TimeSpan Holds) Evaluate(string login, WebResult answer)
    {
        if (!answer.IsOk) return (Undetermined(login, answer.Text), default);
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            JsonElement claims = document.RootElement;
            if (!claims.TryGetProperty("active", out JsonElement active)
                || active.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return (Undetermined(login, "the answer has no \"active\""), default);
            if (active.ValueKind == JsonValueKind.False) return (SaslResult.Fail(login, "the token is not active"), s_refusalTime);
            DateTimeOffset now = clock.GetUtcNow();
            SaslResult result = rules.Check(login, claims, now, needsExpiry: false);
            TimeSpan left = TokenRules.Time(claims, "exp") is { } end ? end - now : TimeSpan.MaxValue;
            return (result, result.Status != SaslStatus.Success ? s_refusalTime : left < settings.CacheTime ? left : settings.CacheTime);
        }
        catch (JsonException) { return (Undetermined(login, "the answer is not JSON"), default); }
        catch (InvalidOperationException) { return (Undetermined(login, "the answer is not a JSON object"), default); }
    }

    private SaslResult Undetermined(string login, string problem) =>
        SaslResult.Temporary("token server is unavailable", login, $"{settings.Url}: {problem}");

    private void Remember(string key, SaslResult result, TimeSpan holds)
    {
        if (_known.Count >= MaxRemembered) _known.Clear();
        _known[key] = (result, clock.GetTimestamp() + (long)(holds.TotalSeconds * clock.TimestampFrequency));
    }
}
