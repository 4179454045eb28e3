using System.Net;
using System.Text;
using DnsClient;
using DnsClient.Protocol;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;
using Theirs = DnsClient.Protocol;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>
/// Our resolver against DnsClient, which was written by others: both ask nsd and unbound the same questions, and must understand the
/// same. Every type that
/// the mail system asks for, chains of aliases, what is not there, answers that only fit into TCP, odd names.
/// </summary>
public sealed class DnsClientTests
{
    private const int ManyRecords = 60;
    private static readonly string s_longest = new('l', 63);
    private SignedZones _zones = null!;

    [OneTimeSetUp]
    public void Start()
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        _zones = Serve();
        foreach (IPEndPoint server in new[] { _zones.EndPoint, _zones.Authority }) With(server, async resolver =>
        {
            // the servers are not ready at once
            for (int i = 0; i < 300 && !(await resolver.Query("host.other.test",
                DnsType.A)).IsFound; i++) await resolver.Loop.Delay(TimeSpan.FromMilliseconds(100));
            foreach (string zone in new[] { "odd.test", "other.test" }) Assert.That((await resolver.Query(zone, DnsType.SOA)).IsFound,
                $"{zone} at {server}");
        });
    }

    private static void With(IPEndPoint server, Func<DnsResolver, Task> test) => OnLoop.Run(loop =>
        test(new DnsResolver(loop, new DnsOptions
        {
            Servers = [server],
            Timeout = TimeSpan.FromSeconds(10),
            FailureTtl = TimeSpan.Zero,
            CacheSize = 1
        })));

    private static SignedZones Serve() => new SignedZones(new Zone("odd.test", $"""
        @ MX 10 mx1
        @ MX 20 mx2
        @ MX 20 mx3.elsewhere.test.
        @ TXT "v=spf1 mx -all"
        @ TXT "two " "strings " "joined"
        mx1 A 192.0.2.1
        mx1 AAAA 2001:db8::1
        mx2 A 192.0.2.2
        mx2 A 192.0.2.3
        mx2 AAAA ::ffff:192.0.2.9
        null MX 0 .
        only4 A 192.0.2.4
        _submission._tcp SRV 1 2 587 mx1
        _submission._tcp SRV 1 0 465 mx2
        _none._tcp SRV 0 0 0 .
        _25._tcp.mx1 TLSA 3 1 1 {new string('a', 64)}
        _25._tcp.mx1 TLSA 2 0 2 {new string('b', 128)}
        4.2.0.192 PTR only4
        4.2.0.192 PTR second.name
        one CNAME two
        two CNAME three
        three CNAME mx1
        ring CNAME gnir
        gnir CNAME ring
        lost CNAME nothing
        out CNAME host.other.test.
        sub NS ns
        *.wild A 192.0.2.7
        *.wild MX 5 mx1
        UPPER A 192.0.2.8
        under_score A 192.0.2.10
        {s_longest} A 192.0.2.11
        xn--bcher-kva A 192.0.2.12
        quote\"in\.it A 192.0.2.13
        empty.above A 192.0.2.14
        big TXT {string.Concat(Enumerable.Repeat("\"" + new string('x', 250) + "\" ", 30))}
        octets TXT "\000\001\127\200\255"
        zero 0 A 192.0.2.15
        {string.Concat(Enumerable.Range(0, ManyRecords).Select(i => $"many A 10.0.{i}.1\nmany MX {i} exchanger-number-{i}\n"))}
        """, IsSigned: false), new Zone("other.test", "host A 192.0.2.20\n", IsSigned: false));

    [OneTimeTearDown]
    public void Stop() => _zones?.Dispose();

    private static IEnumerable<TestCaseData> Questions()
    {
        string[] names =
        [
            "odd.test", "ODD.test", "mx1.odd.test", "mx2.odd.test", "null.odd.test", "only4.odd.test", "_submission._tcp.odd.test",
                "_none._tcp.odd.test", "_tcp.odd.test",
            "_25._tcp.mx1.odd.test", "4.2.0.192.odd.test", "one.odd.test", "two.odd.test", "lost.odd.test", "out.odd.test",
                "any.wild.odd.test", "a.b.wild.odd.test",
            "wild.odd.test", "upper.odd.test", "under_score.odd.test", $"{s_longest}.odd.test", "xn--bcher-kva.odd.test",
            "empty.above.odd.test", "above.odd.test", "big.odd.test", "octets.odd.test", "zero.odd.test", "many.odd.test",
                "nothing.odd.test", "host.other.test",
        ];
        DnsType[] types = [DnsType.A, DnsType.AAAA, DnsType.MX, DnsType.TXT, DnsType.SRV, DnsType.TLSA, DnsType.PTR, DnsType.CNAME,
            DnsType.NS, DnsType.SOA];
        foreach (string name in names) yield return new TestCaseData(name, types).SetArgDisplayNames(name);
    }

    private static string Bytes(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    /// <summary>A name without its final dot, in the case that both keep.</summary>
    private static string Plain(string name) => name.TrimEnd('.').ToLowerInvariant();

    private static string Text(DnsAnswer answer)
    {
        IEnumerable<string> records = answer.Records.Select(r => r switch
        {
            Common.Dns.AddressRecord a => $"{a.Address}",
            Common.Dns.MxRecord m => $"{m.Preference} {Plain(m.Exchange)}",
            NameRecord n => Plain(n.Target),
            TextRecord t => Convert.ToHexString(t.Text.Span),
            Common.Dns.SrvRecord s => $"{s.Priority} {s.Weight} {s.Port} {Plain(s.Target)}",
            Common.Dns.TlsaRecord t => $"{t.Usage} {t.Selector} {t.MatchingType} {Convert.ToHexString(t.Data.Span)}",
            Common.Dns.SoaRecord s => $"{s.Minimum.TotalSeconds}",
            _ => r.GetType().Name,
        });
        string status = answer.Status == DnsStatus.Found ? "found" : answer.Status == DnsStatus.NoData ? "no data"
            : answer.Status == DnsStatus.NameError ? "no name" : "failed";
        return $"{status} {string.Join(" | ", records.Order(StringComparer.Ordinal))}";
    }

    private static string Text(IDnsQueryResponse response, DnsType type)
    {
        List<string> records = [];
        foreach (DnsResourceRecord record in response.Answers.Where(r => (int)r.RecordType == (int)type)) records.Add(record switch
        {
            Theirs.AddressRecord a => $"{a.Address}",
            Theirs.MxRecord m => $"{m.Preference} {Plain(m.Exchange.Original)}",
            PtrRecord p => Plain(p.PtrDomainName.Original),
            CNameRecord c => Plain(c.CanonicalName.Original),
            NsRecord n => Plain(n.NSDName.Original),
            TxtRecord t => Bytes(string.Concat(t.Text)),
            Theirs.SrvRecord s => $"{s.Priority} {s.Weight} {s.Port} {Plain(s.Target.Original)}",
            Theirs.TlsaRecord t => $"{(int)t.CertificateUsage} {(int)t.Selector} {(int)t.MatchingType} "
                + Convert.ToHexString(t.CertificateAssociationData.ToArray()),
            Theirs.SoaRecord s => $"{s.Minimum}",
            _ => record.GetType().Name,
        });
        string status = response.Header.ResponseCode switch
        {
            DnsHeaderResponseCode.NoError => records.Count > 0 ? "found" : "no data",
            DnsHeaderResponseCode.NotExistentDomain => "no name",
            _ => "failed",
        };
        return $"{status} {string.Join(" | ", records.Order(StringComparer.Ordinal))}";
    }

    private static LookupClient Client(IPEndPoint server) => new(new LookupClientOptions(server)
    {
        UseCache = false,
        Timeout = TimeSpan.FromSeconds(10),
        Retries = 2,
        ThrowDnsErrors = false,
        UseTcpFallback = true,
        ExtendedDnsBufferSize = 1232,
    });

    private static void Compare(IPEndPoint server, string name, DnsType[] types) => With(server, async resolver =>
    {
        LookupClient client = Client(server);
        foreach (DnsType type in types)
        {
            string theirs = Text(await Task.Run(() => client.Query(name, (QueryType)(int)type)), type);
            string ours = Text(await resolver.Query(name, type));
            // every byte that is no character of UTF-8 is one replacement for DnsClient: the bytes are compared with the zone below
            if (name == "octets.odd.test" && type == DnsType.TXT) Assert.That(ours, Is.EqualTo("found 00017FC8FF"));
            else Assert.That(ours, Is.EqualTo(theirs), $"{name} {type}");
        }
    });

    [TestCaseSource(nameof(Questions))]
    public void Both_understand_a_resolver_alike(string name, DnsType[] types) => Compare(_zones.EndPoint, name, types);

    [TestCaseSource(nameof(Questions))]
    public void Both_understand_an_authoritative_server_alike(string name, DnsType[] types) => Compare(_zones.Authority, name, types);

    [Test]
    public void An_answer_that_does_not_fit_is_asked_for_by_tcp() => With(_zones.Authority, async resolver =>
    {
        LookupClient datagrams = new(new LookupClientOptions(_zones.Authority)
        {
            UseCache = false,
            UseTcpFallback = false,
            ThrowDnsErrors = false,
            Timeout = TimeSpan.FromSeconds(10)
        });
        Assert.That(() => datagrams.Query("big.odd.test", QueryType.TXT),
            Throws.InstanceOf<DnsResponseException>().With.Message.Contains("truncated"));
        Assert.That((await resolver.Query("big.odd.test", DnsType.TXT)).Texts.Single(), Is.EqualTo(new string('x', 7500)));
        Assert.That((await resolver.Query("many.odd.test", DnsType.MX)).Records, Has.Count.EqualTo(ManyRecords));
    });

    [Test]
    public void The_time_to_live_is_the_least_on_the_way() => With(_zones.Authority, async resolver =>
    {
        foreach (string name in new[] { "one.odd.test", "zero.odd.test", "mx2.odd.test" })
        {
            IDnsQueryResponse theirs = await Task.Run(() => Client(_zones.Authority).Query(name, QueryType.A));
            DnsAnswer ours = await resolver.Query(name, DnsType.A);
            Assert.That(ours.Ttl.TotalSeconds, Is.EqualTo(theirs.Answers.Min(a => a.InitialTimeToLive)), name);
        }
    });

    /// <summary>A ring of aliases ends for both; ours names it, a name that does not exist, so that mail is returned and not tried for
    /// days.</summary>
    [Test]
    public void A_ring_of_aliases_ends() => With(_zones.Authority, async resolver =>
    {
        IDnsQueryResponse theirs = await Task.Run(() => Client(_zones.Authority).Query("ring.odd.test", QueryType.A));
        Assert.That(theirs.Answers.Where(a => a.RecordType == ResourceRecordType.A), Is.Empty);
        Assert.That((await resolver.Query("ring.odd.test", DnsType.A)).IsFound, Is.False);
    });
}
