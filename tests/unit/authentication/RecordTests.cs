using System.Security.Cryptography;
using MtaSuite.Common.Authentication;

namespace MtaSuite.Tests.Unit.Authentication;

[TestFixture]
public class RecordTests
{
    private delegate bool Reader<T>(string text, out T record, out string problem);

    private static void IsRefused<T>(Reader<T> tryParse, string text, string problem)
    {
        Assert.That(tryParse(text, out _, out string said), Is.False);
        Assert.That(said, Does.Contain(problem));
    }

    // ---- SPF ----------------------------------------------------------------------------------------------------------------

    [TestCase("v=spf1", 0)]
    [TestCase("V=SPF1 -ALL", 1)]
    [TestCase("v=spf1  +a  ~mx:%{d}/24//64  ", 2)]
    [TestCase("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?exists:%{i}._spf.%{d2} ptr:example.org -all", 5)]
    [TestCase("v=spf1 a:a.example/0 a//128 redirect=_spf.example.com", 2)]
    [TestCase("v=spf1 include=a.modifier.nobody.knows mx", 1)]
    [TestCase("v=spf1 future=x%%y exp=explain.example all", 1)]
    [TestCase("v=spf1 include:%{ir}.%{v}._spf.%{d2r.-} all", 2)]
    public void Spf_is_read(string text, int terms)
    {
        Assert.That(SpfRecord.TryParse(text, out SpfRecord record, out string problem), problem);
        Assert.That(record.Terms, Has.Count.EqualTo(terms));
    }

    [TestCase("v=spf10 all", "does not begin with v=spf1")]
    [TestCase("v=spf1 all:x", "takes no argument")]
    [TestCase("v=spf1 ip4:192.0.2.0/33", "prefix length")]
    [TestCase("v=spf1 ip4:192.0.2.0/024", "prefix length")]
    [TestCase("v=spf1 ip4:192.0.2", "does not name an IPv4 address")]
    [TestCase("v=spf1 ip6:192.0.2.1", "does not name an IPv6 address")]
    [TestCase("v=spf1 a/33", "prefix length")]
    [TestCase("v=spf1 a:localhost", "does not name a domain")]
    [TestCase("v=spf1 a:example.123", "does not name a domain")]
    [TestCase("v=spf1 a:%{x}", "does not name a domain")]
    [TestCase("v=spf1 a:%(d)", "does not name a domain")]
    [TestCase("v=spf1 exists:%{r}.example", "does not name a domain")]
    [TestCase("v=spf1 exp=%{t}.example", "does not name a domain")]
    [TestCase("v=spf1 include", "must name a domain")]
    [TestCase("v=spf1 redirect=a.example redirect=b.example", "comes twice")]
    [TestCase("v=spf1 ipv4:192.0.2.1", "is not an SPF mechanism")]
    [TestCase("v=spf1 a\tmx", "is not an SPF mechanism")]
    public void Spf_is_refused(string text, string problem) => IsRefused<SpfRecord>(SpfRecord.TryParse, text, problem);

