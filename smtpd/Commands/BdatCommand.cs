using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 3030 2: BDAT with a chunk of content behind it. Clients pipeline chunks, so a chunk that is refused must still be read, and the rest
/// too, until the last one or RSET: otherwise content would be taken for commands.
/// </summary>
internal static class BdatCommand
{
    private static readonly SmtpReply s_disabled = SmtpReply.Parse("521 5.5.1 Error: command not implemented");
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("521 5.5.4 Syntax: BDAT count [LAST]");
    private static readonly SmtpReply s_null = SmtpReply.Parse("551 5.7.1 Null BDAT request");
    private static readonly SmtpReply s_tooBig = SmtpReply.Parse("552 5.3.4 Chunk exceeds message size limit");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        // What follows would be content: with no chunk size to skip by, the session cannot go on.
        if (!s.Rights.Offers(EhloKeywords.Chunking)) return s.Refuse(s_disabled);
        if (!BdatArguments.TryParse(arguments.Span, out BdatArguments chunk))
        {
            Log.Warning($"{s.LogId}: malformed BDAT command syntax from {s.Client.NameAddress}: {Encoding.UTF8.GetString(arguments.Span)}");
            return s.Refuse(s_syntax);
        }
        SmtpReply refusal = await CheckAsync(s, chunk);
        if (!refusal.IsNone) return await SkipAsync(s, chunk, refusal);
        Transaction transaction = s.Transaction!;
        if (transaction.Content is null) ContentTransfer.Open(s, DotDecoder.ForBdat(s.Rights.BareNewline, s.Settings.ReplaceStrayCr));
        transaction.ChunkSize += chunk.Size;
        if (!await ContentTransfer.ReceiveAsync(s, chunk.Size)) return false;
        if (chunk.Last)
        {
            transaction.Content!.FinishChunks();
            return await ContentTransfer.FinishAsync(s, chunked: true);
        }
        if (transaction.Content!.Trouble == ContentTrouble.None)
        {
            s.Reply(250, "2.0.0", $"Ok: {chunk.Size} bytes");
            return true;
        }
        // Nothing more of this message is wanted, and the answer is the message's.
        await ContentTransfer.FinishAsync(s, chunked: true);
        s.ChunkFailed = true;
        return false;
    }

    private static async ValueTask<SmtpReply> CheckAsync(SmtpSession s, BdatArguments chunk)
    {
        if (chunk is { Size: 0, Last: false })
        {
            Log.Warning($"{s.LogId}: null BDAT request from {s.Client.NameAddress}");
            return s_null;
        }
        SmtpReply refusal = s.State switch
        {
            SessionState.Failed => new SmtpReply(551, new DsnStatus(5, 0, 0), $"Discarded {chunk.Size} bytes after earlier error"),
            SessionState.Idle => Replies.NeedRcpt,
            SessionState.Mail => Replies.NoRecipients,
            SessionState.Rcpt => await ContentTransfer.AskAsync(s),
            _ => default,
        };
        if (!refusal.IsNone) return refusal;
        if (s.Settings.MessageSizeLimit == 0 || s.Transaction!.ChunkSize <= s.Settings.MessageSizeLimit - chunk.Size) return default;
        Log.Warning($"{s.LogId}: BDAT request from {s.Client.NameAddress} exceeds message size limit");
        return s_tooBig;
    }

    /// <summary>
    /// Reads a refused chunk and drops it, unless the client is about to send more than one and a half times what a message may have:
    /// then the session ends.
    /// </summary>
    private static async ValueTask<bool> SkipAsync(SmtpSession s, BdatArguments chunk, SmtpReply refusal)
    {
        long limit = s.Settings.MessageSizeLimit;
        long most = limit > 0 ? limit + limit / 2 : long.MaxValue;
        bool tooMuch = chunk.Size > most - s.SkippedChunks;
        s.EndTransaction();
        s.ChunkFailed = !chunk.Last;
        if (tooMuch)
        {
            Log.Warning($"NOQUEUE: too much BDAT content -- disabling further input from {s.Client.NameAddress}");
            s.Close();
            return s.Refuse(refusal);
        }
        s.SkippedChunks = chunk.Last ? 0 : s.SkippedChunks + chunk.Size;
        return await DropAsync(s, chunk.Size) && s.Refuse(refusal);
    }

    private static async ValueTask<bool> DropAsync(SmtpSession s, long count)
    {
        while (count > 0)
        {
            if (s.Connection.Input.IsEmpty)
            {
                s.Connection.SetDeadline(s.Settings.Timeout);
                ReadStatus read = await s.Connection.FillAsync();
                if (read != ReadStatus.Data)
                {
                    s.Lost(read);
                    return false;
                }
            }
            int take = (int)Math.Min(count, s.Connection.Input.Length);
            s.Connection.Consume(take);
            count -= take;
        }
        return true;
    }
}
