using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the name in HELO and EHLO; without one they say nothing. And the one on ETRN's domain.</summary>
internal static class HeloRestrictions
{
    public static ValueTask<Verdict> CheckAccessAsync(AccessContext c, RestrictionStep step) =>
        CheckAsync(c, step, c.Helo, ReplyClass.Helo);

    public static ValueTask<Verdict> CheckEtrnAccessAsync(AccessContext c, RestrictionStep step) =>
        CheckAsync(c, step, c.EtrnDomain, ReplyClass.Etrn);

    private static async ValueTask<Verdict> CheckAsync(AccessContext c, RestrictionStep step, string? name, ReplyClass @class) =>
        name is not { Length: > 0 } ? Verdict.Dunno
        : AccessAction.Apply(c, step.Table!, await step.Table!.FindDomainAsync(name), name, @class);

    public static ValueTask<Verdict> RejectInvalid(AccessContext c, RestrictionStep step) => new(Invalid(c));

    public static ValueTask<Verdict> RejectNonFqdn(AccessContext c, RestrictionStep step) => new(NonFqdn(c));

    private static Verdict Invalid(AccessContext c)
    {
        if (c.Helo is not { Length: > 0 } helo) return Verdict.Dunno;
        if (helo[0] == '[') return Literal(c, helo);
        string name = WithoutFinalDot(helo);
        return HostName.IsValid(name) || HostName.TryParseAddress(name, out _)
            ? Verdict.Dunno
            : c.Reject(c.Rules.InvalidNameCode, "5.5.2", $"<{helo}>: {ReplyClass.Helo} rejected: Invalid name");
    }

    private static Verdict NonFqdn(AccessContext c)
    {
        if (c.Helo is not { Length: > 0 } helo) return Verdict.Dunno;
        if (helo[0] == '[') return Literal(c, helo);
        string name = WithoutFinalDot(helo);
        return HostName.IsValid(name) && name.Contains('.')
            ? Verdict.Dunno
            : c.Reject(c.Rules.NonFqdnCode, "5.5.2", $"<{helo}>: {ReplyClass.Helo} rejected: need fully-qualified hostname");
    }

    internal static Verdict Literal(AccessContext c, string helo) => HostName.TryParseLiteral(helo, out _)
        ? Verdict.Dunno
        : c.Reject(c.Rules.InvalidNameCode, "5.5.2", $"<{helo}>: {ReplyClass.Helo} rejected: invalid ip address");

    internal static string WithoutFinalDot(string name) => name.Length > 1 && name[^1] == '.' && name[^2] != '.' ? name[..^1] : name;
}
