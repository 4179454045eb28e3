using MtaSuite.Common.Config;
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
            if (step.WarnsIfReject)
            {
                if (c.WarnDepth == 0) c.WarnDepth = depth;
                continue;
            }
            AccessEvent? traced = c.Trace?.Begin(depth, list.Name,
                c.WarnDepth >= depth ? $"{RestrictionWords.WarnIfReject.Name} {step}" : step.ToString());
            verdict = await EvaluateAsync(c, step);
            if (traced is not null) c.Trace!.End(traced, verdict);
            if (c.WarnDepth >= depth) c.WarnDepth = 0;
            if (verdict != Verdict.Dunno || (c.DeferIfPermitActive && !c.DeferIfReject.IsNone)) break;
        }
        c.Depth = depth - 1;
        if (c.WarnDepth >= depth) c.WarnDepth = 0;
        return verdict;
    }

    private static async ValueTask<Verdict> EvaluateAsync(AccessContext c, RestrictionStep step)
    {
        if (step.Handler is { } handler) return await GoOnAsync(c, await handler(c, step));
        if (step.Class is { } list) return await RunAsync(c, list);
        Log.Warning($"restriction \"{step}\" is unknown or not supported yet");
        return c.ConfigurationError();
    }

    /// <summary>An access table's entry may itself be a list of restrictions.</summary>
    public static ValueTask<Verdict> GoOnAsync(AccessContext c, Verdict verdict) =>
        c.TakePendingEntry() is { } entry ? RunAsync(c, entry) : ValueTask.FromResult(verdict);
}
