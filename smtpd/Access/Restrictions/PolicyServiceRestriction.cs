using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>The restriction that leaves the decision to a server outside (check_policy_service).</summary>
internal static class PolicyServiceRestriction
{
    public static async ValueTask<Verdict> AskAsync(AccessContext c, RestrictionStep step)
    {
        PolicyServer server = step.Policy!;
        if (c.Trace is { } trace)
        {
            // a greylist, or whoever counts, must not take a question for a client
            trace.Asks("policy server", server.Settings.Name);
            trace.Note($"{server.Settings.Name} would be asked; what it says is not known here");
            return Verdict.Dunno;
        }
        string? action = await server.AskAsync(c.Session.Server.Services, c.Session.Instance,
            PolicyRequest.Make(c, server.Settings.Context));
        if (action != null) return await ApplyAsync(c, server, action);
        // A default action may name a policy server that is away too.
        bool first = ++c.FailedPolicies == 1;
        Verdict verdict = await ApplyAsync(c, server,
            first ? server.Settings.DefaultAction : SmtpdParams.SmtpdPolicyServiceDefaultAction.Default);
        c.FailedPolicies--;
        return verdict;
    }

    private static ValueTask<Verdict> ApplyAsync(AccessContext c, PolicyServer server, string action) =>
        AccessEvaluator.GoOnAsync(c,
            AccessAction.Apply(c, $"policy server {server.Settings.Name}", LookupResult.Found(action), c.ReplyName, c.ReplyClass));
}
