using System.Buffers;
using System.Runtime.InteropServices;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Cleanup;

/// <summary>
/// Writes the queue file of one message: a small one in one piece at its end; the body of a large one as it comes, behind room for the
/// head, the envelope and the header section. These are written last: into that room, or, when they have outgrown it, behind the body.
/// Nothing is acknowledged before it is complete: until the end the head says "unfinished".
/// </summary>
internal sealed class QueueFileWriter(CleanupService service, Envelope envelope, MessageBuffers buffers)
{
    /// <summary>Bytes of the file that are gathered before a piece is written.</summary>
    public const int PieceSize = 64 * 1024;
    /// <summary>Room for what filters change in envelope and header section.</summary>
    private const int RoomForChanges = 2048;

    /// <summary>A file could not be written, other than for want of room; the log has the reason.</summary>
    public static readonly Outcome WriteError = Outcome.Defer("4.3.0", "queue file write error");

    private QueueFileWork? _work;
    /// <summary>Completes when the piece that a worker has is written; null: none has one.</summary>
    private Promise<bool>? _writing;
    private Outcome? _failure;
    /// <summary>Bytes at the beginning of the file for head, envelope and header section.</summary>
    private int _room;
    private int _envelopeLength, _headerLength;
    private uint _checksum;
    /// <summary>Bytes of the file that were given to workers.</summary>
    private long _written;
    private long _bodyOffset;
    /// <summary>Bytes of the buffer that were looked at for what is to be known of them.</summary>
    private int _seen;

    /// <summary>Envelope or header section are no longer those that <see cref="Begin"/> was given.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Header section or body have bytes above 127.</summary>
    public bool HasHighBytes { get; private set; }

    /// <summary>Bytes of the body that were not given to a worker yet stand at the end of it; more may be appended.</summary>
    public PooledBuffer Buffer => buffers.Pending;

    /// <summary>Where the content lies in the finished file.</summary>
    public ContentSegments Content { get; private set; }

    /// <summary>Where the journal has a copy of the file, if it has.</summary>
    public JournalPlace Place => _work?.Place ?? default;

    /// <summary>The file begins: envelope and header section are complete, the body follows.</summary>
    /// <param name="mayChange">They may be changed later: room is left for that.</param>
    public void Begin(ReadOnlyMemory<byte> header, bool mayChange)
    {
        _envelopeLength = WriteBeginning(Buffer, mayChange ? RoomForChanges : 0);
        _headerLength = header.Length;
        Buffer.Write(header.Span);
        _room = Buffer.WrittenCount;
        _bodyOffset = _room;
        _seen = _room - header.Length;
        IsChanged = false;
        _work = new QueueFileWork(service.Spool.PathOf(Folder, envelope.QueueId), envelope.QueueId, service.Syncs, service.Journal,
            Written);
    }

    /// <summary>Appends an unfinished head and the envelope segment. Returns the bytes of the segment.</summary>
    private int WriteBeginning(PooledBuffer file, int room)
    {
        ArrayBufferWriter<byte> beginning = EmptyEnvelope();
        int length = QueueFileFormat.Write(beginning, envelope, room) - QueueFileHead.Size;
        file.Write(beginning.WrittenSpan);
        return length;
    }

    private ArrayBufferWriter<byte> EmptyEnvelope()
    {
        buffers.Envelope.ResetWrittenCount();
        return buffers.Envelope;
    }

    private string Folder => (envelope.Flags & MessageFlags.Hold) != 0 ? SpoolDirectory.Hold : SpoolDirectory.Incoming;

    /// <summary>Appends to the body.</summary>
    public void Append(ReadOnlySpan<byte> data) => Buffer.Write(data);

    /// <summary>Looks at what was appended since the last time.</summary>
    private void Look()
    {
        Span<byte> appended = Buffer.WrittenSpan[_seen..];
        HasHighBytes = HasHighBytes || !System.Text.Ascii.IsValid(appended);
        if (service.Settings.ReplaceStrayCr) appended.Replace((byte)'\r', (byte)' ');
        _seen = Buffer.WrittenCount;
    }

    // ---- pieces ----------------------------------------------------------------------------------------------------

