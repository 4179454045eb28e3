using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Ipc;

namespace MtaSuite.Tests.Unit.Spool;

/// <summary>Queue files: what was written is read, and a damaged file is a status, never an exception.</summary>
public sealed class QueueFileFormatTests
{
    private string _root = "";
    private SpoolDirectory _spool = null!;

    [SetUp]
    public void Make()
    {
        _root = Directory.CreateTempSubdirectory("spool").FullName;
        _spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
    }

    [TearDown]
    public void Remove() => Directory.Delete(_root, true);

    /// <summary>A whole file with content.</summary>
    internal static byte[] File(Envelope e, string content = "Subject: x\n\nbody\n")
    {
        ArrayBufferWriter<byte> output = new();
        int offset = QueueFileFormat.Write(output, e);
        byte[] bytes = [.. output.WrittenSpan, .. Encoding.UTF8.GetBytes(content)];
        QueueFileFormat.Finish(bytes, offset, bytes.Length - offset, e.Recipients.Count);
        return bytes;
    }

    private QueueFileStatus Read(byte[] bytes, out QueueFile? file, string? id = null)
    {
        id ??= QueueId.Next();
        string path = _spool.PathOf("incoming", id);
        System.IO.File.WriteAllBytes(path, bytes);
        QueueFileStatus status = _spool.TryRead("incoming", id, out file);
        System.IO.File.Delete(path);
        return status;
    }

    private static Envelope Small() =>
        new()
        {
            ArrivalMicroseconds = 5,
            Sender = "a@b",
            Recipients = [new() { Address = "c@d" }, new() { Address = "e@f", Original = "g@h" }]
        };

    public static readonly string[] Nasty =
    [
        "\\", "\\n", "\\\\n", "a\nR b", "a\r\nb", "\0", "x\0y", " leading", "trailing ", "\n", "\u00fcml\u00e4ut@b\u00fccher.example",
            "\U0001F4E7@x", "\\0", new('x', 5000), "\"quoted space\"@x", "\ufffd",
    ];

