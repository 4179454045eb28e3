namespace MtaSuite.Relay.Messages;

/// <summary>The server of a delivery as the log names it. The default: no server was reached.</summary>
/// <param name="NameAndPort">"host[address]:port".</param>
/// <param name="UseCount">Messages over its session so far, this one included.</param>
/// <param name="TlsText">What the log says of TLS; empty: nothing.</param>
/// <param name="HasDsn">It reports deliveries itself (RFC 3461).</param>
internal readonly record struct ServerInfo(string NameAndPort, int UseCount, string TlsText, bool HasDsn)
{
    public bool IsReached => NameAndPort != null;
}
