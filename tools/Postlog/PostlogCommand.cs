using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postlog;

/// <summary>postlog: lines from scripts into the suite's log.</summary>
internal static class PostlogCommand
{
    public const string Manual = """
        postlog - write to the mail log

        usage: postlog [-iv] [-c DIR] [-p PRIORITY] [-t TAG] [TEXT...]

          -p PRIORITY   info (default), warn, error, fatal, panic
          -t TAG        the name at the beginning of the line; default: syslog_name
          -i            accepted and ignored: the process id is always logged

        Without TEXT each line of standard input is logged. On a terminal the lines appear on standard error as well.

        Exit status: 0 done, 1 error.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "+c:ip:t:v");
        (string? directory, string priority, string tag) = (null, "info", "");
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'p': priority = options.Value; break;
                case 't': tag = options.Value; break;
                case '?': return Tool.Fatal(1, "usage: postlog [-c config_dir] [-i] [-p priority] [-t tag] [-v] [text]");
                default: break;
            }
        }
        if (LevelOf(priority) is not { } level) return Tool.Fatal(1, $"bad severity: \"{priority}\"");
        MailConfig? config = Tool.LoadConfig(directory, "postlog");
        if (config == null) return 1;
        if (!Logging.StartCommand(config, "postlog", tag)) return Tool.Fatal(1, $"open log file: {Errno.Text()}");
        if (options.Operands.Count > 0) Write(level, string.Join(' ', options.Operands), tag);
        else
            while (Console.In.ReadLine() is { } line) Write(level, line, tag);
        Log.Flush();
        return ExitCode.Ok;
    }

    private static LogLevel? LevelOf(string priority) => priority switch
    {
        "info" => LogLevel.Info,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Fatal,
        "panic" => LogLevel.Panic,
        _ => null,
    };

    private static void Write(LogLevel level, string text, string tag)
    {
        switch (level)
        {
            case LogLevel.Info: Log.Info($"{text}"); break;
            case LogLevel.Warning: Log.Warning($"{text}"); break;
            case LogLevel.Error: Log.Error($"{text}"); break;
            case LogLevel.Fatal: Log.Fatal($"{text}"); break;
            default: Log.Panic($"{text}"); break;
        }
        if (Terminal.IsATty(2) == 0) return;
        if (tag.Length > 0) Tool.Name = tag;
        Tool.Complain(level == LogLevel.Info ? text : $"{(level == LogLevel.Warning ? "warning" : priorityName(level))}: {text}");

        static string priorityName(LogLevel level) => level switch { LogLevel.Error => "error", LogLevel.Fatal => "fatal", _ => "panic" };
    }
}
