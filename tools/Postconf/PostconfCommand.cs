using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// The <c>postconf</c> command: shows and edits main.cf and master.cf. Options, output and exit status are those of Postfix 3.11, because
/// installers script against them.
/// </summary>
public static class PostconfCommand
{
    public const string Manual = """
        postconf - show and edit main.cf and master.cf

        postconf [-dfhHjnqx] [-c DIR] [-C CLASS,...] [-o NAME=VALUE] [PARAMETER...]   show parameters
        postconf [-e] [-c DIR] PARAMETER=VALUE...                                    set parameters in main.cf
        postconf -X|-# [-c DIR] PARAMETER...                                         remove, or comment out
        postconf -M [-fjqx] [SERVICE[/TYPE]...]                                      show services of master.cf
        postconf -F [-fhHjqx] [SERVICE[/TYPE[/FIELD]]...]                            show their columns
        postconf -P [-fhHjqx] [SERVICE[/TYPE[/PARAMETER]]...]                        show their -o settings; -PP: all settings
        postconf -M|-F|-P [-e] SERVICE/TYPE[/WHAT]=VALUE...                          change them
        postconf -MX|-M#|-PX SERVICE/TYPE[/PARAMETER]...                             remove, or comment out
        postconf -m|-l|-a|-A                                                         types of tables, locks, SASL servers and clients
        postconf -T compile-version|run-version|public-key-algorithms                facts about TLS
        postconf -t|-b [FILE]                                                        templates of notices, as they are or expanded

        -c DIR   the configuration directory (also from MAIL_CONFIG)
        -C       classes: builtin, service, user, all
        -d       defaults instead of settings
        -f       fold long lines
        -h, -H   values alone, names alone
        -j       one JSON object a line
        -n       only what main.cf sets
        -q       no warnings about unused and deprecated parameters
        -x       expand $name

        Exit status: 0 done; 1 error, or wrong usage.

        """;

    /// <summary>Runs the command on the process's streams. 0: done; 1: refused or failed, the reason is on standard error.</summary>
    public static int Run(string[] args)
    {
        using var result = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 16384) { NewLine = "\n" };
        using var messages =
            new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), 256) { NewLine = "\n", AutoFlush = true };
        string program = Environment.GetCommandLineArgs()[0];
        if (Path.GetFileName(program) != "postconf") program = "postconf";
        try { return Run(args, result, messages, program); }
        catch (IOException e)
        {
            messages.WriteLine($"{program}: fatal: {e.Message}");
            return 1;
        }
    }

    /// <summary>Runs the command on given streams.</summary>
    public static int Run(string[] args, TextWriter result, TextWriter messages, string program = "postconf")
    {
        var output = new PostconfOutput(program, result, messages);
        int status;
        try { status = Run(PostconfOptions.Parse(args, output), output); }
        catch (PostconfFatalException e)
        {
            output.Error($"fatal: {e.Message}");
            status = 1;
        }
        result.Flush();
        return status;
    }

    private static int Run(PostconfOptions options, PostconfOutput output)
    {
        string directory = options.Directory ?? Product.ConfigDirectory;
        if (options.Has(Modes.TableTypes)) BuildFeatures.Show(TableFactory.TypeNames, output);
        else if (options.Has(Modes.LockTypes)) BuildFeatures.Show(BuildFeatures.LockTypes, output);
        else if (options.Has(Modes.SaslServer)) BuildFeatures.Show(BuildFeatures.SaslServerTypes, output);
        else if (options.Has(Modes.SaslClient)) BuildFeatures.Show(BuildFeatures.SaslClientTypes, output);
        else if (options.Has(Modes.Tls)) return BuildFeatures.ShowTls(options.TlsMode, output);
        else if (options.Has(Modes.ExpandTemplates | Modes.DumpTemplates)) return ShowTemplates(options, directory);
        else if (options.Has(Modes.AnyEdit)) Edit(options, directory, output);
        else Show(options, directory, output);
        return 0;
    }

    /// <summary>The bounce daemon knows the texts: this becomes that program. An empty name asks for the built-in texts.</summary>
    private static int ShowTemplates(PostconfOptions options, string directory)
    {
        if (options.Names.Count > 1) throw new PostconfFatalException("options -b and -t require at most one template file");
        MailConfig config = MailConfig.Load(directory).Config;
        string file = options.Names.Count == 1 ? options.Names[0] : config.Get(BounceParams.BounceTemplateFile);
        string program = Path.Combine(config.Get(MasterParams.DaemonDirectory), "bounce");
        string what = options.Has(Modes.ExpandTemplates) ? "--dump-expanded" : "--dump-templates";
        int error = -Processes.Exec(program, ["bounce", what, "-c", directory, file], Tool.OwnEnvironment());
        throw new PostconfFatalException($"exec {program}: {Errno.Text(error)}");
    }

    private static void Edit(PostconfOptions options, string directory, PostconfOutput output)
    {
        if (options.Names.Count == 0) throw new PostconfFatalException("missing service argument");
        if (options.Has(Modes.Master)) MasterEditor.Edit(options, Path.Combine(directory, MasterCf.FileName), output);
        else MainEditor.Edit(options, Path.Combine(directory, MainCf.FileName), output);
    }

    private static void Show(PostconfOptions options, string directory, PostconfOutput output)
    {
        bool master = options.Has(Modes.Master);
        var view = ConfigView.Load(options, directory, master, output);
        if (options.Has(Modes.MasterFields)) MasterFieldPrinter.Show(view);
        else if (options.Has(Modes.MasterParams)) MasterParamPrinter.Show(view);
        else if (master) MasterEntryPrinter.Show(view);
        else MainPrinter.Show(view);
        if (options.Quiet || options.Has(Modes.Defaults)) return;
        bool deprecated = !master && UnusedParams.WarnMain(view);
        deprecated |= UnusedParams.WarnMaster(view);
        if (deprecated) output.Warning("the manual page of each parameter says what to use instead of a deprecated one");
    }
}
