using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

public sealed class HeaderAddressesTests
{
    private sealed class Completing : IAddressRewriter
    {
        public ValueTask<RewrittenAddress> RewriteAsync(string external) =>
            new(new RewrittenAddress(external.Contains('@') || external.Length == 0 ? external : external + "@here"));
    }

    [TestCase("a@b", "a@b")]
    [TestCase("A B <a@b>", "a@b")]
    [TestCase("\"A, B\" <a@b>, c@d", "a@b|c@d")]
    [TestCase("a@b (x, y), (z) c@d", "a@b|c@d")]
    [TestCase("friends: a@b, C <c@d>;, e@f", "a@b|c@d|e@f")]
    [TestCase("undisclosed-recipients:;", "")]
    [TestCase("<@r1,@r2:a@b>", "a@b")]
    [TestCase("a@[1.2.3.4]", "a@[1.2.3.4]")]
    [TestCase("a @ b\n . c", "a@b.c")]
    [TestCase("alice bob", "alice|bob")]
    [TestCase("\"a b\"@c", "a b@c")]
    [TestCase("<>", "")]
    [TestCase(",,, a@b,,", "a@b")]
    [TestCase("<a@b> <c@d>", "a@b|c@d")]
    [TestCase("<<a@b>>", "a@b")]
    [TestCase("a@b (unclosed", "a@b")]
    [TestCase("\"unclosed", "unclosed")]
    [TestCase("<a@b, c@d", "a@b|c@d")]
    [TestCase("((((", "")]
    public void Extracts(string value, string expected)
    {
        List<string> found = [];
        HeaderAddresses.Extract(Encoding.UTF8.GetBytes(value), found);
        Assert.That(string.Join('|', found), Is.EqualTo(expected));
    }

    [TestCase(" a", " a@here")]
    [TestCase(" A B <a>", " A B <a@here>")]
    [TestCase(" \"x, y\" <a> (c),\n\tb@c", " \"x, y\" <a@here> (c),\n\tb@c")]
    [TestCase(" alice bob", " alice@here, bob@here")]
    [TestCase(" a@b bob", " a@b, bob@here")]
    [TestCase(" alice b@c", " alice@here, b@c")]
    [TestCase(" <alice> bob", " <alice@here>, bob@here")]
    [TestCase(" g: a (c), b;", " g: a@here (c), b@here;")]
    [TestCase(" a(c)b", " a@here(c),b@here")]
    [TestCase(" \"a b\"", " \"a b\"@here")]
    public void Rewrites_in_place(string value, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.That(InPlace.Rewrite(Encoding.UTF8.GetBytes(value), new Completing(), output), Is.True);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(expected));
    }

    [TestCase(" a@b, C D <c@d> (e)")]
    [TestCase(" a @ b")]
    [TestCase(" <>")]
    [TestCase(" a@b c@d")]
    public void Writes_nothing_when_nothing_changes(string value)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.That(InPlace.Rewrite(Encoding.UTF8.GetBytes(value), new Completing(), output), Is.False);
        Assert.That(output.WrittenCount, Is.Zero);
    }

    [Test]
    public void Folds_lines_that_grow_too_long()
    {
        string value = " " + string.Join(", ", Enumerable.Range(10, 30).Select(i => $"user{i}"));
        var output = new ArrayBufferWriter<byte>();
        InPlace.Rewrite(Encoding.UTF8.GetBytes(value), new Completing(), output, column: 3);
        string text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.That(text.Split('\n').Max(l => l.Length), Is.LessThanOrEqualTo(80));
        List<string> found = [];
        HeaderAddresses.Extract(output.WrittenSpan, found);
        Assert.That(found, Is.EqualTo(Enumerable.Range(10, 30).Select(i => $"user{i}@here")));
    }

    [Test]
    public void Leaves_what_is_behind_the_token_limit()
    {
        List<string> found = [];
        HeaderAddresses.Extract("a,b,c,d"u8, found, tokenLimit: 3);
        Assert.That(found, Is.EqualTo(new[] { "a", "b" }));
    }

    [TestCase("one@a.test, two@b.test", 6, "one@a.test")]
    [TestCase("Name <one@a.test>, two@b.test", 5, "")]
    [TestCase("one@a.test, Name <two@b.test>", 8, "one@a.test")]
    [TestCase("one@a.test", 5, "one@a.test")]
    public void The_half_of_an_address_at_the_token_limit_is_none(string text, int limit, string expected)
    {
        List<string> found = [];
        HeaderAddresses.Extract(Encoding.UTF8.GetBytes(text), found, limit);
        Assert.That(string.Join(" ", found), Is.EqualTo(expected));
    }

    [Test]
    public void Bytes_that_are_not_utf8_stay()
    {
        byte[] value = [(byte)'a', 0xff, (byte)',', (byte)'b'];
        var output = new ArrayBufferWriter<byte>();
        Assert.That(InPlace.Rewrite(value, new Completing(), output), Is.True);
        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(value.Concat("@here"u8.ToArray())));
    }
}
