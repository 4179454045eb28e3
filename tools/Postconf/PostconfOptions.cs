using MtaSuite.Common.Config;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postconf;

/// <summary>Where a name comes from: built in, made from a service's name, or made up by the user.</summary>
[Flags]
internal enum ParamClasses { None = 0, Builtin = 1, Service = 2, User = 4, All = 7 }

/// <summary>The parsed command line.</summary>
internal sealed class PostconfOptions
{
    private const string Letters = "+aAbc:C:deEfFhHjlmMno:pPqtT:vxX#";

    public Modes Modes { get; private set; }
    public ParamClasses Classes { get; private set; } = ParamClasses.All;
    public bool Quiet { get; private set; }
    public string? Directory { get; private set; }
    public string TlsMode { get; private set; } = "";
    public List<KeyValuePair<string, string>> Overrides { get; } = [];

    /// <summary>What follows the options.</summary>
    public List<string> Names { get; } = [];

    public bool Has(Modes mode) => (Modes & mode) != 0;

    /// <summary>Parses as getopt(3) does without permutation: the first argument that is no option ends them.</summary>
    public static PostconfOptions Parse(string[] args, PostconfOutput output)
    {
        var options = new PostconfOptions { Directory = Environment.GetEnvironmentVariable("MAIL_CONFIG") };
        GetOpt words = new(args, Letters) { Complain = output.Error };
        for (char letter = words.Next(); letter != '\0'; letter = words.Next())
        {
            if (letter == '?') throw Usage(output);
            options.Take(letter, words.Value);
        }
        options.Names.AddRange(words.Operands);
        options.Complete();
        return options;
    }

    private static PostconfFatalException Usage(PostconfOutput output) => new(
            $"usage: {output.Program} [-a (server SASL types)] [-A (client SASL types)] [-b (bounce templates)] [-c config_dir] [-C "
            + $"param_class]"
            + " [-d (parameter defaults)] [-e (edit configuration)] [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] [-H (no "
            + "values)]"
            + " [-j (JSON lines)] [-l (lock types)] [-m (map types)] [-M (master.cf)] [-n (explicit settings)]"
            + " [-o name=value (override parameter value)] [-p (main.cf, default)] [-P (master.cf parameters)] [-q (no warnings)]"
            + " [-t (bounce templates)] [-T compile-version|run-version|public-key-algorithms] [-v (verbose)]"
            + " [-x (expand parameter values)] [-X (exclude)] [-# (comment-out)] [name...]");

    private void Take(char letter, string value)
    {
        switch (letter)
        {
            case 'c': Directory = value; break;
            case 'C': Classes = ParseClasses(value); break;
            case 'T':
                if (Has(Modes.Tls)) throw new PostconfFatalException("At most one -T <mode> option may be specified");
                Modes |= Modes.Tls;
                TlsMode = value;
                break;
            case 'o':
                Modes |= Modes.Override;
                if (!MainCf.TrySplit(value, out string name, out string text, out string problem))
                    throw new PostconfFatalException($"invalid parameter override: {value}: {problem}");
                Overrides.Add(new(name, text));
                break;
            default: TakeFlag(letter); break;
        }
    }

    private static ParamClasses ParseClasses(string value)
    {
        var classes = ParamClasses.None;
        foreach (string word in ConfigList.Split(value))
            classes |= word.ToLowerInvariant() switch
            {
                "builtin" => ParamClasses.Builtin,
                "service" => ParamClasses.Service,
                "user" => ParamClasses.User,
                "all" => ParamClasses.All,
                _ => throw new PostconfFatalException($"unknown -C option value \"{word}\" in \"{value}\""),
            };
        return classes;
    }

    private void TakeFlag(char letter)
    {
        if (letter is 'b' or 't' && Has(Modes.ExpandTemplates | Modes.DumpTemplates))
            throw new PostconfFatalException("specify one of -b and -t");
        if (letter == 'q') Quiet = true;
        Modes |= letter switch
        {
            'a' => Modes.SaslServer,
            'A' => Modes.SaslClient,
            'b' => Modes.ExpandTemplates,
            'd' => Modes.Defaults,
            'e' => Modes.Edit,
            'f' => Modes.Fold,
            'F' => Modes.MasterFields,
            'h' => Modes.HideName,
            'H' => Modes.HideValue,
            'j' => Modes.Json,
            'l' => Modes.LockTypes,
            'm' => Modes.TableTypes,
            'M' => Modes.MasterEntries,
            'n' => Modes.ExplicitOnly,
            'p' => Modes.Main,
            'P' => Has(Modes.MasterParams) ? Modes.AllMasterParams : Modes.MasterParams,
            't' => Modes.DumpTemplates,
            'x' => Modes.Expand,
            'X' => Modes.Remove,
            '#' => Modes.CommentOut,
            _ => Modes.None,
        };
    }

    /// <summary>Makes implied options explicit, then refuses those that do not go together.</summary>
    private void Complete()
    {
        if (!Has(Modes.Major)) Modes |= Modes.Main;
        if (Has(Modes.Main | Modes.Master) && Names.Count > 0 && Names[0].Contains('=')) Modes |= Modes.Edit;
        if (ModeRules.Problem(Modes) is { } problem) throw new PostconfFatalException(problem);
        if (Has(Modes.Edit) && Names.Count == 0) throw new PostconfFatalException("-e requires name=value argument");
    }
}
