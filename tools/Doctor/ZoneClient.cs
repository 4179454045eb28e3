using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace MtaSuite.Tools.Doctor;

/// <summary>What a name server said, or why it said nothing.</summary>
/// <param name="Response">Null: there is none.</param>
internal sealed record ZoneAnswer(IDnsQueryResponse? Response, string Error)
{
    /// <summary>The name exists, whether or not it has records of the type.</summary>
    public bool IsGood => Response?.Header.ResponseCode == DnsHeaderResponseCode.NoError;

    /// <summary>The server said that the name does not exist.</summary>
    public bool IsMissing => Response?.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain;

    public IEnumerable<T> Records<T>() where T : DnsResourceRecord => Response?.Answers.OfType<T>() ?? [];

    /// <summary>In a few words why there is no usable answer.</summary>
    public string Trouble => Response == null ? Error : Response.Header.ResponseCode.ToString();
}

/// <summary>
/// Questions to name servers of our choice, for types of records that our resolver does not know. By DnsClient, for looking at zones
/// only: it takes answers
/// from other addresses than the one asked, and to other questions, so that nothing about mail may depend on it.
/// </summary>
internal sealed class ZoneClient
{
    // RFC 9715: what passes without fragments
    private const int DatagramSize = 1232;
    private readonly LookupClient _client;
    private readonly NameServer[] _resolvers;

    public ZoneClient(IReadOnlyList<IPEndPoint> resolvers)
    {
        _resolvers = [.. resolvers.Select(r => new NameServer(r))];
        _client = new LookupClient(new LookupClientOptions(_resolvers) { UseCache = false });
    }

    /// <summary>Asks the resolvers.</summary>
    public Task<ZoneAnswer> AskAsync(string name, QueryType type) => AskAsync(_resolvers, name, type, recursion: true);

    /// <summary>Asks one server for what it knows itself.</summary>
    public Task<ZoneAnswer> AskAsync(IPEndPoint server, string name, QueryType type) =>
        AskAsync([new NameServer(server)], name, type, recursion: false);

    private async Task<ZoneAnswer> AskAsync(NameServer[] servers, string name, QueryType type, bool recursion)
    {
        DnsQueryOptions options = new()
        {
            Recursion = recursion,
            // its cache does not tell servers apart
            UseCache = false,
            RequestDnsSecRecords = true,
            ExtendedDnsBufferSize = DatagramSize,
            Timeout = TimeSpan.FromSeconds(3),
            Retries = 1,
            ThrowDnsErrors = false,
        };
        try
        {
            return new ZoneAnswer(await _client.QueryServerAsync(servers, new DnsQuestion(name, type), options), "");
        }
        catch (DnsResponseException e)
        {
            return new ZoneAnswer(null, e.Code == DnsResponseCode.ConnectionTimeout ? "no answer" : e.InnerException?.Message
                ?? e.DnsError);
        }
    }
}
