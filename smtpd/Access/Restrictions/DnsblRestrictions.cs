using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// Restrictions that ask lists in the DNS (RFC 5782): a client's address backwards, or a domain, in front of the list's. No answer means
/// not listed: nobody is refused because a list is down.
/// </summary>
internal static class DnsblRestrictions
{
    // Characters of the list's explanation that a reply has room for.
    private const int MaxReason = 500;

    public static ValueTask<Verdict> RejectClientAsync(AccessContext c, RestrictionStep step) =>
        RejectAsync(c, step, AddressKey(c), c.Session.Client.Address, ReplyClass.Client);

    public static ValueTask<Verdict> RejectClientDomainAsync(AccessContext c, RestrictionStep step) =>
        RejectNameAsync(c, step, Known(c.Session.Client.Name), ReplyClass.Client);

    public static ValueTask<Verdict> RejectReverseClientDomainAsync(AccessContext c, RestrictionStep step) =>
        RejectNameAsync(c, step, Known(c.Session.Client.ReverseName), ReplyClass.ReverseClient);

    public static ValueTask<Verdict> RejectHeloDomainAsync(AccessContext c, RestrictionStep step) =>
        RejectNameAsync(c, step, c.Helo, ReplyClass.Helo);

    public static ValueTask<Verdict> RejectSenderDomainAsync(AccessContext c, RestrictionStep step) =>
        RejectNameAsync(c, step, c.Sender, ReplyClass.Sender);

    public static ValueTask<Verdict> RejectRecipientDomainAsync(AccessContext c, RestrictionStep step) =>
        RejectNameAsync(c, step, c.Recipient, ReplyClass.Recipient);

    public static ValueTask<Verdict> PermitClientAsync(AccessContext c, RestrictionStep step) =>
        PermitAsync(c, step, AddressKey(c), c.Session.Client.Address);

    public static ValueTask<Verdict> PermitClientDomainAsync(AccessContext c, RestrictionStep step) =>
        PermitAsync(c, step, DomainKey(Known(c.Session.Client.Name)), c.Session.Client.Name);

    private static string? Known(string name) => name == ClientInfo.Unknown ? null : name;

    private static Func<string, string>? AddressKey(AccessContext c) =>
        c.Session.Client.Ip is { } ip ? zone => DomainName.Reverse(ip, zone) : null;

    /// <summary>
    /// Null where there is nothing to ask for: no name, an address, or a name that ends in a number, which some lists take for one.
    /// </summary>
    private static Func<string, string>? DomainKey(string? what)
    {
        if (string.IsNullOrEmpty(what)) return null;
        string domain = what[(what.LastIndexOf('@') + 1)..];
        if (domain.Length == 0 || domain[0] == '[' || HostName.IsNumeric(domain.AsSpan(domain.LastIndexOf('.') + 1))) return null;
        if (DomainName.ToAscii(domain) is not { } name || !HostName.IsValid(name)) return null;
        return zone => $"{name}.{zone}";
    }

    private static ValueTask<Verdict> RejectNameAsync(AccessContext c, RestrictionStep step, string? what, ReplyClass @class) =>
        RejectAsync(c, step, DomainKey(what), what ?? "", @class);

    private static async ValueTask<Verdict> RejectAsync(AccessContext c, RestrictionStep step, Func<string, string>? key, string what,
        ReplyClass @class)
    {
        if (key is null) return Verdict.Dunno;
        if (await AskAsync(c, step.Zone!, key) != Listing.Yes) return Verdict.Dunno;
        DnsAnswer text = await c.Names.Resolver.Query(key(step.Zone!.Domain), DnsType.TXT);
        if (text.Status == DnsStatus.Filtered)
            Log.Warning($"{key(step.Zone.Domain)}: TXT lookup error: DNS reply filter drops all results");
        LookupResult template = await TemplateAsync(c.Rules.Dns.ListedReplies, step.Zone);
        return Refuse(c, step.Zone, template, what, @class, Reason(text));
    }

