using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd;

/// <summary>Where messages go: cleanup, or what stands in for it in tests.</summary>
internal interface IQueueWriter
{
    /// <summary>Opens a message. When the service is away, its answer says so at once.</summary>
    ISubmission Open(SubmitRequest request);
}

/// <summary>One message on its way to the queue.</summary>
internal interface ISubmission
{
    /// <summary>The answer is there already: more content is of no use.</summary>
    bool IsAnswered { get; }

    /// <summary>The other side can take more content now; otherwise wait for <see cref="RoomAsync"/>.</summary>
    bool HasRoom { get; }

    Promise<bool> RoomAsync();

    /// <summary>Sends content, lines ending in LF. The bytes are copied.</summary>
    void Write(ReadOnlySpan<byte> content);

    /// <summary>The content is complete; the answer.</summary>
    /// <param name="late">What was decided while it came; null: nothing.</param>
    Promise<SubmitReply> FinishAsync(SubmitEnd? late);

    /// <summary>Gives the message up.</summary>
    void Abort(string reason);
}

/// <summary>Submission over a link to cleanup.</summary>
internal sealed class CleanupWriter(CleanupClient client) : IQueueWriter
{
    public ISubmission Open(SubmitRequest request) => new Adapter(client.Open(request));

    private sealed class Adapter(Submission submission) : ISubmission
    {
        public bool IsAnswered => submission.IsAnswered;
        public bool HasRoom => submission.HasRoom;
        public Promise<bool> RoomAsync() => submission.RoomAsync();
        public void Write(ReadOnlySpan<byte> content) => submission.Write(content);
        public Promise<SubmitReply> FinishAsync(SubmitEnd? late) => submission.FinishAsync(late);
        public void Abort(string reason) => submission.Abort(reason);
    }
}
