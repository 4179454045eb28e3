using System.Buffers;

namespace MtaSuite.Local.Commands;

/// <summary>How a command line of an alias, .forward file or parameter is run: directly where no shell is needed.</summary>
public static class ShellCommand
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ \t");

    /// <summary>The argument vectors to try in turn.</summary>
    /// <param name="shell">local_command_shell; empty: the program itself where the line has nothing for a shell, or /bin/sh.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Parse(string command, string shell)
    {
        if (shell.Length > 0) return [[.. Words(shell), command]];
        string[] viaShell = ["/bin/sh", "-c", command];
        if (command.AsSpan().ContainsAnyExcept(s_plain) || command.AsSpan().Trim().IsEmpty) return [viaShell];
        string[] words = Words(command);
        // a word without a slash that is no program may be a built-in of the shell, such as "exit 67"
        return words[0].Contains('/') ? [words] : [words, viaShell];
    }

    private static string[] Words(string text) => text.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
