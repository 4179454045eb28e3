using System.Text;
using MtaSuite.Common.Spool;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>
/// tests/golden/local/*.in as they come out in a mailbox, a Maildir, for a command, and for a pipe service with all flags.
/// </summary>
public sealed class GoldenCopyTests
{
    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 9, 8, 7, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }

    private sealed class Memory : ByteSink
    {
        public readonly MemoryStream Stream = new();

        public override bool Write(ReadOnlySpan<byte> data)
        {
            Stream.Write(data);
            return true;
        }
    }

    private static readonly (string Kind, CopyOptions Options, string EndOfLine)[] Kinds =
    [
        ("mbox", CopyOptions.Mbox, "\n"), ("maildir", CopyOptions.Maildir, "\n"), ("command", CopyOptions.Command, "\n"),
        ("pipe", CopyOptions.Mbox | CopyOptions.DoubleDots, "\r\n"),
    ];

    [TestCase("plain", "sender@example.org", "orig@example.org", "to@example.com")]
    [TestCase("empty", "", "", "to@example.com")]
    [TestCase("eight-bit", "\"odd name@example.org", "grün@bücher.example", "a b@example.com")]
    public void Copies_are_what_they_were(string name, string sender, string original, string delivered)
    {
        string folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "local");
        using LocalFixture fixture = new();
        byte[] input = File.ReadAllBytes(Path.Combine(folder, name + ".in"));
        foreach ((string kind, CopyOptions options, string endOfLine) in Kinds)
        {
            int fd = fixture.QueueFile(input, out long offset);
            Memory sink = new();
            CopyResult result = MessageCopier.Copy(new MessageContent(fd, ContentSegments.InOnePiece(offset, input.Length)),
                new CopySpec(sender, original, delivered, options, endOfLine), sink,
                new FixedClock().GetLocalNow());
            Assert.That(result.IsOk);
            string reference = Path.Combine(folder, $"{name}.{kind}.ref");
            if (Environment.GetEnvironmentVariable("GOLDEN_WRITE") is { Length: > 0 } source)
                File.WriteAllBytes(Path.Combine(source, $"{name}.{kind}.ref"), sink.Stream.ToArray());
            else Assert.That(Encoding.UTF8.GetString(sink.Stream.ToArray()),
                Is.EqualTo(Encoding.UTF8.GetString(File.ReadAllBytes(reference))), kind);
        }
    }
}
