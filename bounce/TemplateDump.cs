using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;

namespace MtaSuite.Bounce;

/// <summary>
/// Prints templates, for <c>postconf -t</c> and <c>postconf -b</c>: <c>bounce --dump-templates|--dump-expanded [-c DIR] [FILE]</c>. No file
/// means the built-in templates. What is wrong with a template goes to standard error.
/// </summary>
internal static class TemplateDump
{
    /// <summary>Whether a command line asks for this.</summary>
    public static bool IsAsked(string[] args) => args is ["--dump-templates" or "--dump-expanded", ..];

    /// <summary>Prints, and gives the exit status.</summary>
    public static int Run(string[] args)
    {
        string directory = "/etc/mtasuite", file = "";
        for (int i = 1; i < args.Length; i++)
        {
            if (args[i] == "-c" && i + 1 < args.Length) directory = args[++i];
            else file = args[i];
        }
        MailConfig config = MailConfig.Load(directory, processName: "bounce").Config;
        BounceTemplates templates = BounceTemplates.Load(file, new NoticeSettings(config, out _), config);
        foreach (string warning in templates.Warnings) _ = FileIO.WriteAll(2, Encoding.UTF8.GetBytes($"bounce: warning: {warning}\n"));
        return FileIO.WriteAll(1, args[0] == "--dump-templates" ? templates.Dump() : templates.DumpExpanded()) ? ExitCode.Ok
            : ExitCode.IoError;
    }
}
