using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// The check of an instance's whole configuration, the same for <c>check</c>, <c>start</c> and <c>reload</c>: what one of them refuses, all
/// refuse. It changes nothing.
/// </summary>
internal static class SuiteCheck
{
    /// <summary>The checks beyond names, values and restrictions that need no instance but its two files.</summary>
    public static IReadOnlyList<Action<CheckContext>> OfSettings { get; } =
        [TableCheck.Run, ListCheck.Run, IdentityCheck.Run, SettingCheck.Run, PipeCheck.Run, TlsCheck.Run, MilterCheck.Run];

    /// <summary>All problems, in the order of file and line.</summary>
    public static IReadOnlyList<ConfigProblem> Problems(Instance instance) =>
        ConfigCheck.Run(instance.ConfigDirectory, [.. OfSettings, ListenCheck.Run, context => FileCheck.Run(context, instance)]);
}
