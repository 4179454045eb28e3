using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Spool;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Queue files from hostile bytes: no exception, and what is believed survives being written again.</summary>
public static class EnvelopeFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        Head(input);
        // as an envelope behind a head that fits it
        int start = QueueFileHead.Size;
        byte[] file = [.. new byte[start], .. input];
        for (int recipients = 0; recipients < 4; recipients++)
        {
            Envelope e = new();
            QueueFileHead head = new(start, input.Length, ContentSegments.InOnePiece(file.Length, 0),
                recipients)
            { Checksum = QueueFileHead.EnvelopeChecksum(input) };
            if (!QueueFileFormat.TryReadEnvelope(input, head, e)) continue;
            if (e.Recipients.Count != recipients) throw new InvalidOperationException("recipients");
            foreach (EnvelopeRecipient r in e.Recipients)
                if (file[r.Offset] is not ((byte)'R' or (byte)'r' or (byte)'u') || QueueFileFormat.IsDone(file[r.Offset]) != r.Done)
                    throw new InvalidOperationException("offset");
            byte[] again = QueueFileFormatTests.File(e, "");
            Envelope second = new();
            if (!QueueFileHead.TryRead(again, out QueueFileHead read) || read.End != again.Length || read.Content.Length != 0
                || read.Recipients != recipients)
                throw new InvalidOperationException("head");
            if (!QueueFileFormat.TryReadEnvelope(again.AsSpan((int)read.EnvelopeOffset, read.EnvelopeLength), read, second))
                throw new InvalidOperationException("not read again");
            if (Unit.Ipc.MessageFiller.Show(e) is var one && one != Unit.Ipc.MessageFiller.Show(second))
                throw new InvalidOperationException($"differs: {one}");
        }
    }

    private static void Head(ReadOnlySpan<byte> input)
    {
        byte[] file = new byte[QueueFileHead.Size];
        new QueueFileHead(QueueFileHead.Size, 20, new ContentSegments(120, 5, 125, 3), 1).Write(file, 0);
        input[..Math.Min(input.Length, file.Length - 11)].CopyTo(file.AsSpan(11));
        Believable(file);
        "MTASUITE 1\n"u8.CopyTo(file);
        Believable(file);
    }

    private static void Believable(byte[] file)
    {
        if (!QueueFileHead.TryRead(file, out QueueFileHead head) || head.IsUnfinished) return;
        if (head.EnvelopeOffset < QueueFileHead.OldSize || head.EnvelopeLength is <= 0 or > QueueFileFormat.MaxEnvelope
            || head.Content.Length < 0 || head.Recipients < 0)
            throw new InvalidOperationException("a head that is not to be believed");
    }
}

[TestFixture]
public class EnvelopeFuzzTests
{
    [Test]
    public void Envelopes() =>
        FuzzRunner.Run(EnvelopeFuzz.One, 51, "T 5\nS a\n\n\nR r x\nW O D Q 1\\n\\r\\0\\\\\n F9 YFULL\n0123456789 \n"u8);

    [Test]
    public void Mostly_whole_ones() =>
        FuzzRunner.Run(static tail => EnvelopeFuzz.One([.. "T 5\nS a@b\nW 1\n"u8, .. tail, .. "\n\n"u8]), 52,
        "R x\nr y\nO z\nQ 3\nD rfc822;a\n\\n\\\\"u8, 40);

    [Test]
    public void Heads() => FuzzRunner.Run(EnvelopeFuzz.One, 53, "0000000123 +-"u8, 36);
}
