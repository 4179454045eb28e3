using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Shared;

/// <summary>What every command does the same way: messages, buffered output, where the configuration is.</summary>
internal static class Tool
{
    private const int BufferSize = 32 * 1024;
    private static readonly MemoryStream Output = new();
    private static bool s_outputBroken;
    private static Stream? s_redirected, s_messages;

    /// <summary>The command's name, in front of its messages.</summary>
    public static string Name { get; set; } = "mtasuite";

    /// <summary>The name this process was called by: argv[0] without folders.</summary>
    public static string InvokedAs()
    {
        string first = Environment.GetCommandLineArgs()[0];
        // a runtime that compiles just in time puts its assembly's name there
        if (first.EndsWith(".dll", StringComparison.Ordinal)) first = File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
        return Path.GetFileName(first);
    }

    /// <summary>This process's environment, for a program that it starts or becomes.</summary>
    public static List<string> OwnEnvironment() =>
        [.. from System.Collections.DictionaryEntry v in Environment.GetEnvironmentVariables() select $"{v.Key}={v.Value}"];

    /// <summary>Output and messages go elsewhere from now on; null: where they belong. For tests.</summary>
    internal static void Redirect(Stream? output, Stream? messages)
    {
        Flush();
        (s_redirected, s_messages) = (output, messages);
    }

    /// <summary>Tells the user why the command ends and gives back its exit status.</summary>
    public static int Fatal(int status, string text)
    {
        Complain($"fatal: {text}");
        return status;
    }

    public static void Warning(string text) => Complain($"warning: {text}");

    /// <summary>A line on standard error after the command's name.</summary>
    public static void Complain(string text)
    {
        Flush();
        byte[] line = Encoding.UTF8.GetBytes($"{Name}: {Printable(text)}\n");
        if (s_messages != null) s_messages.Write(line);
        else _ = FileIO.WriteAll(2, line);
    }

    /// <summary>Text for standard output; it is handed over when the buffer is full and at the end.</summary>
    public static void Print(string text) => Print(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes for standard output as they are.</summary>
    public static void Print(ReadOnlySpan<byte> bytes)
    {
        Output.Write(bytes);
        if (Output.Length > BufferSize) Flush();
    }

    /// <summary>Writes the output. False when the reader is gone: then the command can end.</summary>
    public static bool Flush()
    {
        ReadOnlySpan<byte> ready = Output.GetBuffer().AsSpan(0, (int)Output.Length);
        if (s_redirected != null) s_redirected.Write(ready);
        else if (!ready.IsEmpty && !s_outputBroken) s_outputBroken = !FileIO.WriteAll(1, ready);
        Output.SetLength(0);
        return !s_outputBroken;
    }

    /// <summary>The end of a command: an exit status, after the output is out. Output that cannot be written is a failure.</summary>
    public static int Finish(int status)
    {
        bool written = Flush();
        return written || status != 0 ? status : 1;
    }

    /// <summary>Other people's data as a terminal may show it.</summary>
    public static string Printable(string text) => Common.Log.Printable.Text(text);

    /// <summary>The same for text of several lines, which stay lines.</summary>
    public static string PrintableLines(string text) => Common.Log.Printable.Lines(text);

    /// <summary>The configuration folder: the option, else MAIL_CONFIG, else the default. A path of a main.cf names its folder.</summary>
    public static string ConfigDirectory(string? option)
    {
        string path = option ?? Environment.GetEnvironmentVariable("MAIL_CONFIG") ?? "";
        if (path.Length == 0) return Product.ConfigDirectory;
        return Path.GetFileName(path) == MainCf.FileName ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
    }

    /// <summary>What to do where there is no main.cf, where its folder was not given; otherwise nothing.</summary>
    public static string WithoutFolder(string? option) =>
        option == null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("MAIL_CONFIG")) ? " (name the configuration folder "
        + "with -c, or in MAIL_CONFIG)" : "";

    /// <summary>What a command needs that must start fast; null, told as fatal, when there is no configuration to read.</summary>
    public static QuickConfig? LoadQuickConfig(string? option, string process)
    {
        QuickConfig? config = QuickConfig.Load(ConfigDirectory(option), process, out string error);
        if (config == null) Complain($"fatal: {error}{WithoutFolder(option)}");
        return config;
    }

    /// <summary>The configuration for a command, its defects told as warnings; null, told as fatal, when there is none to read.</summary>
    /// <param name="quiet">Defects are told later, or not at all.</param>
    public static MailConfig? LoadConfig(string? option, string process, bool quiet = false)
    {
        string directory = ConfigDirectory(option);
        string main = $"{directory}/{MainCf.FileName}";
        if (Paths.Access(main, Paths.R_OK) != 0)
        {
            Complain($"fatal: open {main}: {Errno.Text()}{WithoutFolder(option)}");
            return null;
        }
        ConfigResult loaded = MailConfig.Load(directory, processName: process);
        if (!quiet)
            foreach (ConfigProblem problem in loaded.Problems) Warning($"{problem}");
        SetEnvironment(loaded.Config);
        return loaded.Config;
    }

    /// <summary>
    /// What import_environment sets (TZ=UTC) holds for commands as it does for daemons; variables that it only names they have already.
    /// </summary>
    private static void SetEnvironment(MailConfig config)
    {
        foreach ((string name, string? value) in EnvironmentList.Read(config.GetList(MasterParams.ImportEnvironment)))
            if (value != null && name != "MAIL_CONFIG"
                && Environment.GetEnvironmentVariable(name) != value) Environment.SetEnvironmentVariable(name, value);
    }
}
