using System.Net;
using System.Text;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Net;
using MtaSuite.Tests.Unit.Net;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Dns;

/// <summary>Questions and answers over real sockets, with a server that does as it is told.</summary>
public sealed class ResolverTests
{
    private static void With(ScriptedDns dns, Func<DnsResolver, Task> test, Func<ScriptedDns, DnsOptions>? options = null)
    {
        using (dns) OnLoop.Run(loop => test(new DnsResolver(loop, options?.Invoke(dns) ?? dns.Options)));
    }

    [Test]
    public void Each_type_is_read() => With(
        new ScriptedDns("h.test A 192.0.2.1", "h.test A 192.0.2.2", "h.test AAAA 2001:db8::1", "h.test MX 10 mx.test",
        "h.test TXT v=spf1 -all", "h.test NS ns.test",
            "_s._tcp.h.test SRV 1 2 587 sub.test", "_25._tcp.h.test TLSA 3 1 1 abcdef", "1.2.0.192.in-addr.arpa PTR h.test"),
        async r =>
        {
            Assert.That((await r.Query("h.test", DnsType.A)).Addresses,
                Is.EqualTo(new[] { IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2") }));
            Assert.That((await r.Query("h.test.", DnsType.AAAA)).Addresses, Is.EqualTo(new[] { IPAddress.Parse("2001:db8::1") }));
            Assert.That((await r.Query("H.TEST", DnsType.MX)).Records.Single(),
                Is.EqualTo(new MxRecord("h.test", TimeSpan.FromMinutes(5), 10, "mx.test"))
                    .Using<DnsRecord>((a, b) => Strip(a).Equals(Strip(b))));
            Assert.That(Encoding.ASCII.GetString(((TextRecord)(await r.Query("h.test", DnsType.TXT)).Records[0]).Text.Span),
                Is.EqualTo("v=spf1 -all"));
            Assert.That((await r.Query("h.test", DnsType.NS)).Targets, Is.EqualTo(new[] { "ns.test" }));
            Assert.That((await r.QueryReverse(IPAddress.Parse("192.0.2.1"))).Targets, Is.EqualTo(new[] { "h.test" }));
            SrvRecord srv = (SrvRecord)(await r.Query("_s._tcp.h.test", DnsType.SRV)).Records[0];
            Assert.That((srv.Priority, srv.Weight, srv.Port, srv.Target), Is.EqualTo((1, 2, 587, "sub.test")));
            TlsaRecord tlsa = (TlsaRecord)(await r.Query("_25._tcp.h.test", DnsType.TLSA)).Records[0];
            Assert.That((tlsa.Usage, tlsa.Selector, tlsa.MatchingType, Convert.ToHexStringLower(tlsa.Data.Span)),
                Is.EqualTo((3, 1, 1, "abcdef")));
        });

    [Test]
    public void A_datagram_too_short_for_an_answer_is_a_strangers()
    {
        ScriptedDns dns = new("x.test A 192.0.2.1");
        // with our ID and the bit of an answer, as far as it goes
        int[] lengths = [0, 2, 3, 4, 8, 11];
        dns.Script("x.test", r => [.. lengths.Select(n => ScriptedDns.Message(r, 2)[..n]), dns.Answer(r)]);
        With(dns, async r =>
        {
            Assert.That((await r.Query("x.test", DnsType.A)).Addresses, Is.EqualTo(new[] { IPAddress.Parse("192.0.2.1") }));
            Assert.That(dns.Requests, Has.Count.EqualTo(1).And.All.Property("Tcp").False);
        });
    }

    [Test]
    public void Questions_ask_for_answers_that_fit_into_one_packet()
    {
        ScriptedDns dns = new("x.test A 192.0.2.1");
        With(dns, async r =>
        {
            await r.Query("x.test", DnsType.A);
            byte[] question = dns.Requests.Single().Bytes;
            // OPT (RFC 6891 6.1.2): root name, type 41, then the size; TTL and length follow
            Assert.That(question[^11..^6], Is.EqualTo(new byte[] { 0, 0, 41, 1232 >> 8, 1232 & 255 }));
        });
    }

    private static DnsRecord Strip(DnsRecord record) => record with { Name = record.Name.ToLowerInvariant() };

    [Test]
    public void What_is_not_there_is_told_in_the_known_words() => With(new ScriptedDns("h.test"), async r =>
    {
        DnsAnswer none = await r.Query("no.test", DnsType.MX);
        Assert.That((none.Status, none.Reason),
            Is.EqualTo((DnsStatus.NameError,
                "Host or domain name not found. Name service error for name=no.test type=MX: Host not found")));
        Assert.That(none.Ttl, Is.EqualTo(TimeSpan.FromSeconds(60)), "the SOA's MINIMUM");
        DnsAnswer empty = await r.Query("h.test", DnsType.A);
        Assert.That((empty.Status, empty.Reason),
            Is.EqualTo((DnsStatus.NoData, "Host or domain name not found. Name service error for name=h.test type=A: Host found but no "
                + "data record of requested type")));
        foreach (string bad in new[] { "a..b", "-a.test", "", "a b.test", "192.0.2.1", new string('x', 64) + ".test", "b\u00fccher.test" })
            Assert.That((await r.Query(bad, DnsType.A)).Reason, Is.EqualTo($"Name service error for {bad}: invalid host or domain name"));
    });

    [TestCase(2, DnsStatus.TemporaryFailure, "Host not found, try again")]
    [TestCase(5, DnsStatus.TemporaryFailure, "Host not found, try again")]
    [TestCase(1, DnsStatus.Failed, "Non-recoverable error")]
    public void Refusals_of_the_server(int rcode, DnsStatus status, string text)
    {
        ScriptedDns dns = new();
        dns.Rcode("x.test", rcode);
        With(dns, async r =>
        {
            DnsAnswer answer = await r.Query("x.test", DnsType.A);
            Assert.That((answer.Status, answer.Reason),
                Is.EqualTo((status, "Host or domain name not found. Name service error for name=x.test type=A: " + text)));
        });
    }

    [Test]
    public void Silence_ends_after_the_time_limit_of_all_rounds()
    {
        ScriptedDns dns = new();
        dns.Silent("x.test");
        With(dns, async r =>
        {
            long start = Environment.TickCount64;
            Assert.That((await r.Query("x.test", DnsType.A)).Status, Is.EqualTo(DnsStatus.TemporaryFailure));
            Assert.That(Environment.TickCount64 - start, Is.GreaterThanOrEqualTo(280));
            Assert.That(dns.Count("x.test"), Is.EqualTo(2));
            Assert.That(dns.Requests.Select(q => q.Bytes[0] << 8 | q.Bytes[1]).Distinct().Count(), Is.EqualTo(2),
                "each with an ID of its own");
        }, d => new() { Servers = [d.EndPoint], Timeout = TimeSpan.FromMilliseconds(100), Attempts = 2 });
    }

    [Test]
    public void The_next_server_is_asked_when_one_fails()
    {
        using ScriptedDns bad = new(), dead = new();
        bad.Rcode("h.test", 2);
        IPEndPoint closed = dead.EndPoint;
        dead.Dispose();
        With(new ScriptedDns("h.test A 192.0.2.1"), async r => Assert.That((await r.Query("h.test", DnsType.A)).IsFound),
            d => new() { Servers = [closed, bad.EndPoint, d.EndPoint], Timeout = TestLimits.Answer, Attempts = 1 });
    }

    [Test]
    public void A_silent_server_is_asked_last_from_then_on()
    {
        using ScriptedDns silent = new();
        foreach (int i in new[] { 1, 2 }) silent.Silent($"h{i}.test");
        With(new ScriptedDns("h1.test A 192.0.2.1", "h2.test A 192.0.2.2"), async r =>
        {
            Assert.That((await r.Query("h1.test", DnsType.A)).IsFound);
            Assert.That((await r.Query("h2.test", DnsType.A)).IsFound);
            Assert.That((silent.Count("h1.test"), silent.Count("h2.test")), Is.EqualTo((1, 0)));
        }, d => new() { Servers = [silent.EndPoint, d.EndPoint], Timeout = TimeSpan.FromSeconds(2), Attempts = 1 });
    }

    [Test]
    public void A_truncated_answer_is_asked_for_by_TCP()
    {
        ScriptedDns dns = new();
        string[] many = [.. Enumerable.Range(0, 150).Select(i => $"192.0.2.{i}")];
        dns.Script("big.test", q => q.Tcp
            ? [ScriptedDns.Message(q, 0, [
            .. many.Select(a => ScriptedDns.Record("big.test", DnsType.A, 60, IPAddress.Parse(a).GetAddressBytes()))])]
            : [ScriptedDns.Message(q, truncated: true)]);
        With(dns, async r =>
        {
            DnsAnswer answer = await r.Query("big.test", DnsType.A);
            Assert.That(answer.Records, Has.Count.EqualTo(100), "and no more than a hundred records count");
            Assert.That(dns.Requests.Select(q => q.Tcp), Is.EqualTo(new[] { false, true }));
        });
    }

    [Test]
    public void A_server_without_EDNS_is_asked_in_the_old_way()
    {
        ScriptedDns dns = new("h.test A 192.0.2.1", "i.test A 192.0.2.2");
        dns.Script("h.test", q => [q.HasEdns ? ScriptedDns.Message(q, 1) : dns.Answer(q)]);
        With(dns, async r =>
        {
            Assert.That((await r.Query("h.test", DnsType.A)).IsFound);
            Assert.That((await r.Query("i.test", DnsType.A)).IsFound);
            Assert.That(dns.Requests.Select(q => q.HasEdns), Is.EqualTo(new[] { true, false, false }), "and is known from then on");
        });
    }

    [Test]
    public void Answers_to_other_questions_do_not_count()
    {
        ScriptedDns dns = new();
        dns.Script("h.test", q =>
        {
            byte[] good = ScriptedDns.Message(q, 0, [ScriptedDns.Record("h.test", DnsType.A, 60, [192, 0, 2, 1])]);
            byte[] evil = ScriptedDns.Message(q, 0, [ScriptedDns.Record("h.test", DnsType.A, 60, [6, 6, 6, 6])]);
            byte[] otherId = [.. evil], otherName = [.. evil], otherType = [.. evil], question = [.. evil];
            otherId[1] ^= 1;
            otherName[13] ^= 1;
            otherType[12 + 8 + 1] = 28;
            question[2] = 1;
            return [otherId, otherName, otherType, question, [1, 2, 3], good];
        });
        With(dns, async r => Assert.That((await r.Query("h.test", DnsType.A)).Addresses.Single(),
            Is.EqualTo(IPAddress.Parse("192.0.2.1"))));
    }

    [Test]
    public void Guessing_makes_it_ask_by_TCP()
    {
        ScriptedDns dns = new("h.test A 192.0.2.1");
        dns.Script("h.test", q => q.Tcp ? [dns.Answer(q)] : Enumerable.Range(0, 20).Select(i =>
        {
            byte[] evil = ScriptedDns.Message(q, 0, [ScriptedDns.Record("h.test", DnsType.A, 60, [6, 6, 6, 6])]);
            evil[0] ^= (byte)(i + 1);
            return evil;
        }));
        With(dns, async r =>
        {
            Assert.That((await r.Query("h.test", DnsType.A)).Addresses.Single(), Is.EqualTo(IPAddress.Parse("192.0.2.1")));
            Assert.That(dns.Requests[^1].Tcp);
        });
    }

    [Test]
    public void Aliases_are_followed_within_a_message_and_beyond()
    {
        ScriptedDns dns = new("a.test 50 CNAME b.test", "b.test 40 CNAME c.test", "c.test 99 A 192.0.2.1", "dangling.test CNAME gone.test");
        dns.Script("open.test", q => [
            ScriptedDns.Message(q, 0, [ScriptedDns.Record("open.test", DnsType.CNAME, 60, ScriptedDns.Name("a.test"))])]);
        dns.Script("loop.test", q => [
            ScriptedDns.Message(q, 0, [ScriptedDns.Record("loop.test", DnsType.CNAME, 60, ScriptedDns.Name("pool.test"))])]);
        dns.Script("pool.test", q => [
            ScriptedDns.Message(q, 0, [ScriptedDns.Record("pool.test", DnsType.CNAME, 60, ScriptedDns.Name("loop.test"))])]);
        dns.Script("self.test", q => [
            ScriptedDns.Message(q, 0, [ScriptedDns.Record("self.test", DnsType.CNAME, 60, ScriptedDns.Name("self.test"))])]);
        With(dns, async r =>
        {
            DnsAnswer chain = await r.Query("a.test", DnsType.A);
            Assert.That((chain.IsFound, chain.CanonicalName, chain.Ttl.TotalSeconds), Is.EqualTo((true, "c.test", 40)));
            DnsAnswer open = await r.Query("open.test", DnsType.A);
            Assert.That((open.IsFound, open.CanonicalName, dns.Count("a.test")), Is.EqualTo((true, "c.test", 2)));
            Assert.That((await r.Query("a.test", DnsType.CNAME)).Targets, Is.EqualTo(new[] { "b.test" }));
            DnsAnswer dangling = await r.Query("dangling.test", DnsType.A);
            Assert.That((dangling.Status, dangling.CanonicalName), Is.EqualTo((DnsStatus.NameError, "gone.test")));
            Assert.That((await r.Query("loop.test", DnsType.A)).Reason, Is.EqualTo("Name server loop for loop.test"));
            Assert.That((await r.Query("self.test", DnsType.A)).Reason, Is.EqualTo("Name server loop for self.test"));
        });
    }

    [Test]
    public void The_same_question_goes_out_once_and_its_answer_is_kept()
    {
        ScriptedDns dns = new("h.test 60 A 192.0.2.1", "zero.test 0 A 192.0.2.1");
        With(dns, async r =>
        {
            Promise<DnsAnswer>[] together = [.. Enumerable.Range(0, 50).Select(i => r.Query(i % 2 == 0 ? "h.test" : "H.test.", DnsType.A))];
            foreach (Promise<DnsAnswer> one in together) Assert.That((await one).IsFound);
            await r.Query("h.test", DnsType.A);
            Assert.That(dns.Count("h.test"), Is.EqualTo(1));
            await r.Query("no.test", DnsType.A);
            await r.Query("no.test", DnsType.A);
            Assert.That(dns.Count("no.test"), Is.EqualTo(1), "what is not there is kept as well");
            await r.Query("zero.test", DnsType.A);
            await r.Query("zero.test", DnsType.A);
            Assert.That(dns.Count("zero.test"), Is.EqualTo(2), "but not for no time");
        });
    }

    [Test]
    public void Many_questions_wait_for_their_turn() =>
        With(new ScriptedDns([.. Enumerable.Range(0, 300).Select(i => $"h{i}.test A 192.0.2.1")]), async r =>
    {
        Promise<DnsAnswer>[] all = [.. Enumerable.Range(0, 300).Select(i => r.Query($"h{i}.test", DnsType.A))];
        foreach (Promise<DnsAnswer> one in all) Assert.That((await one).IsFound);
        Assert.That(r.UnderWay, Is.Zero);
    }, d => new() { Servers = [d.EndPoint], MaxUnderWay = 10 });

    [Test]
    public void Validation_is_believed_when_it_was_asked_for()
    {
        ScriptedDns dns = new("a.test CNAME h.test", "h.test A 192.0.2.1") { Validates = true };
        dns.Script("open.test", q => [
            ScriptedDns.Message(q, 0, [ScriptedDns.Record("open.test", DnsType.CNAME, 60, ScriptedDns.Name("h.test"))])]);
        With(dns, async r =>
        {
            Assert.That((await r.Query("a.test", DnsType.A, DnsQueryFlags.Dnssec)).IsAuthenticated);
            Assert.That((await r.Query("a.test", DnsType.A)).IsAuthenticated, Is.False);
            Assert.That((await r.Query("open.test", DnsType.A, DnsQueryFlags.Dnssec)).IsAuthenticated, Is.False, "the alias is not secure");
            Assert.That((await r.Query("no.test", DnsType.A, DnsQueryFlags.Dnssec)).IsAuthenticated, "a proven denial");
            Assert.That(dns.Requests[0].WantsDnssec);
        });
    }

    [Test]
    public void Names_are_completed_by_the_search_list() => With(
        new ScriptedDns("h.one.test A 192.0.2.1", "h.two.test A 192.0.2.2", "a.b.two.test A 192.0.2.3", "a.b A 192.0.2.4"),
        async r =>
        {
            Assert.That((await r.Query("h", DnsType.A)).IsFound, Is.False);
            Assert.That((await r.Query("h", DnsType.A, DnsQueryFlags.DefaultDomain)).Addresses.Single().ToString(),
                Is.EqualTo("192.0.2.1"));
            Assert.That((await r.Query("a.b", DnsType.A, DnsQueryFlags.Search)).Addresses.Single().ToString(), Is.EqualTo("192.0.2.4"),
                "dots enough");
            r.Options.ToString();
            Assert.That((await r.Query("h.", DnsType.A, DnsQueryFlags.Search)).IsFound, Is.False, "a final dot says it is complete");
            DnsAnswer none = await r.Query("none.x", DnsType.A, DnsQueryFlags.Search);
            Assert.That((none.Status, none.Name), Is.EqualTo((DnsStatus.NameError, "none.x")));
        },
        d =>
        {
            string conf = Path.GetTempFileName();
            File.WriteAllText(conf, "search one.test two.test\n");
            return new() { Servers = [d.EndPoint], ResolvConf = conf, Timeout = TestLimits.Answer, Attempts = 1 };
        });

    [Test]
    public void A_filter_drops_records() => With(
        new ScriptedDns("h.test 60 A 192.0.2.1", "h.test 60 A 192.0.2.2", "g.test 60 A 192.0.2.1", "bad.test 60 A 192.0.2.3"),
        async r =>
        {
            Assert.That((await r.Query("h.test", DnsType.A)).Addresses.Single().ToString(), Is.EqualTo("192.0.2.2"));
            DnsAnswer all = await r.Query("g.test", DnsType.A);
            Assert.That((all.Status, all.Reason),
                Is.EqualTo((DnsStatus.Filtered, "Error looking up name=g.test type=A: DNS reply filter drops all results")));
            Assert.That((await r.Query("bad.test", DnsType.A)).IsTemporary);
            Assert.That((await r.Query("g.test", DnsType.A, DnsQueryFlags.Unfiltered)).IsFound);
        },
        d => new()
        {
            Servers = [d.EndPoint],
            ReplyFilter = MtaSuite.Common.Tables.Maps.Open(@"regexp:{{/ 60 IN A 192\.0\.2\.1$/ IGNORE} {/2\.3$/ NONSENSE}}"),
        });

    [Test]
    public void A_filter_that_makes_one_wait_does_not_hold_up_the_loop()
    {
        using LockedTable table = new(("h.test. 60 in a 192.0.2.1", "IGNORE"));
        With(new ScriptedDns("h.test 60 A 192.0.2.1", "h.test 60 A 192.0.2.2"), async r =>
        {
            table.ReleaseSoon(r.Loop);
            Assert.That((await r.Query("h.test", DnsType.A)).Addresses.Single().ToString(), Is.EqualTo("192.0.2.2"));
            Assert.That(table.WasTooLate, Is.False);
        }, d => new() { Servers = [d.EndPoint], ReplyFilter = MtaSuite.Common.Tables.Maps.Open(table.Spec) });
    }
}
