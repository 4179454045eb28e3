namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions that look at nothing but the stage.</summary>
internal static class GenericWords
{
    public static Verdict Permit(AccessContext c, RestrictionStep step) => c.Permit("permit", c.ReplyClass, c.ReplyName);

    public static Verdict Defer(AccessContext c, RestrictionStep step) =>
        c.Reject(c.Rules.DeferCode, "4.3.2", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Try again later");

    public static Verdict Reject(AccessContext c, RestrictionStep step) =>
        c.Reject(c.Rules.RejectCode, "5.7.1", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Access denied");

    public static Verdict DeferIfPermit(AccessContext c, RestrictionStep step) =>
        c.SetDeferIfPermit(450, "4.7.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: defer_if_permit requested");

    public static Verdict DeferIfReject(AccessContext c, RestrictionStep step)
    {
        c.SetDeferIfReject(450, "4.7.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: defer_if_reject requested");
        return Verdict.Dunno;
    }

    public static Verdict RejectUnauthPipelining(AccessContext c, RestrictionStep step) => c.Session.ImproperPipelining
        ? c.Reject(503, "5.5.0", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Improper use of SMTP command pipelining")
        : Verdict.Dunno;

    public static Verdict RejectPlaintextSession(AccessContext c, RestrictionStep step) => !c.Session.IsEncrypted
        ? c.Reject(c.Rules.PlaintextCode, "4.7.1", "Session encryption is required")
        : Verdict.Dunno;

    public static async ValueTask<Verdict> SleepAsync(AccessContext c, RestrictionStep step)
    {
        await c.Session.Loop.Delay(step.Time);
        return Verdict.Dunno;
    }

    /// <summary>Never called: the evaluator knows the word.</summary>
    public static Verdict WarnIfReject(AccessContext c, RestrictionStep step) => Verdict.Dunno;
}
