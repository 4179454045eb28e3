using System.Net;
using System.Text;

namespace MtaSuite.Common.Dns;

/// <summary>The answer to one question, as a value. Immutable; the resolver's cache hands the same one to everybody.</summary>
public sealed class DnsAnswer
{
    /// <summary>The name asked for.</summary>
    public required string Name { get; init; }
    public required DnsType Type { get; init; }
    public required DnsStatus Status { get; init; }

    /// <summary>
    /// The records of the type asked for, at the end of the chain of CNAMEs; at most 100, in the server's order. Empty unless found.
    /// </summary>
    public IReadOnlyList<DnsRecord> Records { get; init; } = [];

    /// <summary>The name at the end of the chain of CNAMEs; <see cref="Name"/> where there is none.</summary>
    public string CanonicalName { get => field.Length > 0 ? field : Name; init; } = "";

    /// <summary>
    /// The resolver validated the whole answer, every link of the chain included (AD, RFC 4035 3.2.3). Only where the question asked for it
    /// (<see cref="DnsQueryFlags.Dnssec"/>); for a negative answer it says that the denial is proven. Whether an alias alone is
    /// secure that leads into an insecure zone takes a question for its CNAME.
    /// </summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>How long the answer holds.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Why there is no record, worded as in Postfix; empty when found.</summary>
    public string Reason { get; init; } = "";

    public bool IsFound => Status == DnsStatus.Found;

    /// <summary>The server said that there is no such name or record.</summary>
    public bool IsNotFound => Status is DnsStatus.NoData or DnsStatus.NameError;

    public bool IsTemporary => Status == DnsStatus.TemporaryFailure;

    /// <summary>The addresses among the records.</summary>
    public IEnumerable<IPAddress> Addresses => Records.OfType<AddressRecord>().Select(r => r.Address);

    /// <summary>What TXT records say, a character for each byte.</summary>
    public IEnumerable<string> Texts => Records.OfType<TextRecord>().Select(r => Encoding.Latin1.GetString(r.Text.Span));

    /// <summary>The names that PTR, NS and CNAME records hold.</summary>
    public IEnumerable<string> Targets => Records.OfType<NameRecord>().Select(r => r.Target);
}
