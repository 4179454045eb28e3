using System.Runtime.InteropServices;
using System.Text;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Sendmail;

/// <summary>A message on its way into the queue.</summary>
internal abstract class Submission : IDisposable
{
    /// <summary>Hands content over (line ends are LF); false: no more is wanted, <see cref="Finish"/> says why.</summary>
    public abstract bool Write(ReadOnlySpan<byte> content);

    /// <summary>The content is complete: the outcome, Ok only when the message is on stable storage.</summary>
    public abstract Outcome Finish();

    public abstract void Dispose();

    /// <summary>A submission to pickup, or, when nobody listens there and this user may write it, into the maildrop folder.</summary>
    public static Submission Open(QuickConfig config, SubmitRequest request) => new SpooledSubmission(config, request);
}

/// <summary>
/// Reads the whole message first, then submits it to pickup. A refusal for the moment is no failure: it is submitted again, for some
/// minutes. An answer that is
/// lost is: the message may be in the queue.
/// </summary>
internal sealed class SpooledSubmission(QuickConfig config, SubmitRequest request) : Submission
{
    /// <summary>ipc_timeout's default: the message may be on its way to a slow disk.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromHours(1);
    private readonly SpooledInput _content = new();
    private readonly long _sizeLimit = config.Get(CleanupParams.MessageSizeLimit);
    private Outcome? _failure;

    public override bool Write(ReadOnlySpan<byte> content)
    {
        if (_failure == null && _sizeLimit > 0 && _content.Length + content.Length > _sizeLimit) _failure = SubmitReply.TooBig;
        if (_failure == null && _content.Add(content) is { } problem) _failure = Outcome.Defer("4.3.0", problem);
        return _failure == null;
    }

    public override Outcome Finish()
    {
        if (_failure != null) return _failure;
        Attempts attempts = new(Attempts.Patience);
        string refusal = "";
        do
        {
            using BlockingLink? link = Connect(attempts.Left, out string error);
            if (link == null) return refusal.Length > 0 ? Outcome.Defer("4.3.0", $"{refusal}; {error}") : ToMaildrop(error);
            if (Submit(link) is { } outcome) return outcome;
            refusal = link.Error;
        }
        while (attempts.Next());
        return Outcome.Defer("4.3.0", $"mail submission: {refusal}: try again later");
    }

    private BlockingLink? Connect(TimeSpan patience, out string error)
    {
        string queue = config.Get(CommonParams.QueueDirectory), service = config.Get(PickupParams.PickupServiceName);
        string path = new SpoolDirectory(queue).SocketPath(false, service);
        BlockingLink? link = BlockingLink.Connect(path, patience, AnswerPatience, out int errno);
        // a deep queue directory: a socket's path has 107 bytes
        if (link == null && errno == Libc.ENAMETOOLONG && Libc.ChDir(queue) == 0)
            link = BlockingLink.Connect($"{SpoolDirectory.Public}/{service}", patience, AnswerPatience, out errno);
        error = link != null ? "" : $"the mail system is not running (connect to {path}: {Libc.ErrorText(errno)})";
        return link;
    }

    /// <summary>Null: refused for the moment.</summary>
    private Outcome? Submit(BlockingLink link)
    {
        link.Open(request);
        if (!_content.CopyTo(piece => link.Send(piece.Span))) return Outcome.Defer("4.3.0", "cannot read the temporary file");
        link.SendEnd();
        if (!link.TryReceive(out FrameType type, out ReadOnlySpan<byte> payload))
            return link.IsRefused ? null : Outcome.Defer("4.3.0", $"mail submission: {link.Error}");
        SubmitReply reply = new();
        return type == FrameType.Reply
            && AttributeDecoder.TryDecode(payload, reply) ? reply.Outcome : Outcome.Defer("4.3.0", "mail submission: bad answer");
    }

    private Outcome ToMaildrop(string error)
    {
        using MaildropSubmission? maildrop =
            MaildropSubmission.Create(new SpoolDirectory(config.Get(CommonParams.QueueDirectory)), config, request, ref error);
        if (maildrop == null) return Outcome.Defer("4.3.0", error);
        return _content.CopyTo(piece => maildrop.Write(piece.Span)) ? maildrop.Finish()
            : Outcome.Defer("4.3.0", "cannot read the temporary file");
    }

