using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Commands;

/// <summary>A delivery command: what to run, as whom, where, with which environment and for how long.</summary>
public sealed class CommandSpec
{
    /// <summary>The command as the log shows it: the command line, or the program's name.</summary>
    public required string Display { get; init; }
    /// <summary>The argument vectors to try in turn; the next one only when the program of the one before does not exist.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Candidates { get; init; }
    public required UserRights Rights { get; init; }
    /// <summary>name=value; nothing else is passed on.</summary>
    public required IReadOnlyList<string> Environment { get; init; }
    /// <summary>Working directory; null: that of this process (the queue directory).</summary>
    public string? Directory { get; init; }
    /// <summary>Root directory for the command; null: none. Needs root.</summary>
    public string? ChRoot { get; init; }
    public required TimeSpan TimeLimit { get; init; }
    /// <summary>Largest file in bytes that the command may write (mailbox_size_limit); 0: any.</summary>
    public long FileSizeLimit { get; init; }
}
