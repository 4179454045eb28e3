using System.Text;

namespace MtaSuite.Common.Tables;

/// <summary>
/// A lookup table: key to value, both text. Safe to ask from several threads. A table always exists: one that cannot be opened answers
/// every lookup with an error, and with its contents once the cause is gone.
/// </summary>
public abstract class Table(string spec, TableOptions options) : IDisposable
{
    /// <summary>Type and name as they stand in the configuration, e.g. "hash:/etc/aliases".</summary>
    public string Spec { get; } = spec;

    protected TableOptions Options { get; } = options;

    /// <summary>Why the table could not be opened; null when it could.</summary>
    public string? OpenError { get; protected set; }

    /// <summary>The table's keys are fixed strings, not patterns, so that asking in lower case is asking regardless of case.</summary>
    protected virtual bool HasFixedKeys => true;

    /// <summary>
    /// Looks a key up. Complete at once where the answer is in memory or in a file that is mapped; a table that has to wait for others does
    /// so beside the event loop of the caller. Away from an event loop (in commands, on worker threads) it is always complete.
    /// </summary>
    public ValueTask<LookupResult> LookupAsync(string key) =>
        FindAsync(Options.FoldKeys && HasFixedKeys ? FoldKey(key, Options.Utf8) : key);

    /// <summary>Looks up a key that is folded already.</summary>
    protected abstract ValueTask<LookupResult> FindAsync(string key);

    /// <summary>An error as this table reports it: which table, then the reason.</summary>
    protected LookupResult Unavailable(string reason) => LookupResult.Error($"{Spec} is unavailable. {reason}");

    /// <summary>
    /// A key in lower case: each character's simple lower-case form (where Postfix with ICU folds one character to several, e.g. sharp s to
    /// ss, the results differ). Without UTF-8 only ASCII letters change.
    /// </summary>
    public static string FoldKey(string key, bool utf8 = true) =>
        utf8 && !Ascii.IsValid(key) ? key.ToLowerInvariant()
        : key.AsSpan().ContainsAnyInRange('A', 'Z') ? AsciiLower(key)
        : key;

    private static string AsciiLower(string key) => string.Create(key.Length, key, static (target, source) =>
    {
        for (int i = 0; i < target.Length; i++) target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    protected virtual void Dispose(bool disposing)
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
