using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions on the envelope's addresses; without the address they say nothing.</summary>
internal static class AddressRestrictions
{
    public static ValueTask<Verdict> CheckSenderAccessAsync(AccessContext c, RestrictionStep step) => c.Sender is { } sender
        ? CheckAccessAsync(c, step, sender, ReplyClass.Sender)
        : new(Verdict.Dunno);

    /// <summary>An entry that permits our own domain does not permit user%elsewhere in it.</summary>
    public static async ValueTask<Verdict> CheckRecipientAccessAsync(AccessContext c, RestrictionStep step)
    {
        if (c.Recipient is not { Length: > 0 } recipient) return Verdict.Dunno;
        Verdict verdict = await CheckAccessAsync(c, step, recipient, ReplyClass.Recipient);
        verdict = await AccessEvaluator.GoOnAsync(c, verdict);
        if (verdict != Verdict.Ok) return verdict;
        return await c.Session.Addresses.IsSourceRoutedAsync(c.Sender ?? "", recipient) ? Verdict.Dunno : verdict;
    }

    public static ValueTask<Verdict> RejectNonFqdnSender(AccessContext c, RestrictionStep step) =>
        new(RejectNonFqdn(c, c.Sender, ReplyClass.Sender));

    public static ValueTask<Verdict> RejectNonFqdnRecipient(AccessContext c, RestrictionStep step) =>
        new(RejectNonFqdn(c, c.Recipient, ReplyClass.Recipient));

    public static ValueTask<Verdict> RejectUnlistedSenderAsync(AccessContext c, RestrictionStep step) => c.Sender is { Length: > 0 } sender
        ? UnlistedAsync(c, sender, isSender: true, ref c.SenderListedChecked)
        : new(Verdict.Dunno);

    public static ValueTask<Verdict> RejectUnlistedRecipientAsync(AccessContext c, RestrictionStep step) =>
        c.Recipient is { Length: > 0 } recipient
        ? UnlistedAsync(c, recipient, isSender: false, ref c.RecipientListedChecked)
        : new(Verdict.Dunno);

    public static async ValueTask<Verdict> PermitAuthDestinationAsync(AccessContext c, RestrictionStep step)
    {
        if (c.Recipient is null) return Verdict.Dunno;
        return await c.Session.Addresses.IsAuthorizedDestinationAsync(c.Sender ?? "", c.Recipient) switch
        {
            DestinationStatus.Authorized => c.Permit(step.Name, ReplyClass.Recipient, c.Recipient),
            DestinationStatus.Unknown => c.LookupError(c.Recipient),
            _ => Verdict.Dunno,
        };
    }

    public static ValueTask<Verdict> RejectUnauthDestinationAsync(AccessContext c, RestrictionStep step) =>
        UnauthDestinationAsync(c, c.Rules.RelayCode, "5.7.1");

    public static ValueTask<Verdict> DeferUnauthDestinationAsync(AccessContext c, RestrictionStep step) =>
        UnauthDestinationAsync(c, c.Rules.RelayCode - 100, "4.7.1");

    /// <summary>A notice goes to one address: the sender of what it is about.</summary>
    public static ValueTask<Verdict> RejectMultiRecipientBounce(AccessContext c, RestrictionStep step)
    {
        int before = c.Session.Transaction?.Recipients.Count ?? 0;
        bool several = before > (c.Session.Stage == SmtpVerb.Rcpt ? 0 : 1);
        return new(c.Sender is { Length: 0 } && several
            ? c.Reject(c.Rules.MultiRecipientBounceCode, "5.5.3", $"<{c.ReplyName}>: {c.ReplyClass} rejected: Multi-recipient bounce")
            : Verdict.Dunno);
    }

    private static async ValueTask<Verdict> UnauthDestinationAsync(AccessContext c, int code, string status)
    {
        if (c.Recipient is null) return Verdict.Dunno;
        return await c.Session.Addresses.IsAuthorizedDestinationAsync(c.Sender ?? "", c.Recipient) switch
        {
            DestinationStatus.Authorized => Verdict.Dunno,
            DestinationStatus.Unknown => c.LookupError(c.Recipient),
            _ => c.Reject(code, status, $"<{c.Recipient}>: Relay access denied"),
        };
    }

    private static async ValueTask<Verdict> CheckAccessAsync(AccessContext c, RestrictionStep step, string address, ReplyClass @class)
    {
        string key = address.Length == 0 ? "" : await c.Session.Addresses.CompleteAsync(address);
        return AccessAction.Apply(c, step.Table!, await step.Table!.FindMailAsync(key, c.Rules.RecipientDelimiter), address, @class);
    }

    private static Verdict RejectNonFqdn(AccessContext c, string? address, ReplyClass @class)
    {
        if (address is not { Length: > 0 }) return Verdict.Dunno;
        string domain = HeloRestrictions.WithoutFinalDot(Address.Domain(address).ToString());
        if (domain is ['[', .., ']']) return Verdict.Dunno;
        bool utf8 = c.Session.Transaction?.Parameters.SmtpUtf8 ?? false;
        return HostName.IsValid(domain, utf8) && domain.Contains('.')
            ? Verdict.Dunno
            : c.Reject(c.Rules.NonFqdnCode, "4.5.2", $"<{address}>: {@class} rejected: need fully-qualified address");
    }

    private static ValueTask<Verdict> UnlistedAsync(AccessContext c, string address, bool isSender, ref bool seen)
    {
        if (seen || c.Rules.SkipsUnlisted) return new(Verdict.Dunno);
        // Under warn_if_reject the address was not really checked; the check at the end of the stage does.
        if (c.WarnDepth == 0) seen = true;
        string sender = isSender ? address : c.Sender ?? "", recipient = isSender ? c.Recipient ?? "" : address;
        return UnlistedAsync(c, sender, recipient, isSender);
    }

    private static async ValueTask<Verdict> UnlistedAsync(AccessContext c, string sender, string recipient, bool isSender)
    {
        SmtpReply reply = await c.Session.Addresses.CheckListedAsync(sender, recipient, isSender);
        return reply.IsNone ? Verdict.Dunno : c.Reject(reply.Code, reply.Status, reply.Text);
    }
}
