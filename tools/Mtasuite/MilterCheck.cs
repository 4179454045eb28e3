using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Reads the lists of milters as smtpd and cleanup do, those in the tables of smtpd_milter_maps too: a milter that can never be asked would
/// hold up all mail, or let it pass unseen.
/// </summary>
internal static class MilterCheck
{
    /// <summary>A table may have one mistake many times.</summary>
    private const int MaxProblems = 10;

    private static readonly HashSet<string> s_names = [.. MilterParams.All.Select(p => p.Name)];

    public static void Run(CheckContext context)
    {
        Check(context, context.Config, 0);
        foreach (CheckedService service in context.Services)
            if (service.Entry.Overrides.Any(o => s_names.Contains(o.Key))) Check(context, service.Config, service.Entry.Line);
    }

    private static void Check(CheckContext context, MailConfig config, int serviceLine)
    {
        MilterSettings settings = new(config);
        foreach (MilterProblem problem in settings.Problems)
            if (problem.Parameter != MilterParams.SmtpdMilterMaps) // TableCheck reports tables that cannot be opened
                context.ReportSetting(Severity.Error, config, problem.Parameter.Name, serviceLine, problem.ToString());
        foreach (string table in config.GetList(MilterParams.SmtpdMilterMaps))
            foreach (string problem in ProblemsIn(table, settings))
                context.ReportSetting(Severity.Error, config, MilterParams.SmtpdMilterMaps.Name, serviceLine,
                    $"{MilterParams.SmtpdMilterMaps}: {table}: {problem}");
    }

    /// <summary>What is wrong with the lists in a table; of tables that cannot be listed nothing is known.</summary>
    private static List<string> ProblemsIn(string spec, MilterSettings settings)
    {
        List<string> problems = [];
        TableValues.Visit(spec, list =>
        {
            // a pattern fills in what it matched
            string problem = list.Contains('$') ? "" : settings.ProblemOf(list);
            if (problem.Length > 0 && !problems.Contains(problem)) problems.Add(problem);
            return problems.Count < MaxProblems;
        });
        return problems;
    }
}
