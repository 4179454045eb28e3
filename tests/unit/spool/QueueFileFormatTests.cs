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
        QueueFileFormat.WriteHead(bytes, offset, bytes.Length - offset, e.Recipients.Count);
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

    private static Envelope Small() => new() { ArrivalMicroseconds = 5, Sender = "a@b", Recipients = [new() { Address = "c@d" }, new() { Address = "e@f", Original = "g@h" }] };

    public static readonly string[] Nasty =
    [
        "\\", "\\n", "\\\\n", "a\nR b", "a\r\nb", "\0", "x\0y", " leading", "trailing ", "\n", "\u00fcml\u00e4ut@b\u00fccher.example", "\U0001F4E7@x", "\\0", new('x', 5000), "\"quoted space\"@x", "\ufffd",
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
        Assert.That(Encoding.UTF8.GetString(bytes.AsSpan(file.ContentOffset)), Is.EqualTo("Subject: x\n\nbody\n"));
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
        Assert.That(QueueFileFormat.TryReadHead(output.WrittenSpan[7..], out int contentOffset, out long length, out int recipients));
        Assert.That((contentOffset, length, recipients), Is.EqualTo((offset, -1L, 2)));
        Assert.That(Read([.. output.WrittenSpan[7..], .. "content"u8], out _), Is.EqualTo(QueueFileStatus.Unfinished));
    }

    [Test]
    public void Cut_anywhere_it_is_never_taken_for_whole()
    {
        byte[] bytes = File(Small());
        for (int i = 0; i < bytes.Length; i++)
        {
            QueueFileStatus status = Read(bytes[..i], out QueueFile? file);
            Assert.That(status, Is.EqualTo(i is > 0 and < QueueFileFormat.HeadSize ? QueueFileStatus.Corrupt : QueueFileStatus.Unfinished), $"cut at {i}");
            Assert.That(file, Is.Null);
        }
    }

    [Test]
    public void Any_byte_may_be_wrong()
    {
        byte[] bytes = File(Small());
        HashSet<QueueFileStatus> seen = [];
        string id = QueueId.Next(), path = _spool.PathOf("incoming", id);
        for (int i = 0; i < bytes.Length; i++)
        {
            foreach (byte value in new byte[] { 0, (byte)'\n', (byte)' ', (byte)'9', (byte)'\\', 0xff, (byte)(bytes[i] ^ 0x20) })
            {
                byte[] bad = [.. bytes];
                bad[i] = value;
                System.IO.File.WriteAllBytes(path, bad);
                QueueFileStatus status = _spool.TryRead("incoming", id, out QueueFile? file);
                seen.Add(status);
                Assert.That(status, Is.AnyOf(QueueFileStatus.Ok, QueueFileStatus.Corrupt, QueueFileStatus.Unfinished), $"byte {i} = {value}");
                Assert.That(file != null, Is.EqualTo(status == QueueFileStatus.Ok));
                if (i < 11 && value != bytes[i]) Assert.That(status, Is.EqualTo(QueueFileStatus.Corrupt));
            }
        }
        Assert.That(seen, Is.EquivalentTo(new[] { QueueFileStatus.Ok, QueueFileStatus.Corrupt }),
            "nothing that is wrong makes a finished file an unfinished one");
    }

    [Test]
    public void A_changed_head_is_corrupt_and_never_unfinished()
    {
        byte[] bytes = File(Small());
        int end = bytes.AsSpan().IndexOf("\n\n"u8);
        for (int i = 0; i < end; i++)
        {
            foreach (byte value in new byte[] { 0, (byte)'\n', (byte)' ', (byte)'9', 0xff, (byte)(bytes[i] ^ 1) })
            {
                if (bytes[i] == value || IsMark(bytes, i, value)) continue;
                byte[] bad = [.. bytes];
                bad[i] = value;
                Assert.That(Read(bad, out _), Is.EqualTo(QueueFileStatus.Corrupt), $"byte {i} = {value}");
            }
        }
        bytes.AsSpan(22, 15).Fill((byte)' ');
        Assert.That(Read(bytes, out _), Is.EqualTo(QueueFileStatus.Corrupt), "a length that was lost");
    }

    /// <summary>The letters that are changed in place.</summary>
    private static bool IsMark(byte[] bytes, int at, byte value) =>
        at >= QueueFileFormat.HeadSize && bytes[at - 1] == '\n' && "RruWwKk".Contains((char)bytes[at], StringComparison.Ordinal)
            && (bytes[at] | 0x20) == (value | 0x20);

    [Test]
    public void Files_of_the_first_version_are_read()
    {
        const string envelope = "T 5\nS a@b\nR c@d\nr e@f\n\n";
        byte[] bytes = Encoding.ASCII.GetBytes($"MTASUITE 1\n{47 + envelope.Length:D10} {4:D15} {2:D8}\n{envelope}text");
        Assert.That(Read(bytes, out QueueFile? file), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(file!.Envelope.Recipients.Select(r => (r.Address, r.Done, (char)bytes[r.Offset])),
            Is.EqualTo(new[] { ("c@d", false, 'R'), ("e@f", true, 'r') }));
        Assert.That((file.ContentLength, file.ContentOffset), Is.EqualTo((4L, 47 + envelope.Length)));
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
        byte[] bytes = [.. new byte[QueueFileFormat.HeadSize], .. Encoding.ASCII.GetBytes(envelope), .. "x"u8];
        QueueFileFormat.WriteHead(bytes, bytes.Length - 1, 1, 1);
        Assert.That(Read(bytes, out _), Is.EqualTo(QueueFileStatus.Corrupt));
    }

    [Test]
    public void Unknown_letters_are_passed_over()
    {
        byte[] bytes = [.. new byte[QueueFileFormat.HeadSize], .. "T 5\nS a\n? new\n* \nR x\n\n"u8];
        QueueFileFormat.WriteHead(bytes, bytes.Length, 0, 1);
        Assert.That(Read(bytes, out _), Is.EqualTo(QueueFileStatus.Ok));
    }

    [Test]
    public void A_recipient_is_marked_in_place_and_nothing_else_changes()
    {
        Envelope e = Small();
        string id = QueueId.Next(), path = _spool.PathOf("incoming", id);
        byte[] bytes = File(e);
        System.IO.File.WriteAllBytes(path, bytes);
        int fd = Libc.Open(path, Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
        Assert.That(SpoolDirectory.MarkDone(fd, e.Recipients[1].Offset));
        Libc.Close(fd);
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
        System.Buffers.ArrayBufferWriter<byte> output = new();
        Envelope e = new() { QueueId = QueueId.Next(), Sender = "a@b", ArrivalMicroseconds = 5, Recipients = [new EnvelopeRecipient { Address = "r@x" }] };
        int plain = QueueFileFormat.Write(output, e), longest = 0;
        output.ResetWrittenCount();
        int offset = QueueFileFormat.Write(output, e, room);
        Assert.That(offset, Is.EqualTo(plain + room));
        for (int length = 1; length < room + 10; length++)
        {
            e.Redirect = new string('x', length);
            if (!QueueFileFormat.TryRewrite(output, e, offset)) continue;
            Assert.That(longest, Is.EqualTo(length - 1), "every length below fits as well");
            longest = length;
            Assert.That(output.WrittenCount, Is.EqualTo(offset));
            Envelope read = new();
            Assert.That(QueueFileFormat.TryReadEnvelope(output.WrittenSpan, offset, 1, read));
            Assert.That((read.Redirect, read.Recipients[0].Offset, read.WarningOffset), Is.EqualTo((e.Redirect, e.Recipients[0].Offset, e.WarningOffset)));
            Assert.That(output.WrittenSpan[(int)read.Recipients[0].Offset], Is.EqualTo((byte)'R'));
        }
        Assert.That(longest, Is.EqualTo(room - 3), "letter, space and line end");
    }
}
