using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>Why content cannot be accepted.</summary>
internal enum ContentTrouble : byte { None, TooBig, BareLf, WriteError }

/// <summary>
/// Takes content from the client's input through the decoder to cleanup, piece by piece; no message is ever held here. After
/// trouble it goes on decoding, to find the end, and drops what it decodes.
/// </summary>
internal sealed class ContentReceiver
{
    private const int ScratchSize = 32 * 1024;
    // Enough of the first line to see what it is.
    private const int HeadLimit = 256;
    private static readonly byte[] s_mailboxLine = "X-Mailbox-Line: "u8.ToArray();
    // One loop, one thread, and no wait between decoding and sending: all sessions share one buffer.
    [ThreadStatic] private static byte[]? t_scratch;

    // Content smaller than this is gathered: chunks of one byte must not become frames of one byte.
    private const int GatherBelow = 1024;

    private readonly Func<ISubmission>? _open;
    private readonly long _limit;
    private readonly BareNewlinePolicy _policy;
    private DotDecoder _decoder;
    private ISubmission? _submission;
    private byte[]? _head;
    private int _headLength;
    private bool _headDone;
    private byte[]? _gathered;
    private int _gatheredLength;

    /// <param name="open">
    /// Opens the message at cleanup, when the first content is there: both go out together, and cleanup wakes up once. Null: the content is
    /// thrown away (DISCARD).
    /// </param>
    /// <param name="limit">message_size_limit; 0: none.</param>
    public ContentReceiver(Func<ISubmission>? open, DotDecoder decoder, BareNewlinePolicy policy, long limit)
    {
        _open = open;
        _decoder = decoder;
        _policy = policy;
        _limit = limit;
    }

    public ContentTrouble Trouble { get; private set; }

    /// <summary>A line ended in LF without CR.</summary>
    public bool SawBareLf => _decoder.SawBareLf;

    /// <summary>Content so far with CR LF line ends, bytes.</summary>
    public long Size => _decoder.Size;

    /// <summary>Wait for <see cref="RoomAsync"/> before more input is taken.</summary>
    public bool MustWait => Trouble == ContentTrouble.None && _submission is { IsAnswered: false, HasRoom: false };

    public Promise<bool> RoomAsync() => _submission!.RoomAsync();

    /// <summary>Takes input; true when the content's end was in it.</summary>
    public bool Take(ReadOnlySpan<byte> input, out int consumed)
    {
        byte[] scratch = t_scratch ??= new byte[ScratchSize];
        consumed = 0;
        while (true)
        {
            DotStatus status = _decoder.Decode(input[consumed..], scratch, out int used, out int written);
            consumed += used;
            Check();
            Put(scratch.AsSpan(0, written));
            if (status == DotStatus.End) Flush();
            if (status != DotStatus.OutputFull || MustWait) return status == DotStatus.End;
        }
    }

    /// <summary>Ends the content of the last BDAT chunk.</summary>
    public void FinishChunks()
    {
        Span<byte> rest = stackalloc byte[80];
        rest = rest[.._decoder.Finish(rest)];
        Check();
        Put(rest);
        Flush();
    }

    /// <summary>Hands the message over and waits until it is queued; null when there is nothing to hand over.</summary>
    /// <param name="changes">Gives what was decided since the message was opened.</param>
    public async ValueTask<SubmitReply?> FinishAsync(Func<SubmitEnd?> changes)
    {
        if (_open is null) return null;
        Open();
        return await _submission!.FinishAsync(changes());
    }

    public void Abandon() => _submission?.Abort("transaction given up");

    private void Check()
    {
        if (Trouble != ContentTrouble.None) return;
        if (_decoder.SawBareLf && _policy == BareNewlinePolicy.Reject) Trouble = ContentTrouble.BareLf;
        else if (_limit > 0 && _decoder.Size > _limit) Trouble = ContentTrouble.TooBig;
        else if (_submission is { IsAnswered: true }) Trouble = ContentTrouble.WriteError;
        if (Trouble is ContentTrouble.BareLf or ContentTrouble.TooBig) Abandon();
    }

    private void Put(ReadOnlySpan<byte> content)
    {
        if (Trouble != ContentTrouble.None || content.IsEmpty) return;
        if (!_headDone && !TryHead(ref content)) return;
        Gather(content);
    }

    private void Gather(ReadOnlySpan<byte> content)
    {
        if (content.Length >= GatherBelow || _gatheredLength + content.Length > GatherBelow) WriteGathered();
        if (content.Length >= GatherBelow)
        {
            Write(content);
            return;
        }
        _gathered ??= new byte[GatherBelow];
        content.CopyTo(_gathered.AsSpan(_gatheredLength));
        _gatheredLength += content.Length;
    }

    private void WriteGathered()
    {
        if (_gatheredLength > 0) Write(_gathered.AsSpan(0, _gatheredLength));
        _gatheredLength = 0;
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        Open();
        _submission?.Write(content);
    }

    private void Open() => _submission ??= _open?.Invoke();

    /// <summary>Sends what is held back.</summary>
    private void Flush()
    {
        FlushHead();
        if (Trouble == ContentTrouble.None) WriteGathered();
    }

    /// <summary>
    /// Looks at the first line: a mailbox separator ("From ", perhaps behind "&gt;"s) becomes a header, and white space at the start
    /// is kept apart from our own Received: header by an empty line. False: the line is not complete yet and was put aside.
    /// </summary>
    private bool TryHead(ref ReadOnlySpan<byte> content)
    {
        if (_head is null && (content.Contains((byte)'\n') || content.Length >= HeadLimit))
        {
            PutPrefix(content);
            return true;
        }
        _head ??= new byte[HeadLimit];
        int take = Math.Min(content.Length, HeadLimit - _headLength);
        content[..take].CopyTo(_head.AsSpan(_headLength));
        _headLength += take;
        content = content[take..];
        if (_headLength < HeadLimit && !_head.AsSpan(0, _headLength).Contains((byte)'\n')) return false;
        FlushHead();
        return true;
    }

    private void FlushHead()
    {
        if (_headDone || _head is null || Trouble != ContentTrouble.None) return;
        ReadOnlySpan<byte> head = _head.AsSpan(0, _headLength);
        PutPrefix(head);
        Gather(head);
        _head = null;
    }

    private void PutPrefix(ReadOnlySpan<byte> head)
    {
        _headDone = true;
        if (head.TrimStart((byte)'>').StartsWith("From "u8)) Gather(s_mailboxLine);
        else if (head.Length > 0 && head[0] is (byte)' ' or (byte)'\t') Gather("\n"u8);
    }
}
