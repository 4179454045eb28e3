using MtaSuite.Common.Authentication;
using MtaSuite.Common.Dns;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Policies and organizations of domains (RFC 9989 4.10), against a name server.</summary>
[TestFixture]
public class DmarcTreeWalkTests
{
    private readonly ScriptedDns _dns = new(
        "_dmarc.org.test TXT v=DMARC1; p=reject; sp=quarantine", "_dmarc.own.sub.org.test TXT v=DMARC1; p=none",
        "_dmarc.suffix.test TXT v=DMARC1; p=reject; psd=y", "_dmarc.firm.suffix.test TXT v=DMARC1; p=none",
            "_dmarc.top.big.test TXT v=DMARC1; p=none; psd=n", "_dmarc.big.test TXT v=DMARC1; p=reject",
        "_dmarc.two.org.test TXT v=DMARC1; p=none", "_dmarc.two.org.test TXT v=DMARC1; p=reject",
            "_dmarc.bad.org.test TXT v=DMARC1; p=what", "_dmarc.other.org.test TXT something else");

    [OneTimeSetUp]
    public void Break() => _dns.Rcode("_dmarc.silent.test", 2);

    [OneTimeTearDown]
    public void Stop() => _dns.Dispose();

    [TestCase("org.test", "org.test", "org.test")]
    [TestCase("Org.Test.", "org.test", "org.test")]
    [TestCase("deep.sub.org.test", "org.test", "org.test")]
    [TestCase("own.sub.org.test", "org.test", "own.sub.org.test", TestName = "Its own policy, its parent's organization")]
    [TestCase("x.own.sub.org.test", "org.test", "org.test", TestName = "Not the policy of a name between")]
    [TestCase("a.shop.suffix.test", "shop.suffix.test", "suffix.test", TestName = "Below a public suffix with a policy")]
    [TestCase("a.firm.suffix.test", "firm.suffix.test", "firm.suffix.test")]
    [TestCase("suffix.test", "suffix.test", "suffix.test", TestName = "The public suffix itself")]
    [TestCase("a.top.big.test", "top.big.test", "top.big.test", TestName = "psd=n ends the walk")]
    [TestCase("a.nothing.test", "a.nothing.test", "")]
    [TestCase("two.org.test", "org.test", "org.test", TestName = "Two records are none")]
    [TestCase("bad.org.test", "org.test", "org.test")]
    [TestCase("other.org.test", "org.test", "org.test")]
    [TestCase("1.2.3.4.5.6.7.8.9.org.test", "org.test", "org.test", TestName = "A long name")]
    public void A_domain(string domain, string organization, string policy)
    {
        DmarcTreeWalk walk = Walk(domain);
        Assert.That((walk.OrganizationalDomain, walk.Policy?.Domain ?? "", walk.Problem), Is.EqualTo((organization, policy, "")));
    }

    [Test]
    public void No_answer_is_no_organization() =>
        Assert.That(Walk("a.silent.test").Problem, Does.StartWith("the question for _dmarc.silent.test fails"));

    // RFC 9989 4.10: eight questions at most, whatever the name
    [Test]
    public void Questions()
    {
        Assert.That(DmarcTreeWalk.Names("a.b.c.d.e.f.g.h.i.j.mail.example.com"), Is.EqualTo(new[]
        {
            "a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com", "i.j.mail.example.com",
                "j.mail.example.com", "mail.example.com", "example.com", "com",
        }));
        Assert.That(DmarcTreeWalk.Names("a.b.c.d.e.f.g.h"),
            Is.EqualTo(new[] { "a.b.c.d.e.f.g.h", "b.c.d.e.f.g.h", "c.d.e.f.g.h", "d.e.f.g.h", "e.f.g.h", "f.g.h", "g.h", "h" }));
        Assert.That(DmarcTreeWalk.Names("example.com"), Is.EqualTo(new[] { "example.com", "com" }));
    }

    [TestCase("a.org.test", "b.c.org.test", true)]
    [TestCase("a.shop.suffix.test", "b.firm.suffix.test", false)]
    [TestCase("same.nothing.test", "SAME.nothing.test", true)]
    [TestCase("org.test", "silent.test", null)]
    public void Alignment(string one, string other, bool? expected)
    {
        bool? aligned = false;
        OnLoop.Run(async loop =>
        {
            DnsResolver resolver = _dns.Resolver(loop);
            aligned = await (await DmarcTreeWalk.RunAsync(resolver, one)).IsAlignedAsync(resolver, other);
        });
        Assert.That(aligned, Is.EqualTo(expected));
    }

    private DmarcTreeWalk Walk(string domain)
    {
        DmarcTreeWalk? walk = null;
        OnLoop.Run(async loop => walk = await DmarcTreeWalk.RunAsync(_dns.Resolver(loop), domain));
        return walk!;
    }
}
