using MtaSuite.Common.Mail;

namespace MtaSuite.Cleanup;

/// <summary>
/// Drops recipients of one message that came up before. With enable_original_recipient two count as the same only when their original
/// addresses and notification wishes are the same too. Upper and lower case are one. Remembers duplicate_filter_limit of them (0: all).
/// </summary>
public sealed class RecipientDuplicates(bool withOriginal, int limit)
{
    private readonly record struct Key(string Address, string Original, string DsnOriginal, Notify Notify);

    private sealed class Comparer : IEqualityComparer<Key>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(Key x, Key y) =>
            x.Notify == y.Notify && Same(x.Address, y.Address) && Same(x.Original, y.Original) && Same(x.DsnOriginal, y.DsnOriginal);

        public int GetHashCode(Key key) =>
            HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(key.Address),
            StringComparer.OrdinalIgnoreCase.GetHashCode(key.Original));

        private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
    }

    private readonly HashSet<Key> _seen = new(Comparer.Instance);

    /// <summary>True the first time.</summary>
    public bool TryAdd(string address, string original, string dsnOriginal, Notify notify)
    {
        Key key = withOriginal ? new(address, original, dsnOriginal, notify) : new(address, "", "", Notify.Default);
        if (limit > 0 && _seen.Count >= limit) return !_seen.Contains(key);
        return _seen.Add(key);
    }

    public void Clear() => _seen.Clear();
}
