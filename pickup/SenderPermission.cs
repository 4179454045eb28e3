using System.Globalization;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Pickup;

/// <summary>
/// local_login_sender_maps: the envelope senders that a local user may use. Login name, or "uid:" and the number, to patterns: "*" any
/// sender, "&lt;&gt;" (or what empty_address_local_login_sender_maps_lookup_key says) the empty one, "@domain" all of a domain, anything
/// else one address, extensions aside.
/// </summary>
internal sealed class SenderPermission(string maps, string emptyKey, RecipientDelimiter delimiter)
{
    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];
    private readonly BlockingQuestions _accounts = new("accounts", threads: 2);
    private readonly Maps? _maps = maps == "static:*" ? null : Maps.Open(maps);

    /// <summary>What is wrong with the tables, for the log.</summary>
    public IEnumerable<string> Problems => _maps?.OpenErrors.Select(e => $"local_login_sender_maps: {e}") ?? [];

    /// <summary>Why the user may not use the sender; null when he may.</summary>
    public async ValueTask<Outcome?> CheckAsync(uint uid, string sender)
    {
        if (_maps is null) return null;
        string? login = await _accounts.AskAsync(uid, static uid =>
            UserDatabase.Find(uid, out Account? account) == 0 ? account?.Name : null);
        return await CheckAsync(login ?? string.Create(CultureInfo.InvariantCulture, $"uid:{uid}"), sender);
    }

    internal async ValueTask<Outcome?> CheckAsync(string login, string sender)
    {
        LookupResult found = await _maps!.LookupAsync(login);
        if (found.IsError)
        {
            Log.Warning($"{found.ErrorText}");
            return Outcome.Defer("4.3.0", "local_login_sender_maps: table lookup problem");
        }
        foreach (string pattern in found.Value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
            if (Matches(pattern, sender)) return null;
        Log.Warning($"user {login} is not allowed to send as <{sender}>");
        return Outcome.Bounce("5.7.1", $"User {login} is not allowed to send as <{sender}>");
    }

    private bool Matches(string pattern, string sender)
    {
        if (pattern == "*") return true;
        if (sender.Length == 0) return pattern == emptyKey;
        bool Is(ReadOnlySpan<char> text) => text.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        if (pattern.StartsWith('@')) return sender.LastIndexOf('@') is >= 0 and var at && Is(sender.AsSpan(at));
        return Is(sender) || (Address.StripExtension(sender, delimiter, out _) is { } bare && Is(bare));
    }
}
