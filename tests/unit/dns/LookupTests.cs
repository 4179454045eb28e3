using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>Hosts, exchangers and names of clients.</summary>
public sealed class LookupTests
{
    private readonly string _hosts = Path.GetTempFileName();

    [OneTimeTearDown]
    public void Clean() => File.Delete(_hosts);

    private void With(ScriptedDns dns, Func<HostLookup, Task> test, HostSources sources = HostSources.Dns, string hosts = "",
        TimeProvider? time = null)
    {
        File.WriteAllText(_hosts, hosts);
        using (dns) OnLoop.Run(loop => test(new HostLookup(dns.Resolver(loop), new() { Sources = sources, HostsFile = _hosts })), time);
    }

    private static string Text(HostAddresses found) =>
        found.IsFound ? string.Join(' ', found.Addresses) : $"{found.Failure!.Status} {found.Failure.Text}";

    private const string Missing = "Host or domain name not found. Name service error for name=";

    [Test]
    public void Addresses_of_a_host()
    {
        ScriptedDns dns = new("h.test A 192.0.2.1", "h.test AAAA 2001:db8::1", "half.test A 192.0.2.2", "e.test", "xn--bcher-kva.test A "
            + "192.0.2.9");
        dns.Rcode("bad.test", 2);
        dns.Rcode("odd.test", 1);
        dns.Script("half.test", q => q.Type == DnsType.A ? [dns.Answer(q)] : [ScriptedDns.Message(q, 2)]);
        With(dns, async h =>
        {
            foreach ((string host, string expected) in new[]
            {
                ("h.test", "192.0.2.1 2001:db8::1"), ("half.test", "192.0.2.2"), ("b\u00fccher.test", "192.0.2.9"),
                    ("B\u00dcCHER.test", "192.0.2.9"),
                ("192.0.2.5", "192.0.2.5"), ("[192.0.2.5]", "192.0.2.5"), ("[2001:db8::5]", "2001:db8::5"),
                    ("[IPv6:2001:db8::5]", "2001:db8::5"),
                ("no.test", $"5.4.4 {Missing}no.test type=AAAA: Host not found"),
                    ("e.test", $"5.4.4 {Missing}e.test type=AAAA: Host found but no data record of requested type"),
                ("bad.test", $"4.4.3 {Missing}bad.test type=AAAA: Host not found, try again"),
                    ("odd.test", $"5.4.3 {Missing}odd.test type=AAAA: Non-recoverable error"),
            })
                Assert.That(Text(await h.FindAsync(host)), Is.EqualTo(expected), host);
        });
    }

    [Test]
    public void The_machines_own_list_and_its_changes()
    {
        ManualClock clock = new();
        With(new ScriptedDns("h.test A 192.0.2.1", "other.test A 192.0.2.2"), async h =>
        {
            Assert.That(Text(await h.FindAsync("alias")), Is.EqualTo("10.0.0.1 fd00::1"));
            Assert.That(Text(await h.FindAsync("h.test")), Is.EqualTo("10.0.0.1"), "before the DNS");
            Assert.That(Text(await h.FindAsync("other.test")), Is.EqualTo("192.0.2.2"));
            Assert.That(Text(await h.FindAsync("localhost")), Is.EqualTo("127.0.0.1 ::1"));
            Assert.That(Text(await h.FindAsync("no.test")), Is.EqualTo("5.4.4 unable to look up host no.test: Name or service not known"));
            File.WriteAllText(_hosts, "10.0.0.77 h.test\n");
            Assert.That(Text(await h.FindAsync("h.test")), Is.EqualTo("10.0.0.1"), "not looked at each time");
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.That(Text(await h.FindAsync("h.test")), Is.EqualTo("10.0.0.77"));
        }, HostSources.Native, "# comment\n10.0.0.1 h.test alias # more\n\nfd00::1\talias\nnonsense\n", clock);
    }

