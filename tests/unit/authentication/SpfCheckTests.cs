using System.Net;
using MtaSuite.Common.Authentication;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>check_host() against a name server with records for every way it can end.</summary>
[TestFixture]
public class SpfCheckTests
{
    private readonly ScriptedDns _dns = new(
        "plain.test TXT v=spf1 a:host.test mx ip4:192.0.2.128/25 ip6:2001:db8::/32 -all", "host.test A 192.0.2.1",
        "plain.test MX 10 mx.test", "mx.test A 192.0.2.2", "mx.test AAAA 2001:dead::2",
        "wide.test TXT v=spf1 a:host.test/24 ~all", "included.test TXT v=spf1 include:plain.test ?all",
            "redirected.test TXT v=spf1 redirect=plain.test", "lost.test TXT v=spf1 redirect=nowhere.test",
        "nothing.test A 192.0.2.9", "none.test TXT v=spf1", "two.test TXT v=spf1 -all", "two.test TXT v=spf1 +all",
            "bad.test TXT v=spf1 what:ever", "includesbad.test TXT v=spf1 include:bad.test -all",
        "includesnone.test TXT v=spf1 include:nothing.test -all", "exists.test TXT v=spf1 exists:%{ir}.list.test -all",
            "1.2.0.192.list.test A 127.0.0.2", "loop.test TXT v=spf1 include:loop.test -all",
        "many.test TXT v=spf1 a:host.test a:host.test a:host.test a:host.test a:host.test a:host.test a:host.test a:host.test "
            + "a:host.test a:host.test a:host.test ip4:192.0.2.77 -all",
        "void.test TXT v=spf1 a:n1.test a:n2.test a:n3.test ip4:192.0.2.77 -all", "ptr.test TXT v=spf1 ptr:named.test -all",
            "1.2.0.192.in-addr.arpa PTR a.named.test", "a.named.test A 192.0.2.1",
        "2.2.0.192.in-addr.arpa PTR b.named.test", "b.named.test A 192.0.2.99", "fails.test TXT v=spf1 include:silent.test -all",
            "under_score.test TXT v=spf1 +all",
        // %{p} and exp=; 192.0.2.3 has three names that lead back to it, and one that does not
        "name.test TXT v=spf1 exists:%{p}.names.test -all", "a.name.test TXT v=spf1 exists:%{p}.names.test -all",
            "other.test TXT v=spf1 exists:%{p2}.names.test -all",
        "3.2.0.192.in-addr.arpa PTR forged.name.test", "3.2.0.192.in-addr.arpa PTR z.elsewhere.test",
            "3.2.0.192.in-addr.arpa PTR a.name.test", "3.2.0.192.in-addr.arpa PTR name.test",
        "forged.name.test A 192.0.2.99", "z.elsewhere.test A 192.0.2.3", "a.name.test A 192.0.2.3", "name.test A 192.0.2.3",
        "name.test.names.test A 127.0.0.2", "a.name.test.names.test A 127.0.0.2", "elsewhere.test.names.test A 127.0.0.2",
            "unknown.names.test A 127.0.0.2",
        "told.test TXT v=spf1 exp=why.%{d} -all", "why.told.test TXT %{i} may not send for %{S} at %{r}: see http://%{d}/?%{p}%_%%",
            "asks.test TXT v=spf1 exp=%{o}.why.test -all",
        "asks.test.why.test TXT %{c} is no friend", "includestold.test TXT v=spf1 include:told.test exp=own.test -all",
            "own.test TXT my own words", "redirecttold.test TXT v=spf1 redirect=told.test exp=own.test",
        "includesonly.test TXT v=spf1 include:told.test -all", "softly.test TXT v=spf1 exp=own.test ~all",
            "twoexp.test TXT v=spf1 exp=twotexts.test -all", "twotexts.test TXT one", "twotexts.test TXT two",
        "noexp.test TXT v=spf1 exp=nowhere.test -all", "badexp.test TXT v=spf1 exp=badtext.test -all", "badtext.test TXT 100% sure",
            "failsexp.test TXT v=spf1 exp=silent.test -all",
        "eightbit.test TXT v=spf1 exp=umlaut.test -all", "umlaut.test TXT na\u00EFve");

    [OneTimeSetUp]
    public void Break() => _dns.Rcode("silent.test", 2);

    [OneTimeTearDown]
    public void Stop() => _dns.Dispose();

