using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests.Unit.Routing;

public sealed class AddressLookupTests
{
    private const string All = "user+ext@example.com user@example.com user+ext user @example.com";

    // each key is found only when those before it are not there
    [TestCase(0, "user+ext@example.com", "")]
    [TestCase(1, "user@example.com", "+ext")]
    [TestCase(2, "user+ext", "")]
    [TestCase(3, "user", "+ext")]
    [TestCase(4, "@example.com", "")]
    [TestCase(5, null, "")]
    public void Asks_in_order(int skip, string? key, string extension)
    {
        using RoutingCore core = RoutingFor.With("");
        string entries = string.Concat(All.Split(' ').Skip(skip).Select(k => $"{{{k}=found {k}}} "));
        using Maps maps = Maps.Open($"inline:{{{entries} x=y}}");
        AddressMatch match = core.Lookup.Find(maps, "User+Ext@Example.com");
        Assert.That((match.IsFound ? match.Value : null, match.Extension.ToLowerInvariant()),
            Is.EqualTo((key is null ? null : "found " + key, extension)));
    }

    [Test]
    public void Asks_for_bare_local_parts_only_in_local_domains()
    {
        using RoutingCore core = RoutingFor.With("");
        using Maps maps = Maps.Open("inline:{user=x}");
        Assert.That(core.Lookup.Find(maps, "user@mx.example.com").IsFound);
        Assert.That(core.Lookup.Find(maps, "user@[192.0.2.7]").IsFound);
        Assert.That(core.Lookup.Find(maps, "user@remote.test").IsFound, Is.False);
        Assert.That(core.Lookup.Find(maps, "user@remote.test", FindBy.Default | FindBy.LocalPartAt).IsFound, Is.False);
        using Maps at = Maps.Open("inline:{user@=x}");
        Assert.That(core.Lookup.Find(at, "user+e@remote.test", FindBy.Default | FindBy.LocalPartAt).IsFound);
    }

    [Test]
    public void Asks_the_external_form_first()
    {
        using RoutingCore core = RoutingFor.With("");
        using Maps maps = Maps.Open("inline:{ {\"a b\"@x.test=external} {a b@x.test=internal} {c d@x.test=internal} }");
        Assert.That(core.Lookup.Find(maps, "a b@x.test").Value, Is.EqualTo("external"));
        Assert.That(core.Lookup.Find(maps, "c d@x.test").Value, Is.EqualTo("internal"));
    }

    [TestCase("regexp")]
    [TestCase("proxy:regexp")]
    public void Tables_of_patterns_see_whole_addresses_only(string type)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "patterns.regexp");
        File.WriteAllText(path, "/^user$/ local part\n/^@example/ domain\n/^user@/ no extension\n/^whole@example/ whole\n");
        using RoutingCore core = RoutingFor.With("");
        using Maps maps = Maps.Open($"{type}:{path}");
        Assert.That(maps.OpenErrors, Is.Empty);
        Assert.That(core.Lookup.Find(maps, "whole@example.com").Value, Is.EqualTo("whole"));
        Assert.That(core.Lookup.Find(maps, "user+ext@example.com").IsNotFound);
        Assert.That(core.Lookup.Find(maps, "other@example.com").IsNotFound);
    }

    [Test]
    public void An_error_ends_the_search()
    {
        using RoutingCore core = RoutingFor.With("");
        using Maps maps = Maps.Open("inline:{a=b} fail:x");
        Assert.That(core.Lookup.Find(maps, "user@remote.test").IsError);
    }
}
