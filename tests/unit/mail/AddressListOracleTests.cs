using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

/// <summary>Writes address lists in all the ways the grammar of RFC 5322 3.4 has, and reads back what it wrote.</summary>
public sealed class AddressListOracleTests
{
    private sealed class Lists(Random random)
    {
        private static readonly string[] s_locals = ["joe", "joe.doe", "a+b", "o'neil", "x=y", "jörg", "user%host", "a!b"];
        private static readonly string[] s_quoted = ["a b", "a,b", "a@b", "a\"b", "a\\b", "(x)", "<y>", ";", "a..b"];
        private static readonly string[] s_domains = ["x.test", "a-b.c.test", "[192.0.2.1]", "[IPv6:::1]", "müller.test"];
        private static readonly string[] s_phrases =
            ["", "Joe", "Joe Q Public ", "\"Doe, Joe; <x@y>\" ", "\"a\\\"b\"", "=?utf-8?Q?J=C3=B6?= (nick) ", "J. R. "];

        public List<string> Addresses { get; } = [];

        public string Write(int count)
        {
            var text = new StringBuilder();
            for (int i = 0; i < count; i++)
            {
                if (i > 0) text.Append(Gap()).Append(',').Append(Pick([" ", "", "\n\t", ", ,"]));
                text.Append(random.Next(6) == 0 ? Group() : Mailbox());
            }
            return text.ToString();
        }

        private string Group()
        {
            int members = random.Next(4);
            string list = string.Join(',', Enumerable.Range(0, members).Select(_ => Mailbox()));
            return $"{Pick(["Friends", "\"a: b\"", "A B"])}{Gap()}:{list};";
        }

        private string Mailbox()
        {
            string local = random.Next(4) == 0 ? Pick(s_quoted) : Pick(s_locals);
            string domain = Pick(s_domains);
            Addresses.Add($"{local}@{domain}");
            string spec = $"{Address.QuoteLocal(local)}{Gap()}@{Gap()}{Dotted(domain)}";
            return random.Next(2) == 0 ? $"{Gap()}{spec}{Gap()}"
                : $"{Gap()}{Pick(s_phrases)}{Gap()}<{(random.Next(8) == 0 ? "@r.test,@s.test:" : "")}{spec}>{Gap()}";
        }

        // white space and comments may stand between the atoms of a domain
        private string Dotted(string domain) => domain[0] == '[' || random.Next(4) > 0 ? domain : domain.Replace(".", Gap() + ".");

        private string Gap() => random.Next(3) > 0 ? "" : Pick([" ", "\n ", " (c) ", "(a (b) \\) ,;:<@)", "\t"]);

        private string Pick(string[] from) => from[random.Next(from.Length)];
    }

    private sealed class Upper : IAddressRewriter
    {
        public ValueTask<RewrittenAddress> RewriteAsync(string external) => new(new RewrittenAddress(external + ".suffix"));
    }

    [Test]
    public void Finds_what_was_written()
    {
        var random = new Random(7);
        for (int i = 0; i < 5000; i++)
        {
            var lists = new Lists(random);
            byte[] value = Encoding.UTF8.GetBytes(lists.Write(random.Next(1, 6)));
            List<string> found = [];
            HeaderAddresses.Extract(value, found);
            Assert.That(found, Is.EqualTo(lists.Addresses), () => Encoding.UTF8.GetString(value));
        }
    }

    [Test]
    public void Rewriting_changes_the_addresses_and_nothing_else()
    {
        var random = new Random(8);
        for (int i = 0; i < 5000; i++)
        {
            var lists = new Lists(random);
            byte[] value = Encoding.UTF8.GetBytes(lists.Write(random.Next(1, 6)));
            var output = new ArrayBufferWriter<byte>();
            bool changed = InPlace.Rewrite(value, new Upper(), output);
            if (!changed)
            {
                Assert.That(lists.Addresses, Is.Empty);
                continue;
            }
            List<string> found = [];
            HeaderAddresses.Extract(output.WrittenSpan, found);
            Assert.That(found, Is.EqualTo(lists.Addresses.Select(a => a + ".suffix")), () => Encoding.UTF8.GetString(value));
            Assert.That(CountOf(output.WrittenSpan, (byte)'('), Is.EqualTo(CountOf(value, (byte)'(')), "comments are kept");
        }
    }

    private static int CountOf(ReadOnlySpan<byte> text, byte b) => text.Count(b);
}
