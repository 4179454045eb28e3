using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl.Client;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Routing;

namespace MtaSuite.Relay.Login;

/// <summary>What is known of a login for one server.</summary>
/// <param name="Credentials">Null: there is none for this server.</param>
/// <param name="IsToken">The password is a bearer token.</param>
/// <param name="Problem">Why that cannot be told now; empty: it can.</param>
/// <param name="TokenSource">Where the token came from, to be told when the server refuses it.</param>
internal sealed record FoundLogin(SaslCredentials? Credentials, bool IsToken = false, string Problem = "", string TokenSource = "");

/// <summary>The logins of all servers, and threads for what is slow about using one. One for each process.</summary>
internal sealed class Logins(EventLoop loop, LoginSettings settings)
{
    private readonly WorkerPool _workers = new(loop, "login", 2);
    private readonly TokenSources _tokens = new(settings.TokenLifetime, loop.Time);

    public LoginSettings Settings { get; } = settings;

    /// <summary>Logins that need not be tried; null: none is remembered.</summary>
    public LoginRefusals? Refusals { get; } = settings.RefusalLifetime > TimeSpan.Zero
        ? new LoginRefusals(settings.RefusalLifetime, loop.Time) : null;

    /// <summary>Whose mail must not share a session with others': with sender-dependent logins each sender's is its own.</summary>
    public string SessionKey(string sender) => Settings.IsSenderDependent ? sender : "";

    /// <summary>Runs what takes long (hashing) beside the loop.</summary>
    public Promise<T> Run<T>(Func<T> function) => _workers.Run(function);

    /// <summary>Finds the login for a server: by sender where that counts, else by the server's names.</summary>
    public async ValueTask<FoundLogin> FindAsync(Target target, string sender)
    {
        LookupResult token = await LookupAsync(Settings.Tokens, target, sender);
        LookupResult password = token.IsNotFound ? await LookupAsync(Settings.Passwords, target, sender) : LookupResult.NotFound;
        if (token.IsError || password.IsError)
        {
            Common.Log.Log.Warning($"{token.ErrorText}{password.ErrorText}");
            return new FoundLogin(null, Problem: $"{Settings.PasswordsName} lookup error");
        }
        if (token.IsFound) return await TokenAsync(token.Value);
        return new FoundLogin(password.IsFound ? Split(password.Value) : null);
    }

    private async ValueTask<FoundLogin> TokenAsync(string value)
    {
        SaslCredentials entry = Split(value);
        string source = entry.Password.Trim();
        (string? token, string problem) = await _workers.Run(() => _tokens.Read(source));
        return token is null ? new FoundLogin(null, Problem: problem)
            : new FoundLogin(new SaslCredentials(entry.Login, token), IsToken: true, TokenSource: source);
    }

    /// <summary>A token was refused: the next one is made anew.</summary>
    public void Forget(FoundLogin login)
    {
        if (login.TokenSource.Length > 0) _tokens.Forget(login.TokenSource);
    }

    private async ValueTask<LookupResult> LookupAsync(Maps maps, Target target, string sender)
    {
        if (maps.IsEmpty) return LookupResult.NotFound;
        if (Settings.Addresses is { } addresses && sender.Length > 0
            && (await addresses.Lookup.FindAsync(maps, sender)).Result is { IsNotFound: false } own) return own;
        foreach (string key in Keys(target))
            if (await maps.LookupAsync(key) is { IsNotFound: false } found) return found;
        return LookupResult.NotFound;
    }

    /// <summary>
    /// The server's name, the same with its port, and the destination as it was named, with and without brackets and port.
    /// </summary>
    internal static IEnumerable<string> Keys(Target target)
    {
        List<string> keys = [target.Host];
        if (target.Service.Length > 0) keys.Add($"{target.Host}:{target.Service}");
        if (target.EndPoint is { } end) keys.Add($"{target.Host}:{end.Port}");
        if (target.NexthopText.Length > 0)
        {
            keys.Add(target.NexthopText);
            if (target.NexthopText.StartsWith('['))
                keys.Add(target.NexthopText.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal));
            if (target.NexthopText.StartsWith('[')) keys.Add($"[{target.Nexthop}]");
            keys.Add(target.Nexthop);
        }
        return keys.Where(k => k.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase);
    }

    private SaslCredentials Split(string value)
    {
        int at = value.IndexOf(Settings.Delimiter, StringComparison.Ordinal);
        return at < 0 ? new SaslCredentials(value, "") : new SaslCredentials(value[..at], value[(at + Settings.Delimiter.Length)..]);
    }
}
