using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tools.Doctor;

/// <summary>
/// What receivers see of the address that our mail comes from: its name, whether that leads back, and whether it is the one we say in EHLO.
/// </summary>
internal sealed class OutgoingSection(DoctorContext c)
{
    public async Task RunAsync(Section s)
    {
        JudgeName(s);
        if (c.Outgoing.Count == 0)
            s.Note("outgoing", "this machine has no public address of its own",
                "receivers see another one, that of a translator of addresses, about which nothing can be said from here",
                "give it with --address IP (it stands in the Received: header of a message that you send elsewhere)");
        foreach (IPAddress address in c.Outgoing) await AddressAsync(s, address);
    }

    private void JudgeName(Section s)
    {
        if (!HostName.IsValid(c.HeloName) || !c.HeloName.Contains('.'))
            s.Problem("helo", $"we say EHLO {c.HeloName}, which is no full host name", "many receivers refuse (RFC 5321 4.1.1.1)",
                "myhostname = the full name of this host");
        else if (c.HeloName.EndsWith(".localdomain", StringComparison.OrdinalIgnoreCase)
            || c.HeloName.EndsWith(".local", StringComparison.OrdinalIgnoreCase))
            s.Problem("helo", $"we say EHLO {c.HeloName}, which exists nowhere else", "many receivers refuse",
                "myhostname = a name that the DNS knows");
    }

    private async Task AddressAsync(Section s, IPAddress address)
    {
        string area = $"ptr {address}";
        DnsAnswer names = await c.Resolver.QueryReverse(address);
        if (!names.IsFound)
        {
            if (names.IsNotFound) s.Problem(area, "the address has no name (PTR record)", "many receivers refuse mail from it, all large "
                + "ones by IPv6",
                $"ask who gave you the address for {DomainName.Reverse(address)}. IN PTR {c.HeloName}.");
            else s.Warning(area, $"the question for its name fails: {names.Reason}", "receivers defer or refuse",
                "ask who gave you the address");
            return;
        }
        List<string> all = [.. names.Targets];
        HostAddresses back = await c.Hosts.FindAsync(all[0]);
        if (!back.Addresses.Contains(address))
            s.Problem(area, $"its name {all[0]} does not lead back to it "
                + $"({(back.Addresses.Count > 0 ? string.Join(", ", back.Addresses) : "no address")})",
                "receivers take the name for forged, and many refuse",
                $"{all[0]}. IN {(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "A" : "AAAA")} {address}");
        else s.Ok(area, $"its name is {all[0]}, which leads back to it");
        if (all.Contains(c.HeloName, StringComparer.OrdinalIgnoreCase)) s.Ok("helo", $"we say EHLO {c.HeloName}, the name of {address}");
        else await HeloAsync(s, address, all[0]);
    }

    private async Task HeloAsync(Section s, IPAddress address, string name)
    {
        HostAddresses own = await c.Hosts.FindAsync(c.HeloName);
        if (own.Addresses.Contains(address))
            s.Note("helo", $"we say EHLO {c.HeloName}, which leads to {address}, whose own name is {name}",
                "that is allowed; some filters like them to be equal",
                $"smtp_helo_name = {name}, or a PTR record with {c.HeloName}");
        else
            s.Warning("helo", $"we say EHLO {c.HeloName}, which does not lead to {address}", "filters count it against our mail",
                $"smtp_helo_name = {name}, or an address record for {c.HeloName}");
    }
}
