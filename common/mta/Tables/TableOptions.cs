namespace MtaSuite.Common.Tables;

/// <summary>How a table is opened. The defaults are for daemons.</summary>
public sealed record TableOptions
{
    public static readonly TableOptions Default = new();

    /// <summary>Fold keys to lower case, when asked and when a text source is read (tables of patterns never fold).</summary>
    public bool FoldKeys { get; init; } = true;

    /// <summary>
    /// Keys and values are UTF-8 (<c>smtputf8_enable</c>). When false they are bytes, and a string holds one byte in each character
    /// (Latin-1).
    /// </summary>
    public bool Utf8 { get; init; } = true;

    /// <summary>Let the value of a pattern table refer to parts of the key ($1). Tables that name commands or files forbid it.</summary>
    public bool AllowSubstitution { get; init; } = true;

    /// <summary>Values are names of files, see <see cref="FileValues"/>; what indexed tables hold is content already.</summary>
    public bool ValuesNameFiles { get; init; }

    /// <summary>The longest value that a lookup returns, in bytes; a longer one is an error.</summary>
    public int MaxValueBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Ask in place, even on an event loop and where that blocks it: for callbacks of libraries that cannot be left and resumed. Lookups
    /// are always complete then.
    /// </summary>
    public bool InPlace { get; init; }

    /// <summary>Time for the once-a-second check whether a file was replaced.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// For a configuration check: what is wrong with a value of a table of patterns, empty when nothing is. Told to <see cref="Warn"/>.
    /// </summary>
    public Func<string, string>? Examine { get; init; }

    /// <summary>
    /// Receives complaints about a table's source text ("FILE, line N: ..."); by default the log. May be called on any thread that looks
    /// up.
    /// </summary>
    public Action<string>? Warn { get; init; } = static text => Log.Log.Warning($"{text}");
}
