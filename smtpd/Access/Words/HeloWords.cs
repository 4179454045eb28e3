using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the name in HELO and EHLO; without one they say nothing. And the one on ETRN's domain.</summary>
internal static class HeloWords
{
    public static Verdict CheckAccess(AccessContext c, RestrictionStep step) => c.Helo is not { Length: > 0 } helo
        ? Verdict.Dunno
        : AccessAction.Apply(c, step.Table!, step.Table!.FindDomain(helo), helo, ReplyClass.Helo);

    public static Verdict CheckEtrnAccess(AccessContext c, RestrictionStep step) => c.EtrnDomain is not { Length: > 0 } domain
        ? Verdict.Dunno
        : AccessAction.Apply(c, step.Table!, step.Table!.FindDomain(domain), domain, ReplyClass.Etrn);

    public static Verdict RejectInvalid(AccessContext c, RestrictionStep step)
    {
        if (c.Helo is not { Length: > 0 } helo) return Verdict.Dunno;
        if (helo[0] == '[') return Literal(c, helo);
        string name = WithoutFinalDot(helo);
        return HostName.IsValid(name) || HostName.TryParseAddress(name, out _)
            ? Verdict.Dunno
            : c.Reject(c.Rules.InvalidNameCode, "5.5.2", $"<{helo}>: {ReplyClass.Helo} rejected: Invalid name");
    }

    public static Verdict RejectNonFqdn(AccessContext c, RestrictionStep step)
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
