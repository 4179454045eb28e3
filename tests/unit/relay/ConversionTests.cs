using System.Text;
using Ascii = System.Text.Ascii;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Mime;
using MtaSuite.Common.Mime;
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
        for (int piece = 1; piece < 40; piece++)
            Assert.That(Encoding.UTF8.GetString(RelayContentFuzz.Convert(content, piece)), Is.EqualTo(converted), $"pieces of {piece}");
    }

    private static (bool Leaves, byte[] Converted) Convert(string content)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        ConversionPlan plan = new();
        MimeWalker walker = new(plan);
        walker.Write(bytes);
        walker.Finish();
        return (plan.LeavesEightBit, RelayContentFuzz.Convert(bytes, 4096));
    }

    [Test]
    public void Sixty_thousand_parts_side_by_side_are_converted()
    {
        StringBuilder message = new("Content-Type: multipart/mixed; boundary=b\n\n");
        for (int i = 0; i < 20_000; i++)
        {
            message.Append("--b\nContent-Type: text/plain; charset=utf-8\n\ngr\u00fc\u00dfe\n");
            message.Append("--b\nContent-Type: message/rfc822\n\nSubject: x\n\ngr\u00fc\u00dfe\n");
            message.Append("--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ngr\u00fc\u00dfe\n--c--\n");
        }
        (bool leaves, byte[] converted) = Convert(message.Append("--b--\n").ToString());
        Assert.That(leaves, Is.False);
        Assert.That(Ascii.IsValid(converted));
    }

    [Test]
    public void What_cannot_be_converted_is_known_before_it_is_sent()
    {
        StringBuilder deep = new();
        for (int i = 0; i < 60_000; i++) deep.Append($"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n");
        Assert.That(Convert(deep.Append("\ngr\u00fc\u00dfe\n").ToString()).Leaves, "too deep");
        Assert.That(Convert("Content-Type: multipart/mixed; boundary=b\n\n\u00fc\n--b\n\nx\n--b--\n").Leaves, "before the first part");
        Assert.That(Convert("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n\u00fc\n").Leaves, "behind the last part");
        Assert.That(Convert("Content-Transfer-Encoding: base64\n\n\u00fc\n").Leaves, "encoded, as it says");
        Assert.That(Convert("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\u00fc\n--b--\n").Leaves, Is.False);
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
            Header = CheckTable.Open("smtp_header_checks", "inline:{ {Subject: old = REPLACE Subject: new}, {X-Secret: s = IGNORE} }"),
            MimeHeader = CheckTable.Open("smtp_mime_header_checks", "inline:{ {Content-Type: text/plain = PREPEND X-Seen: yes} }"),
            NestedHeader = CheckTable.Open("smtp_nested_header_checks", "inline:{ {X-Secret: s = REPLACE X-Secret: inner} }"),
            Body = CheckTable.Open("smtp_body_checks", "inline:{ {bad line = REPLACE good line}, {gone = IGNORE}, {warned = WARN} }"),
        };
        HeaderFilter filter = new("ID", null, checks);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        byte[] message = Encoding.ASCII.GetBytes(
            "Subject: old\nX-Secret: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbad "
            + "line\ngone\nwarned\n--b\n"
            + "Content-Type: message/rfc822\n\nX-Secret: s\n\nbad line\n--b--\n");
        for (int i = 0; i < message.Length; i++) Done(filter.WriteAsync(message.AsMemory(i, 1), output));
        Done(filter.FinishAsync(output));
        static void Done(ValueTask task) => Assert.That(task.IsCompletedSuccessfully);
        Assert.That(Encoding.ASCII.GetString(output.WrittenSpan),
            Is.EqualTo("Subject: new\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX-Seen: yes\nContent-Type: text/plain\n\n"
            + "good line\nwarned\n--b\nContent-Type: message/rfc822\n\nX-Secret: inner\n\ngood line\n--b--\n"));
    }
}
