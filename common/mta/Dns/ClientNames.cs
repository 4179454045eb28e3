using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns;

/// <summary>How sure a client's name is; the letters of Postfix's XCLIENT are its kin.</summary>
public enum NameStatus : byte
{
    Ok,
    /// <summary>There is none.</summary>
    Unknown,
    /// <summary>Not found out: ask again later.</summary>
    Temporary,
    /// <summary>The name does not lead back to the address.</summary>
    Forged,
}

/// <summary>The names of a client's address.</summary>
/// <param name="Name">The name that leads back to the address, or "unknown".</param>
/// <param name="ReverseName">The name that the address maps to, not verified, or "unknown".</param>
public sealed record ClientName(string Name, NameStatus Status, string ReverseName, NameStatus ReverseStatus)
{
    public const string UnknownText = "unknown";

    public static readonly ClientName None = new(UnknownText, NameStatus.Unknown, UnknownText, NameStatus.Unknown);
}

/// <summary>
/// Finds the name of a client: the address's name in /etc/hosts or the DNS, used when the name's addresses include the address.
/// </summary>
/// <param name="hosts">A lookup of the native kind: /etc/hosts before the DNS.</param>
public sealed class ClientNames(HostLookup hosts)
{
    /// <summary>Names an address. What is found is a value in any case.</summary>
    public async Task<ClientName> FindAsync(IPAddress address)
    {
        (string? reverse, NameStatus status) = await ReverseAsync(address);
        if (reverse is null) return new ClientName(ClientName.UnknownText, status, ClientName.UnknownText, status);
        (bool confirmed, NameStatus forward, string why) = await ForwardAsync(reverse, address);
        if (confirmed) return new ClientName(reverse, NameStatus.Ok, reverse, NameStatus.Ok);
        Log.Log.Warning($"hostname {reverse} does not resolve to address {address}{why}");
        return new ClientName(ClientName.UnknownText, forward, reverse, NameStatus.Ok);
    }

    private async Task<(string? Name, NameStatus Status)> ReverseAsync(IPAddress address)
    {
        if (hosts.Hosts.Find(address) is { } local) return Valid(local);
        DnsAnswer answer = await hosts.Resolver.QueryReverse(address, DnsQueryFlags.Unfiltered);
        if (answer.IsFound) return Valid(answer.Targets.First());
        return (null, answer.IsTemporary ? NameStatus.Temporary : NameStatus.Unknown);
    }

    /// <summary>Digits and dots are no name: they would pass for an address in access tables.</summary>
    private static (string?, NameStatus) Valid(string name) => HostName.IsValid(name) ? (name, NameStatus.Ok) : (null, NameStatus.Unknown);

    private async Task<(bool Confirmed, NameStatus Status, string Why)> ForwardAsync(string name, IPAddress address)
    {
        IReadOnlyList<IPAddress> local = hosts.Hosts.Find(name);
        bool four = address.AddressFamily == AddressFamily.InterNetwork;
        if (local.Any(a => a.AddressFamily == address.AddressFamily)) return (local.Contains(address), NameStatus.Forged, "");
        DnsAnswer answer =
            await hosts.Resolver.Query(name, four ? DnsType.A : DnsType.AAAA, DnsQueryFlags.Search | DnsQueryFlags.Unfiltered);
        return answer.Status switch
        {
            DnsStatus.Found => (answer.Addresses.Contains(address), NameStatus.Forged, ""),
            DnsStatus.TemporaryFailure => (false, NameStatus.Temporary, ": Temporary failure in name resolution"),
            DnsStatus.NoData => (false, NameStatus.Forged, ": No address associated with hostname"),
            _ => (false, NameStatus.Forged, ": Name or service not known"),
        };
    }
}
