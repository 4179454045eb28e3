using MtaSuite.Common.Routing;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the client's name and address.</summary>
internal static class ClientWords
{
    public static Verdict PermitMynetworks(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        MatchResult match = c.Session.Settings.MyNetworks.Match(client.Name, client.Ip);
        if (match == MatchResult.Error) return c.LookupError(c.ReplyName);
        return match == MatchResult.Yes ? c.Permit(step.Word.Name, ReplyClass.Client, client.NameAddress) : Verdict.Dunno;
    }

    public static Verdict PermitInetInterfaces(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        bool own = client.Ip is not null && c.Session.Settings.OwnAddresses.Contains(client.Ip);
        return own ? c.Permit(step.Word.Name, ReplyClass.Client, client.NameAddress) : Verdict.Dunno;
    }

    public static Verdict PermitSaslAuthenticated(AccessContext c, RestrictionStep step) => c.Session.SaslLogin.Length > 0
        ? c.Permit(step.Word.Name, ReplyClass.Client, c.Session.Client.NameAddress)
        : Verdict.Dunno;

    public static Verdict CheckAccess(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        return AccessAction.Apply(c, step.Table!, step.Table!.FindClient(client.Name, client.Address), client.NameAddress,
            ReplyClass.Client);
    }

    /// <summary>A name that is not verified may refuse and defer, never permit.</summary>
    public static Verdict CheckReverseAccess(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        Verdict verdict = AccessAction.Apply(c, step.Table!, step.Table!.FindClient(client.ReverseName, client.Address), client.ReverseName,
            ReplyClass.ReverseClient);
        if (verdict != Verdict.Ok) return verdict;
        Common.Log.Log.Warning($"restriction {step.Word.Name} returns OK for {client.ReverseName}; this is not allowed for security "
            + $"reasons: use DUNNO instead");
        return Verdict.Dunno;
    }
}
