using System.Buffers;
using System.Text;
using MtaSuite.Bounce;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

public class BounceLogTests
{
    private const string Id = "4XwZ12bCdF0QrS";
    private string _spool = "";
    private BounceLog _log = null!;

    [SetUp]
    public void MakeSpool()
    {
        _spool = Directory.CreateTempSubdirectory("bounce").FullName;
        _log = new BounceLog(new SpoolDirectory(_spool));
    }

    [TearDown]
    public void RemoveSpool() => Directory.Delete(_spool, true);

    private string FileOf(LogFolder folder) => new SpoolDirectory(_spool).PathOf(BounceLog.FolderName(folder), Id);

    private List<DeliveryRecord> Read(LogFolder folder)
    {
        using LogSnapshot? log = _log.Open(folder, Id);
        return log?.ToList() ?? [];
    }

    private static byte[] Line(DeliveryRecord record)
    {
        ArrayBufferWriter<byte> line = new();
        LogRecordCodec.Encode(record, line);
        return line.WrittenSpan.ToArray();
    }

    private static readonly DeliveryRecord Strange = Samples.Refused with
    {
        Recipient = "\"a\tb=%41\"@dömäin.example",
        DsnOriginal = "rfc822;x@y",
        Notify = Notify.Success | Notify.Delay,
        Text = "line one\r\nline two\0 100% \u007f",
    };

    [Test]
    public void A_record_survives_its_line()
    {
        byte[] line = Line(Strange);
        Assert.That(line.Count(b => b is < 32 and not 9), Is.EqualTo(1), "one line feed, no other control byte");
        Assert.That(LogRecordCodec.TryDecode(line.AsSpan(0, line.Length - 1), out DeliveryRecord back));
        Assert.That(back, Is.EqualTo(Strange));
    }

    [Test]
    public void A_line_torn_at_any_byte_is_no_record()
    {
        byte[] line = Line(Strange);
        for (int i = 0; i < line.Length - 1; i++) Assert.That(LogRecordCodec.TryDecode(line.AsSpan(0, i), out _), Is.False, $"{i} bytes");
    }

    [Test]
    public void Endless_values_are_cut_at_a_character()
    {
        byte[] line = Line(Strange with
        {
            Text = new string('é', 100_000),
            Diagnostic = new string('\n', 100_000),
            Recipient = new string('€', 9_000)
        });
        Assert.That(line, Has.Length.LessThan(LogRecordCodec.MaxLine));
        Assert.That(LogRecordCodec.TryDecode(line.AsSpan(0, line.Length - 1), out DeliveryRecord back));
        Assert.That(back.Text, Is.EqualTo(new string('é', back.Text.Length)));
        Assert.That(back.Recipient, Is.EqualTo(new string('€', 682)));
    }

    [Test]
    public void The_newest_line_for_a_recipient_counts()
    {
        DeliveryRecord first = Samples.Refused with { Text = "first" }, second = Samples.Refused with { Text = "second" };
        Assert.That(_log.Append(LogFolder.Defer, Id, [first, Samples.Unknown]).IsOk);
        Assert.That(_log.Append(LogFolder.Defer, Id, [second]).IsOk);
        Assert.That(Read(LogFolder.Defer), Is.EqualTo(new[] { Samples.Unknown, second }));
    }

    [Test]
    public void A_torn_line_costs_itself_alone()
    {
        _log.Append(LogFolder.Bounce, Id, [Samples.Unknown]);
        byte[] torn = Line(Samples.Refused with { Offset = 7 })[..^5];
        using (FileStream file = new(FileOf(LogFolder.Bounce), FileMode.Append)) file.Write(torn);
        Assert.That(Read(LogFolder.Bounce), Is.EqualTo(new[] { Samples.Unknown }));
        _log.Append(LogFolder.Bounce, Id, [Samples.Refused]);
        Assert.That(Read(LogFolder.Bounce), Is.EqualTo(new[] { Samples.Unknown, Samples.Refused }));
    }

