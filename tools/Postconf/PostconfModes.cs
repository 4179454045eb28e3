
namespace MtaSuite.Tools.Postconf;

/// <summary>What the command line asks for: the options, and what they imply.</summary>
[Flags]
internal enum Modes
{
    None = 0,
    SaslServer = 1 << 0, SaslClient = 1 << 1, ExpandTemplates = 1 << 2, ParamClass = 1 << 3, Defaults = 1 << 4, Edit = 1 << 5,
    Fold = 1 << 6, MasterFields = 1 << 7, HideName = 1 << 8, HideValue = 1 << 9, Json = 1 << 10, LockTypes = 1 << 11, TableTypes = 1 << 12,
    MasterEntries = 1 << 13, ExplicitOnly = 1 << 14, Override = 1 << 15, Main = 1 << 16, MasterParams = 1 << 17, DumpTemplates = 1 << 18,
    Tls = 1 << 19, Expand = 1 << 20, Remove = 1 << 21, CommentOut = 1 << 22, AllMasterParams = 1 << 23,

    /// <summary>What the command is about; exactly one of them.</summary>
    Major = SaslServer | SaslClient | ExpandTemplates | LockTypes | TableTypes | DumpTemplates | Main | MasterEntries | MasterFields
        | MasterParams | Tls,
    Master = MasterEntries | MasterFields | MasterParams,
    AnyEdit = Edit | Remove | CommentOut,
}

/// <summary>Which options go together.</summary>
internal static class ModeRules
{
    /// <summary>The options in the order in which messages name them.</summary>
    private static readonly (string Option, Modes Mode)[] Names =
    [
        ("-a", Modes.SaslServer), ("-A", Modes.SaslClient), ("-b", Modes.ExpandTemplates), ("-C", Modes.ParamClass), ("-d", Modes.Defaults),
        ("-e", Modes.Edit), ("-f", Modes.Fold), ("-F", Modes.MasterFields), ("-h", Modes.HideName), ("-H", Modes.HideValue),
            ("-j", Modes.Json),
        ("-l", Modes.LockTypes), ("-m", Modes.TableTypes), ("-M", Modes.MasterEntries), ("-n", Modes.ExplicitOnly), ("-o", Modes.Override),
        ("-p", Modes.Main), ("-P", Modes.MasterParams), ("-t", Modes.DumpTemplates), ("-T", Modes.Tls), ("-x", Modes.Expand),
        ("-X", Modes.Remove), ("-#", Modes.CommentOut), ("-PP", Modes.AllMasterParams),
    ];

    /// <summary>Sets of which at most one may be given.</summary>
    private static readonly Modes[] Exclusive =
    [
        Modes.Major,
        Modes.AllMasterParams | Modes.AnyEdit,
        Modes.Defaults | Modes.ExplicitOnly | Modes.AnyEdit,
        Modes.Fold | Modes.AnyEdit,
        Modes.Expand | Modes.AnyEdit,
        Modes.Override | Modes.Defaults | Modes.AnyEdit,
        Modes.HideName | Modes.HideValue | Modes.AnyEdit,
    ];

    private const Modes Shape = Modes.Fold | Modes.HideName | Modes.HideValue | Modes.Override | Modes.Expand | Modes.Json;

    /// <summary>Options, and all others that may stand beside them.</summary>
    private static readonly (Modes With, Modes Allowed)[] Compatible =
    [
        (Modes.SaslServer, 0), (Modes.SaslClient, 0), (Modes.ExpandTemplates, 0), (Modes.LockTypes, 0), (Modes.TableTypes, 0),
            (Modes.Tls, 0),
        (Modes.DumpTemplates, 0),
        (Modes.Main, Modes.AnyEdit | Shape | Modes.ParamClass | Modes.Defaults | Modes.ExplicitOnly),
        (Modes.MasterEntries, Modes.AnyEdit | Modes.Fold | Modes.Override | Modes.Expand | Modes.Json),
        (Modes.MasterFields, Modes.Edit | Shape),
        (Modes.MasterParams, Modes.Edit | Modes.Remove | Shape | Modes.AllMasterParams),
        (Modes.AllMasterParams, Shape | Modes.MasterParams),
        (Modes.Json, Modes.Main | Modes.Master | Modes.Override | Modes.Expand | Modes.ExplicitOnly | Modes.Defaults),
        (Modes.ParamClass, Modes.Main | Modes.Defaults | Modes.ExplicitOnly),
    ];

    /// <summary>What is wrong with a set of options, or null.</summary>
    public static string? Problem(Modes modes)
    {
        foreach (Modes set in Exclusive)
            if (System.Numerics.BitOperations.PopCount((uint)(modes & set)) > 1) return $"specify one of {Text(modes & set)}";
        foreach ((Modes with, Modes allowed) in Compatible)
            if ((modes & with) != 0 && (modes & ~(with | allowed)) is var excess && excess != 0)
                return $"with option {Text(with)}, do not specify {Text(excess)}";
        return null;
    }

    private static string Text(Modes modes) => string.Join(", ", Names.Where(n => (modes & n.Mode) != 0).Select(n => n.Option));
}
