using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// check_*_a_access, check_*_mx_access, check_*_ns_access: looks for the addresses of a domain, or the names and addresses of its mail or
/// name servers, in an access table. Whoever controls the DNS of a domain controls the key: so it may refuse, never permit.
/// </summary>
internal static class ServerAccessRestrictions
{
    // More addresses than this are not looked for, so that a long list of servers keeps nobody busy.
    private const int MaxAddresses = 100;

    public static RestrictionHandler Client(DnsType type) => (c, step) =>
        CheckAsync(c, step, type, c.Session.Client.Name, c.Session.Client.NameAddress, ReplyClass.Client);

    public static RestrictionHandler ReverseClient(DnsType type) => (c, step) =>
        CheckAsync(c, step, type, c.Session.Client.ReverseName, c.Session.Client.ReverseName, ReplyClass.ReverseClient);

    public static RestrictionHandler Helo(DnsType type) => (c, step) =>
        CheckAsync(c, step, type, c.Helo, c.Helo, ReplyClass.Helo);

    public static RestrictionHandler Sender(DnsType type) => (c, step) =>
        CheckAsync(c, step, type, c.Sender, c.Sender, ReplyClass.Sender);

    public static RestrictionHandler Recipient(DnsType type) => (c, step) =>
        CheckAsync(c, step, type, c.Recipient, c.Recipient, ReplyClass.Recipient);

    private static async ValueTask<Verdict> CheckAsync(AccessContext c, RestrictionStep step, DnsType type, string? name, string? replyName,
        ReplyClass @class)
    {
        if (string.IsNullOrEmpty(name) || name == ClientInfo.Unknown) return Verdict.Dunno;
        Verdict verdict = await new Check(c, step.Table!, type, replyName!, @class).RunAsync(name[(name.LastIndexOf('@') + 1)..]);
        verdict = await AccessEvaluator.GoOnAsync(c, verdict);
        if (verdict != Verdict.Ok) return verdict;
        Log.Warning($"restriction {step.Name} returns OK for {name}; this is not allowed for security reasons: use DUNNO instead");
        return Verdict.Dunno;
    }

    private sealed class Check(AccessContext c, AccessTable table, DnsType type, string replyName, ReplyClass @class)
    {
        private int _addresses;

        public async ValueTask<Verdict> RunAsync(string domain)
        {
            if (domain.Length == 0) return Verdict.Dunno;
            // An address literal is its own mail exchanger; nobody is its name server.
            if (domain[0] == '[')
                return type != DnsType.NS
                    && HostName.TryParseLiteral(domain, out IPAddress literal) ? await AddressAsync(literal.ToString()) ?? Verdict.Dunno
                    : Verdict.Dunno;
            string name = DomainName.ToAscii(domain) ?? domain;
            foreach (string server in await ServersAsync(name))
            {
                if (await ServerAsync(server) is { } verdict) return verdict;
                if (_addresses > MaxAddresses) break;
            }
            return Verdict.Dunno;
        }

        private async ValueTask<IReadOnlyList<string>> ServersAsync(string domain)
        {
            if (type == DnsType.A) return [domain];
            DnsAnswer answer = await c.Names.Resolver.Query(domain, type);
            if (answer.IsNotFound && type == DnsType.MX) return [domain];
            string asked = domain;
            while (answer.IsNotFound && asked.IndexOf('.') is >= 0 and var dot && dot + 1 < asked.Length)
            {
                asked = asked[(dot + 1)..];
                answer = await c.Names.Resolver.Query(asked, type);
            }
            if (!answer.IsFound)
            {
                Log.Warning($"Unable to look up {type} host for {asked}: {DnsReason.Short(answer.Status)}");
                return [];
            }
            if (answer.Records.Any(r => r is MxRecord { Exchange: "" })) return [];
            return [.. answer.Records.Select(r => r is MxRecord mx ? mx.Exchange : ((NameRecord)r).Target)];
        }

        /// <summary>The name, then the addresses; null where the table has none of them.</summary>
        private async ValueTask<Verdict?> ServerAsync(string server)
        {
            if (HostName.TryParseAddress(server, out _)) return await AddressAsync(server);
            if (type != DnsType.A && await NameAsync(server) is { } byName) return byName;
            HostAddresses found = await c.Names.Hosts.FindAsync(server);
            if (!found.IsFound && type != DnsType.A)
                Log.Warning($"Unable to look up {type} host {server} for {@class} {replyName}: "
                    + $"{(found.Failure!.IsTemporary ? "Temporary failure in name resolution" : "Name or service not known")}");
            foreach (IPAddress address in found.Addresses)
            {
                if (++_addresses > MaxAddresses)
                {
                    Log.Warning($"{type} server address count limit ({MaxAddresses}) exceeded for {@class} {replyName} -- ignoring the "
                        + $"remainder");
                    return null;
                }
                if (await AddressAsync(address.ToString()) is { } verdict) return verdict;
            }
            return null;
        }

        private async ValueTask<Verdict?> AddressAsync(string address) =>
            Apply(await table.FindAddressAsync(address));

        private async ValueTask<Verdict?> NameAsync(string name) =>
            Apply(await table.FindDomainAsync(name));

        /// <summary>An entry decides, even to say nothing.</summary>
        private Verdict? Apply(LookupResult result) => result.IsNotFound ? null : AccessAction.Apply(c, table, result, replyName, @class);
    }
}
