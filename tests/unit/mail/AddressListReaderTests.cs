using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

/// <summary>Addresses of values that come in pieces: the same as of values that come whole, but for the limits.</summary>
public sealed class AddressListReaderTests
{
    private static readonly string[] s_values =
    [
        "a@b", " A B <a@b>", "\"A, B\" <a@b>, c@d", "a@b (x, y), (z) c@d", "friends: a@b, C <c@d>;, e@f", "undisclosed-recipients:;",
        "<@r1,@r2:a@b>", "a@[1.2.3.4]", "a @ b\n . c", "alice bob", "\"a b\"@c", "<>", ",,, a@b,,", "<a@b> <c@d>", "<<a@b>>",
        "a@b (unclosed", "\"unclosed", "a@[1.2", "<a@b, c@d", "((((", "a\\ b@c", "\"a\\\"b\"@c", "\"a\n b\"@c", "a.>b, c>d", "<a:b@c>",
        "=?utf-8?q?J=C3=BCrgen_=3Ca=40b=3E?= <j@b>", "=?utf-8?b?Sg==?=\n =?utf-8?b?Sg==?= <j@b>, k@b", "(c (d \\) e) f) a@b",
        "a@b\\", "\\", "\"\\", "j\u00fcrgen@b\u00fccher.test", "a(b)c", "team:;", "x: y: a@b;", "a, b c, d e <f@g>, h", "a@b;c@d",
        "Smith, Joe <j@s.test>", ")a]@b", "a@b\n",
    ];

    private static AddressListReader Read(string value, int at, int limit = 100)
    {
        AddressListReader reader = new(limit);
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        reader.Take(bytes.AsSpan(0, at));
        reader.Take(bytes.AsSpan(at));
        reader.EndValue();
        return reader;
    }

    private static string Whole(string value)
    {
        List<string> found = [];
        HeaderAddresses.Extract(Encoding.UTF8.GetBytes(value), found, int.MaxValue);
        return string.Join('|', found);
    }

    [TestCaseSource(nameof(s_values))]
    public void Finds_the_same_wherever_a_value_is_cut(string value)
    {
        for (int at = 0; at <= Encoding.UTF8.GetByteCount(value); at++)
            Assert.That(string.Join('|', Read(value, at).Found), Is.EqualTo(Whole(value)), $"cut at {at}");
    }

    [Test]
    public void Finds_the_same_in_values_made_at_random()
    {
        Random random = new(1);
        const string alphabet = "ab@.,;:<>()[]\"\\ \n\u00fc";
        for (int i = 0; i < 20_000; i++)
        {
            string value = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            string whole = Whole(value);
            // a line break that is left in an address makes it unusable here
            if (whole.Contains('\n')) continue;
            Assert.That(string.Join('|', Read(value, random.Next(value.Length)).Found), Is.EqualTo(whole), value.Replace("\n", "\\n"));
        }
    }

    [Test]
    public void Several_values_are_one_list()
    {
        AddressListReader reader = new(10);
        foreach (string value in new[] { "a@b, c", "d: e", "<f@g", "(h" })
        {
            reader.Take(Encoding.ASCII.GetBytes(value));
            reader.EndValue();
        }
        reader.Take("i@j"u8);
        reader.EndValue();
        Assert.That(reader.Found, Is.EqualTo(new[] { "a@b", "c", "e", "f@g", "i@j" }));
    }

    [Test]
    public void Addresses_above_the_limit_are_counted_and_not_kept()
    {
        string value = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"user{i}@example.com"));
        AddressListReader reader = Read(value, 500, limit: 990);
        Assert.That((reader.Found.Count, reader.Count, reader.Found[989]), Is.EqualTo((990, 1000, "user989@example.com")));
        // words of a display name are no addresses, however many
        reader = Read(string.Join(' ', Enumerable.Repeat("word", 1000)) + " <a@b>, c@d", 0, limit: 3);
        Assert.That((string.Join('|', reader.Found), reader.Count), Is.EqualTo(("a@b|c@d", 2)));
    }

    [Test]
    public void What_cannot_be_used_is_counted()
    {
        AddressListReader tooLong = Read($"{new string('a', Address.MaxLength + 1)}@b, c@d", 7);
        Assert.That((tooLong.Unusable, tooLong.Count), Is.EqualTo((1, 2)));
        Assert.That(Read("\"a\\\n b\"@c", 0).Unusable, Is.EqualTo(1), "a line break would be one in the queue file");
        AddressListReader reader = new(10);
        reader.Take([(byte)'a', 0xE9, (byte)'@', (byte)'b']);
        reader.EndValue();
        Assert.That((reader.Unusable, reader.Found.Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Memory_does_not_grow_with_what_is_no_address()
    {
        AddressListReader reader = new(10);
        byte[] piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("(comment) \"quoted name\" word ", 1000)));
        reader.Take(piece);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) reader.Take("(comment that goes on and on"u8);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
    }
}
