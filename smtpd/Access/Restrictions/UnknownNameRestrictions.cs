using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;

namespace MtaSuite.Smtpd.Access;

/// <summary>Restrictions that refuse names which the DNS does not know.</summary>
internal static class UnknownNameRestrictions
{
    /// <summary>The client's verified name. RFC 7372 3.3: X.7.25.</summary>
    public static ValueTask<Verdict> RejectClient(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        if (client.NameStatus == NameStatus.Ok) return new(Verdict.Dunno);
        int code = client.NameStatus == NameStatus.Temporary ? 450 : c.Rules.Dns.UnknownClientCode;
        return new(c.Reject(code, "4.7.25", $"Client host rejected: cannot find your hostname, [{client.Address}]"));
    }

    /// <summary>The name that the client's address maps to, whether or not it leads back.</summary>
    public static ValueTask<Verdict> RejectReverseClient(AccessContext c, RestrictionStep step)
    {
        ClientInfo client = c.Session.Client;
        if (client.ReverseStatus == NameStatus.Ok) return new(Verdict.Dunno);
        int code = client.ReverseStatus == NameStatus.Temporary ? 450 : c.Rules.Dns.UnknownClientCode;
        return new(c.Reject(code, "4.7.1", $"Client host rejected: cannot find your reverse hostname, [{client.Address}]"));
    }

    /// <summary>A HELO name without address or MX record.</summary>
    public static async ValueTask<Verdict> RejectHeloAsync(AccessContext c, RestrictionStep step)
    {
        if (c.Helo is not { Length: > 0 } helo) return Verdict.Dunno;
        if (helo[0] == '[') return HeloRestrictions.Literal(c, helo);
        DnsAnswer answer = await AnyAsync(c, helo, DnsType.A, DnsType.AAAA, DnsType.MX);
        if (answer.IsFound || IsFiltered(answer, helo, "address or MX")) return Verdict.Dunno;
        string rejected = $"<{helo}>: {ReplyClass.Helo} rejected: ";
        if (!answer.IsTemporary) return c.Reject(c.Rules.Dns.UnknownNameCode, "4.7.1", rejected + Why(answer, "Host not found"));
        return c.Rules.Dns.NameTroubleDefers
            ? c.Reject(450, "4.7.1", rejected + "Host not found")
            : c.SetDeferIfPermit(450, "4.7.1", rejected + "Host not found");
    }

    public static ValueTask<Verdict> RejectSenderAsync(AccessContext c, RestrictionStep step) =>
        AddressAsync(c, c.Sender, c.Recipient ?? "", ReplyClass.Sender);

    public static ValueTask<Verdict> RejectRecipientAsync(AccessContext c, RestrictionStep step) =>
        AddressAsync(c, c.Recipient, c.Sender ?? "", ReplyClass.Recipient);

    /// <summary>A domain that is not ours and has neither MX nor address records, or says by a null MX that it takes no mail.</summary>
    private static async ValueTask<Verdict> AddressAsync(AccessContext c, string? address, string other, ReplyClass @class)
    {
        if (address is not { Length: > 0 }) return Verdict.Dunno;
        bool isSender = @class == ReplyClass.Sender;
        (DestinationStatus whose, string domain) = await c.Session.Addresses.FindDomainAsync(other, address);
        switch (whose)
        {
            case DestinationStatus.Unknown: return c.LookupError(address);
            case DestinationStatus.Authorized: return Verdict.Dunno;
        }
        if (domain.Length == 0 || domain is ['[', .., ']']) return Verdict.Dunno;
        string rejected = $"<{address}>: {@class} rejected: ", status = isSender ? "4.1.8" : "4.1.2";
        DnsAnswer answer = await MailHostAsync(c, DomainName.ToAscii(domain) ?? domain);
        if (IsFiltered(answer, domain, "MX or address")) return Verdict.Dunno;
        // RFC 7505 4.2: 550 and X.7.27 for a sender, 556 and X.1.10 for a recipient
        if (answer.Records.Any(r => r is MxRecord { Exchange: "" }))
            return c.Reject(isSender ? 550 : 556, isSender ? "4.7.27" : "4.1.10", rejected + DnsReason.NullMx(answer.Name));
        if (answer.IsFound) return Verdict.Dunno;
        if (!answer.IsTemporary) return c.Reject(c.Rules.Dns.UnknownAddressCode, status, rejected + Why(answer, "Domain not found"));
        return c.Rules.Dns.AddressTroubleDefers
            ? c.Reject(450, status, rejected + "Domain not found")
            : c.SetDeferIfPermit(450, status, rejected + "Domain not found");
    }

    private static async ValueTask<DnsAnswer> MailHostAsync(AccessContext c, string domain)
    {
        DnsAnswer mx = await c.Names.Resolver.Query(domain, DnsType.MX);
        if (mx.IsFound || mx.Status is DnsStatus.Invalid or DnsStatus.Filtered) return mx;
        DnsAnswer address = await AnyAsync(c, domain, DnsType.A, DnsType.AAAA);
        return !address.IsFound && mx.IsTemporary ? mx : address;
    }

    /// <summary>The first answer with records; without one, the one that says the least: trouble before "not there".</summary>
    private static async ValueTask<DnsAnswer> AnyAsync(AccessContext c, string name, params DnsType[] types)
    {
        DnsAnswer? worst = null;
        foreach (DnsType type in types)
        {
            DnsAnswer answer = await c.Names.Resolver.Query(name, type);
            if (answer.IsFound) return answer;
            if (worst is null || answer.IsTemporary || (worst.IsNotFound && !answer.IsNotFound)) worst = answer;
        }
        return worst!;
    }

    private static bool IsFiltered(DnsAnswer answer, string name, string what)
    {
        if (answer.Status != DnsStatus.Filtered) return false;
        Log.Warning($"{name}: {what} lookup error: DNS reply filter drops all results");
        return true;
    }

    private static string Why(DnsAnswer answer, string notFound) =>
        answer.Status == DnsStatus.Invalid ? "Malformed DNS server reply" : notFound;
}
