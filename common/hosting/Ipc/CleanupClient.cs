using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>Submits messages to cleanup, as smtpd, pickup, bounce and local do.</summary>
/// <param name="path">cleanup's socket.</param>
public sealed class CleanupClient(EventLoop loop, string path)
{
    private readonly LinkClient _client = new(loop, path);

    /// <summary>Opens a submission. When cleanup is away, the submission's answer says so at once.</summary>
    public Submission Open(SubmitRequest request)
    {
        Submission submission = new(request.Envelope.QueueId);
        if (_client.TryOpen(request, submission, out LinkStream stream)) submission.Stream = stream;
        else submission.Fail(_client.LastError);
        return submission;
    }

    public void Close() => _client.Close();
}

/// <summary>One message on its way to cleanup: content with LF line ends, then <see cref="FinishAsync"/>.</summary>
public sealed class Submission : ISubmission, IStreamHandler
{
    private readonly Promise<SubmitReply> _reply = new();
    private readonly string _queueId;

    internal Submission(string queueId) => _queueId = queueId;

    internal LinkStream? Stream { get; set; }

    /// <summary>cleanup has answered already: it refused in mid-message, or is gone.</summary>
    public bool IsAnswered => _reply.IsCompleted;

    public bool HasRoom => Stream is not { HasCredit: false };

    public void Write(ReadOnlySpan<byte> content) => Stream?.SendData(content);

    public Promise<bool> RoomAsync()
    {
        if (Stream != null) return Stream.CreditAsync();
        Promise<bool> none = new();
        none.TrySet(false);
        return none;
    }

    public Promise<SubmitReply> FinishAsync(SubmitEnd? late = null)
    {
        if (late == null) Stream?.SendEnd();
        else if (late.Descriptors.Length > 0 && Stream is { IsOpen: true } stream && !stream.SendDescriptors(late.Descriptors))
        {
            Abort("no descriptors left");
            Fail("no descriptors left");
        }
        else Stream?.SendEnd(late);
        Stream?.SetTimeout(LinkClient.Timeout);
        return _reply;
    }

    public void Abort(string reason) => Stream?.Reset(reason);

    internal void Fail(string reason) =>
        _reply.TrySet(new SubmitReply
        {
            QueueId = _queueId,
            Outcome = Outcome.Defer("4.3.0", $"queue file write error: {reason}"),
            Failure = SubmitFailure.Unavailable,
        });

    void IStreamHandler.OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        SubmitReply reply = new();
        if (type == FrameType.Reply && AttributeDecoder.TryDecode(payload, reply)) _reply.TrySet(reply);
        else Fail("bad answer from cleanup");
    }

    void IStreamHandler.OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    void IStreamHandler.OnReset(LinkStream stream, string reason) => Fail(reason);
}