    private static async ValueTask<Verdict> PermitAsync(AccessContext c, RestrictionStep step, Func<string, string>? key, string what)
    {
        // A list of good clients must not open the relay.
        if (c.Session.Stage == SmtpVerb.Rcpt && c.Recipient is not null && await IsForeignAsync(c)) return Verdict.Dunno;
        if (key is null) return Verdict.Dunno;
        switch (await AskAsync(c, step.Zone!, key))
        {
            case Listing.Yes:
                return c.Permit(step.Name, ReplyClass.Client, c.Session.Client.NameAddress);
            case Listing.Trouble:
                c.SetDeferIfReject(450, "4.7.1", $"<{what}>: {ReplyClass.Client} rejected: Service unavailable");
                break;
        }
        return Verdict.Dunno;
    }

    private static async ValueTask<bool> IsForeignAsync(AccessContext c) =>
        await c.Session.Addresses.IsAuthorizedDestinationAsync(c.Sender ?? "", c.Recipient!) != DestinationStatus.Authorized;

    private enum Listing : byte { No, Yes, Trouble }

    private static async ValueTask<Listing> AskAsync(AccessContext c, DnsblZone zone, Func<string, string> key)
    {
        DnsAnswer answer = await c.Names.Resolver.Query(key(zone.Domain), DnsType.A);
        if (answer.IsFound) return answer.Addresses.Any(zone.Matches) ? Listing.Yes : Listing.No;
        if (answer.IsNotFound) return Listing.No;
        Log.Warning($"{answer.Name}: RBL lookup error: {answer.Reason}");
        return Listing.Trouble;
    }

    /// <summary>The list's explanations, joined.</summary>
    private static string Reason(DnsAnswer text)
    {
        string reason = string.Join(" / ", text.Records.OfType<TextRecord>().Select(r => r.Printable));
        return reason.Length > MaxReason ? reason[..MaxReason] : reason;
    }

    private static async ValueTask<LookupResult> TemplateAsync(Maps templates, DnsblZone zone)
    {
        LookupResult template = await templates.LookupAsync(zone.Text);
        return template.IsNotFound && zone.Text != zone.Domain ? await templates.LookupAsync(zone.Domain) : template;
    }

    /// <summary>Makes the reply from the list's template in rbl_reply_maps, or the default one.</summary>
    private static Verdict Refuse(AccessContext c, DnsblZone zone, LookupResult template, string what, ReplyClass @class, string reason)
    {
        DnsSettings dns = c.Rules.Dns;
        if (template.IsError)
        {
            Log.Warning($"{template.ErrorText}");
            return c.ConfigurationError();
        }
        MacroValue Name(string name) => new(ReplyNames.Harmless(name switch
        {
            "rbl_code" => dns.ListedCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "rbl_domain" => zone.Domain,
            "rbl_reason" or "rbl_txt" => reason,
            "rbl_what" => what,
            "rbl_class" => @class.ToString(),
            _ => ReplyNames.Value(name, c.Session, c.Sender, c.Recipient),
        }, dns.ReplyCharacters), Literal: true);
        string? problem = "";
        string text = template.IsFound ? MacroExpander.Expand(template.Value, Name, out problem) : "";
        if (template.IsFound && problem is not null) Log.Warning($"bad rbl reply template for domain {zone.Domain}: {template.Value}");
        if (!template.IsFound || problem is not null) text = MacroExpander.Expand(dns.ListedReply, Name, out _);
        return Refuse(c, text, @class);
    }

    private static Verdict Refuse(AccessContext c, string text, ReplyClass @class)
    {
        if (text.Length < 4 || text[0] is not ('4' or '5') || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2]) || text[3] != ' ')
        {
            Log.Warning($"rbl response code configuration error: {text}");
            return c.Reject(450, "4.7.1", "Service unavailable");
        }
        int code = int.Parse(text.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture);
        string rest = text[4..].TrimStart();
        DsnStatus status = DsnStatus.Parse("4.7.1");
        if (DsnStatus.TryParse(rest, out DsnStatus own, out int length)) (status, rest) = (own, rest[length..].TrimStart());
        return c.Reject(code, StatusFix.For(@class, status), rest.Length > 0 ? rest : "Service unavailable");
    }
}
