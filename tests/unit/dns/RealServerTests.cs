using System.Net;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>nsd with a signed and an unsigned zone, and unbound in front of it that validates: packages nsd, unbound, ldnsutils.</summary>
public sealed class RealServerTests
{
    private SignedZones _zones = null!;

    [OneTimeSetUp]
    public void Start() => _zones = new SignedZones(new Zone("signed.test", $"""
        @ A 192.0.2.1
        @ MX 10 mx
        mx A 192.0.2.2
        mx AAAA 2001:db8::2
        _25._tcp.mx TLSA 3 1 1 {new string('a', 64)}
        alias CNAME mx
        away CNAME host.plain.test.
        long TXT {string.Concat(Enumerable.Repeat("\"" + new string('x', 200) + "\" ", 20))}

        """),
        new Zone("plain.test", "host A 192.0.2.3\nin CNAME mx.signed.test.\n", IsSigned: false),
        new Zone("bogus.test", "host A 192.0.2.4\n", Tamper: z => z.Replace("192.0.2.4", "192.0.2.5", StringComparison.Ordinal)));

    [OneTimeTearDown]
    public void Stop() => _zones?.Dispose();

    private static void With(IPEndPoint server, Func<DnsResolver, Task> test) => OnLoop.Run(async loop =>
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        DnsOptions options = new() { Servers = [server], Timeout = TestLimits.Answer, FailureTtl = TimeSpan.Zero };
        for (int i = 0; i < 3000 && !(await new DnsResolver(loop, options).Query("signed.test", DnsType.SOA)).IsFound; i++)
            await loop.Delay(TimeSpan.FromMilliseconds(100));
        await test(new DnsResolver(loop, options));
    });

    [Test]
    public void A_validating_resolver() => With(_zones.EndPoint, async r =>
    {
        foreach ((string name, DnsType type, DnsStatus status, bool authentic) in new[]
        {
            ("signed.test", DnsType.MX, DnsStatus.Found, true), ("mx.signed.test", DnsType.AAAA, DnsStatus.Found, true),
                ("_25._tcp.mx.signed.test", DnsType.TLSA, DnsStatus.Found, true),
            ("alias.signed.test", DnsType.A, DnsStatus.Found, true), ("no.signed.test", DnsType.A, DnsStatus.NameError, true),
                ("mx.signed.test", DnsType.MX, DnsStatus.NoData, true),
            ("host.plain.test", DnsType.A, DnsStatus.Found, false), ("no.plain.test", DnsType.A, DnsStatus.NameError, false),
            ("away.signed.test", DnsType.A, DnsStatus.Found, false), ("in.plain.test", DnsType.A, DnsStatus.Found, false),
            ("host.bogus.test", DnsType.A, DnsStatus.TemporaryFailure, false), ("long.signed.test", DnsType.TXT, DnsStatus.Found, true),
        })
        {
            DnsAnswer answer = await r.Query(name, type, DnsQueryFlags.Dnssec);
            Assert.That((answer.Status, answer.IsAuthenticated), Is.EqualTo((status, authentic)), $"{name} {type}: {answer.Reason}");
        }
        Assert.That((await r.Query("away.signed.test", DnsType.CNAME, DnsQueryFlags.Dnssec)).IsAuthenticated, "the alias alone is secure");
        Assert.That((await r.Query("signed.test", DnsType.MX)).IsAuthenticated, Is.False, "not asked for");
        ExchangerList list = await new MailExchangers(r, new() { Dnssec = true }).FindAsync("signed.test");
        Assert.That((list.Hosts[0].Host, list.IsAuthenticated), Is.EqualTo(("mx.signed.test", true)));
        HostAddresses host = await new HostLookup(r, new()).FindAsync(list.Hosts[0].Host, list.IsAuthenticated);
        Assert.That((string.Join(' ', host.Addresses), host.IsAuthenticated), Is.EqualTo(("192.0.2.2 2001:db8::2", true)));
    });

    [Test]
    public void An_authoritative_server() => With(_zones.Authority, async r =>
    {
        TextRecord text = (TextRecord)(await r.Query("long.signed.test", DnsType.TXT)).Records.Single();
        Assert.That(Encoding.ASCII.GetString(text.Text.Span), Is.EqualTo(new string('x', 4000)), "by TCP");
        Assert.That((await r.Query("no.plain.test", DnsType.A)).Ttl, Is.EqualTo(TimeSpan.FromSeconds(300)), "the SOA's MINIMUM");
        Assert.That((await r.Query("elsewhere.example", DnsType.A)).IsTemporary, "refused");
        DnsAnswer away = await r.Query("away.signed.test", DnsType.A);
        Assert.That((away.IsFound, away.CanonicalName), Is.EqualTo((true, "host.plain.test")));
    });
}
