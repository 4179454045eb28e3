using System.Net;
using MtaSuite.Common.Dns;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>resolv.conf, dns_servers, names and the cache.</summary>
public sealed class ConfTests
{
    [Test]
    public void Resolv_conf()
    {
        ResolvConf conf = ResolvConf.Parse("""
            # nameserver 1.1.1.1
            ; comment
            domain old.test
            nameserver 192.0.2.1
            nameserver 2001:db8::1
            nameserver nonsense
            nameserver 192.0.2.3
            nameserver 192.0.2.4
            search a.test  b.test.
            options timeout:3 attempts:99 rotate ndots:2 edns0 trust-ad use-vc unknown:4
            sortlist x
            """, "me.home.test");
        Assert.That(conf.Servers, Is.EqualTo(
            new[] { IPEndPoint.Parse("192.0.2.1:53"), IPEndPoint.Parse("[2001:db8::1]:53"), IPEndPoint.Parse("192.0.2.3:53") }));
        Assert.That(conf.Search, Is.EqualTo(new[] { "a.test", "b.test" }));
        Assert.That((conf.Timeout.TotalSeconds, conf.Attempts, conf.Rotate, conf.Dots, conf.UseTcp), Is.EqualTo((3, 5, true, 2, true)));
        ResolvConf empty = ResolvConf.Parse("", "me.home.test");
        Assert.That((empty.Servers[0].ToString(), empty.Search[0], empty.Timeout.TotalSeconds, empty.Attempts),
            Is.EqualTo(("127.0.0.1:53", "home.test", 5, 2)));
    }

    [TestCase("192.0.2.1", "192.0.2.1:53")]
    [TestCase("192.0.2.1:5353", "192.0.2.1:5353")]
    [TestCase("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    [TestCase("2001:db8::1", "[2001:db8::1]:53")]
    [TestCase("[2001:db8::1]", "[2001:db8::1]:53")]
    [TestCase("ns.example", null)]
    public void Servers_in_main_cf(string text, string? expected) =>
        Assert.That(DnsOptions.TryParseServer(text, out IPEndPoint? server) ? server!.ToString() : null, Is.EqualTo(expected));

    [TestCase("example.com", "example.com")]
    [TestCase("B\u00fccher.Example", "xn--bcher-kva.example")]
    [TestCase("\u4f8b\u3048.jp", "xn--r8jz45g.jp")]
    [TestCase("stra\u00dfe.de", "xn--strae-oqa.de")]
    [TestCase("a..\u00fc", null)]
    public void Names_in_ASCII(string name, string? ascii) => Assert.That(DomainName.ToAscii(name), Is.EqualTo(ascii));

    [TestCase("192.0.2.130", "130.2.0.192.in-addr.arpa")]
    [TestCase("2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void Reverse_names(string address, string name) => Assert.That(DomainName.Reverse(IPAddress.Parse(address)), Is.EqualTo(name));

    [Test]
    public void The_cache_is_bounded_and_forgets_in_time()
    {
        AnswerCache cache = new(2);
        static DnsAnswer Answer(string name) => new() { Name = name, Type = DnsType.A, Status = DnsStatus.Found };
        static DnsKey Key(string name) => DnsKey.Of(name, DnsType.A, false);
        cache.Keep(Key("a"), Answer("a"), TimeSpan.FromSeconds(10), 0);
        cache.Keep(Key("b"), Answer("b"), TimeSpan.FromSeconds(10), 0);
        Assert.That(cache.Find(Key("A"), 9_999)?.Name, Is.EqualTo("a"));
        cache.Keep(Key("c"), Answer("c"), TimeSpan.FromSeconds(20), 9_999);
        Assert.That((cache.Find(Key("b"), 9_999), cache.Find(Key("a"), 9_999)?.Name, cache.Count), Is.EqualTo(((DnsAnswer?)null, "a", 2)),
            "b was used longest ago");
        Assert.That(cache.Find(Key("a"), 10_000), Is.Null);
        Assert.That(cache.Count, Is.EqualTo(1));
        cache.Keep(Key("c"), Answer("c"), TimeSpan.Zero, 10_000);
        Assert.That(cache.Count, Is.Zero);
    }
}
