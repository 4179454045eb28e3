using System.Buffers;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Postcat;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Queue files with changed bytes: whatever is read is written and read again as the same, and postcat prints any of them or says that it
/// is none.
/// </summary>
public static class QueueFileFuzz
{
    private static readonly byte[] Sample = MakeSample();

    /// <summary>Pairs of {position, new value} change a good file; an odd last byte cuts it.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        byte[] file = [.. Sample];
        for (int i = 0; i + 1 < input.Length; i += 2) file[input[i] % file.Length] = input[i + 1];
        if (input.Length % 2 == 1) file = file[..(input[^1] % (file.Length + 1))];
        if (Read(file) is { } envelope)
        {
            byte[] again = Write(envelope);
            if (Read(again) is not { } second || !Write(second).AsSpan().SequenceEqual(again))
                throw new InvalidOperationException("an envelope changes when it is written again");
        }
        Show(file);
    }

    private static Envelope? Read(byte[] file)
    {
        Envelope e = new();
        return QueueFileHead.TryRead(file, out QueueFileHead head) && head.EnvelopeOffset + head.EnvelopeLength <= file.Length
            && QueueFileFormat.TryReadEnvelope(file.AsSpan((int)head.EnvelopeOffset, head.EnvelopeLength), head, e) ? e : null;
    }

    private static byte[] Write(Envelope e)
    {
        ArrayBufferWriter<byte> output = new();
        int offset = QueueFileFormat.Write(output, e);
        byte[] file = output.WrittenSpan.ToArray();
        QueueFileFormat.Finish(file, offset, 4, e.Recipients.Count);
        return file;
    }

    private static byte[] MakeSample() =>
    [
        .. Write(new Envelope
        {
            ArrivalMicroseconds = 1_795_292_943_654_321, Sender = "s@x", FullName = "a\nb\\c", EnvelopeId = "e",
                Body = BodyType.EightBitMime, Origin = "smtpd",
            Recipients = [new() { Address = "r@x", Original = "o", DsnOriginal = "rfc822;o", Notify = Notify.Success },
                new() { Address = "q@x", Done = true }],
        }),
        .. "a\n\nb"u8,
    ];

    private static void Show(byte[] file)
    {
        if (FileIO.Pipe(out int read, out int write) != 0) throw new InvalidOperationException(Errno.Text());
        _ = FileIO.WriteAll(write, file);
        _ = FileIO.Close(write);
        new QueueFilePrinter(read, "name", new PostcatOptions(true, true, true, true, true, 0)).Print();
        _ = FileIO.Close(read);
        Tool.Flush();
    }
}

public sealed class QueueFileFuzzTests
{
    [Test]
    public void Reading_and_showing()
    {
        Tool.Redirect(Stream.Null, Stream.Null);
        try { FuzzRunner.Run(QueueFileFuzz.One, 13, "\n \\nr0RrSTODQW0123456789\xff"u8, 24); }
        finally { Tool.Redirect(null, null); }
    }
}
