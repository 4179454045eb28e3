namespace MtaSuite.Common.Routing;

/// <summary>The kind of domain a recipient is in; each has its own transport and recipient table.</summary>
public enum AddressClass : byte { None, Local, VirtualAlias, VirtualMailbox, Relay, Default }

/// <summary>How resolving ended.</summary>
public enum RouteStatus : byte
{
    Ok,
    /// <summary>The address is none: "5.1.3 bad address syntax".</summary>
    BadAddress,
    /// <summary>A table could not be asked; try again.</summary>
    TemporaryFailure,
}

/// <summary>
/// Where an address goes. For <see cref="RouteStatus.BadAddress"/> and <see cref="RouteStatus.TemporaryFailure"/> the transports "error"
/// and "retry" with their reason as nexthop stand here, so that a queue manager can follow any route as it is.
/// </summary>
/// <param name="Transport">The service of master.cf that delivers.</param>
/// <param name="Nexthop">Its destination: a domain, "[host]:port", for "error" and "retry" status and text.</param>
/// <param name="Recipient">The recipient in its final form (internal), always with a domain.</param>
public readonly record struct Route(RouteStatus Status, AddressClass Class, string Transport, string Nexthop, string Recipient)
{
    public const string ErrorTransport = "error", RetryTransport = "retry";

    public bool IsOk => Status == RouteStatus.Ok;

    /// <summary>The local part has routing characters (@ % !) in it: mail that another host might relay further.</summary>
    public bool IsSourceRouted { get; init; }

    /// <summary>The local double-bounce address: what comes there is discarded.</summary>
    public bool IsDoubleBounce { get; init; }

    /// <summary>What went wrong, for the log; empty when nothing did.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The domain ends here or is hosted here (RFC 5321: we are its final destination).</summary>
    public bool IsFinal => Class is AddressClass.Local or AddressClass.VirtualAlias or AddressClass.VirtualMailbox;

    public static Route BadAddress(string recipient) =>
        new(RouteStatus.BadAddress, AddressClass.Default, ErrorTransport, "5.1.3 bad address syntax", recipient);

    public static Route TemporaryFailure(string recipient, string problem) =>
        new(RouteStatus.TemporaryFailure, AddressClass.None, RetryTransport, "4.3.0 address resolver failure", recipient)
        { Problem = problem };
}
