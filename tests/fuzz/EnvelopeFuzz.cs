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
        byte[] file = [.. new byte[QueueFileFormat.HeadSize], .. input];
        for (int recipients = 0; recipients < 4; recipients++)
        {
            Envelope e = new();
            if (!QueueFileFormat.TryReadEnvelope(file, file.Length, recipients, e)) continue;
            if (e.Recipients.Count != recipients) throw new InvalidOperationException("recipients");
            foreach (EnvelopeRecipient r in e.Recipients)
                if (file[r.Offset] is not ((byte)'R' or (byte)'r' or (byte)'u') || QueueFileFormat.IsDone(file[r.Offset]) != r.Done) throw new InvalidOperationException("offset");
            byte[] again = QueueFileFormatTests.File(e, "");
            Envelope second = new();
            if (!QueueFileFormat.TryReadHead(again, out int offset, out long length, out int count) || offset != again.Length || length != 0 || count != recipients)
                throw new InvalidOperationException("head");
            if (!QueueFileFormat.TryReadEnvelope(again, offset, count, second)) throw new InvalidOperationException("not read again");
            if (Unit.Ipc.MessageFiller.Show(e) is var one && one != Unit.Ipc.MessageFiller.Show(second)) throw new InvalidOperationException($"differs: {one}");
        }
    }

    private static void Head(ReadOnlySpan<byte> input)
    {
        byte[] head = new byte[QueueFileFormat.HeadSize];
        QueueFileFormat.WriteHead(head, 100, 5, 1);
        input[..Math.Min(input.Length, 36)].CopyTo(head.AsSpan(11));
        if (!QueueFileFormat.TryReadHead(head, out int offset, out long length, out int recipients)) return;
        if (offset < QueueFileFormat.HeadSize || offset > QueueFileFormat.MaxEnvelope || length < -1 || recipients < 0) throw new InvalidOperationException("a head that is not to be believed");
    }
}

[TestFixture]
public class EnvelopeFuzzTests
{
    [Test]
    public void Envelopes() => FuzzRunner.Run(EnvelopeFuzz.One, 51, "T 5\nS a\n\n\nR r x\nW O D Q 1\\n\\r\\0\\\\\n F9 YFULL\n0123456789 \n"u8);

    [Test]
    public void Mostly_whole_ones() => FuzzRunner.Run(static tail => EnvelopeFuzz.One([.. "T 5\nS a@b\nW 1\n"u8, .. tail, .. "\n\n"u8]), 52, "R x\nr y\nO z\nQ 3\nD rfc822;a\n\\n\\\\"u8, 40);

    [Test]
    public void Heads() => FuzzRunner.Run(EnvelopeFuzz.One, 53, "0000000123 +-"u8, 36);
}