    /// <summary>Waits until the piece that a worker has is written. Null, or what failed: then the file is gone.</summary>
    public async ValueTask<Outcome?> WrittenAsync()
    {
        if (_writing != null) await _writing;
        return _failure;
    }

    /// <summary>
    /// Gives what is gathered to a worker, which has none. <see cref="Buffer"/> is another one from then on: whoever fills it takes that
    /// one before he waits for anything, since the old one is the worker's.
    /// </summary>
    public void WritePiece()
    {
        if (Buffer.WrittenCount > 0) SubmitBuffer(last: false);
    }

    private void SubmitBuffer(bool last)
    {
        Look();
        if (_written == 0 && !last) _checksum = EnvelopeChecksum();
        (buffers.Pending, buffers.Writing) = (buffers.Writing, buffers.Pending);
        buffers.Pending.Reset();
        _seen = 0;
        _written += buffers.Writing.WrittenCount;
        Submit(buffers.Writing.WrittenMemory, last);
    }

    private void Submit(ReadOnlyMemory<byte> piece, bool last)
    {
        (_work!.Piece, _work.IsLast) = (piece, last);
        _writing = new Promise<bool>();
        service.Writers.Submit(_work);
    }

    private void Written(QueueFileWork work)
    {
        if (work.Error != 0)
        {
            Log.Warning($"{envelope.QueueId}: {work.Step} queue file: {Errno.Text(work.Error)}");
            _failure = work.Error is Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG
                ? Outcome.Defer("4.3.1", "Insufficient system storage") with { Code = 452 }
                : WriteError;
        }
        Promise<bool>? writing = _writing;
        _writing = null;
        writing?.TrySet(true);
    }

    // ---- another body ----------------------------------------------------------------------------------------------

    /// <summary>Drops the body; another one is appended then.</summary>
    public async ValueTask RestartBodyAsync()
    {
        if (_writing != null) await _writing;
        if (_written == 0)
        {
            buffers.Writing.Reset();
            buffers.Writing.Write(Buffer.WrittenSpan[.._room]);
            (buffers.Pending, buffers.Writing) = (buffers.Writing, buffers.Pending);
            _seen = _room - _headerLength;
        }
        else
        {
            _bodyOffset = _written;
            Buffer.Reset();
            _seen = 0;
        }
        HasHighBytes = false;
        IsChanged = true; // what is known of the header section is found again
    }

    /// <summary>Bytes of the body so far.</summary>
    public long BodyLength => _written + Buffer.WrittenCount - _bodyOffset;

    /// <summary>Reads from the body; 0 at its end, -1 when the file cannot be read.</summary>
    /// <param name="position">From the start of the body.</param>
    public async ValueTask<int> ReadBodyAsync(long position, Memory<byte> target)
    {
        if (_writing != null) await _writing;
        if (_failure != null) return -1;
        long at = _bodyOffset + position;
        if (at >= _written)
        {
            ReadOnlySpan<byte> rest = Buffer.WrittenSpan[(int)Math.Min(at - _written, Buffer.WrittenCount)..];
            int n = Math.Min(rest.Length, target.Length);
            rest[..n].CopyTo(target.Span);
            return n;
        }
        int most = (int)Math.Min(target.Length, _written - at);
        return await service.Writers.Run(() => _work!.Read(target.Span[..most], at));
    }

    // ---- the end ---------------------------------------------------------------------------------------------------

    /// <summary>Finishes the file and makes it durable. Null, or what failed: then the file is gone.</summary>
    /// <param name="header">The header section as it is now.</param>
    public async ValueTask<Outcome?> FinishAsync(ReadOnlyMemory<byte> header)
    {
        if (_writing != null) await _writing;
        if (_failure != null) return _failure;
        if (Folder == SpoolDirectory.Hold) _work!.FinalPath = service.Spool.PathOf(Folder, envelope.QueueId);
        _work!.IsHeld = Folder == SpoolDirectory.Hold;
        if (IsChanged) FinishChanged(header.Span);
        else FinishUnchanged();
        if (_writing != null) await _writing;
        return _failure;
    }

