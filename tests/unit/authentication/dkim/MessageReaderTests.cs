using System.Text;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Tests.Unit.Authentication;

/// <summary>Messages from files and from milters, byte by byte.</summary>
public sealed class MessageReaderTests
{
    [TestCase("A: 1\r\nB: 2\r\n\r\nbody\r\n", "A: 1\r\n|B: 2\r\n", "body\r\n")]
    [TestCase("A: 1\nB: 2\n 3\n\nbody\nx", "A: 1\r\n|B: 2\r\n 3\r\n", "body\r\nx")]
    [TestCase("A: 1\r\n\tx\r\n \r\n\r\n", "A: 1\r\n\tx\r\n \r\n", "")]
    [TestCase("A: 1\r\nB: 2", "A: 1\r\n|B: 2\r\n", "")]
    [TestCase("A: 1\r\n\r\na\nb\rc\r\n", "A: 1\r\n", "a\nb\rc\r\n")]
    [TestCase("A: 1\nB: 2\n\na\r\nb\rc\n", "A: 1\r\n|B: 2\r\n", "a\r\nb\rc\r\n")]
    [TestCase("A: 1\r\nno field here\r\nB: 2\r\n", "A: 1\r\n", "no field here\r\nB: 2\r\n")]
    [TestCase("A : 1\r\nA b: 2\r\n", "A : 1\r\n", "A b: 2\r\n")]
    [TestCase("From x@y.example Mon\nA: 1\n\nb\n", "A: 1\r\n", "b\r\n")]
    [TestCase("\r\nbody", "", "body")]
    [TestCase("", "", "")]
    [TestCase(" x\r\n", "", " x\r\n")]
    [TestCase("A: \0\u00e9\rx\r\n\r\n", "A: \0\u00e9\rx\r\n", "")]
    public void Header_and_body(string text, string fields, string body)
    {
        // streams give as little as they like
        foreach (int size in (int[])[1, 2, 3, 7, 1000])
        {
            MessageReader reader = new(new Trickle(Encoding.Latin1.GetBytes(text), size));
            MessageHeader header = reader.ReadHeader();
            Assert.That(string.Join('|', header.Fields.Select(f => Encoding.Latin1.GetString(f.Bytes.Span))), Is.EqualTo(fields));
            StringBuilder read = new();
            while (reader.ReadBody(out ReadOnlySpan<byte> chunk)) read.Append(Encoding.Latin1.GetString(chunk));
            Assert.That(read.ToString(), Is.EqualTo(body));
        }
    }

    [TestCase("Subject", " a\n\tb", "Subject: a\r\n\tb\r\n")]
    [TestCase("Subject", " a\r\n\tb", "Subject: a\r\n\tb\r\n")]
    [TestCase("Subject", "", "Subject:\r\n")]
    [TestCase("Subject ", "\n x \r y", "Subject :\r\n x \r y\r\n")]
    public void Fields_as_a_milter_gives_them(string name, string value, string bytes)
    {
        MessageHeader header = new();
        header.Add(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));
        Assert.That(Encoding.Latin1.GetString(header.Fields[0].Bytes.Span), Is.EqualTo(bytes));
        Assert.That((header.Fields[0].Name, header.Size), Is.EqualTo((name.Trim(), bytes.Length)));
    }

    /// <summary>What is too much is counted and not kept, but who the author is stays known.</summary>
    [Test]
    public void A_header_that_is_too_large()
    {
        MessageHeader header = new(1000);
        for (int i = 0; i < 100; i++) header.Add("X"u8, new byte[96]);
        header.Add("From"u8, " a@b.example"u8);
        for (int i = 0; i < 100; i++) header.Add("From"u8, new byte[94]);
        Assert.That(header.IsTooLarge);
        Assert.That(header.Size, Is.EqualTo(100 * 100 + 19 + 100 * 101));
        Assert.That(header.Fields.Count(f => f.Is("X")), Is.EqualTo(10));
        Assert.That(header.Fields.First(f => f.Is("from")).Text, Is.EqualTo("a@b.example"));
        Assert.That(header.Fields.Sum(f => f.Bytes.Length), Is.LessThanOrEqualTo(2000));
    }

    private sealed class Trickle(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(size, buffer.Length)]);
    }
}
