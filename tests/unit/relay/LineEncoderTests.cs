using System.Text;
using MtaSuite.Common.Smtp;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Fuzz;

namespace MtaSuite.Tests.Unit.Relay;

[TestFixture]
public class LineEncoderTests
{
    private static string Encode(string content, int limit = 998, bool dots = true, int piece = int.MaxValue, int room = 4096) =>
        Encoding.Latin1.GetString(RelayContentFuzz.Encode(Encoding.Latin1.GetBytes(content), dots, limit, piece, room));

    [TestCase("", ".\r\n")]
    [TestCase("a\n", "a\r\n.\r\n")]
    [TestCase("a", "a\r\n.\r\n")]
    [TestCase(".\n..\n.a", "..\r\n...\r\n..a\r\n.\r\n")]
    [TestCase("a\rb\n", "a b\r\n.\r\n")]
    [TestCase("a\r\nb\r", "a\r\nb \r\n.\r\n")]
    [TestCase("\r\n.\r\n", "\r\n..\r\n.\r\n")]
    [TestCase("a\r\r\n", "a \r\n.\r\n")]
    [TestCase("\r.\n", " .\r\n.\r\n")]
    public void Content(string content, string wire)
    {
        foreach (int piece in (int[])[1, 2, 3, 100])
            foreach (int room in (int[])[3, 4, 5, 100])
                Assert.That(Encode(content, piece: piece, room: room), Is.EqualTo(wire), $"{piece} {room}");
    }

    [Test]
    public void Long_lines_are_broken_behind_the_limit()
    {
        Assert.That(Encode("1234567890abc\nok\n", limit: 10), Is.EqualTo("1234567890\r\n abc\r\nok\r\n.\r\n"));
        Assert.That(Encode("1234567890\n", limit: 10), Is.EqualTo("1234567890\r\n.\r\n"));
        Assert.That(Encode("123456789.0\n", limit: 9), Is.EqualTo("123456789\r\n .0\r\n.\r\n"));
    }

    [Test]
    public void Replies_at_every_split()
    {
        byte[] input = Encoding.ASCII.GetBytes("250-first\r\n250 PIPELINING\r\n550-5.1.1 a\r\n550 5.1.1 b\n554-multi\r\n554 5.7.1 "
            + "line\r\n354\r\n");
        for (int split = 0; split <= input.Length; split++)
        {
            ReplyParser parser = new();
            List<string> found = [];
            byte[] buffer = [];
            foreach (byte[] piece in (byte[][])[input[..split], input[split..]])
            {
                buffer = [.. buffer, .. piece];
                while (true)
                {
                    ReplyStatus status = parser.Next(buffer, keepText: true, keepLines: false, out Reply reply, out int consumed);
                    buffer = buffer[consumed..];
                    if (status == ReplyStatus.Incomplete) break;
                    found.Add($"{reply} {reply.Status}");
                }
            }
            Assert.That(found, Is.EqualTo(
                new[] { "250-first 250 PIPELINING 2.0.0", "550-5.1.1 a 550 5.1.1 b 5.1.1", "554-multi 554 5.7.1 line 5.7.1", "354 4.0.0" }),
                $"split at {split}");
        }
    }
}
