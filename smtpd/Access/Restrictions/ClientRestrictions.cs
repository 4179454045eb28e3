using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the client's name and address.</summary>
internal static class ClientRestrictions
{
    public static async ValueTask<Verdict> PermitMynetworksAsync(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        MatchResult match = await c.Session.Settings.Tables.MyNetworks.MatchAsync(client.Name, client.Ip);
        if (match == MatchResult.Error) return c.LookupError(c.ReplyName);
        return match == MatchResult.Yes ? c.Permit(step.Name, ReplyClass.Client, client.NameAddress) : Verdict.Dunno;
    }

    public static ValueTask<Verdict> PermitInetInterfaces(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        bool own = client.Ip is not null && c.Session.Settings.Tables.OwnAddresses.Contains(client.Ip);
        return new(own ? c.Permit(step.Name, ReplyClass.Client, client.NameAddress) : Verdict.Dunno);
    }

    public static ValueTask<Verdict> PermitSaslAuthenticated(AccessContext c, RestrictionStep step) => new(c.Session.SaslLogin.Length > 0
        ? c.Permit(step.Name, ReplyClass.Client, c.Session.Client.NameAddress)
        : Verdict.Dunno);

    public static async ValueTask<Verdict> CheckAccessAsync(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        LookupResult found = await step.Table!.FindClientAsync(client.Name, client.Address);
        return AccessAction.Apply(c, step.Table, found, client.NameAddress, ReplyClass.Client);
    }

    /// <summary>A name that is not verified may refuse and defer, never permit.</summary>
    public static async ValueTask<Verdict> CheckReverseAccessAsync(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        LookupResult found = await step.Table!.FindClientAsync(client.ReverseName, client.Address);
        Verdict verdict = AccessAction.Apply(c, step.Table, found, client.ReverseName, ReplyClass.ReverseClient);
        if (verdict != Verdict.Ok) return verdict;
        Log.Warning($"restriction {step.Name} returns OK for {client.ReverseName}; this is not allowed for security "
            + $"reasons: use DUNNO instead");
        return Verdict.Dunno;
    }
}