    [Test]
    public void Every_value_comes_back([ValueSource(nameof(Nasty))] string nasty)
    {
        Envelope e = (Envelope)MessageFiller.Filled(typeof(Envelope));
        foreach ((object holder, System.Reflection.FieldInfo field) in MessageFiller.Texts(e)) field.SetValue(holder, $"{nasty}");
        (e.QueueId, e.Recipients[0].Done, e.Recipients[1].Done, e.Warned) = (QueueId.Next(), false, true, false);
        byte[] bytes = File(e);
        Assert.That(Read(bytes, out QueueFile? file, e.QueueId), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(MessageFiller.Show(file!.Envelope), Is.EqualTo(MessageFiller.Show(e)));
        Assert.That(Encoding.UTF8.GetString(file.Content.Of(bytes)), Is.EqualTo("Subject: x\n\nbody\n"));
    }

    [Test]
    public void Empty_values_come_back()
    {
        Envelope e = new() { QueueId = QueueId.Next(), ArrivalMicroseconds = 1, Recipients = [new() { Address = "" }] };
        Assert.That(Read(File(e, ""), out QueueFile? file, e.QueueId), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(MessageFiller.Show(file!.Envelope), Is.EqualTo(MessageFiller.Show(e)));
    }

    [Test]
    public void Offsets_lead_to_the_letters()
    {
        Envelope e = Small();
        byte[] bytes = File(e);
        Assert.That(e.Recipients.Select(r => (char)bytes[r.Offset]), Is.EqualTo("RR"));
        Assert.That((char)bytes[e.WarningOffset], Is.EqualTo('W'));
    }

    [Test]
    public void A_head_is_unfinished_until_it_is_written()
    {
        ArrayBufferWriter<byte> output = new();
        output.Write("earlier"u8);
        Envelope e = Small();
        int offset = QueueFileFormat.Write(output, e);
        Assert.That(QueueFileHead.TryRead(output.WrittenSpan[7..], out QueueFileHead head));
        Assert.That((head.IsUnfinished, offset), Is.EqualTo((true, output.WrittenCount - 7)));
        Assert.That(Read([.. output.WrittenSpan[7..], .. "content"u8], out _), Is.EqualTo(QueueFileStatus.Unfinished));
    }

    [Test]
    public void Cut_anywhere_it_is_never_taken_for_whole()
    {
        byte[] bytes = File(Small());
        for (int i = 0; i < bytes.Length; i++)
        {
            QueueFileStatus status = Read(bytes[..i], out QueueFile? file);
            Assert.That(status, Is.EqualTo(i is > 0 and < QueueFileHead.Size ? QueueFileStatus.Corrupt : QueueFileStatus.Unfinished),
                $"cut at {i}");
            Assert.That(file, Is.Null);
        }
    }

    [Test]
    public void A_damaged_head_or_envelope_is_corrupt_and_never_unfinished()
    {
        byte[] bytes = File(Small());
        int contentOffset = bytes.AsSpan().IndexOf("\n\n"u8) + 2;
        string id = QueueId.Next(), path = _spool.PathOf("incoming", id);
        for (int i = 0; i < bytes.Length; i++)
        {
            foreach (byte value in new byte[] { 0, (byte)'\n', (byte)' ', (byte)'9', (byte)'\\', 0xff, (byte)(bytes[i] ^ 0x20) })
            {
                byte[] bad = [.. bytes];
                bad[i] = value;
                System.IO.File.WriteAllBytes(path, bad);
                QueueFileStatus status = _spool.TryRead("incoming", id, out QueueFile? file);
                Assert.That(file != null, Is.EqualTo(status == QueueFileStatus.Ok));
                // marks are no damage, and nothing says what the content was
                bool isMark = (bytes[i], value) is ((byte)'R', (byte)'r') or ((byte)'W', (byte)'w');
                bool isOk = value == bytes[i] || i >= contentOffset || (isMark && bytes[i - 1] == '\n');
                Assert.That(status, Is.EqualTo(isOk ? QueueFileStatus.Ok : QueueFileStatus.Corrupt), $"byte {i} = {value}");
            }
        }
    }

    [TestCase("R x\n")]
    [TestCase("T 5\nS a\nX\n\n")]
    [TestCase("T 5\nS a\nR \\x\n\n")]
    [TestCase("T 5\nS a\nR x\\\n\n")]
    [TestCase("T 5\nS a\nR x\n")]
    [TestCase("T 5\nR x\n\n")]
    [TestCase("S a\nR x\n\n")]
    [TestCase("T x\nS a\nR x\n\n")]
    [TestCase("T 5\nS a\n\n")]
    [TestCase("T 5\nS a\nR x\nR y\n\n")]
    [TestCase("T 5\nS a\nR x\n\n\n")]
    public void Bad_envelopes(string envelope)
    {
        byte[] bytes = [.. new byte[QueueFileHead.Size], .. Encoding.ASCII.GetBytes(envelope), .. "x"u8];
        QueueFileFormat.Finish(bytes, bytes.Length - 1, 1, 1);
        Assert.That(Read(bytes, out _), Is.EqualTo(QueueFileStatus.Corrupt));
    }

    [Test]
    public void Unknown_letters_are_passed_over()
    {
        byte[] bytes = [.. new byte[QueueFileHead.Size], .. "T 5\nS a\n? new\n* \nR x\n\n"u8];
        QueueFileFormat.Finish(bytes, bytes.Length, 0, 1);
        Assert.That(Read(bytes, out _), Is.EqualTo(QueueFileStatus.Ok));
    }

    [Test]
    public void A_recipient_is_marked_in_place_and_nothing_else_changes()
    {
        Envelope e = Small();
        string id = QueueId.Next(), path = _spool.PathOf("incoming", id);
        byte[] bytes = File(e);
        System.IO.File.WriteAllBytes(path, bytes);
        using (DeliveryFile opened = DeliveryFile.TryOpen(_spool, "incoming", id)!)
        using (RecipientClaim claim = opened.Claim(e.Recipients[1].Offset, wait: true))
            Assert.That(claim.Mark());
        bytes[e.Recipients[1].Offset] = (byte)'r';
        Assert.That(System.IO.File.ReadAllBytes(path), Is.EqualTo(bytes));
        _spool.TryRead("incoming", id, out QueueFile? file);
        Assert.That(file!.Envelope.Recipients.Select(r => r.Done), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Large_envelopes_are_read()
    {
        Envelope e = new() { ArrivalMicroseconds = 1, Sender = "a" };
        for (int i = 0; i < 20_000; i++) e.Recipients.Add(new EnvelopeRecipient { Address = $"user{i}@example.com" });
        Assert.That(Read(File(e), out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(file!.Envelope.Recipients[19_999].Address, Is.EqualTo("user19999@example.com"));
    }

    [Test]
    public void A_changed_envelope_fits_into_its_room_to_the_last_byte()
    {
        const int room = 100;
        ArrayBufferWriter<byte> output = new();
        Envelope e = new()
        {
            QueueId = QueueId.Next(),
            Sender = "a@b",
            ArrivalMicroseconds = 5,
            Recipients = [new EnvelopeRecipient { Address = "r@x" }]
        };
        int length = QueueFileFormat.WriteEnvelope(output, e, QueueFileHead.Size) + room, longest = 0;
        for (int more = 1; more < room + 10; more++)
        {
            e.Redirect = new string('x', more);
            if (!QueueFileFormat.TryWriteEnvelope(output, e, QueueFileHead.Size, length)) continue;
            Assert.That(longest, Is.EqualTo(more - 1), "every length below fits as well");
            longest = more;
            Assert.That(output.WrittenCount, Is.EqualTo(length));
            QueueFileHead head =
                new(QueueFileHead.Size, length, default, 1) { Checksum = QueueFileHead.EnvelopeChecksum(output.WrittenSpan) };
            Envelope read = new();
            Assert.That(QueueFileFormat.TryReadEnvelope(output.WrittenSpan, head, read));
            Assert.That((read.Redirect, read.Recipients[0].Offset, read.WarningOffset),
                Is.EqualTo((e.Redirect, e.Recipients[0].Offset, e.WarningOffset)));
            Assert.That(output.WrittenSpan[(int)read.Recipients[0].Offset - QueueFileHead.Size], Is.EqualTo((byte)'R'));
        }
        Assert.That(longest, Is.EqualTo(room - 3), "letter, space and line end");
    }

    [Test]
    public void Segments_may_stand_in_any_order()
    {
        Envelope e = Small();
        byte[] header = "Subject: x\n\n"u8.ToArray(), body = "one\ntwo\n"u8.ToArray();
        ArrayBufferWriter<byte> envelope = new();
        int bodyAt = QueueFileHead.Size + 5, envelopeAt = bodyAt + body.Length + 3;
        int length = QueueFileFormat.WriteEnvelope(envelope, e, envelopeAt), headerAt = envelopeAt + length;
        byte[] file = [.. new byte[QueueFileHead.Size], .. "stale"u8, .. body, .. "old"u8, .. envelope.WrittenSpan, .. header];
        new QueueFileHead(envelopeAt, length, new ContentSegments(headerAt, header.Length, bodyAt, body.Length), 2)
            .Write(file, QueueFileHead.EnvelopeChecksum(envelope.WrittenSpan));
        Assert.That(Read(file, out QueueFile? read), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(read!.Envelope.Recipients.Select(r => (char)file[r.Offset]), Is.EqualTo("RR"));
        Assert.That(Encoding.ASCII.GetString(read.Content.Of(file)), Is.EqualTo("Subject: x\n\none\ntwo\n"));
        string path = _spool.PathOf("incoming", "read");
        System.IO.File.WriteAllBytes(path, file);
        int fd = FileIO.Open(path, FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        for (int size = 1; size < 30; size++)
        {
            List<byte> content = [];
            byte[] buffer = new byte[size];
            for (int n; (n = read.Content.Read(fd, buffer, content.Count)) > 0;) content.AddRange(buffer[..n]);
            Assert.That(Encoding.ASCII.GetString([.. content]), Is.EqualTo("Subject: x\n\none\ntwo\n"), $"pieces of {size}");
        }
        _ = FileIO.Close(fd);
        Assert.That(Read(file[..^1], out _), Is.EqualTo(QueueFileStatus.Unfinished), "not all of it was written");
    }

    [TestCase("               ", QueueFileStatus.Unfinished)]
    [TestCase("000000000000017", QueueFileStatus.Ok)]
    [TestCase("000000000000018", QueueFileStatus.Unfinished)]
    [TestCase("00000000000001x", QueueFileStatus.Corrupt)]
    public void Files_of_the_first_version_are_read(string length, QueueFileStatus expected)
    {
        string text = $"MTASUITE 1\n0000000081 {length} 00000002\nT 5\nS a@b\nW 1\nR c@d\nr e@f\n# \n\nSubject: x\n\nbody\n";
        byte[] bytes = Encoding.ASCII.GetBytes(
            text.Replace("0000000081", $"{text.IndexOf("\n\n", StringComparison.Ordinal) + 2:D10}", StringComparison.Ordinal));
        Assert.That(Read(bytes, out QueueFile? file), Is.EqualTo(expected));
        if (file == null) return;
        Assert.That(Encoding.ASCII.GetString(file.Content.Of(bytes)), Is.EqualTo("Subject: x\n\nbody\n"));
        Assert.That(file.Envelope.Recipients.Select(r => (r.Address, r.Done, (char)bytes[r.Offset])),
            Is.EqualTo(new[] { ("c@d", false, 'R'), ("e@f", true, 'r') }));
    }
}
