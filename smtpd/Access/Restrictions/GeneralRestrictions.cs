namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions that look at nothing but the stage.</summary>
internal static class GeneralRestrictions
{
    public static ValueTask<Verdict> Permit(AccessContext c, RestrictionStep step) => new(c.Permit("permit", c.ReplyClass, c.ReplyName));

    public static ValueTask<Verdict> Defer(AccessContext c, RestrictionStep step) =>
        new(c.Reject(c.Rules.DeferCode, "4.3.2", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Try again later"));

    public static ValueTask<Verdict> Reject(AccessContext c, RestrictionStep step) =>
        new(c.Reject(c.Rules.RejectCode, "5.7.1", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Access denied"));

    public static ValueTask<Verdict> DeferIfPermit(AccessContext c, RestrictionStep step) =>
        new(c.SetDeferIfPermit(450, "4.7.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: defer_if_permit requested"));

    public static ValueTask<Verdict> DeferIfReject(AccessContext c, RestrictionStep step)
    {
        c.SetDeferIfReject(450, "4.7.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: defer_if_reject requested");
        return new(Verdict.Dunno);
    }

    public static ValueTask<Verdict> RejectUnauthPipelining(AccessContext c, RestrictionStep step) => new(c.Session.Input.ImproperPipelining
        ? c.Reject(503, "5.5.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Improper use of SMTP command pipelining")
        : Verdict.Dunno);

    public static ValueTask<Verdict> RejectPlaintextSession(AccessContext c, RestrictionStep step) => new(!c.Session.Encryption.IsOn
        ? c.Reject(c.Rules.PlaintextCode, "4.7.1", "Session encryption is required")
        : Verdict.Dunno);

    public static async ValueTask<Verdict> SleepAsync(AccessContext c, RestrictionStep step)
    {
        await c.Session.Loop.Delay(step.Time);
        return Verdict.Dunno;
    }
}