    [TestCase("plain.test", "192.0.2.1", SpfResult.Pass, 1)]
    [TestCase("plain.test", "192.0.2.2", SpfResult.Pass, 2)]
    [TestCase("plain.test", "192.0.2.200", SpfResult.Pass, 2)]
    [TestCase("plain.test", "192.0.2.3", SpfResult.Fail, 2)]
    [TestCase("plain.test", "2001:db8:1::1", SpfResult.Pass, 2)]
    [TestCase("plain.test", "2001:dead::2", SpfResult.Pass, 2)]
    [TestCase("wide.test", "192.0.2.200", SpfResult.Pass, 1)]
    [TestCase("wide.test", "198.51.100.1", SpfResult.SoftFail, 1)]
    [TestCase("included.test", "192.0.2.1", SpfResult.Pass, 2)]
    [TestCase("included.test", "192.0.2.3", SpfResult.Neutral, 3)]
    [TestCase("redirected.test", "192.0.2.3", SpfResult.Fail, 3)]
    [TestCase("lost.test", "192.0.2.3", SpfResult.PermError, 1)]
    [TestCase("nothing.test", "192.0.2.9", SpfResult.None, 0)]
    [TestCase("nowhere.test", "192.0.2.9", SpfResult.None, 0)]
    [TestCase("none.test", "192.0.2.9", SpfResult.Neutral, 0)]
    [TestCase("two.test", "192.0.2.9", SpfResult.PermError, 0)]
    [TestCase("bad.test", "192.0.2.9", SpfResult.PermError, 0)]
    [TestCase("includesbad.test", "192.0.2.9", SpfResult.PermError, 1)]
    [TestCase("includesnone.test", "192.0.2.9", SpfResult.PermError, 1)]
    [TestCase("exists.test", "192.0.2.1", SpfResult.Pass, 1)]
    [TestCase("exists.test", "192.0.2.2", SpfResult.Fail, 1)]
    [TestCase("loop.test", "192.0.2.1", SpfResult.PermError, 11)]
    [TestCase("many.test", "192.0.2.77", SpfResult.PermError, 11)]
    [TestCase("void.test", "192.0.2.77", SpfResult.PermError, 3)]
    [TestCase("ptr.test", "192.0.2.1", SpfResult.Pass, 1)]
    [TestCase("ptr.test", "192.0.2.2", SpfResult.Fail, 1)]
    [TestCase("fails.test", "192.0.2.2", SpfResult.TempError, 1)]
    [TestCase("under_score.test", "192.0.2.2", SpfResult.Pass, 0)]
    [TestCase("192.0.2.1", "192.0.2.2", SpfResult.None, 0)]
    public void A_client(string domain, string client, SpfResult expected, int lookups)
    {
        SpfOutcome outcome = Check(domain, client);
        Assert.That((outcome.Result, outcome.Lookups), Is.EqualTo((expected, lookups)), outcome.Reason);
    }

    [TestCase("name.test", "192.0.2.3", SpfResult.Pass, TestName = "The domain's own name is first for %{p}")]
    [TestCase("a.name.test", "192.0.2.3", SpfResult.Pass)]
    [TestCase("other.test", "192.0.2.3", SpfResult.Pass, TestName = "Any validated name does for %{p}")]
    [TestCase("name.test", "192.0.2.2", SpfResult.Pass, TestName = "A name that does not lead back is unknown")]
    [TestCase("name.test", "192.0.2.1", SpfResult.Fail, TestName = "A name of another domain is its own")]
    public void A_validated_name(string domain, string client, SpfResult expected) =>
        Assert.That(Check(domain, client).Result, Is.EqualTo(expected));

    [TestCase("told.test", "192.0.2.3 may not send for a%40told.test at mx.receiver.test: see http://told.test/?z.elsewhere.test %",
        TestName = "All macros")]
    [TestCase("asks.test", "192.0.2.3 is no friend", TestName = "Macros in the name of the text")]
    [TestCase("includestold.test", "my own words", TestName = "Not what an included record says")]
    [TestCase("includesonly.test", "", TestName = "Nor where there is none of its own")]
    [TestCase("redirecttold.test",
        "192.0.2.3 may not send for a%40redirecttold.test at mx.receiver.test: see http://told.test/?z.elsewhere.test %",
            TestName = "What the record says that took over")]
    [TestCase("softly.test", "", TestName = "Nothing for SoftFail")]
    [TestCase("twoexp.test", "", TestName = "Two texts are none")]
    [TestCase("noexp.test", "", TestName = "No text")]
    [TestCase("badexp.test", "", TestName = "A text with a macro that is none")]
    [TestCase("failsexp.test", "", TestName = "No answer")]
    [TestCase("eightbit.test", "", TestName = "More than ASCII")]
    public void An_explanation(string domain, string expected)
    {
        SpfOutcome outcome = Check(domain, "192.0.2.3");
        Assert.That((outcome.Explanation, outcome.Result is SpfResult.Fail or SpfResult.SoftFail), Is.EqualTo((expected, true)),
            outcome.Reason);
    }

    private SpfOutcome Check(string domain, string client)
    {
        SpfOutcome? outcome = null;
        OnLoop.Run(async loop => outcome = await new SpfCheck(_dns.Resolver(loop),
            new SpfFacts(IPAddress.Parse(client), $"a@{domain}", "helo.test", "mx.receiver.test")).RunAsync(domain));
        return outcome!;
    }
}