    /// <summary>Only the head is missing.</summary>
    private void FinishUnchanged()
    {
        Content = new ContentSegments(_room - _headerLength, _headerLength, _bodyOffset, BodyLength);
        QueueFileHead head = MakeHead(QueueFileHead.Size, _envelopeLength);
        if (_written > 0)
        {
            WriteLast(head, _checksum);
            return;
        }
        head.Write(Buffer.WrittenSpan, EnvelopeChecksum());
        SubmitBuffer(last: true);
    }

    /// <summary>Of the envelope as <see cref="Begin"/> wrote it, while it is in the buffer.</summary>
    private uint EnvelopeChecksum() => QueueFileHead.EnvelopeChecksum(Buffer.WrittenSpan.Slice(QueueFileHead.Size, _envelopeLength));

    /// <summary>
    /// Envelope and header section are written again: before the body where there is room or the body is in memory, else behind it.
    /// </summary>
    private void FinishChanged(ReadOnlySpan<byte> header)
    {
        Look();
        HasHighBytes = HasHighBytes || !System.Text.Ascii.IsValid(header);
        if (_written == 0) FinishInMemory(header);
        else if (!TryFinishInRoom(header)) FinishBehindBody(header);
    }

    private void FinishInMemory(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> body = Buffer.WrittenSpan[_room..];
        PooledBuffer file = buffers.Writing;
        file.Reset();
        int envelopeEnd = QueueFileHead.Size + WriteBeginning(file, 0), bodyOffset = envelopeEnd + header.Length;
        file.Write(header);
        file.Write(body);
        Content = new ContentSegments(envelopeEnd, header.Length, bodyOffset, body.Length);
        Span<byte> bytes = file.WrittenSpan;
        MakeHead(QueueFileHead.Size, envelopeEnd - QueueFileHead.Size)
            .Write(bytes, QueueFileHead.EnvelopeChecksum(bytes[QueueFileHead.Size..envelopeEnd]));
        _written = file.WrittenCount;
        Submit(file.WrittenMemory, last: true);
    }

    private bool TryFinishInRoom(ReadOnlySpan<byte> header)
    {
        int length = _room - QueueFileHead.Size - header.Length;
        ArrayBufferWriter<byte> start = EmptyEnvelope(); // it stays as it is until the worker has written it
        if (length <= 0 || !QueueFileFormat.TryWriteEnvelope(start, envelope, QueueFileHead.Size, length)) return false;
        uint checksum = QueueFileHead.EnvelopeChecksum(start.WrittenSpan);
        start.Write(header);
        Content = new ContentSegments(_room - header.Length, header.Length, _bodyOffset, BodyLength);
        _work!.Start = start.WrittenMemory;
        WriteLast(MakeHead(QueueFileHead.Size, length), checksum);
        return true;
    }

    private void FinishBehindBody(ReadOnlySpan<byte> header)
    {
        long at = _written + Buffer.WrittenCount, bodyLength = BodyLength;
        ArrayBufferWriter<byte> segment = EmptyEnvelope();
        int length = QueueFileFormat.WriteEnvelope(segment, envelope, at);
        Buffer.Write(segment.WrittenSpan);
        Buffer.Write(header);
        _seen = Buffer.WrittenCount;
        Content = new ContentSegments(at + length, header.Length, _bodyOffset, bodyLength);
        WriteLast(MakeHead(at, length), QueueFileHead.EnvelopeChecksum(segment.WrittenSpan));
    }

    private QueueFileHead MakeHead(long envelopeOffset, int envelopeLength) =>
        new(envelopeOffset, envelopeLength, Content, envelope.Recipients.Count);

    /// <summary>The last piece, and then the head.</summary>
    private void WriteLast(QueueFileHead head, uint checksum)
    {
        byte[] bytes = new byte[QueueFileHead.Size];
        head.Write(bytes, checksum);
        _work!.Head = bytes;
        SubmitBuffer(last: true);
    }

    /// <summary>Gives the message up: nothing of it is left.</summary>
    public async ValueTask AbandonAsync()
    {
        if (_writing != null) await _writing;
        if (_written == 0 || _failure != null) return;
        _work!.IsAbandoned = true;
        Submit(default, last: true);
        await _writing!;
    }
}
