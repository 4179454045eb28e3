using System.Text;
using Ascii = System.Text.Ascii;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Mime;
using MtaSuite.Common.Tables;
using MtaSuite.Tests.Fuzz;

namespace MtaSuite.Tests.Unit.Relay;

[TestFixture]
public class ConversionTests
{
    private static string Golden => Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "relay");

    [TestCase("nested")]
    [TestCase("plain")]
    public void To_7_bit(string name)
    {
        byte[] content = File.ReadAllBytes($"{Golden}/{name}.in");
        string converted = Encoding.UTF8.GetString(RelayContentFuzz.Convert(content, int.MaxValue));
        if (Environment.GetEnvironmentVariable("GOLDEN_WRITE") is { } folder) File.WriteAllText($"{folder}/{name}.ref", converted);
        Assert.That(converted, Is.EqualTo(File.ReadAllText($"{Golden}/{name}.ref")));
        Assert.That(Ascii.IsValid(converted));
        for (int piece = 1; piece < 40; piece++) Assert.That(Encoding.UTF8.GetString(RelayContentFuzz.Convert(content, piece)), Is.EqualTo(converted), $"pieces of {piece}");
    }

    [TestCase("text/plain", "text", "plain", "")]
    [TestCase(" multipart/MIXED (comment \\) ) ; x=y; Boundary = \"a \\\"b\" ; c", "multipart", "mixed", "a \"b")]
    [TestCase("multipart/mixed;boundary=simple", "multipart", "mixed", "simple")]
    [TestCase("multipart/mixed; name=\"x;boundary=no\"; boundary=yes", "multipart", "mixed", "yes")]
    [TestCase("nonsense", null, null, null)]
    [TestCase("", null, null, null)]
    public void ContentTypes(string value, string? type, string? subtype, string? boundary) =>
        Assert.That(ContentType.Parse(Encoding.ASCII.GetBytes(value)), Is.EqualTo(new ContentType(type!, subtype!, boundary!)));

    [Test]
    public void Checks_change_headers_and_body()
    {
        ContentChecks checks = new()
        {
            Header = Maps.Open("inline:{ {Subject: old = REPLACE Subject: new}, {X-Secret: s = IGNORE} }"),
            MimeHeader = Maps.Open("inline:{ {Content-Type: text/plain = PREPEND X-Seen: yes} }"),
            NestedHeader = Maps.Open("inline:{ {X-Secret: s = REPLACE X-Secret: inner} }"),
            Body = Maps.Open("inline:{ {bad line = REPLACE good line}, {gone = IGNORE}, {warned = WARN} }"),
        };
        HeaderFilter filter = new("ID", null, checks);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        byte[] message = Encoding.ASCII.GetBytes("Subject: old\nX-Secret: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbad line\ngone\nwarned\n--b\n"
            + "Content-Type: message/rfc822\n\nX-Secret: s\n\nbad line\n--b--\n");
        for (int i = 0; i < message.Length; i++) filter.Write(message.AsSpan(i, 1), output);
        filter.Finish(output);
        Assert.That(Encoding.ASCII.GetString(output.WrittenSpan), Is.EqualTo("Subject: new\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX-Seen: yes\nContent-Type: text/plain\n\n"
            + "good line\nwarned\n--b\nContent-Type: message/rfc822\n\nX-Secret: inner\n\ngood line\n--b--\n"));
    }
}
