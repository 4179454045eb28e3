using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postmap;

/// <summary>
/// The commands postmap(1) and postalias(1): build, query, list and change lookup tables. Options, messages and exit status are Postfix's;
/// what differs is that hash: and btree: are files in the cdb format, that cdb: can be changed in place (-i, -d) and listed (-s), and that
/// a duplicate's line is told.
/// </summary>
public static class PostmapCommand
{
    /// <summary>
    /// Runs the command on the process's streams. 0: done, or found; 1: not found, or failed and the reason is on standard error.
    /// </summary>
    /// <param name="aliases">Be postalias.</param>
    public static int Run(string[] args, bool aliases)
    {
        using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput(), messages = Console.OpenStandardError();
        return Run(args, aliases, input, output, messages, logs: true);
    }

    /// <summary>Runs the command on given streams.</summary>
    public static int Run(string[] args, bool aliases, Stream input, Stream result, Stream messages, bool logs = false)
    {
        PostmapOutput output = new(aliases ? "postalias" : "postmap", result, messages);
        int status = Run(args, aliases, input, output, logs);
        return output.Flush() ? status : 1;
    }

    private static int Run(string[] args, bool aliases, Stream input, PostmapOutput output, bool logs)
    {
        try
        {
            PostmapOptions options = PostmapOptions.Parse(args, aliases, output);
            MailConfig config = LoadConfig(options);
            if (logs) output.Logs = Logging.StartCommand(config, output.Program, verbose: options.Has('v'));
            return Run(options, config, aliases, input, output);
        }
        catch (PostmapFatalException fatal)
        {
            output.Fatal(fatal.Message);
            return 1;
        }
        catch (IOException trouble)
        {
            output.Fatal($"input/output error: {trouble.Message}");
            return 1;
        }
    }

    /// <summary>The configuration; it is asked for little, so that errors in it are left to other commands.</summary>
    private static MailConfig LoadConfig(PostmapOptions options)
    {
        string directory = Tool.ConfigDirectory(options.Directory), file = Path.Combine(directory, MainCf.FileName);
        return Paths.Access(file, Paths.R_OK) == 0
            ? MailConfig.Load(directory).Config
            : throw new PostmapFatalException($"open {file}: {Errno.Text()}{Tool.WithoutFolder(options.Directory)}");
    }

    private static int Run(PostmapOptions options, MailConfig config, bool aliases, Stream input, PostmapOutput output)
    {
        bool message = options.Has('b') || options.Has('h');
        TableOptions tableOptions = new()
        {
            FoldKeys = !options.Has('f'),
            Utf8 = config.Get(CommonParams.Smtputf8Enable) && !options.Has('u') && (!message || options.Has('U')),
            MaxValueBytes = int.MaxValue / 4,
            ValuesNameFiles = options.Has('F'),
            Warn = output.Warning,
        };
        List<TableName> tables =
            [.. options.Tables.Select(argument => TableName.Parse(argument, config.Get(CommonParams.DefaultDatabaseType)))];
        if (options.DeleteKey != null || options.QueryKey == null && !options.List)
        {
            PostmapMaker maker = new(options, tableOptions, aliases, input, output, config.Get(CommonParams.LmdbMapSize));
            if (options.DeleteKey is { } key) return maker.Delete(tables, key);
            foreach (TableName table in tables) maker.Make(table);
            return 0;
        }
        using PostmapReader reader = new(options, tableOptions, aliases, input, output, tables);
        return options.List ? reader.List() : options.QueryKey == "-" ? reader.QueryAll() : reader.Query(options.QueryKey!);
    }
}

/// <summary>A table on the command line.</summary>
internal readonly record struct TableName(string Type, string Name)
{
    public string Spec => $"{Type}:{Name}";

    public static TableName Parse(string argument, string defaultType)
    {
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(defaultType, argument) : new(argument[..colon], argument[(colon + 1)..]);
    }
}

/// <summary>Between the command's bytes and the strings of tables (see <see cref="TableOptions.Utf8"/>).</summary>
internal static class Bytes
{
    public static byte[] Encode(string text, bool utf8) => (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text);

    public static string Decode(ReadOnlySpan<byte> bytes, bool utf8) => (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);

    /// <summary>A word of the command line, as a key.</summary>
    public static string FromArgument(string word, bool utf8) => utf8 ? word : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(word));
}
