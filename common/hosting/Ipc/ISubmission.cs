using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>One message on its way: its content piece by piece, then the answer.</summary>
public interface ISubmission
{
    /// <summary>The answer is there already: more content is of no use.</summary>
    bool IsAnswered { get; }

    /// <summary>The other side can take more content now; otherwise wait for <see cref="RoomAsync"/>.</summary>
    bool HasRoom { get; }

    /// <summary>Completes when more content may be sent.</summary>
    Promise<bool> RoomAsync();

    /// <summary>Sends a piece of content, lines ending in LF. The bytes are copied.</summary>
    void Write(ReadOnlySpan<byte> content);

    /// <summary>The content is complete: waits until the message is durable, or refused. One waiter.</summary>
    /// <param name="late">What was decided while the content came; null: nothing.</param>
    Promise<SubmitReply> FinishAsync(SubmitEnd? late = null);

    /// <summary>Gives the message up; the other side forgets it.</summary>
    void Abort(string reason);
}
