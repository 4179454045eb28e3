using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postmap;

/// <summary>The command newaliases, and <c>sendmail -bi</c>: rebuilds the tables of <c>alias_database</c> as postalias does.</summary>
public static class NewaliasesCommand
{
    /// <summary>
    /// Runs on the process's streams; the exit status is postalias's. Options that say nothing about alias tables are accepted.
    /// </summary>
    /// <param name="args">-c DIR or -C DIR: the configuration; -oA FILE: rebuild this table instead; -v: verbose.</param>
    public static int Run(string[] args)
    {
        using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput(), messages = Console.OpenStandardError();
        return Run(args, input, output, messages, logs: true);
    }

    /// <summary>Runs on given streams.</summary>
    public static int Run(string[] args, Stream input, Stream output, Stream messages, bool logs = false)
    {
        string? option = null;
        List<string> tables = [], flags = [];
        for (int i = 0; i < args.Length; i++)
        {
            string word = args[i];
            if (word.StartsWith("-oA", StringComparison.Ordinal))
                tables.Add(word.Length > 3 ? word[3..] : i + 1 < args.Length ? args[++i] : "");
            else if (word is "-c" or "-C" && i + 1 < args.Length) option = args[++i];
            else if (word.Length > 2 && word[..2] is "-c" or "-C") option = word[2..];
            else if (word == "-v") flags.Add(word);
        }
        string directory = Tool.ConfigDirectory(option);
        if (tables.Count == 0) tables = MailConfig.Load(directory).Config.GetList(LocalParams.AliasDatabase);
        // no alias database is a choice: nothing to do
        return tables.Count == 0 ? 0 : PostmapCommand.Run(["-c", directory, .. flags, "--", .. tables], true, input, output, messages,
            logs);
    }
}
