using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Cleanup;

/// <summary>
/// One submission on its way into the queue: headers are completed as they arrive, the body goes straight into the file's buffer, a large
/// message is written in pieces. Ends with exactly one reply, or with the submitter giving up.
/// </summary>
internal sealed partial class IncomingMessage(CleanupService service) : IStreamHandler
{
    /// <summary>Bytes of the file that are gathered before a piece is written.</summary>
    private const int PieceSize = 64 * 1024;
    /// <summary>Header lines above this are treated as body: a daemon never holds a whole message.</summary>
    private const int HeaderSectionLimit = 1024 * 1024;

    private readonly SubmitRequest _request = new();
    private LinkStream _stream = null!;
    private MessageBuffers? _buffers;
    private QueueFileWork? _file;
    private Outcome? _failure;
    private int _contentOffset;
    private long _received, _written, _withheld, _contentLength;
    private bool _inBody, _ended, _busy, _lastSubmitted, _hasHighBytes;

    private Envelope Envelope => _request.Envelope;

    // ---- from the submitter ----------------------------------------------------------------------------------------

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        _stream = stream;
        if (_asking) KeepEnd(payload);
        else if (type == FrameType.Open) Begin(payload);
        else if (type == FrameType.End && _buffers != null && !_ended) End(payload);
        else stream.Reset("protocol error"); // a second End; the link lets nothing else through
    }

    private void Begin(ReadOnlySpan<byte> payload)
    {
        if (!AttributeDecoder.TryDecode(payload, _request))
        {
            _stream.Reset("bad submit request");
            return;
        }
        if (!QueueId.IsValid(Envelope.QueueId)) Envelope.QueueId = QueueId.Next();
        if (Envelope.ArrivalMicroseconds == 0) Envelope.ArrivalMicroseconds = QueueId.Microseconds();
        _buffers = service.Begin();
        if (!_request.Cleanup.HasFlag(CleanupFlags.ExtractRecipients)) return;
        _buffers.Scanner.Reader = _extracted = new HeaderRecipients(Limits.Recipients);
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data)
    {
        if (_asking)
        {
            Keep(data);
            return;
        }
        if (_buffers == null || _ended) return;
        _received += data.Length;
        if (_failure == null) Take(data);
        Acknowledge(data.Length);
    }

    /// <summary>Gives credit back, unless the writer is behind.</summary>
    private void Acknowledge(int bytes)
    {
        _withheld += bytes;
        if (_busy && _buffers!.Pending.WrittenCount > 2 * PieceSize) return;
        _stream.Consumed((int)_withheld);
        _withheld = 0;
    }

    private void Take(ReadOnlySpan<byte> data)
    {
        if (service.Settings.MessageSizeLimit > 0 && _received > service.Settings.MessageSizeLimit)
        {
            Fail(SubmitReply.TooBig);
            return;
        }
        if (!_inBody && AsksSlowTables)
        {
            TakeOnThread(data.ToArray());
            return;
        }
        if (!_inBody) TakeHeaders(ref data);
        if (_inBody && _failure == null) AppendBody(data);
    }

    private void AppendBody(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        Span<byte> room = _buffers!.Pending.GetSpan(data.Length);
        data.CopyTo(room);
        _hasHighBytes = _hasHighBytes || !Ascii.IsValid(data);
        if (service.Settings.ReplaceStrayCr) room[..data.Length].Replace((byte)'\r', (byte)' ');
        _buffers.Pending.Advance(data.Length);
        if (_buffers.Pending.WrittenCount >= PieceSize) WritePiece();
    }

    private void End(ReadOnlySpan<byte> decided)
    {
        SubmitEnd? late = _failure == null && !decided.IsEmpty ? Change(decided) : null;
        if (_failure == null && AsksSlowTables && (!_inBody || late != null)) FinishOnThread(late);
        else Complete(late);
    }

    /// <summary>All has come.</summary>
    private void Complete(SubmitEnd? late)
    {
        if (_failure == null && late != null && AddCopies(late) is { } trouble) Fail(trouble);
        if (_failure == null && !_inBody) FinishHeaders();
        Close(late);
    }

    private void Close(SubmitEnd? late)
    {
        _ended = true;
        if (_failure == null && late != null) ChangeFile(late);
        WritePiece();
    }

    public void OnReset(LinkStream stream, string reason)
    {
        if (_asking)
        {
            KeepReset(reason);
            return;
        }
        // what was sent whole is queued even if nobody waits for the answer any more
        if (_buffers == null || (_ended && _lastSubmitted)) return;
        _ended = true;
        Fail(Outcome.Defer("4.3.0", "canceled"));
        WritePiece();
    }

    private void Fail(Outcome outcome) => _failure ??= outcome;

    // ---- to the file -----------------------------------------------------------------------------------------------

    /// <summary>The headers are complete, so are the recipients: envelope and headers go ahead of the body.</summary>
    private void BeginFile()
    {
        _contentOffset = QueueFileFormat.Write(_buffers!.Pending, Envelope, _request.MayChange ? RoomForChanges : 0);
        ReadOnlySpan<byte> headers = _buffers.Headers.WrittenSpan;
        _buffers.Pending.Write(headers);
        _hasHighBytes = _hasHighBytes || !Ascii.IsValid(headers);
        _file = new QueueFileWork(service.Spool.PathOf(Folder, Envelope.QueueId), Envelope.QueueId, service.Syncs, service.Journal, Written);
    }

    private string Folder => (Envelope.Flags & MessageFlags.Hold) != 0 ? SpoolDirectory.Hold : SpoolDirectory.Incoming;

    /// <summary>Hands what is gathered to a writer thread, or finishes; one piece at a time.</summary>
    private void WritePiece()
    {
        if (_busy || _asking) return;
        if (_file == null || _lastSubmitted)
        {
            if (_ended) Finish();
            return;
        }
        MessageBuffers buffers = _buffers!;
        _file.IsAbandoned = _failure != null;
        _file.IsLast = _ended;
        _file.IsHeld = Folder == SpoolDirectory.Hold;
        if (_ended) WriteSizes(buffers);
        (buffers.Pending, buffers.Writing) = (buffers.Writing, buffers.Pending);
        buffers.Pending.ResetWrittenCount();
        _file.Piece = buffers.Writing.WrittenMemory;
        _busy = true;
        _lastSubmitted = _ended || _file.IsAbandoned;
        service.Writers.Submit(_file);
    }

    /// <summary>The final sizes: in place while the file's first line is still in memory, otherwise as a separate write.</summary>
    private void WriteSizes(MessageBuffers buffers)
    {
        long length = _written + buffers.Pending.WrittenCount - _contentOffset;
        byte[]? head = _written > 0 ? _changed ?? new byte[QueueFileFormat.HeadSize] : null;
        Span<byte> target = head ?? System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffers.Pending.WrittenMemory).Span;
        if (head == null) _changed?.CopyTo(target);
        QueueFileFormat.WriteHead(target, _contentOffset, length, Envelope.Recipients.Count, Envelope.RecordsChecksum);
        _file!.Head = head;
        _contentLength = length;
    }

    private void Written(QueueFileWork file)
    {
        _busy = false;
        _written += file.Piece.Length;
        if (file.Error != 0)
        {
            Log.Warning($"{Envelope.QueueId}: {file.Step} queue file: {Libc.ErrorText(file.Error)}");
            Fail(file.Error is Libc.ENOSPC or Libc.EDQUOT or Libc.EFBIG
                ? Outcome.Defer("4.3.1", "Insufficient system storage") with { Code = 452 }
                : Outcome.Defer("4.3.0", "queue file write error"));
            _lastSubmitted = true;
            _file = null;
        }
        if (_lastSubmitted)
        {
            if (_ended) Finish();
            else _file = null; // refused in mid-message: the rest of the content is taken and dropped
            return;
        }
        Acknowledge(0);
        if (_ended || _buffers!.Pending.WrittenCount >= PieceSize) WritePiece();
    }

    private void Finish()
    {
        MessageBuffers? buffers = _buffers;
        if (buffers == null) return;
        _buffers = null;
        _lastSubmitted = true;
        if (_failure == null)
        {
            if ((Envelope.Flags & MessageFlags.Hold) == 0) service.Notify(MakeNotice());
            // who sends too fast waits for each message; mail that the suite makes itself must get on
            if (service.IsQueueBehind && service.Settings.InFlowDelay > TimeSpan.Zero && Envelope.Origin is ("smtpd" or "pickup"))
            {
                service.Loop.After(service.Settings.InFlowDelay, () => Answer(buffers, Queued()));
                return;
            }
        }
        Answer(buffers, _failure ?? Queued());
    }

    private Outcome Queued() => Outcome.Ok($"queued as {Envelope.QueueId}");

    private void Answer(MessageBuffers buffers, Outcome outcome)
    {
        _stream.Send(FrameType.Reply, new SubmitReply { QueueId = Envelope.QueueId, Outcome = outcome });
        service.End(buffers);
    }

    private QueuedNotice MakeNotice()
    {
        const int fewEnough = 500;
        // known now, and not in the file: for a first attempt nobody has to read the content for it
        if (!_hasHighBytes) Envelope.Body = BodyType.SevenBit;
        QueuedNotice notice = new() { Envelope = Envelope, ContentOffset = _contentOffset, ContentLength = _contentLength, Journal = _file?.Place ?? default };
        if (Envelope.Recipients.Count <= fewEnough) return notice;
        notice.ReadFile = true;
        notice.Envelope = new Envelope { QueueId = Envelope.QueueId };
        return notice;
    }
}