    [Test]
    public void Both_kinds_in_order() => With(new ScriptedDns("h.test A 192.0.2.1"), async h =>
    {
        Assert.That(Text(await h.FindAsync("h.test")), Is.EqualTo("192.0.2.1"));
        Assert.That(Text(await h.FindAsync("only.here")), Is.EqualTo("10.0.0.1"));
    }, HostSources.Dns | HostSources.Native, "10.0.0.1 h.test only.here\n");

    [Test]
    public void Exchangers_of_a_domain()
    {
        ScriptedDns dns = new("d.test MX 20 b.test", "d.test MX 10 a.test", "d.test MX 20 c.test", "null.test MX 0 .",
            "plain.test A 192.0.2.1", "a.test A 192.0.2.2", "b.test A 192.0.2.3",
            "mixed.test MX 10 a.test", "mixed.test MX 20 bad-.test", "junk.test MX 10 bad_host-.test", "num.test MX 5 192.0.2.8");
        dns.Rcode("sick.test", 2);
        With(dns, async h =>
        {
            MailExchangers mx = new(h.Resolver, new());
            async Task<string> Find(string domain)
            {
                ExchangerList list = await mx.FindAsync(domain);
                return list.IsFound ? (list.IsImplicit ? "implicit " : "")
                    + string.Join(' ', list.Hosts.Select(x => $"{x.Preference}:{x.Host}")) : $"{list.Failure!.Status} {list.Failure.Text}";
            }
            Assert.That(await Find("d.test"), Is.EqualTo("10:a.test 20:b.test 20:c.test"));
            Assert.That(await Find("null.test"), Is.EqualTo("5.1.0 Domain null.test does not accept mail (nullMX)"));
            Assert.That(await Find("plain.test"), Is.EqualTo("implicit 0:plain.test"));
            Assert.That(await Find("no.test"), Is.EqualTo("implicit 0:no.test"),
                "that it does not exist shows when its address is asked for");
            Assert.That(await Find("sick.test"), Is.EqualTo($"4.4.3 {Missing}sick.test type=MX: Host not found, try again"));
            Assert.That(await Find("mixed.test"), Is.EqualTo("10:a.test"));
            Assert.That(await Find("junk.test"),
                Is.EqualTo("5.4.4 Name service error for name=junk.test type=MX: Malformed or unexpected name server reply"));
            Assert.That(await Find("num.test"), Is.EqualTo("5:192.0.2.8"));
            mx = new(h.Resolver, new() { IgnoreMxErrors = true });
            Assert.That(await Find("sick.test"), Is.EqualTo("implicit 0:sick.test"));
            IReadOnlyList<ExchangerAddresses> all = await mx.ResolveAsync(await mx.FindAsync("d.test"), h);
            Assert.That(all.Select(a => Text(a.Addresses)[..5]), Is.EqualTo(new[] { "192.0", "192.0", "5.4.4" }));
        });
    }

    [Test]
    public void Services_by_SRV()
    {
        ScriptedDns dns = new("_submission._tcp.d.test SRV 2 0 587 late.test", "_submission._tcp.d.test SRV 1 0 465 b.test",
            "_submission._tcp.d.test SRV 1 60000 587 a.test",
            "_submission._tcp.n.test SRV 0 0 0 .", "d.test MX 1 mx.test", "m.test MX 1 mx.test");
        dns.Rcode("_submission._tcp.sick.test", 2);
        With(dns, async h =>
        {
            MailExchangers mx = new(h.Resolver, new() { SrvServices = ["submission"] }, new Random(1));
            ExchangerList list = await mx.FindAsync("d.test", "submission");
            Assert.That(string.Join(' ', list.Hosts.Select(x => $"{x.Host}:{x.Port}")), Is.EqualTo("a.test:587 b.test:465 late.test:587"));
            Assert.That((await mx.FindAsync("d.test")).Hosts[0].Host, Is.EqualTo("mx.test"), "another service");
            Assert.That((await mx.FindAsync("n.test", "submission")).Failure!.Text,
                Is.EqualTo("Domain _submission._tcp.n.test does not support SRV requests"));
            Assert.That((await mx.FindAsync("m.test", "submission")).Failure!.Status.ToString(), Is.EqualTo("5.4.4"));
            Assert.That((await mx.FindAsync("sick.test", "submission")).Failure!.Status.ToString(), Is.EqualTo("4.4.3"));
            mx = new(h.Resolver, new() { SrvServices = ["submission"], AllowSrvFallback = true });
            Assert.That((await mx.FindAsync("m.test", "submission")).Hosts[0].Host, Is.EqualTo("mx.test"));
            mx = new(h.Resolver, new() { SrvServices = ["submission"], IgnoreSrvErrors = true });
            Assert.That((await mx.FindAsync("sick.test", "submission")).IsImplicit);
            Assert.That((await mx.FindAsync("m.test", "submission")).IsFound, Is.False);
        });
    }