    // RFC 7208 7.4
    [TestCase("%{s}", "strong-bad@email.example.com")]
    [TestCase("%{o}", "email.example.com")]
    [TestCase("%{d4}", "email.example.com")]
    [TestCase("%{d2}", "example.com")]
    [TestCase("%{dr}", "com.example.email")]
    [TestCase("%{d2r}", "example.email")]
    [TestCase("%{l}", "strong-bad")]
    [TestCase("%{l-}", "strong.bad")]
    [TestCase("%{lr-}", "bad.strong")]
    [TestCase("%{l1r-}", "strong")]
    [TestCase("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [TestCase("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [TestCase("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    [TestCase("%{p}.%%.%{h}", "unknown.%.mx.example")]
    public void Macros(string spec, string expected) => Assert.That(SpfMacro.ExpandDomain(spec, "email.example.com",
        new SpfFacts(System.Net.IPAddress.Parse("192.0.2.3"), "strong-bad@email.example.com", "mx.example")), Is.EqualTo(expected));

    [Test]
    public void Macros_of_IPv6_and_of_long_names()
    {
        SpfFacts facts = new(System.Net.IPAddress.Parse("2001:db8::cb01"), "a@b.example", "h");
        Assert.That(SpfMacro.ExpandDomain("%{ir}.%{v}._spf.x.example", "x.example", facts),
            Is.EqualTo("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.x.example"));
        Assert.That(SpfMacro.ExpandDomain("%{d}.%{d}.%{d}", string.Join('.', Enumerable.Repeat("abcdefghi", 10)), facts),
            Has.Length.LessThanOrEqualTo(253).And.EndsWith("abcdefghi"));
    }

    // ---- DKIM ---------------------------------------------------------------------------------------------------------------

    private static string RsaKey(int bits)
    {
        using RSA rsa = RSA.Create(bits);
        return Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo());
    }

    [Test]
    public void Dkim_keys()
    {
        Assert.That(DkimRecord.TryParse($"v=DKIM1; k=rsa; t=y:s; h=sha256; n=a note; x=?; p={RsaKey(2048).Insert(50, " ")};",
            out DkimRecord rsa, out string problem), problem);
        Assert.That((rsa.KeyType, rsa.Bits, rsa.IsTesting, rsa.IsStrict, rsa.IsRevoked),
            Is.EqualTo((DkimKeyType.Rsa, 2048, true, true, false)));
        Assert.That(DkimRecord.TryParse("k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", out DkimRecord ed, out _)
            && ed.Bits == 256, "RFC 8463 A.2");
        Assert.That(DkimRecord.TryParse("v=DKIM1; p=", out DkimRecord none, out _) && none.IsRevoked);
        Assert.That(DkimRecord.TryParse("p=abcd; k=new", out DkimRecord unknown, out _) && unknown.KeyType == DkimKeyType.Unknown);
    }

    [TestCase("v=DKIM2; p=", "is not DKIM1")]
    [TestCase("p=; v=DKIM1", "v= is not the first tag")]
    [TestCase("v=DKIM1; k=rsa", "p= is missing")]
    [TestCase("v=DKIM1; p=abc!", "is not base64")]
    [TestCase("v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "is not an RSA key")]
    [TestCase("v=DKIM1; k=ed25519; p=abcd", "an Ed25519 key has 32")]
    [TestCase("v=DKIM1; s=tel; p=", "is not for mail")]
    [TestCase("v=DKIM1; p=; p=", "comes twice")]
    [TestCase("v=DKIM1;; p=", "is not tag=value")]
    [TestCase("just text", "is not tag=value")]
    public void Dkim_is_refused(string text, string problem) => IsRefused<DkimRecord>(DkimRecord.TryParse, text, problem);

    // ---- DMARC --------------------------------------------------------------------------------------------------------------

    [Test]
    public void Dmarc_is_read()
    {
        Assert.That(DmarcRecord.TryParse(
            "v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r; pct=20; rua=mailto:a@b.example!10m,mailto:c@d.example; fo=1",
            out DmarcRecord r, out string problem), problem);
        Assert.That((r.Policy, r.SubdomainPolicy, r.StrictDkim, r.StrictSpf, r.Percent),
            Is.EqualTo((DmarcPolicy.Reject, DmarcPolicy.Quarantine, true, false, 20)));
        Assert.That(r.AggregateReports, Is.EqualTo(new[] { "mailto:a@b.example", "mailto:c@d.example" }));
        Assert.That((r.NonexistentPolicy, r.PublicSuffix, r.IsTesting), Is.EqualTo((DmarcPolicy.Quarantine, (bool?)null, false)));
        Assert.That(r.Warnings, Is.Empty);
    }

    [Test]
    public void Dmarc_with_the_tags_of_RFC_9989()
    {
        Assert.That(DmarcRecord.TryParse("v=DMARC1; p=none; np=reject; psd=n; t=y", out DmarcRecord r, out _));
        Assert.That((r.SubdomainPolicy, r.NonexistentPolicy, r.PublicSuffix, r.IsTesting),
            Is.EqualTo((DmarcPolicy.None, DmarcPolicy.Reject, (bool?)false, true)));
        Assert.That(DmarcRecord.TryParse("v=DMARC1; p=none; psd=u; t=n", out r, out _));
        Assert.That((r.PublicSuffix, r.IsTesting, r.Warnings.Count), Is.EqualTo(((bool?)null, false, 0)));
    }

    [TestCase("v=DMARC1; rua=mailto:a@b.example", "p= is missing: the policy counts as none")]
    [TestCase("v=DMARC1; p=block; rua=mailto:a@b.example", "p=block is not one of none, quarantine, reject: the policy counts as none")]
    [TestCase("v=DMARC1; p=reject; sp=block; rua=mailto:a@b.example",
        "sp=block is not one of none, quarantine, reject: the policy counts as none")]
    [TestCase("v=DMARC1; p=reject; np=block; rua=mailto:a@b.example",
        "np=block is not one of none, quarantine, reject: the policy counts as none")]
    [TestCase("v=DMARC1; pct=5; p=none", "does not stand directly behind v=")]
    [TestCase("v=DMARC1; p=none; pct=101", "pct=101 is not a number")]
    [TestCase("v=DMARC1; p=none; rua=a@b.example", "is not mailto:ADDRESS")]
    [TestCase("v=DMARC1; p=none; rua=mailto:a@b.example!10x", "is not mailto:ADDRESS")]
    [TestCase("v=DMARC1; p=none; aspf=x", "is neither r nor s")]
    [TestCase("v=DMARC1; p=none; psd=x", "psd=x is neither y nor n")]
    [TestCase("v=DMARC1; p=none; t=u", "t=u is neither y nor n")]
    public void Dmarc_warns(string text, string warning)
    {
        Assert.That(DmarcRecord.TryParse(text, out DmarcRecord r, out _));
        Assert.That(r.Warnings, Has.Some.Contains(warning));
        Assert.That(r.Policy, Is.EqualTo(DmarcPolicy.None));
    }

    [TestCase("v=DMARC1; p=block", "is not one of none, quarantine, reject")]
    [TestCase("v=DMARC1; p=none; np=block", "np=block is not one of none")]
    [TestCase("v=DMARC1; p=reject; sp=block", "sp=block is not one of none, quarantine, reject")]
    [TestCase("v=DMARC1", "p= is missing")]
    [TestCase("p=none; v=DMARC1", "does not begin with v=DMARC1")]
    [TestCase("v=DMARC1 p=none", "does not begin with v=DMARC1")]
    public void Dmarc_is_refused(string text, string problem) => IsRefused<DmarcRecord>(DmarcRecord.TryParse, text, problem);
}
