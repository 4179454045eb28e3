using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd;

/// <summary>
/// smtpd_command_filter: a table that puts other commands in the place of what clients send. Even an empty line is asked about.
/// </summary>
internal sealed class CommandFilter
{
    private const int MaxLogged = 100;
    private readonly Table _table;

    private CommandFilter(Table table) => _table = table;

    /// <summary>Opens a table by "type:name"; null: there is none.</summary>
    public static CommandFilter? Open(string spec) =>
        spec.Length == 0 ? null : new CommandFilter(TableFactory.Open(spec, TableOptions.Default));

    /// <summary>Why the table could not be opened; null when it could.</summary>
    public string? OpenError => _table.OpenError is { } reason ? $"{_table.Spec}: {reason}" : null;

    /// <summary>The command to execute for what came; null when the table cannot say.</summary>
    /// <param name="line">Without its end; valid until the task is done.</param>
    public async ValueTask<ReadOnlyMemory<byte>?> ApplyAsync(ReadOnlyMemory<byte> line, string client)
    {
        string command = Encoding.UTF8.GetString(line.Span.TrimStart(" \t"u8));
        LookupResult result = await _table.LookupAsync(command);
        if (result.IsError)
        {
            Log.Warning($"{result.ErrorText}");
            return null;
        }
        if (!result.IsFound) return line;
        Log.Info($"{client}: replacing command \"{Shown(command)}\" with \"{Shown(result.Value)}\"");
        return Encoding.UTF8.GetBytes(result.Value);
    }

    private static string Shown(string command) => command.Length <= MaxLogged ? command : command[..MaxLogged];
}
