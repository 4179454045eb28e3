using System.Net;
using MtaSuite.Common.Routing;

namespace MtaSuite.Tests.Unit.Routing;

public sealed class MatchListTests
{
    [TestCase("example.com, other.test", "EXAMPLE.com", true)]
    [TestCase("example.com", "sub.example.com", false)]
    [TestCase("!a.test b.test", "a.test", false)]
    [TestCase("!a.test a.test", "a.test", false)]
    [TestCase("!!a.test", "a.test", true)]
    [TestCase("inline:{a.test=x}", "a.test", true)]
    [TestCase("inline:{a.test=x}", "sub.a.test", false)]
    [TestCase("!b.test static:all", "b.test", false)]
    [TestCase("!b.test static:all", "c.test", true)]
    [TestCase("", "a", false)]
    public void Matches_whole_names(string list, string name, bool yes) =>
        Assert.That(new MatchList(list, MatchStyle.Names).Match(name), Is.EqualTo(yes ? MatchResult.Yes : MatchResult.No));

    [TestCase("example.com", "a.b.example.com", true, true)]
    [TestCase("example.com", "a.b.example.com", false, false)]
    [TestCase(".example.com", "a.b.example.com", false, true)]
    [TestCase(".example.com", "example.com", false, false)]
    [TestCase("example.com", "notexample.com", true, false)]
    [TestCase("!x.example.com example.com", "x.example.com", true, false)]
    [TestCase("!x.example.com example.com", "y.x.example.com", true, false)]
    [TestCase("!x.example.com example.com", "y.example.com", true, true)]
    [TestCase("inline:{example.com=1}", "a.b.example.com", true, true)]
    [TestCase("inline:{example.com=1}", "a.b.example.com", false, false)]
    [TestCase("inline:{.example.com=1}", "a.b.example.com", false, true)]
    public void Matches_domains(string list, string name, bool parents, bool yes) =>
        Assert.That(new MatchList(list, MatchStyle.Domains, parents).Match(name), Is.EqualTo(yes ? MatchResult.Yes : MatchResult.No));

    [TestCase("127.0.0.0/8 [::1]/128", "127.1.2.3", true)]
    [TestCase("127.0.0.0/8 [::1]/128", "::1", true)]
    [TestCase("127.0.0.0/8 [::1]/128", "::2", false)]
    [TestCase("[2001:db8::/32]", "2001:db8:1::1", true)]
    [TestCase("2001:db8::/32", "2001:db8:1::1", true)]
    [TestCase("[2001:db8::1]", "2001:db8:0::1", true)]
    [TestCase("10.0.0.1", "10.0.0.1", true)]
    [TestCase("10.0.0.1", "10.0.0.10", false)]
    [TestCase("!10.0.0.1 10.0.0.0/24", "10.0.0.1", false)]
    [TestCase("!10.0.0.1 10.0.0.0/24", "10.0.0.2", true)]
    [TestCase("10.0.0.0/24", "::ffff:10.0.0.2", true)]
    [TestCase("inline:{10.0.0.2=x}", "10.0.0.2", true)]
    [TestCase("0.0.0.0/0", "203.0.113.9", true)]
    public void Matches_networks(string list, string address, bool yes) =>
        Assert.That(new MatchList(list, MatchStyle.Networks).Match(IPAddress.Parse(address)),
        Is.EqualTo(yes ? MatchResult.Yes : MatchResult.No));

    [Test]
    public void Trouble_is_neither_yes_nor_no()
    {
        Assert.That(new MatchList("a.test fail:x", MatchStyle.Names).Match("a.test"), Is.EqualTo(MatchResult.Yes));
        Assert.That(new MatchList("a.test fail:x", MatchStyle.Names).Match("b.test"), Is.EqualTo(MatchResult.Error));
        var bad = new MatchList("10.0.0.1/8", MatchStyle.Networks);
        Assert.That(bad.Problems, Has.Count.EqualTo(1));
        Assert.That(bad.Match(IPAddress.Parse("10.0.0.1")), Is.EqualTo(MatchResult.Error));
        var missing = new MatchList("/no/such/file", MatchStyle.Names);
        Assert.That(missing.Problems, Has.Count.EqualTo(1));
        Assert.That(missing.Match("a"), Is.EqualTo(MatchResult.Error));
    }

    [Test]
    public void Reads_patterns_from_files()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "matchlist.txt");
        File.WriteAllText(path, "# comment\na.test\n b.test, !c.test\nd.test\n");
        var list = new MatchList($"{path} z.test", MatchStyle.Names);
        foreach (string name in new[] { "a.test", "b.test", "d.test", "z.test" })
            Assert.That(list.Match(name), Is.EqualTo(MatchResult.Yes), name);
        Assert.That(list.Match("c.test"), Is.EqualTo(MatchResult.No));
        Assert.That(new MatchList($"!{path} static:x", MatchStyle.Names).Match("a.test"), Is.EqualTo(MatchResult.No));
        Assert.That(new MatchList($"!{path} static:x", MatchStyle.Names).Match("c.test"), Is.EqualTo(MatchResult.Yes));
    }
}
