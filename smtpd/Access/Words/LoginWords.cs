using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on who logged in, and on the sender addresses that a login may use (smtpd_sender_login_maps).</summary>
internal static class LoginWords
{
    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>The login as it is, without parts of it.</summary>
    public static Verdict CheckSaslAccess(AccessContext c, RestrictionStep step) => c.Session.SaslLogin is { Length: > 0 } login
        ? AccessAction.Apply(c, step.Table!, step.Table!.Find(login), login, ReplyClass.Login)
        : Verdict.Dunno;

    public static Verdict RejectMismatch(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? Authenticated(c, allowUnknown: false) : Unauthenticated(c);

    public static Verdict RejectKnownMismatch(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? Authenticated(c, allowUnknown: true) : Unauthenticated(c);

    public static Verdict RejectAuthenticatedMismatch(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? Authenticated(c, allowUnknown: false) : Verdict.Dunno;

    public static Verdict RejectUnauthenticatedMismatch(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? Verdict.Dunno : Unauthenticated(c);

    /// <summary>The sender's owners must include the login.</summary>
    private static Verdict Authenticated(AccessContext c, bool allowUnknown)
    {
        if (c.Sender is not { Length: > 0 } sender) return Verdict.Dunno;
        LookupResult owners = Owners(c, sender);
        if (owners.IsError) return Trouble(c, sender, owners);
        if (owners.IsNotFound && allowUnknown) return Verdict.Dunno;
        string login = c.Session.SaslLogin;
        foreach (string owner in owners.Value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
            if (owner.Equals(login, StringComparison.OrdinalIgnoreCase)) return Verdict.Dunno;
        return c.Reject(553, "5.7.1", $"<{sender}>: {ReplyClass.Sender} rejected: not owned by user {login}");
    }

    /// <summary>A sender that has owners is for them alone.</summary>
    private static Verdict Unauthenticated(AccessContext c)
    {
        if (c.Sender is not { Length: > 0 } sender) return Verdict.Dunno;
        LookupResult owners = Owners(c, sender);
        if (owners.IsError) return Trouble(c, sender, owners);
        return owners.IsNotFound ? Verdict.Dunno : c.Reject(553, "5.7.1", $"<{sender}>: {ReplyClass.Sender} rejected: not logged in");
    }

    private static LookupResult Owners(AccessContext c, string sender) =>
        c.Session.Addresses.Find(c.Session.Settings.Auth.SenderLogins, c.Session.Addresses.Complete(sender));

    private static Verdict Trouble(AccessContext c, string sender, LookupResult result)
    {
        Common.Log.Log.Warning($"{result.ErrorText}");
        return c.LookupError(sender);
    }
}
