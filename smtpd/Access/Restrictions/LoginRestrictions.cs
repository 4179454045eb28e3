using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on who logged in, and on the sender addresses that a login may use (smtpd_sender_login_maps).</summary>
internal static class LoginRestrictions
{
    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>The login as it is, without parts of it.</summary>
    public static async ValueTask<Verdict> CheckSaslAccessAsync(AccessContext c, RestrictionStep step) =>
        c.Session.SaslLogin is { Length: > 0 } login
        ? AccessAction.Apply(c, step.Table!, await step.Table!.FindAsync(login), login, ReplyClass.Login)
        : Verdict.Dunno;

    public static ValueTask<Verdict> RejectMismatchAsync(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? AuthenticatedAsync(c, allowUnknown: false) : UnauthenticatedAsync(c);

    public static ValueTask<Verdict> RejectKnownMismatchAsync(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? AuthenticatedAsync(c, allowUnknown: true) : UnauthenticatedAsync(c);

    public static ValueTask<Verdict> RejectAuthenticatedMismatchAsync(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? AuthenticatedAsync(c, allowUnknown: false) : new(Verdict.Dunno);

    public static ValueTask<Verdict> RejectUnauthenticatedMismatchAsync(AccessContext c, RestrictionStep step) =>
        c.Session.IsAuthenticated ? new(Verdict.Dunno) : UnauthenticatedAsync(c);

    /// <summary>The sender's owners must include the login.</summary>
    private static async ValueTask<Verdict> AuthenticatedAsync(AccessContext c, bool allowUnknown)
    {
        if (c.Sender is not { Length: > 0 } sender) return Verdict.Dunno;
        LookupResult owners = await OwnersAsync(c, sender);
        if (owners.IsError) return Trouble(c, sender, owners);
        if (owners.IsNotFound && allowUnknown) return Verdict.Dunno;
        string login = c.Session.SaslLogin;
        foreach (string owner in owners.Value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
            if (owner.Equals(login, StringComparison.OrdinalIgnoreCase)) return Verdict.Dunno;
        return c.Reject(553, "5.7.1", $"<{sender}>: {ReplyClass.Sender} rejected: not owned by user {login}");
    }

    /// <summary>A sender that has owners is for them alone.</summary>
    private static async ValueTask<Verdict> UnauthenticatedAsync(AccessContext c)
    {
        if (c.Sender is not { Length: > 0 } sender) return Verdict.Dunno;
        LookupResult owners = await OwnersAsync(c, sender);
        if (owners.IsError) return Trouble(c, sender, owners);
        return owners.IsNotFound ? Verdict.Dunno : c.Reject(553, "5.7.1", $"<{sender}>: {ReplyClass.Sender} rejected: not logged in");
    }

    private static async ValueTask<LookupResult> OwnersAsync(AccessContext c, string sender) =>
        await c.Session.Addresses.FindAsync(c.Session.Settings.Auth.SenderLogins, await c.Session.Addresses.CompleteAsync(sender));

    private static Verdict Trouble(AccessContext c, string sender, LookupResult result)
    {
        Log.Warning($"{result.ErrorText}");
        return c.LookupError(sender);
    }
}
