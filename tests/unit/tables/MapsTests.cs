using MtaSuite.Common.Config;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class MapsTests
{
    [TestCase("", "")]
    [TestCase(" , ,", "")]
    [TestCase("hash:/a, cdb:/b static:x", "hash:/a|cdb:/b|static:x")]
    [TestCase("inline:{k=v, {a = b c}} static:{x, y}", "inline:{k=v, {a = b c}}|static:{x, y}")]
    [TestCase("a}b c", "a}b|c")]
    [TestCase("a{b c", "a{b c")]
    public void Lists_split_at_commas_and_spaces_outside_of_braces(string value, string expected) =>
        Assert.That(string.Join('|', ConfigList.Split(value)), Is.EqualTo(expected));

    [TestCase("inline:{a=b,c=d}", "A", "b")]
    [TestCase("inline:{ {a = b c}, c=d }", "a", "b c")]
    [TestCase("inline:{a=b,a=c}", "a", "c")]
    [TestCase("static:foo", "anything", "foo")]
    [TestCase("static:{ a b }", "x", "a b")]
    [TestCase("proxy:static:foo", "x", "foo")]
    public void Simple_tables_answer(string spec, string key, string value)
    {
        using Maps maps = Maps.Open(spec);
        Assert.That(maps.OpenErrors, Is.Empty);
        Assert.That(maps.Lookup(key).Value, Is.EqualTo(value));
    }

    [TestCase("inline:{}", "bad syntax: \"inline:{}\"; need \"inline:{name=value...}\"")]
    [TestCase("inline:{a}", "missing '=' after attribute name: \"inline:{a}\"; need \"inline:{name=value...}\"")]
    [TestCase("inline:{a=b}c", "bad syntax: \"inline:{a=b}c\"; need \"inline:{name=value...}\"")]
    [TestCase("static:{a}b", "bad static:name syntax: text after '}', or no '}' in \"{a}b\"")]
    [TestCase("static:", "open dictionary: expecting \"type:name\" form instead of \"static:\"")]
    [TestCase("nosuch:x", "unsupported dictionary type: nosuch")]
    [TestCase("unix:shadow.byname", "unknown table: unix:shadow.byname")]
    [TestCase("texthash:/nonexistent/x", "open database /nonexistent/x: No such file or directory")]
    [TestCase("cdb:/nonexistent/x", "open database /nonexistent/x.cdb: No such file or directory")]
    public void A_table_that_cannot_be_opened_is_an_error_and_never_not_found(string spec, string reason)
    {
        using Table table = TableFactory.Open(spec);
        Assert.That(table.OpenError, Is.EqualTo(reason));
        Assert.That(table.Lookup("a").ErrorText, Is.EqualTo($"{spec} is unavailable. {reason}"));
    }

    [Test]
    public void The_first_hit_wins_and_the_first_error_stops()
    {
        Assert.That(Maps.Open("inline:{a=1} inline:{a=2,b=3}").Lookup("a").Value, Is.EqualTo("1"));
        Assert.That(Maps.Open("inline:{a=1} inline:{a=2,b=3}").Lookup("b").Value, Is.EqualTo("3"));
        Assert.That(Maps.Open("inline:{a=1} fail:x static:y").Lookup("b").IsError);
        Assert.That(Maps.Open("inline:{a=1} fail:x").Lookup("a").Value, Is.EqualTo("1"));
        Assert.That(Maps.Open("inline:{a=1}").Lookup("b").IsNotFound);
        Assert.That(Maps.Open("inline:{a=}").Lookup("a").IsError, "an empty value");
        Assert.That(Maps.Open("static:x").Lookup("").IsNotFound, "an empty key");
    }

    [Test]
    public void Accounts_of_the_system_are_a_table()
    {
        using Maps maps = Maps.Open("proxy:unix:passwd.byname, unix:group.byname");
        Assert.That(maps.Lookup("root").Value, Does.StartWith("root:x:0:0:"));
        Assert.That(maps.Tables[1].Lookup("root").Value, Does.StartWith("root:x:0:"));
        Assert.That(maps.Lookup("no-such-user-here").IsNotFound);
    }

    [TestCase("MiXed@Example.ORG", "mixed@example.org")]
    [TestCase("ÄÖ@ЯК", "äö@як")]
    public void Keys_fold(string key, string folded) => Assert.That(Table.FoldKey(key), Is.EqualTo(folded));
}
