using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Names what would go wrong: the configuration, programs and accounts that are missing, tables that can't be opened, unsafe permissions.
/// </summary>
internal static class CheckCommand
{
    /// <summary>Called by master before a reload, on files that it has taken, it tells only what speaks against them.</summary>
    public static int Run(Instance instance) =>
        Accepts(instance, ConfigSnapshot.OfProcess != null ? Severity.Error : Severity.Warning) ? ExitCode.Ok : ExitCode.Configuration;

    /// <summary>True when nothing is wrong enough to refuse a start.</summary>
    /// <param name="told">The least severity that is told: a start keeps quiet about what is accepted and changes nothing.</param>
    public static bool Accepts(Instance instance, Severity told = Severity.Error)
    {
        int errors = 0;
        foreach (ConfigProblem problem in SuiteCheck.Problems(instance))
        {
            if (problem.Severity == Severity.Error) errors++;
            if (problem.Severity >= told) Tool.Complain($"{(problem.Severity == Severity.Error ? "error" : "warning")}: {problem}");
        }
        return errors == 0;
    }
}
