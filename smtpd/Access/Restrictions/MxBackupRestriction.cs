using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;

namespace MtaSuite.Smtpd.Access;

/// <summary>
/// permit_mx_backup: takes mail for whoever names this machine as a mail exchanger, but not as the best one. Old; relay_domains says the
/// same without trusting the DNS.
/// </summary>
internal static class MxBackupRestriction
{
    private static bool s_warned;

    public static async ValueTask<Verdict> PermitAsync(AccessContext c, RestrictionStep step)
    {
        if (c.Recipient is not { } recipient) return Verdict.Dunno;
        if (!s_warned) Log.Warning($"support for restriction \"{step.Name}\" will be removed; instead, specify \"relay_domains\"");
        s_warned = true;
        (DestinationStatus whose, string domain) = await DestinedAsync(c);
        switch (whose)
        {
            case DestinationStatus.Unknown: return c.LookupError(recipient);
            case DestinationStatus.Authorized: return c.Permit(step.Name, ReplyClass.Recipient, recipient);
        }
        if (domain.Length == 0 || domain[0] == '[') return Verdict.Dunno;
        return await new Check(c, recipient).IsBackupAsync(DomainName.ToAscii(domain) ?? domain)
            ? c.Permit(step.Name, ReplyClass.Recipient, recipient)
            : Verdict.Dunno;
    }

    /// <summary>Whose the recipient is, and its domain; no domain where this machine could not be its backup.</summary>
    private static async ValueTask<(DestinationStatus Whose, string Domain)> DestinedAsync(AccessContext c)
    {
        string sender = c.Sender ?? "", recipient = c.Recipient!;
        IAddresses addresses = c.Session.Addresses;
        DestinationStatus whose = await addresses.IsAuthorizedDestinationAsync(sender, recipient);
        if (whose != DestinationStatus.Foreign || await addresses.IsSourceRoutedAsync(sender, recipient)) return (whose, "");
        (DestinationStatus final, string domain) = await addresses.FindDomainAsync(sender, recipient);
        return (whose, final == DestinationStatus.Foreign ? domain : "");
    }

    private readonly struct Check(AccessContext c, string recipient)
    {
        public async ValueTask<bool> IsBackupAsync(string domain)
        {
            DnsAnswer answer = await c.Names.Resolver.Query(domain, DnsType.MX);
            if (answer.IsTemporary || answer.Status == DnsStatus.Filtered)
                Defer($"Unable to look up mail exchanger information: {DnsReason.Short(answer.Status)}");
            List<MxRecord> all = [.. answer.Records.OfType<MxRecord>().OrderBy(r => r.Preference)];
            if (all.Count == 0 || all.Exists(r => r.Exchange.Length == 0)) return false;
            List<string> best = [.. all.Where(r => r.Preference == all[0].Preference).Select(r => r.Exchange)];
            List<string> others = [.. all.Skip(best.Count).Select(r => r.Exchange)];
            if (await IsAmongAsync(best) || !await IsAmongAsync(others)) return false;
            return c.Rules.Dns.BackupNetworks.IsEmpty || await AreTrustedAsync(best);
        }

        /// <summary>One of the hosts is this machine: by name, which costs nothing, or by address.</summary>
        private async ValueTask<bool> IsAmongAsync(List<string> hosts)
        {
            foreach (string host in hosts)
                if (await IsLocalAsync(host)) return true;
            foreach (string host in hosts)
            {
                HostAddresses found = await c.Names.Hosts.FindAsync(host);
                if (found.Failure is { } failure)
                    Defer($"Unable to look up mail exchanger host {host}: "
                        + $"{(failure.IsTemporary ? "Temporary failure in name resolution" : "Name or service not known")}");
                foreach (System.Net.IPAddress address in found.Addresses)
                    if (await IsLocalAsync(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? $"[{address}]"
                        : $"[IPv6:{address}]")) return true;
            }
            return false;
        }

        private ValueTask<bool> IsLocalAsync(string domain) => c.Session.Addresses.IsLocalDomainAsync(domain);

        /// <summary>All addresses of the best hosts are in permit_mx_backup_networks.</summary>
        private async ValueTask<bool> AreTrustedAsync(List<string> hosts)
        {
            HostLookup dns =
                new(c.Names.Resolver, new HostLookupOptions { IPv4 = c.Names.Hosts.Options.IPv4, IPv6 = c.Names.Hosts.Options.IPv6 });
            foreach (string host in hosts)
            {
                HostAddresses found = await dns.FindAsync(host);
                if (found.Failure is { } failure)
                {
                    Defer($"Unable to look up host {host} as mail exchanger: "
                        + $"{(failure.IsTemporary ? DnsReason.TryAgain : DnsReason.NotFound)}");
                    return false;
                }
                foreach (System.Net.IPAddress address in found.Addresses)
                {
                    MatchResult match = await c.Rules.Dns.BackupNetworks.MatchAsync(host, address);
                    if (match == MatchResult.Error) Defer($"Unable to verify host {host} as mail exchanger");
                    if (match != MatchResult.Yes) return false;
                }
            }
            return true;
        }

        private void Defer(string why) => c.SetDeferIfReject(450, "4.4.4", $"<{recipient}>: {ReplyClass.Recipient} rejected: {why}");
    }
}
