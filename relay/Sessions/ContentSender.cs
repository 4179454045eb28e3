using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Messages;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>Sends the content of a transaction, after DATA or by BDAT, and reads the replies to it.</summary>
internal sealed class ContentSender(SmtpChat chat, CommandPipeline pipeline, SessionFacts session)
{
    /// <summary>Output above this is waited for, until it is below the other, bytes.</summary>
    private const int HighWater = 256 * 1024, LowWater = 64 * 1024;

    private RelaySettings Settings => chat.Settings;

    private bool UsesChunks => session.Features.UsesChunks(Settings);

    /// <summary>Sends the content and its end. False: the session is over, and the end was not sent.</summary>
    public async ValueTask<bool> SendAsync(MailTransaction t)
    {
        Connection connection = chat.Connection;
        if (!connection.Input.IsEmpty && !await TakeEarlyReplyAsync(t)) return false;
        using ContentSource source = t.Message.OpenContent(t.ConvertsToSevenBit);
        LineEncoder encoder = new(!UsesChunks, Settings.Content.LineLengthLimit);
        SetDeadline(t);
        do
        {
            (bool isRead, ReadOnlyMemory<byte> piece) = await source.ReadAsync();
            if (!isRead) return chat.Fail(FailureKind.Closed, "4.3.0", source.Failure);
            if (UsesChunks) WriteChunk(t, ref encoder, piece.Span, source.IsAtEnd);
            else Encode(ref encoder, piece.Span);
            if (source.IsAtEnd || connection.Unsent <= HighWater) continue;
            if (!Settings.PerRequestDeadline) SetDeadline(t);
            if (!await connection.DrainAsync(LowWater)) return FailConnection();
        }
        while (!source.IsAtEnd);
        if (session.DelaysEndOfData && !await DelayEndAsync(t)) return false;
        if (!connection.IsOpen) return FailConnection();
        if (!UsesChunks) WriteEnd(ref encoder);
        ExpectReplies(t);
        return true;
    }

    private bool FailConnection() => chat.FailConnection(SmtpStep.Content, chat.Connection.Error == Errno.ETIMEDOUT);

    private void SetDeadline(MailTransaction t)
    {
        TimeSpan limit = Settings.Timeouts.DataTransfer;
        if (Settings.PerRequestDeadline) limit += TimeSpan.FromSeconds((double)t.Message.Facts.Size / Settings.MinDataRate);
        chat.Connection.SetDeadline(limit);
    }

    /// <summary>
    /// The server spoke before it could know the content: a refusal holds, anything else would be taken for the reply to the content.
    /// </summary>
    private async ValueTask<bool> TakeEarlyReplyAsync(MailTransaction t)
    {
        if (!await chat.TakeReplyAsync() || chat.Reply.Code < 400) return chat.FailProtocol(SmtpStep.Content);
        t.FailAccepted(chat.Reply.Refusal(chat.Target, SmtpStep.Data));
        return chat.FailClosed(chat.Reply.Refusal(chat.Target, SmtpStep.Data));
    }

    private void Encode(ref LineEncoder encoder, ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            Span<byte> room = chat.Connection.GetSpan(piece.Length + piece.Length / 16 + 64);
            encoder.Encode(piece, room, out int consumed, out int written);
            chat.Connection.Advance(written);
            piece = piece[consumed..];
        }
    }

    private void WriteEnd(ref LineEncoder encoder)
    {
        Span<byte> room = chat.Connection.GetSpan(LineEncoder.MaxEnd);
        chat.Connection.Advance(encoder.Finish(room));
    }

    /// <summary>RFC 3030: bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ] CRLF, then the bytes.</summary>
    private void WriteChunk(MailTransaction t, ref LineEncoder encoder, ReadOnlySpan<byte> piece, bool last)
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
        chat.Write(string.Create(CultureInfo.InvariantCulture, $"BDAT {length}{(last ? " LAST" : "")}\r\n"));
        chat.Connection.Write(chunk.Span[..length]);
        if (!last) pipeline.Add(SmtpStep.Content, t);
    }

    private async ValueTask<bool> DelayEndAsync(MailTransaction t)
    {
        if (t.Message.Age < Settings.Pix.Threshold) return true;
        if (!await chat.Connection.DrainAsync()) return chat.FailConnection(SmtpStep.Content, timedOut: false);
        await chat.Loop.Delay(Settings.Pix.Delay);
        return true;
    }

    private void ExpectReplies(MailTransaction t)
    {
        t.IsContentOut = true;
        if (!Settings.IsLmtp)
        {
            pipeline.Add(SmtpStep.DataDone, t);
            return;
        }
        // RFC 2033 4.2: one reply for each recipient that was accepted, in their order
        foreach (RelayRecipient recipient in t.Recipients)
            if (recipient.IsAccepted) pipeline.Add(SmtpStep.DataDone, t, recipient);
    }

    /// <summary>Reads the replies to the content. False: the session is over.</summary>
    public async ValueTask<bool> ReadRepliesAsync(MailTransaction t)
    {
        while (pipeline.TryTake(t, out PipelinedCommand command))
        {
            if (!await chat.ReadReplyAsync(command.Step, Settings.Timeouts.DataDone, keepText: true)) return false;
            if (chat.Reply.IsIntermediate) return chat.FailProtocol(SmtpStep.DataDone);
            Take(t, command);
            if (chat.Reply.IsClosing) return chat.FailClosed(chat.Reply.Refusal(chat.Target, SmtpStep.DataDone));
        }
        return true;
    }

    private void Take(MailTransaction t, PipelinedCommand command)
    {
        Reply reply = chat.Reply;
        if (!reply.IsGood) t.Refusal ??= reply.Refusal(chat.Target, SmtpStep.DataDone);
        if (command.Step != SmtpStep.DataDone) return;
        if (command.Recipient == null)
        {
            if (t.Refusal == null) t.DeliverAccepted(reply.Acceptance(chat.Target));
            else t.FailAccepted(t.Refusal);
        }
        else if (reply.IsGood) t.Deliver(command.Recipient, reply.Acceptance(chat.Target));
        else t.Fail(command.Recipient, reply.Refusal(chat.Target, SmtpStep.DataDone));
    }
}
