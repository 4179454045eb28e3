using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postwalk;

/// <summary>postwalk: what the log says about one message, process by process, with the notices and copies that came from it.</summary>
internal static class PostwalkCommand
{
    public const string Manual = """
        postwalk - show what the log says about one message, from all processes and in order

        usage: postwalk [-jv] [-c DIR] [-l FILE]... ID|MESSAGE-ID

          -l FILE   read this log; default: maillog_file. Several are read in the order given
          -j        JSON, one object a line

        A Message-ID may be given with or without its angle brackets. Messages that came from it (notices, requeued and forwarded copies)
        are shown as well.

        Exit status: 0 found; 1 not found, or the log cannot be read.

        """;

    private const string Usage = "usage: postwalk [-jv] [-c config_dir] [-l log_file]... queue_id|message_id";

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:jl:v");
        (string? directory, bool json) = (null, false);
        List<string> logs = [];
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'j': json = true; break;
                case 'l': logs.Add(options.Value); break;
                case '?': return Tool.Fatal(ExitCode.Usage, Usage);
                default: break;
            }
        }
        if (options.Operands.Count != 1) return Tool.Fatal(ExitCode.Usage, Usage);
        if (logs.Count == 0)
        {
            MailConfig? config = Tool.LoadConfig(directory, "postwalk");
            if (config == null) return 1;
            string file = config.Get(LogParams.MaillogFile);
            if (file.StartsWith("/dev/", StringComparison.Ordinal)) return Tool.Fatal(1, $"the log goes to {file}: name a file with -l");
            logs.Add(file.Length > 0 ? file : "/var/log/mail.log");
        }
        return Walk(options.Operands[0], logs, json);
    }

    private static int Walk(string what, List<string> logs, bool json)
    {
        MessageWalk walk = new(what);
        // the line about a copy may follow the copy's own: ids are looked for until no more are found, then lines are
        // collected
        try
        {
            int known;
            do
            {
                known = walk.Known;
                foreach (string line in logs.SelectMany(File.ReadLines)) walk.Take(line, collect: false);
            }
            while (walk.Known > known);
            foreach (string line in logs.SelectMany(File.ReadLines)) walk.Take(line, collect: true);
        }
        catch (IOException e) { return Tool.Fatal(1, $"read log: {e.Message}"); }
        catch (UnauthorizedAccessException e) { return Tool.Fatal(1, $"read log: {e.Message}"); }
        if (walk.Messages.Count == 0) return Tool.Fatal(1, $"nothing about {what} in {string.Join(", ", logs)}");
        foreach ((string id, List<WalkStep> steps) in walk.Messages)
        {
            if (!json) Tool.Print($"{id}{(walk.Origin(id) is { } origin ? $" (from {origin})" : "")}\n");
            foreach (WalkStep step in steps) Tool.Print(json ? Json(id, step) : Text(step));
        }
        return ExitCode.Ok;
    }

    private static string Text(WalkStep step) =>
        Tool.PrintableLines(string.Create(CultureInfo.InvariantCulture,
            $"  {step.Time,-15}  {step.Process,-10} {Tool.Printable(step.Text)}\n"));

    private static string Json(string id, WalkStep step) =>
        new JsonLine().Text("queue_id", id).Text("time", step.Time).Text("process", step.Process).Text("text", step.Text).ToString();
}
