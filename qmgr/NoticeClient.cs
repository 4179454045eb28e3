using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>What qmgr asks of the bounce service. All answers are yes or no; no means that it must be asked again later.</summary>
internal sealed class NoticeClient(EventLoop loop, SpoolDirectory spool, string service, TimeSpan timeout)
{
    /// <summary>Recipients in one message; each takes at most 50 KB.</summary>
    private const int Portion = 150;
    private readonly LinkClient _bounce = new(loop, spool.SocketPath(true, service));

    /// <summary>Adds to a message's log; true when that is on stable storage.</summary>
    public async Task<bool> AppendAsync(QueuedMessage message, LogFolder log, List<BounceRecipient> recipients)
    {
        // in portions that fit into a message, whatever remote servers said about each
        for (int i = 0; i < recipients.Count; i += Portion)
        {
            BounceAppend request =
                new() { QueueId = message.Id, Log = log, Recipients = recipients.GetRange(i, Math.Min(Portion, recipients.Count - i)) };
            BounceReply? reply = await _bounce.CallAsync<BounceAppend, BounceReply>(request, timeout);
            if (reply is not { Outcome.IsOk: true }) return false;
        }
        return true;
    }

    /// <summary>Sends the notices that a log calls for.</summary>
    public async Task<bool> SendAsync(QueuedMessage message, NoticeKind kind, LogFolder log, bool keepLog = false)
    {
        Envelope e = message.Envelope;
        BounceReply? reply = await _bounce.CallAsync<BounceSend, BounceReply>(new BounceSend
        {
            Kind = kind,
            Log = log,
            KeepLog = keepLog,
            QueueId = message.Id,
            QueueName = message.Folder,
            Content = message.Content,
            Sender = e.Sender,
            EnvelopeId = e.EnvelopeId,
            Return = e.Return,
            SmtpUtf8 = e.SmtpUtf8,
            Flags = e.Flags,
            ArrivalMicroseconds = e.ArrivalMicroseconds,
            VerpDelimiters = e.VerpDelimiters,
        }, timeout);
        return reply is { Outcome.IsOk: true };
    }

    public Promise<BounceReply?> RemoveAsync(string id, LogFolder log) =>
        _bounce.CallAsync<BounceRemove, BounceReply>(new BounceRemove { QueueId = id, Log = log }, timeout);

    /// <summary>A message has a log of this kind.</summary>
    public bool HasLog(string id, LogFolder log) => File.Exists(spool.PathOf(FolderOf(log), id));

    private static string FolderOf(LogFolder log) => log switch
    {
        LogFolder.Bounce => SpoolDirectory.Bounce,
        LogFolder.Defer => SpoolDirectory.Defer,
        _ => SpoolDirectory.Trace,
    };

    public void Close() => _bounce.Close();
}
