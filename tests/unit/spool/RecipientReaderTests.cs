using System.Buffers;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr;

namespace MtaSuite.Tests.Unit.Spool;

/// <summary>Recipients that are read a few at a time are those that the whole envelope has.</summary>
[TestFixture]
public class RecipientReaderTests
{
    private static byte[] Write(IEnumerable<EnvelopeRecipient> recipients)
    {
        Envelope e = new() { QueueId = QueueId.Next(), Sender = "s@x", ArrivalMicroseconds = 1 };
        e.Recipients.AddRange(recipients);
        ArrayBufferWriter<byte> file = new();
        int offset = QueueFileFormat.Write(file, e);
        byte[] bytes = [.. file.WrittenSpan, .. "R not@one\n\n"u8];
        QueueFileFormat.Finish(bytes, offset, bytes.Length - offset, e.Recipients.Count);
        return bytes;
    }

    private static EnvelopeRecipient Recipient(int i) => new()
    {
        Address = i % 50 == 7 ? new string('l', 40_000) + $"{i}@x" : $"user{i}\\@\n.test",
        Original = i % 3 == 0 ? $"o{i}@x" : "",
        DsnOriginal = i % 5 == 0 ? $"rfc822;{i}" : "",
        Notify = i % 4 == 0 ? Notify.Never : Notify.Default,
        Done = i % 7 == 3,
    };

    private static string Text(EnvelopeRecipient r) => $"{r.Offset} {r.Address} {r.Original} {r.DsnOriginal} {r.Notify}";

    [Test]
    public void From_any_recipient_on([Values(1, 2, 7, 1000)] int most)
    {
        byte[] bytes = Write(Enumerable.Range(0, 200).Select(Recipient));
        bytes[bytes.AsSpan().IndexOf("\nr user"u8) + 1] = QueueFileFormat.Unsynced;
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        int fd = FileIO.Open(path, FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        Assert.That(SpoolDirectory.TryRead(fd, QueueId.Next(), out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        List<EnvelopeRecipient> all = file!.Envelope.Recipients;
        for (int i = 0; i < all.Count; i++)
        {
            List<EnvelopeRecipient> read = [];
            Assert.That(RecipientReader.TryRead(fd, all[i].Offset, most, read, out bool isEnd), Is.EqualTo(QueueFileStatus.Ok));
            EnvelopeRecipient[] left = [.. all.Skip(i + 1).Where(r => !r.Done)];
            Assert.That(read.Select(Text), Is.EqualTo(left.Take(most).Select(Text)));
            Assert.That(isEnd, Is.EqualTo(left.Length <= most));
        }
        _ = FileIO.Close(fd);
        File.Delete(path);
    }

    [Test]
    public void A_stretch_may_end_anywhere()
    {
        EnvelopeRecipient[] recipients = [.. Enumerable.Range(0, 5).Select(Recipient)];
        byte[] bytes = Write(recipients);
        Assert.That(QueueFileHead.TryRead(bytes, out QueueFileHead head));
        int end = (int)head.EnvelopeOffset + head.EnvelopeLength;
        int start = bytes.AsSpan().IndexOf("\nO o0@x\n"u8) + 1;
        string[] expected = [.. recipients.Where(r => !r.Done).Select(Text)];
        for (int split = start; split <= end; split++)
        {
            List<EnvelopeRecipient> read = [];
            RecordsStatus first = QueueFileFormat.ReadRecipients(bytes.AsSpan(start..split), start, 100, read, out int used);
            Assert.That(first, Is.EqualTo(split == end ? RecordsStatus.End : RecordsStatus.Incomplete), $"split {split}");
            if (first == RecordsStatus.Incomplete)
                Assert.That(QueueFileFormat.ReadRecipients(bytes.AsSpan((start + used)..end), start + used, 100, read, out _),
                    Is.EqualTo(RecordsStatus.End));
            Assert.That(read.Select(Text), Is.EqualTo(expected), $"split {split}");
        }
    }

    [TestCase(0, 'R', '\n')]
    [TestCase(1, ' ', 'x')]
    [TestCase(2, 'u', (char)0xFF)]
    public void What_is_no_record_is_damage(int at, char was, char with)
    {
        byte[] bytes = Write([Recipient(1), Recipient(2), Recipient(4)]);
        Assert.That(QueueFileHead.TryRead(bytes, out QueueFileHead head));
        int end = (int)head.EnvelopeOffset + head.EnvelopeLength;
        int second = bytes.AsSpan().IndexOf("R user2"u8);
        Assert.That(bytes[second + at], Is.EqualTo((byte)was));
        bytes[second + at] = (byte)with;
        RecordsStatus status = QueueFileFormat.ReadRecipients(bytes.AsSpan(second..end), second, 100, [], out _);
        Assert.That(status, Is.EqualTo(at == 0 ? RecordsStatus.End : RecordsStatus.Corrupt));
    }
}