    public override void Dispose() => _content.Dispose();
}

/// <summary>
/// Into the maildrop folder, for root and mail_owner while the mail system is down. A file there is complete once it has a queue id's name.
/// </summary>
internal sealed class MaildropSubmission : Submission
{
    private readonly SpoolDirectory _spool;
    private readonly string _id, _temporary;
    private readonly int _recipients;
    /// <summary>Head and envelope as they were written.</summary>
    private readonly byte[] _beginning;
    private int _fd;
    private readonly StreamedHeader? _header;
    private readonly Envelope _envelope;
    private long _length;
    private string _failure = "";

    private MaildropSubmission(SpoolDirectory spool, string id, int fd, Envelope envelope)
    {
        (_spool, _id, _fd, _envelope) = (spool, id, fd, envelope);
        if ((envelope.Flags & MessageFlags.ExtractRecipients) != 0) _header = new StreamedHeader();
        _temporary = TemporaryName(spool, id);
        System.Buffers.ArrayBufferWriter<byte> beginning = new(1024);
        QueueFileFormat.Write(beginning, envelope);
        _beginning = beginning.WrittenSpan.ToArray();
        _recipients = envelope.Recipients.Count;
        if (!Libc.WriteAll(fd, _beginning)) _failure = Libc.ErrorText();
    }

    private static string TemporaryName(SpoolDirectory spool, string id) => $"{spool.Root}/{SpoolDirectory.Maildrop}/{id}.tmp";

    /// <summary>
    /// Null when this user may not write there: then <paramref name="error"/> stays the reason why there is no other way.
    /// </summary>
    public static MaildropSubmission? Create(SpoolDirectory spool, QuickConfig config, SubmitRequest request, ref string error)
    {
        string id = QueueId.Next();
        int fd = Libc.Open(TemporaryName(spool, id), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW,
            0x180 /* 0600 */);
        if (fd < 0)
        {
            if (Libc.Errno != Libc.EACCES) error += $"; create maildrop file: {Libc.ErrorText()}";
            return null;
        }
        // pickup has mail_owner's rights
        if (Libc.GetEUid() == 0 && Libc.FindAccount(config.Get(CommonParams.MailOwner), out Account? owner) == 0 && owner != null)
            _ = Libc.FChOwn(fd, owner.Uid, owner.Gid);
        Envelope e = request.Envelope;
        e.ArrivalMicroseconds = QueueId.Microseconds();
        e.Origin = $"{SpoolDirectory.Maildrop}:{Libc.GetUid()}";
        if ((request.Cleanup & CleanupFlags.ExtractRecipients) != 0)
            e.Flags = e.Flags.WithExtractedNotify(request.ExtractedNotify) | MessageFlags.ExtractRecipients;
        return new MaildropSubmission(spool, id, fd, e);
    }

    public override bool Write(ReadOnlySpan<byte> content)
    {
        _header?.Take(content);
        if (_failure.Length == 0 && !Libc.WriteAll(_fd, content)) _failure = Libc.ErrorText();
        _length += content.Length;
        return _failure.Length == 0;
    }

    public override Outcome Finish()
    {
        // nobody could be told later
        if (_header?.Finish().AddTo(_envelope, Notify.Default) is { } refusal) return refusal;
        QueueFileFormat.Finish(_beginning, _beginning.Length, _length, _recipients);
        string final = _spool.PathOf(SpoolDirectory.Maildrop, _id);
        if (_failure.Length == 0)
        {
            bool ok = Libc.PWriteAll(_fd, _beginning.AsSpan(0, QueueFileHead.Size), 0) && Libc.Fsync(_fd) == 0
                && Libc.Rename(_temporary, final) == 0;
            int error = ok ? Libc.SyncFolder($"{_spool.Root}/{SpoolDirectory.Maildrop}") : Libc.Errno;
            if (error != 0) _failure = Libc.ErrorText(error);
        }
        if (_failure.Length > 0) return Outcome.Defer("4.3.0", $"write maildrop file: {_failure}");
        _ = Libc.Close(_fd);
        _fd = -1;
        return Outcome.Ok("queued as " + _id);
    }

    public override void Dispose()
    {
        if (_fd < 0) return;
        _ = Libc.Close(_fd);
        _ = Libc.Unlink(_temporary);
        _fd = -1;
    }
}