    [Test]
    public void Rubbish_of_any_length_is_passed_over()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(LogFolder.Bounce))!);
        for (int length = 0; length < 5 * LogRecordCodec.MaxLine; length += 4093)
        {
            byte[] file = [.. Encoding.ASCII.GetBytes(new string('x', length)), (byte)'\n', .. Line(Samples.Refused), .. new byte[length]];
            File.WriteAllBytes(FileOf(LogFolder.Bounce), file);
            Assert.That(Read(LogFolder.Bounce), Is.EqualTo(new[] { Samples.Refused }), $"{length} bytes");
        }
    }

    [Test]
    public void A_defer_log_does_not_grow_without_end()
    {
        DeliveryRecord[] records = [.. Enumerable.Range(0, 100).Select(i => Samples.Refused with { Offset = i })];
        long largest = 0;
        for (int attempt = 0; attempt < 60; attempt++)
        {
            for (int i = 0; i < records.Length; i++) records[i] = records[i] with { Text = $"attempt {attempt}" };
            Assert.That(_log.Append(LogFolder.Defer, Id, records).IsOk);
            largest = Math.Max(largest, new FileInfo(FileOf(LogFolder.Defer)).Length);
        }
        Assert.That(largest, Is.InRange(BounceLog.RewriteSize / 2, BounceLog.RewriteSize));
        Assert.That(Read(LogFolder.Defer), Is.EqualTo(records));
    }

    [Test]
    public void Writers_do_not_lose_each_others_lines()
    {
        const int each = 1500;
        Parallel.For(0, 4, writer =>
        {
            BounceLog log = new(new SpoolDirectory(_spool));
            for (int i = 0; i < each; i++)
                Assert.That(log.Append(LogFolder.Defer, Id, [Samples.Refused with { Offset = writer * each + i }]).IsOk);
        });
        Assert.That(Read(LogFolder.Defer).Select(r => r.Offset).Order(), Is.EqualTo(Enumerable.Range(0, 4 * each).Select(i => (long)i)));
    }

    [Test]
    public void A_log_can_be_missing_removed_and_refused()
    {
        Assert.That(_log.Open(LogFolder.Trace, Id), Is.Null);
        Assert.That(_log.Append(LogFolder.Trace, Id, [Samples.Refused]).IsOk);
        Assert.That(_log.Remove(LogFolder.Trace, Id).IsOk && _log.Remove(LogFolder.Trace, Id).IsOk);
        Assert.That(_log.Open(LogFolder.Trace, Id), Is.Null);
        Assert.That(_log.Append(LogFolder.Trace, "../" + Id, [Samples.Refused]).IsTemporary);
        File.WriteAllText(Path.Combine(_spool, "defer"), "a file where the folder should be");
        Assert.That(_log.Append(LogFolder.Defer, Id, [Samples.Refused]).IsTemporary);
    }

    /// <summary>For root a folder to which names can only be added, for others one that they cannot write.</summary>
    [Test]
    public void A_log_that_cannot_be_deleted_is_emptied_so_that_nothing_is_told_twice()
    {
        Assert.That(_log.Append(LogFolder.Bounce, Id, [Samples.Refused]).IsOk);
        string folder = Path.GetDirectoryName(FileOf(LogFolder.Bounce))!;
        bool isRoot = Environment.IsPrivilegedProcess;
        if (isRoot && !Chattr("+a", folder)) Assert.Ignore("this file system has no such attribute");
        if (!isRoot) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.That(_log.Remove(LogFolder.Bounce, Id).IsOk);
            Assert.That(new FileInfo(FileOf(LogFolder.Bounce)).Length, Is.Zero);
            Assert.That(Read(LogFolder.Bounce), Is.Empty);
        }
        finally
        {
            if (isRoot) Chattr("-a", folder);
            else File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static bool Chattr(string change, string folder)
    {
        using System.Diagnostics.Process? chattr = System.Diagnostics.Process.Start("chattr", [change, folder]);
        chattr!.WaitForExit();
        return chattr.ExitCode == 0;
    }
}
