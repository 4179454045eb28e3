using System.Globalization;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Deliveries;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    /// <summary>Output above this is waited for, until it is below the other, bytes.</summary>
    private const int HighWater = 256 * 1024, LowWater = 64 * 1024;

    private bool UsesChunks => Settings.UseChunking && Features.Has(ServerFeature.Chunking);

    /// <summary>Sends the content and its end. False: the session is over, and the end was not sent.</summary>
    private async ValueTask<bool> ContentAsync(Transaction t)
    {
        Connection connection = _connection!;
        if (!connection.Input.IsEmpty && !await TakeEarlyReplyAsync(t)) return false;
        using ContentSource source = t.Delivery.OpenContent(t.ConvertsToSevenBit);
        LineEncoder encoder = new(!UsesChunks, Settings.Content.LineLengthLimit);
        SetContentDeadline(t);
        do
        {
            (bool isRead, ReadOnlyMemory<byte> piece) = await source.ReadAsync();
            if (!isRead) return Refuse(FailureKind.Closed, "4.3.0", source.Failure);
            if (UsesChunks) WriteChunk(t, ref encoder, piece.Span, source.IsAtEnd);
            else Encode(ref encoder, piece.Span);
            if (source.IsAtEnd || connection.Unsent <= HighWater) continue;
            if (!Settings.PerRequestDeadline) SetContentDeadline(t);
            if (!await connection.DrainAsync(LowWater)) return Break(Step.Content, connection.Error == Common.Native.Errno.ETIMEDOUT);
        }
        while (!source.IsAtEnd);
        if (_isPix && !await DelayEndAsync(t)) return false;
        if (!connection.IsOpen) return Break(Step.Content, connection.Error == Common.Native.Errno.ETIMEDOUT);
        if (!UsesChunks) WriteEnd(ref encoder);
        ExpectDone(t);
        return true;
    }

    private void SetContentDeadline(Transaction t)
    {
        TimeSpan limit = Settings.Timeouts.DataTransfer;
        if (Settings.PerRequestDeadline) limit += TimeSpan.FromSeconds((double)t.Delivery.Facts.Size / Settings.MinDataRate);
        _connection!.SetDeadline(limit);
    }

    /// <summary>
    /// The server spoke before it could know the content: a refusal holds, anything else would be taken for the reply to the content.
    /// </summary>
    private async ValueTask<bool> TakeEarlyReplyAsync(Transaction t)
    {
        if (await ParseAsync(keepText: true, keepLines: false) != ReplyStatus.Complete || _reply.Code < 400)
            return BreakGarbage(Step.Content);
        FailAccepted(t, Step.Data);
        return EndBy(_reply.Refusal(Target, Step.Data));
    }

    private void Encode(ref LineEncoder encoder, ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            Span<byte> room = _connection!.GetSpan(piece.Length + piece.Length / 16 + 64);
            encoder.Encode(piece, room, out int consumed, out int written);
            _connection.Advance(written);
            piece = piece[consumed..];
        }
    }

    private void WriteEnd(ref LineEncoder encoder)
    {
        Span<byte> room = _connection!.GetSpan(LineEncoder.MaxEnd);
        _connection.Advance(encoder.Finish(room));
    }

    /// <summary>RFC 3030: bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ] CRLF, then the bytes.</summary>
    private void WriteChunk(Transaction t, ref LineEncoder encoder, ReadOnlySpan<byte> piece, bool last)
    {
        using RentedBuffer chunk = new(piece.Length * 2 + LineEncoder.MaxEnd);
        encoder.Encode(piece, chunk.Span, out int consumed, out int length);
        while (consumed < piece.Length)
        {
            // only lines that have to be broken take more than twice their length
            encoder.Encode(piece[consumed..], chunk.Grow(length), out int more, out int written);
            (consumed, length) = (consumed + more, length + written);
        }
        if (last) length += encoder.Finish(chunk.Span[length..]);
        Put(string.Create(CultureInfo.InvariantCulture, $"BDAT {length}{(last ? " LAST" : "")}\r\n"));
        _connection!.Write(chunk.Span[..length]);
        if (!last) Expect(Step.Content, t);
    }

    private async ValueTask<bool> DelayEndAsync(Transaction t)
    {
        if (t.Delivery.Age < Settings.Pix.Threshold) return true;
        if (!await _connection!.DrainAsync()) return Break(Step.Content, timedOut: false);
        await Loop.Delay(Settings.Pix.Delay);
        return true;
    }

    private void ExpectDone(Transaction t)
    {
        t.IsContentOut = true;
        if (!Settings.IsLmtp)
        {
            Expect(Step.DataDone, t);
            return;
        }
        // RFC 2033 4.2: one reply for each recipient that was accepted, in their order
        foreach (Pending recipient in t.Recipients)
            if (recipient.IsAccepted) Expect(Step.DataDone, t, recipient);
    }

    /// <summary>Takes the replies to the content. False: the session is over.</summary>
    private async ValueTask<bool> DataRepliesAsync(Transaction t)
    {
        while (_expected.TryPeek(out Expected expected) && expected.Transaction == t)
        {
            _expected.Dequeue();
            if (!await ReadReplyAsync(expected.Step, Settings.Timeouts.DataDone, keepText: true)) return false;
            if (_reply.IsIntermediate) return BreakGarbage(Step.DataDone);
            Settle(t, expected);
            if (_reply.IsGoodbye) return EndBy(_reply.Refusal(Target, Step.DataDone));
        }
        return true;
    }

    private void Settle(Transaction t, Expected expected)
    {
        if (!_reply.IsGood) t.Refusal ??= _reply.Refusal(Target, Step.DataDone);
        if (expected.Step != Step.DataDone) return;
        if (expected.Recipient != null)
        {
            if (_reply.IsGood) t.Delivery.Deliver(expected.Recipient, _reply, this);
            else t.Delivery.Fail(expected.Recipient, _reply.Refusal(Target, Step.DataDone), this);
            return;
        }
        foreach (Pending recipient in t.Recipients)
        {
            if (!recipient.IsAccepted || recipient.Final != null) continue;
            if (t.Refusal == null) t.Delivery.Deliver(recipient, _reply, this);
            else t.Delivery.Fail(recipient, t.Refusal, this);
        }
    }

    /// <summary>
    /// Nobody is to get the content. Where the server waits for it all the same it gets none of it: a lone dot (RFC 2920 3.1); otherwise
    /// RSET comes before the next MAIL.
    /// </summary>
    private async ValueTask<bool> AbortAsync(Transaction t)
    {
        if (t.IsDataReady)
        {
            if (t.HasStrays) return BreakGarbage(Step.Data);
            if (!await IsInStepAsync(Step.Data)) return false;
            Put(".\r\n"u8);
            return await ReadReplyAsync(Step.DataDone, Settings.Timeouts.DataDone);
        }
        _needsReset |= t.Recipients.Count > 0 && !t.IsMailRefused;
        return true;
    }
}
