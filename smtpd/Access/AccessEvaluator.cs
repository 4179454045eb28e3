using MtaSuite.Common.Log;

namespace MtaSuite.Smtpd.Access;

/// <summary>Runs restriction lists.</summary>
internal static class AccessEvaluator
{
    /// <summary>Asks the restrictions in order until one decides.</summary>
    public static async ValueTask<Verdict> RunAsync(AccessContext c, RestrictionList list)
    {
        if (c.Depth >= AccessContext.MaxDepth)
        {
            Log.Warning($"{list.Name}: restrictions are nested without end");
            return c.ConfigurationError();
        }
        int depth = ++c.Depth;
        Verdict verdict = Verdict.Dunno;
        foreach (RestrictionStep step in list.Steps)
        {
            if (c.Session.Transaction is { Discard: true }) break;
            if (step.Word.Name == RestrictionWords.WarnIfReject)
            {
                if (c.WarnDepth == 0) c.WarnDepth = depth;
                continue;
            }
            AccessEvent? traced =
                c.Trace?.Begin(depth, list.Name, c.WarnDepth >= depth ? $"{RestrictionWords.WarnIfReject} {step}" : step.ToString());
            verdict = await JudgeAsync(c, step);
            if (traced is not null) c.Trace!.End(traced, verdict);
            if (c.WarnDepth >= depth) c.WarnDepth = 0;
            if (verdict != Verdict.Dunno || (c.DeferIfPermitActive && !c.DeferIfReject.IsNone)) break;
        }
        c.Depth = depth - 1;
        if (c.WarnDepth >= depth) c.WarnDepth = 0;
        return verdict;
    }

    private static async ValueTask<Verdict> JudgeAsync(AccessContext c, RestrictionStep step)
    {
        if (step.Word.Judge is { } judge) return await GoOnAsync(c, await judge(c, step));
        if (step.Class is { } list) return await RunAsync(c, list);
        Log.Warning($"restriction \"{step}\" is unknown or not supported yet");
        return c.ConfigurationError();
    }

    /// <summary>An access table's entry may itself be a list of restrictions.</summary>
    public static ValueTask<Verdict> GoOnAsync(AccessContext c, Verdict verdict) =>
        c.TakePendingEntry() is { } entry ? RunAsync(c, entry) : ValueTask.FromResult(verdict);
}
