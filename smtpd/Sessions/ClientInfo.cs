using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Routing;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>Who the client is: from the socket, a PROXY header or XCLIENT. Immutable; a session swaps the whole.</summary>
internal sealed record ClientInfo
{
    public const string Unknown = "unknown";

    public ClientInfo()
    {
    }

    /// <summary>What "with" starts from: the facts, without the texts made from them.</summary>
    private ClientInfo(ClientInfo other)
    {
        (Ip, PortNumber, Name, ReverseName) = (other.Ip, other.PortNumber, other.Name, other.ReverseName);
        (NameStatus, ReverseStatus, IsNamed) = (other.NameStatus, other.ReverseStatus, other.IsNamed);
        (ServerAddress, ServerPort, LogPort) = (other.ServerAddress, other.ServerPort, other.LogPort);
    }

    /// <summary>The address; null when XCLIENT says that it is not known.</summary>
    public IPAddress? Ip { get; init; }
    public int PortNumber { get; init; }
    /// <summary>The verified host name, or "unknown".</summary>
    public string Name { get; init; } = Unknown;
    /// <summary>The name that the address maps to, not verified, or "unknown".</summary>
    public string ReverseName { get; init; } = Unknown;
    public NameStatus NameStatus { get; init; } = NameStatus.Unknown;
    public NameStatus ReverseStatus { get; init; } = NameStatus.Unknown;
    /// <summary>The names were looked up, or told by somebody we trust.</summary>
    public bool IsNamed { get; init; }
    public string ServerAddress { get; init; } = "";
    public string ServerPort { get; init; } = "";
    /// <summary>Port in the log (smtpd_client_port_logging).</summary>
    public bool LogPort { get; init; }

    /// <summary>As in logs and tables: no "IPv6:" prefix.</summary>
    public string Address => field ??= Ip?.ToString() ?? Unknown;

    /// <summary>As in RFC 5321 4.1.3 address literals, without brackets.</summary>
    public string RfcAddress => Ip is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } ? "IPv6:" + Address : Address;

    public string Port => PortNumber == 0 ? Unknown : PortNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>"name[address]", and ":port" when that is logged.</summary>
    public string NameAddress => field ??= LogPort ? $"{Name}[{Address}]:{Port}" : $"{Name}[{Address}]";

    /// <summary>The client is in a list of hosts and networks; a table that does not answer counts as no.</summary>
    public async ValueTask<bool> IsInAsync(MatchList list) => await list.MatchAsync(Name, Ip) == MatchResult.Yes;

    /// <summary>The same client with what was found out about its names.</summary>
    public ClientInfo Named(ClientName found) => this with
    {
        Name = found.Name,
        NameStatus = found.Status,
        ReverseName = found.ReverseName,
        ReverseStatus = found.ReverseStatus,
        IsNamed = true,
    };

    /// <summary>The client of a socket, not named yet; a local one is "localhost".</summary>
    public static ClientInfo Of(IPEndPoint? remote, IPEndPoint? local, bool logPort)
    {
        IPAddress? ip = remote?.Address is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : remote?.Address;
        ClientInfo client = new()
        {
            Ip = ip ?? IPAddress.Loopback,
            PortNumber = remote?.Port ?? 0,
            ServerAddress = local?.Address.ToString() ?? "",
            ServerPort = local?.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            LogPort = logPort,
        };
        return ip is null ? client.Named(new ClientName("localhost", NameStatus.Ok, "localhost", NameStatus.Ok)) : client;
    }
}

/// <summary>What XFORWARD said of the client of an upstream server: for the log and the queue file, never for access control.</summary>
internal sealed class ForwardedClient
{
    public string Name = ClientInfo.Unknown;
    public string Address = ClientInfo.Unknown;
    public string Port = ClientInfo.Unknown;
    public string Helo = "";
    public string Protocol = ClientInfo.Unknown;
    public string Ident = "";
    /// <summary>DOMAIN=: complete addresses as for a local client; null when it was not given.</summary>
    public bool? LocalDomain;
    /// <summary>Name, address, port, protocol or HELO was given.</summary>
    public bool HasClient;
    public bool LogPort;

    public string NameAddress => Address == ClientInfo.Unknown ? Name : LogPort ? $"{Name}[{Address}]:{Port}" : $"{Name}[{Address}]";
}
