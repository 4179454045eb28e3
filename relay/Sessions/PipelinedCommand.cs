using MtaSuite.Relay.Messages;

namespace MtaSuite.Relay.Sessions;

/// <summary>A command whose reply has not been read yet.</summary>
/// <param name="Recipient">For RCPT, and for LMTP's replies to the content.</param>
internal readonly record struct PipelinedCommand(SmtpStep Step, MailTransaction Transaction, RelayRecipient? Recipient = null);

/// <summary>The commands of a session that the server has not replied to, oldest first (RFC 2920).</summary>
internal sealed class CommandPipeline(ServerFeatures features)
{
    /// <summary>Their replies must fit into the buffers on the way back (RFC 2920 3.1).</summary>
    private const int MostWithPipelining = 200;
    private readonly Queue<PipelinedCommand> _unanswered = new();

    public bool IsEmpty => _unanswered.Count == 0;

    /// <summary>Another command may be written before a reply is read.</summary>
    public bool HasRoom => _unanswered.Count < (features.Has(ServerFeature.Pipelining) ? MostWithPipelining : 1);

    public void Add(SmtpStep step, MailTransaction transaction, RelayRecipient? recipient = null) =>
        _unanswered.Enqueue(new PipelinedCommand(step, transaction, recipient));

    /// <summary>The command that the next reply is for.</summary>
    public bool TryTake(out PipelinedCommand command) => _unanswered.TryDequeue(out command);

    /// <summary>The same, as long as it is one of this transaction.</summary>
    public bool TryTake(MailTransaction transaction, out PipelinedCommand command)
    {
        if (_unanswered.TryPeek(out command) && command.Transaction == transaction) return _unanswered.TryDequeue(out command);
        command = default;
        return false;
    }
}