    [Test]
    public void Shuffling_keeps_preferences()
    {
        Exchanger[] hosts = [new(10, "a"), new(10, "b"), new(10, "c"), new(20, "d")];
        HashSet<string> orders =
            [.. Enumerable.Range(0, 100).Select(i => string.Concat(MailExchangers.Shuffle(hosts, new Random(i)).Select(h => h.Host)))];
        Assert.That(orders, Has.Count.EqualTo(6).And.All.EndsWith("d"));
        int heavy = Enumerable.Range(0, 1000)
            .Count(i => MailExchangers.ByWeight([new(1, "h", 1, 90), new(1, "l", 1, 10)], new Random(i))[0].Host == "h");
        Assert.That(heavy, Is.InRange(850, 950));
    }

    [Test]
    public void Names_of_clients()
    {
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
        ScriptedDns dns = new("1.2.0.192.in-addr.arpa PTR good.test", "good.test A 192.0.2.9", "good.test A 192.0.2.1",
            "2.2.0.192.in-addr.arpa PTR good.test", "3.2.0.192.in-addr.arpa PTR none.test",
            "4.2.0.192.in-addr.arpa PTR sick.test", "5.2.0.192.in-addr.arpa PTR 192.0.2.5",
                "7.2.0.192.in-addr.arpa CNAME 7.0/25.2.0.192.in-addr.arpa", "7.0/25.2.0.192.in-addr.arpa PTR seven.test",
            "seven.test A 192.0.2.7", $"{DomainName.Reverse(IPAddress.Parse("2001:db8::1"))} PTR six.test", "six.test AAAA 2001:db8::1");
        dns.Rcode("sick.test", 2);
        dns.Rcode("6.2.0.192.in-addr.arpa", 2);
        With(dns, async h =>
        {
            ClientNames names = new(h);
            foreach ((string address, ClientName expected) in new (string, ClientName)[]
            {
                ("192.0.2.1", new("good.test", NameStatus.Ok, "good.test", NameStatus.Ok)),
                ("192.0.2.2", new("unknown", NameStatus.Forged, "good.test", NameStatus.Ok)),
                ("192.0.2.3", new("unknown", NameStatus.Forged, "none.test", NameStatus.Ok)),
                ("192.0.2.4", new("unknown", NameStatus.Temporary, "sick.test", NameStatus.Ok)),
                ("192.0.2.5", new("unknown", NameStatus.Unknown, "unknown", NameStatus.Unknown)),
                ("192.0.2.6", new("unknown", NameStatus.Temporary, "unknown", NameStatus.Temporary)),
                ("192.0.2.7", new("seven.test", NameStatus.Ok, "seven.test", NameStatus.Ok)),
                ("192.0.2.8", ClientName.None),
                ("2001:db8::1", new("six.test", NameStatus.Ok, "six.test", NameStatus.Ok)),
                ("127.0.0.1", new("localhost", NameStatus.Ok, "localhost", NameStatus.Ok)),
                ("10.0.0.1", new("lan.test", NameStatus.Ok, "lan.test", NameStatus.Ok)),
            })
                Assert.That(await names.FindAsync(IPAddress.Parse(address)), Is.EqualTo(expected), address);
        }, HostSources.Native, "10.0.0.1 lan.test\n");
    }
}
