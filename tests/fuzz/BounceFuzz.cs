using System.Buffers;
using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

/// <summary>
/// Whatever the records, the original and the template hold, a notice is a report of the right number of parts and recipients; log lines
/// are read back as they were or not at all.
/// </summary>
public static class BounceFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        Lines(input);
        BounceTemplates.Parse("t", input, Samples.Settings, Samples.Config);
        string text = Encoding.UTF8.GetString(input);
        string[] pieces = text.Split('|');
        string Piece(int i) => i < pieces.Length ? pieces[i] : "";
        DeliveryRecord record = new()
        {
            Recipient = Piece(0),
            Original = Piece(1),
            DsnOriginal = Piece(2),
            Text = Piece(3),
            Diagnostic = Piece(4),
            DiagnosticType = Piece(5),
            RemoteMta = Piece(6),
            Status = new DsnStatus(5, 0, 0),
        };
        MessageFacts message = Samples.Message with { Sender = "x" + Piece(7), EnvelopeId = Piece(8), SmtpUtf8 = input.Length % 2 == 0 };
        NoticeKind kind = (NoticeKind)(input.Length % 4);
        PlannedNotice plan = new(kind, (NoticeAudience)(input.Length % 3), "", message.Sender, input.Length % 5 > 1, true);
        NoticeComposer composer = new(Samples.Settings with { BounceSizeLimit = 500 }, Samples.Templates());
        Notice notice = composer.Compose(plan with
        { Audience = kind == NoticeKind.Failure ? NoticeAudience.Sender : NoticeAudience.DoubleBounce }, message, [record, record],
            new MemoryContent(input.ToArray()), Samples.Now);
        ArrayBufferWriter<byte> output = new();
        notice.WriteTo(output);
        Report report = new(output.WrittenSpan.ToArray());
        if (report.Parts.Count != 3 || report.Recipients.Count() != 2) throw new InvalidOperationException("parts");
        if (notice.Body == BodyType.SevenBit && !Ascii.IsValid(output.WrittenSpan) && Ascii.IsValid(message.Sender))
            throw new InvalidOperationException("unlabelled 8-bit bytes");
    }

    private static void Lines(ReadOnlySpan<byte> input)
    {
        if (!LogRecordCodec.TryDecode(input, out DeliveryRecord record)) return;
        ArrayBufferWriter<byte> line = new();
        LogRecordCodec.Encode(record, line);
        if (line.WrittenCount > LogRecordCodec.MaxLine || !LogRecordCodec.TryDecode(line.WrittenSpan[..^1], out DeliveryRecord again))
            throw new InvalidOperationException("a record is not read back");
        // values beyond the limits are cut once, and then stay
        ArrayBufferWriter<byte> second = new();
        LogRecordCodec.Encode(again, second);
        if (!second.WrittenSpan.SequenceEqual(line.WrittenSpan)) throw new InvalidOperationException("a record changes");
    }
}

public class BounceFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        Encoding.UTF8.GetBytes("v1\toffset=5\trecipient=a@b\tnotify=2\tstatus=5.1.1\taction=failed\ttime=2026-03-02T09:31:15Z\tremote=mx"
            + "\tdiagtype=smtp\tdiag=550 no\ttext=no%0A\t."),
        "failure_template = <<EOF\nCharset: utf-8\nSubject: x\n\n${a?{b}:{c}} $$ $(d) é\nEOF\n"u8.ToArray(),
        "bob@there|list@here|rfc822;b@c|550 5.1.1 no|text\r\n\r\n|smtp|mx|alice@x|id"u8.ToArray(),
        "Subject: x\r\nMessage-ID:\r\n <a@b>\r\n\r\n--=_4XwZ12bCdF0QrS.1772444235\r\n\0\rbody é\n"u8.ToArray(),
    ];

    [Test]
    public void Random_and_mutated_inputs()
    {
        Random random = new(20260302);
        int count = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out int n) ? n : 5000;
        for (int i = 0; i < count; i++)
        {
            byte[] input = Mutate(random);
            try
            {
                BounceFuzz.One(input);
            }
            catch (Exception e) when (e is not AssertionException)
            {
                Assert.Fail($"input {Convert.ToHexString(input)}: {e}");
            }
        }
    }

    private static byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. Seeds[random.Next(Seeds.Length)]];
        for (int m = random.Next(8); m >= 0; m--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0: bytes.Insert(at, (byte)random.Next(256)); break;
                case 1: bytes.InsertRange(at, Seeds[random.Next(Seeds.Length)]); break;
                case 2: bytes.RemoveRange(at, random.Next(bytes.Count - at + 1) / 4); break;
                case 3: bytes.InsertRange(at, Enumerable.Repeat("\t\r\n |%$ é"u8[random.Next(8)], random.Next(1200))); break;
                default: if (at < bytes.Count) bytes[at] = "\t\r\n\0|=%<>{}:;x\xff"u8[random.Next(16)]; break;
            }
        }
        return [.. bytes];
    }
}
